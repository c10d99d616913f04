//! What happens after something was told: each channel gets its sending, each sending is tried until it
//! ends.

use ::jobs::outbox::{self, Attempt, Ended, SPREAD, Sending, SendingState, Spread, Told};
use ::jobs::{Failure, Job, JobContext, Kind, MOST_ATTEMPTS, Module, Schedule, SendingId};
use ::jobs::{enqueue, enqueue_at};
use db::Tx;
use kernel::{Caller, Instant, Refusal};
use serde::{Deserialize, Serialize};
use web::Locale;

use crate::actions::TRIAL;
use crate::carriers::{Carriers, Outcome, Parcel};
use crate::channel::{Channel, Setting, Values};
use crate::store;

/// Finds out by which channels a message is sent further.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpreadOut(pub Spread);

impl Job for SpreadOut {
    const NAME: &'static str = SPREAD;
    const DEDUPLICATED: bool = false;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        let spread = self.0.clone();
        Ok(ctx.finish(move |tx, by| spread_out(tx, by, &spread))?)
    }
}

fn spread_out(tx: &mut Tx<'_>, by: &Caller, spread: &Spread) -> Result<(), Refusal> {
    let Some(told) = outbox::told(tx, by.district(), &spread.message)? else { return Ok(()) };
    let settings = store::list_settings(tx, by.district())?;
    let serves = |one: &&Setting| one.is_on && (told.is_urgent || !one.only_urgent);
    // A message for one person without an account goes to that person and into no group.
    if outbox::guest_of(tx, by.district(), &spread.message)?.is_some() {
        let by_text = settings.iter().filter(serves).any(|one| one.channel == Channel::Sms);
        return if by_text { send(tx, by, &told, Channel::Sms, None) } else { Ok(()) };
    }
    let channels: Vec<Channel> = settings.iter().filter(serves).map(|one| one.channel).collect();
    if channels.is_empty() {
        return Ok(());
    }
    let readers = outbox::readers(tx, by.district(), &spread.message)?;
    for channel in channels {
        if !channel.is_personal() {
            send(tx, by, &told, channel, None)?;
            continue;
        }
        for reader in &readers {
            if store::has_consented(tx, by.district(), reader, channel)? {
                send(tx, by, &told, channel, Some(reader))?;
            }
        }
    }
    Ok(())
}

fn send(
    tx: &mut Tx<'_>,
    by: &Caller,
    told: &Told,
    channel: Channel,
    reader: Option<&kernel::AccountId>,
) -> Result<(), Refusal> {
    let Some(sending) = outbox::send_further(tx, by, &told.id, channel.code(), reader)? else {
        return Ok(());
    };
    let at = not_before(tx, by, channel, told.is_urgent)?;
    enqueue_at(tx, by, &Send { sending }, at).map(|_| ())
}

/// When a message may be sent by a channel: now, or after quiet hours.
fn not_before(tx: &mut Tx<'_>, by: &Caller, channel: Channel, urgent: bool) -> Result<Instant, Refusal> {
    if urgent || !channel.keeps_quiet() {
        return Ok(by.now());
    }
    Ok(store::quiet(tx, by.district())?.ends(by.now()))
}

/// Carries one sending once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Send {
    /// Which.
    pub sending: SendingId,
}

/// What a sending needs, as it was read.
enum Ready {
    /// It ended before, or is not there any more.
    Over,
    /// It cannot go, or its time is over.
    Ends(Ended, &'static str),
    /// It has to wait for the end of quiet hours.
    Waits(Instant),
    /// It goes.
    Goes(Box<Going>),
}

struct Going {
    channel: Channel,
    set: Values,
    to: String,
    locale: Locale,
    sending: Sending,
    told: Told,
    district: String,
}

impl Job for Send {
    const NAME: &'static str = "messages.send";
    const DEDUPLICATED: bool = false;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        let carriers = ctx.part::<Carriers>()?;
        let id = self.sending.clone();
        let going = match ctx.read(move |tx, by| ready(tx, by, &id)) {
            Ok(Ready::Over) => return Ok(ctx.finish(|_, _| Ok(()))?),
            Ok(Ready::Ends(ended, why)) => return self.end(ctx, (ended, false), why.to_owned()),
            Ok(Ready::Waits(until)) => return self.wait(ctx, until),
            Ok(Ready::Goes(going)) => going,
            // A secret of another installation's key: nothing that time would mend.
            Err(Refusal::Unavailable(why)) if ctx.attempt() >= MOST_ATTEMPTS => {
                return self.end(ctx, (Ended::Failed, false), why.to_string());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        // Counted by the sending: a job that waited for the morning begins its own count anew.
        let is_last = going.sending.attempts + 1 >= i64::from(MOST_ATTEMPTS);
        let parcel = parcel(carriers, ctx.by().now(), &going);
        match carriers.carry(going.channel, &going.set, &going.to, &parcel) {
            Outcome::Taken(answer) => self.end(ctx, (Ended::Sent, true), answer),
            Outcome::Never(answer) => self.end(ctx, (Ended::Failed, true), answer),
            Outcome::Again(answer) if is_last => self.end(ctx, (Ended::Failed, true), answer),
            Outcome::Again(answer) => {
                let (id, attempt) = (self.sending.clone(), Attempt { answer: answer.clone() });
                ctx.write(move |tx, by| outbox::attempted(tx, by, &id, &attempt))?;
                Err(Failure::Again(answer))
            }
        }
    }
}

impl Send {
    fn end(&self, ctx: &JobContext, how: (Ended, bool), answer: String) -> Result<(), Failure> {
        let id = self.sending.clone();
        Ok(ctx.finish(move |tx, by| outbox::end(tx, by, &id, how, &answer))?)
    }

    fn wait(&self, ctx: &JobContext, until: Instant) -> Result<(), Failure> {
        let sending = self.sending.clone();
        // A job of its own, so that the night costs no attempt.
        Ok(ctx.finish(move |tx, by| {
            enqueue_at(tx, by, &Self { sending: sending.clone() }, until).map(|_| ())
        })?)
    }
}

fn ready(tx: &mut Tx<'_>, by: &Caller, id: &SendingId) -> Result<Ready, Refusal> {
    let Some(sending) = outbox::find_sending(tx, by.district(), id)? else { return Ok(Ready::Over) };
    if sending.state != SendingState::Waiting {
        return Ok(Ready::Over);
    }
    if sending.deadline_at <= by.now() {
        return Ok(Ready::Ends(Ended::TimedOut, "its 72 hours were over before it could be sent"));
    }
    let Some(told) = outbox::told(tx, by.district(), &sending.message)? else { return Ok(Ready::Over) };
    let Some(channel) = Channel::parse(&sending.channel) else {
        return Ok(Ready::Ends(Ended::Failed, "this program knows no such channel"));
    };
    let settings = store::list_settings(tx, by.district())?;
    let setting = settings.into_iter().find(|one| one.channel == channel);
    let is_trial = told.kind == TRIAL.name;
    let Some(setting) = setting.filter(|one| one.is_on || is_trial) else {
        return Ok(Ready::Ends(Ended::Failed, "the channel was turned off"));
    };
    let reached = match &sending.account {
        Some(account) => {
            let found = store::contact(tx, by, account, channel)?.filter(|one| one.consented_at.is_some());
            found.map(|one| (one.address, one.locale))
        }
        None => match outbox::guest_of(tx, by.district(), &sending.message)? {
            Some(guest) => outbox::guest_phone(tx, by, &guest)?.map(|phone| (phone, Locale::Zh)),
            None => None,
        },
    };
    if channel.is_personal() && reached.is_none() {
        return Ok(Ready::Ends(Ended::Failed, "the reader took their consent back"));
    }
    let until = not_before(tx, by, channel, told.is_urgent)?;
    if until > by.now() {
        return Ok(Ready::Waits(until));
    }
    let mut set = setting.fields;
    set.extend(store::secrets(tx, by, channel)?);
    let (to, locale) = reached.unwrap_or((String::new(), Locale::Zh));
    let district = people::district::settings(tx, by.district())?.map(|of| of.name).unwrap_or_default();
    Ok(Ready::Goes(Box::new(Going { channel, set, to, locale, sending, told, district })))
}

fn parcel(carriers: &Carriers, now: Instant, going: &Going) -> Parcel {
    let args: Vec<(&str, String)> =
        going.told.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    Parcel {
        key: going.sending.id.to_string(),
        message: going.told.id.to_string(),
        kind: going.told.kind.clone(),
        sentence: carriers.say(going.locale, &going.told.sentence(), &args),
        args: going.told.args.clone(),
        district: going.district.clone(),
        link: carriers.link(&going.told.href),
        locale: going.locale,
        told_at: going.told.told_at,
        now,
    }
}

/// Has a sending tried, in the transaction that made it.
///
/// # Errors
/// What the database says.
pub(crate) fn try_now(tx: &mut Tx<'_>, by: &Caller, sending: &SendingId) -> Result<(), Refusal> {
    enqueue(tx, by, &Send { sending: sending.clone() }).map(|_| ())
}

fn time_out(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    outbox::time_out(tx, by).map(|_| ())
}

/// The jobs of this context. Their worker has to be given [`Carriers`].
pub fn jobs() -> Module {
    Module {
        jobs: vec![Kind::of::<SpreadOut>(), Kind::of::<Send>()],
        schedule: vec![Schedule { name: "messages.time-out", every_minutes: 15, action: time_out }],
    }
}
