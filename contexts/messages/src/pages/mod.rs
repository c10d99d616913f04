//! The pages of the context, one file each, and what they share.

pub mod channel;
pub mod channels;
pub mod inbox;
pub mod quiet;
pub mod sendings;
pub mod ways;

use jobs::outbox::{Sending, SendingState, Told};
use kernel::{AccountId, Refusal};
use web::{Cx, Safe, Tone, ui};

use crate::channel::Channel;

/// A message's sentence in the reader's language.
pub(crate) fn sentence(cx: &Cx, told: &Told) -> String {
    let args: Vec<(&str, String)> =
        told.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    cx.with(&told.sentence(), &args)
}

/// The name of a channel.
pub(crate) fn channel_word(cx: &Cx, channel: Channel) -> String {
    cx.t(&format!("message-channel-{}", channel.code()))
}

/// The state of a sending in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, state: SendingState) -> Safe {
    let tone = match state {
        SendingState::Waiting => Tone::Wait,
        SendingState::Sent => Tone::Ok,
        SendingState::Failed | SendingState::TimedOut => Tone::Late,
    };
    ui::tag(tone, &state_word(cx, state))
}

pub(crate) fn state_word(cx: &Cx, state: SendingState) -> String {
    cx.t(&format!("sending-{}", state.code()))
}

/// Whose inbox it is: their own, and nobody's in a preview.
pub(crate) fn reader(cx: &Cx) -> Result<AccountId, Refusal> {
    let own = cx.by.actor.account.clone().filter(|_| cx.by.actor.viewing_for.is_none());
    own.ok_or(Refusal::NotFound)
}

/// What the other side said, with when it was asked.
pub(crate) fn answer(cx: &Cx, sending: &Sending) -> String {
    match (&sending.answer, sending.tried_at.or(sending.ended_at)) {
        (Some(answer), Some(at)) => {
            cx.with("message-answer", &[("at", at.minute_text()), ("answer", answer.clone())])
        }
        (Some(_) | None, _) => cx.t("message-answer-none"),
    }
}
