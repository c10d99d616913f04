//! One message on its way by one channel to one person or group.

use db::Tx;
use kernel::{AccountId, Caller, DistrictId, Instant, Refusal};

use super::{DEADLINE_HOURS, MessageKind, store};
use crate::{MessageId, SendingId};

/// Where a sending stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendingState {
    /// Is still tried, or waits for the end of quiet hours.
    Waiting,
    /// The other side took it.
    Sent,
    /// It cannot arrive.
    Failed,
    /// It did not arrive in time.
    TimedOut,
}

impl SendingState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::TimedOut];

    /// The word in the store and, after `sending-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// How a sending ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The other side took it.
    Sent,
    /// It cannot arrive.
    Failed,
    /// Its time is over.
    TimedOut,
}

impl Ended {
    pub(super) const fn state(self) -> SendingState {
        match self {
            Self::Sent => SendingState::Sent,
            Self::Failed => SendingState::Failed,
            Self::TimedOut => SendingState::TimedOut,
        }
    }
}

/// A sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Which; the other side is given it to tell a repetition.
    pub id: SendingId,
    /// What is sent.
    pub message: MessageId,
    /// The name of the message's kind.
    pub kind: String,
    /// By which channel.
    pub channel: String,
    /// To whom; none where the channel reaches a group.
    pub account: Option<AccountId>,
    /// Where it stands.
    pub state: SendingState,
    /// How often the other side was asked.
    pub attempts: i64,
    /// What the other side said last, for staff.
    pub answer: Option<String>,
    /// When it was made.
    pub made_at: Instant,
    /// When its time is over.
    pub deadline_at: Instant,
    /// When the other side was last asked.
    pub tried_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// Which sendings are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendingFilter {
    /// In this state.
    pub state: Option<SendingState>,
    /// By this channel; empty for all.
    pub channel: String,
}

/// What the other side said to an attempt; it is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// In its own words, cut to 500 characters.
    pub answer: String,
}

/// Has a message sent further by a channel, to a person or (none) to its group. Gives the sending; none
/// where there is one already.
///
/// # Errors
/// What the database says.
pub fn send_further(
    tx: &mut Tx<'_>,
    by: &Caller,
    message: &MessageId,
    channel: &'static str,
    account: Option<&AccountId>,
) -> Result<Option<SendingId>, Refusal> {
    let id: SendingId = by.id();
    let deadline = by.now().plus_seconds(DEADLINE_HOURS * 3600);
    let made = store::insert_sending(tx, by, &id, message, (channel, account), deadline)?;
    Ok(made.then_some(id))
}

/// A sending.
///
/// # Errors
/// What the database says.
pub fn find_sending(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SendingId,
) -> Result<Option<Sending>, Refusal> {
    Ok(store::find_sending(tx, district, id)?)
}

/// Notes an attempt that did not arrive yet.
///
/// # Errors
/// What the database says.
pub fn attempted(tx: &mut Tx<'_>, by: &Caller, id: &SendingId, attempt: &Attempt) -> Result<(), Refusal> {
    Ok(store::attempted(tx, by, id, &cut(&attempt.answer))?)
}

/// Ends a sending that waits; one that ended before stays as it ended. `tried` says whether the other side
/// was asked just now.
///
/// # Errors
/// What the database says.
pub fn end(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &SendingId,
    (ended, tried): (Ended, bool),
    answer: &str,
) -> Result<(), Refusal> {
    Ok(store::end_sending(tx, by, id, (ended, tried), &cut(answer))?)
}

/// Ends what waits beyond its time, in every district. Gives how many.
///
/// # Errors
/// What the database says.
pub fn time_out(tx: &mut Tx<'_>, by: &Caller) -> Result<u64, Refusal> {
    Ok(store::time_out(tx, by.now())?)
}

/// How many sendings there are.
///
/// # Errors
/// What the database says.
pub fn count_sendings(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    filter: &SendingFilter,
) -> Result<i64, Refusal> {
    Ok(store::count_sendings(tx, district, filter)?)
}

/// Sendings, newest first.
///
/// # Errors
/// What the database says.
pub fn list_sendings(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    filter: &SendingFilter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Sending>, Refusal> {
    Ok(store::list_sendings(tx, district, filter, (limit, offset))?)
}

/// The newest sending of a kind of message by a channel.
///
/// # Errors
/// What the database says.
pub fn latest_sending(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    channel: &str,
    kind: &MessageKind,
) -> Result<Option<Sending>, Refusal> {
    Ok(store::latest_sending(tx, district, channel, kind.name)?)
}

/// What other servers say may be a whole page.
fn cut(answer: &str) -> String {
    answer.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}
