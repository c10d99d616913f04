//! Where a person wants to be reached beside the inbox: their own word, and theirs alone.

use db::Tx;
use kernel::{AccountId, Caller, Instant, Problem, Problems, Refusal};
use people::audit;
use serde_json::json;
use web::Locale;

use crate::channel::{Channel, is_mail_address, read_phone};
use crate::store;

/// How a person is reached by a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Since when they consent; none when they do not.
    pub consented_at: Option<Instant>,
    /// Their address or phone; empty when they do not consent.
    pub address: String,
    /// The language in which they want to be written to.
    pub locale: Locale,
    /// Counts changes.
    pub version: i64,
}

/// What a person says about a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which channel; only personal ones.
    pub channel: Channel,
    /// Whether they want it.
    pub wanted: bool,
    /// Their address or phone as typed.
    pub address: String,
}

/// Who acts, in their own name: nobody decides this for somebody else.
fn own(by: &Caller) -> Result<AccountId, Refusal> {
    let account = by.actor.account.clone().filter(|_| by.actor.viewing_for.is_none());
    account.ok_or(Refusal::Forbidden)
}

/// What whoever acts said about each personal channel.
///
/// # Errors
/// `Forbidden` for the public.
pub fn own_contacts(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<(Channel, Option<Contact>)>, Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let contacts = Channel::PERSONAL.into_iter().map(|channel| {
        // In a preview somebody else looks.
        let found =
            if by.actor.viewing_for.is_some() { None } else { store::contact(tx, by, &account, channel)? };
        Ok((channel, found))
    });
    contacts.collect()
}

/// Says how whoever acts wants to be reached. An address is kept only while they consent.
///
/// # Errors
/// `Forbidden` for the public and in a preview; invalid for an address that is none.
pub fn choose(tx: &mut Tx<'_>, by: &Caller, wishes: &[Wish], locale: Locale) -> Result<(), Refusal> {
    let account = own(by)?;
    let mut problems = Problems::new();
    let mut chosen = Vec::new();
    for wish in wishes.iter().filter(|wish| wish.channel.is_personal()) {
        let address = if wish.wanted { problems.take(read_address(wish)) } else { Some(String::new()) };
        chosen.push((wish, address.unwrap_or_default()));
    }
    problems.check()?;
    for (wish, address) in chosen {
        let old = store::contact(tx, by, &account, wish.channel)?;
        let consented_before = old.as_ref().and_then(|old| old.consented_at);
        let unchanged = match &old {
            Some(old) => {
                consented_before.is_some() == wish.wanted && old.address == address && old.locale == locale
            }
            None => !wish.wanted,
        };
        if unchanged {
            continue;
        }
        let consented_at = wish.wanted.then(|| consented_before.unwrap_or_else(|| by.now()));
        let version = old.map_or(0, |old| old.version) + 1;
        store::save_contact(
            tx,
            by,
            &account,
            wish.channel,
            &Contact { consented_at, address, locale, version },
        )?;
        let action = if wish.wanted { "messages.contact.consent" } else { "messages.contact.withdraw" };
        let detail = json!({ "channel": wish.channel.code() });
        audit::record(tx, by, audit::Entry { action, subject: ("account", account.as_str()), detail })?;
    }
    Ok(())
}

fn read_address(wish: &Wish) -> Result<String, Problem> {
    let text = wish.address.trim();
    let at = wish.channel.code();
    match wish.channel {
        Channel::Sms => read_phone(text).ok_or_else(|| Problem::new("message-phone").at(at)),
        Channel::Email | Channel::Webhook | Channel::Wecom | Channel::Dingtalk => {
            if is_mail_address(text) {
                Ok(text.to_owned())
            } else {
                Err(Problem::new("message-address").at(at))
            }
        }
    }
}
