//! What an administrator sets: channels, their trial, quiet hours.

use db::Tx;
use jobs::SendingId;
use jobs::outbox::{self, Message, MessageKind, SendingState};
use kernel::{AccountId, Caller, Problem, Refusal, Role};
use people::audit;
use serde_json::json;

use crate::channel::{self, Channel, Setting, Values};
use crate::jobs::try_now;
use crate::quiet::{LONGEST_HOURS, Quiet};
use crate::store;

/// A message that only shows that a channel works.
pub const TRIAL: MessageKind = MessageKind { name: "messages.trial", urgent: true };

fn administrator(by: &Caller) -> Result<AccountId, Refusal> {
    by.actor.account.clone().filter(|_| by.actor.has(Role::Administrator)).ok_or(Refusal::Forbidden)
}

/// Every channel as it is set.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<Setting>, Refusal> {
    Ok(store::list_settings(tx, by.district())?)
}

/// A channel as it is set.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, by: &Caller, channel: Channel) -> Result<Setting, Refusal> {
    let all = store::list_settings(tx, by.district())?;
    all.into_iter().find(|one| one.channel == channel).ok_or(Refusal::NotFound)
}

/// What a form says of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Which.
    pub channel: Channel,
    /// Whether it sends.
    pub is_on: bool,
    /// Whether it only sends what is urgent.
    pub only_urgent: bool,
    /// All fields as typed, secrets too; an empty secret stays what it was.
    pub values: Values,
    /// Whether the kept secrets are to be forgotten.
    pub forget: bool,
    /// The version that the person had before them.
    pub seen: i64,
}

/// Sets a channel.
///
/// # Errors
/// `Forbidden` but for administrators and in a preview; invalid for gaps; conflict.
pub fn set(tx: &mut Tx<'_>, by: &Caller, given: &Given) -> Result<(), Refusal> {
    administrator(by)?;
    let old = find(tx, by, given.channel)?;
    let kept = if given.forget { Values::new() } else { kept_secrets(tx, by, given)? };
    channel::check(given.channel, given.is_on, &given.values, &kept)?;
    let (mut fields, mut secrets) = (Values::new(), Values::new());
    let mut renewed = Vec::new();
    for field in given.channel.fields() {
        let text = given.values.get(field.name).map_or("", |text| text.trim());
        if !field.secret {
            fields.insert(field.name.to_owned(), text.to_owned());
        } else if !text.is_empty() {
            secrets.insert(field.name.to_owned(), text.to_owned());
            renewed.push(field.name);
        } else if let Some(kept) = kept.get(field.name) {
            secrets.insert(field.name.to_owned(), kept.clone());
        }
    }
    let one = Setting {
        is_on: given.is_on,
        only_urgent: given.only_urgent,
        fields,
        version: given.seen.saturating_add(1),
        ..old
    };
    store::save_setting(tx, by, &one, &secrets)?;
    if given.channel == Channel::Sms {
        outbox::set_reach(tx, by, given.channel.code(), one.is_on && !one.only_urgent)?;
    }
    let detail = json!({ "channel": given.channel.code(), "enabled": given.is_on,
        "renewed": renewed.join(" "), "forgotten": given.forget });
    let subject = ("message_channel", given.channel.code());
    audit::record(tx, by, audit::Entry { action: "messages.channel.set", subject, detail })
}

/// The secrets that stay; none where they cannot be read any more and the form brings all anew.
fn kept_secrets(tx: &mut Tx<'_>, by: &Caller, given: &Given) -> Result<Values, Refusal> {
    let brings_all = given
        .channel
        .fields()
        .iter()
        .filter(|field| field.secret)
        .all(|field| given.values.get(field.name).is_some_and(|text| !text.trim().is_empty()));
    if brings_all { Ok(Values::new()) } else { store::secrets(tx, by, given.channel) }
}

/// Sends a trial message by a channel: to the group, or to whoever asks. Works while the channel is off, so
/// that it can be tried before it is turned on.
///
/// # Errors
/// `Forbidden` but for administrators and in a preview; conflict while the channel is not set or a trial
/// is under way, and where whoever asks has not consented to a personal channel themselves.
pub fn try_out(tx: &mut Tx<'_>, by: &Caller, channel: Channel) -> Result<SendingId, Refusal> {
    let account = administrator(by)?;
    if find(tx, by, channel)?.version == 0 {
        return Err(Refusal::Conflict(Problem::new("message-channel-unset")));
    }
    let latest = outbox::latest_sending(tx, by.district(), channel.code(), &TRIAL)?;
    if latest.is_some_and(|one| one.state == SendingState::Waiting && one.deadline_at > by.now()) {
        return Err(Refusal::Conflict(Problem::new("message-trial-under-way")));
    }
    if channel.is_personal() && !store::has_consented(tx, by.district(), &account, channel)? {
        return Err(Refusal::Conflict(Problem::new("message-trial-no-address")));
    }
    let key: String = by.id();
    let message = Message {
        kind: TRIAL,
        key: format!("trial/{key}"),
        args: vec![("by", by.actor.name.clone())],
        href: format!("/desk/settings/channels/{}", channel.code()),
        to: std::collections::BTreeSet::new(),
    };
    let id = outbox::note_trial(tx, by, &message)?;
    let to = Some(&account).filter(|_| channel.is_personal());
    let sending = outbox::send_further(tx, by, &id, channel.code(), to)?.ok_or(Refusal::NotFound)?;
    try_now(tx, by, &sending)?;
    let detail = json!({ "channel": channel.code() });
    let subject = ("message_channel", channel.code());
    audit::record(tx, by, audit::Entry { action: "messages.channel.try", subject, detail })?;
    Ok(sending)
}

/// The district's quiet hours.
///
/// # Errors
/// As the database refuses.
pub fn quiet(tx: &mut Tx<'_>, by: &Caller) -> Result<Quiet, Refusal> {
    Ok(store::quiet(tx, by.district())?)
}

/// Sets the quiet hours; `new.version` is the version that the person had before them.
///
/// # Errors
/// `Forbidden` but for administrators and in a preview; invalid when they last more than
/// [`LONGEST_HOURS`]; conflict.
pub fn set_quiet(tx: &mut Tx<'_>, by: &Caller, new: &Quiet) -> Result<(), Refusal> {
    administrator(by)?;
    if new.is_on && !(1..=LONGEST_HOURS * 60).contains(&new.length()) {
        return Err(Problem::new("message-quiet-long").at("to").with("most", LONGEST_HOURS).into());
    }
    store::save_quiet(tx, by, &Quiet { version: new.version.saturating_add(1), ..*new })?;
    let detail =
        json!({ "begins": Quiet::text(new.from), "ends": Quiet::text(new.to), "enabled": new.is_on });
    let district = by.district().clone();
    let subject = ("district", district.as_str());
    audit::record(tx, by, audit::Entry { action: "messages.quiet.set", subject, detail })
}
