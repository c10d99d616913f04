//! What the outbox promises: told once, read by its readers alone, and every sending ends.

use std::collections::BTreeSet;

use kernel::{Actor, Caller, Refusal};

use super::{Bench, both};
use crate::outbox::{self, Ended, Filter, Message, MessageKind, Sending, SendingFilter, SendingState, Told};
use crate::{MessageId, SendingId};

const RETURNED: MessageKind = MessageKind { name: "test.returned", urgent: false };

fn message(key: &str, to: &[&str]) -> Message {
    Message {
        kind: RETURNED,
        key: key.to_owned(),
        args: vec![("title", "识别“野生菌”".to_owned())],
        href: "/desk/deliveries/1".to_owned(),
        to: to.iter().map(|account| (*account).into()).collect::<BTreeSet<_>>(),
    }
}

fn as_account(bench: &Bench, account: &str) -> Caller {
    Caller { actor: Actor { account: Some(account.into()), ..Actor::public("d".into()) }, ..bench.by() }
}

impl Bench {
    fn tell(&self, message: &Message) -> Option<MessageId> {
        let (by, message) = (self.by(), message.clone());
        self.db.write_now(move |tx| outbox::tell(tx, &by, &message)).unwrap()
    }

    fn inbox(&self, account: &'static str) -> Vec<Told> {
        let list = self
            .db
            .read_now(move |tx| outbox::list(tx, &"d".into(), &account.into(), Filter::default(), (50, 0)));
        list.unwrap()
    }

    fn unread(&self, account: &'static str) -> i64 {
        self.db.read_now(move |tx| outbox::count_unread(tx, &"d".into(), &account.into())).unwrap().0
    }

    fn send_further(&self, message: &MessageId) -> Option<SendingId> {
        let (by, message) = (self.by(), message.clone());
        let made =
            self.db.write_now(move |tx| outbox::send_further(tx, &by, &message, "email", Some(&"b".into())));
        made.unwrap()
    }

    fn sending(&self, id: &SendingId) -> Sending {
        let id = id.clone();
        self.db.read_now(move |tx| outbox::find_sending(tx, &"d".into(), &id)).unwrap().unwrap()
    }

    fn time_out(&self) -> u64 {
        let by = self.by();
        self.db.write_now(move |tx| outbox::time_out(tx, &by)).unwrap()
    }
}

#[test]
fn what_happened_once_is_told_once_to_everybody_but_whoever_did_it() {
    both(|bench| {
        let told = bench.tell(&message("a/1", &["a1", "b", "c"])).unwrap();
        assert_eq!(bench.tell(&message("a/1", &["a1", "b", "c", "d"])), None);
        assert_eq!(bench.inbox("a1"), []);
        assert_eq!(bench.inbox("d"), []);
        let inbox = bench.inbox("b");
        assert_eq!(inbox.len(), 1);
        assert_eq!(inbox[0].id, told);
        assert_eq!(inbox[0].sentence(), "message-test-returned");
        assert_eq!(inbox[0].args, [("title".to_owned(), "识别“野生菌”".to_owned())]);
        assert_eq!((bench.unread("b"), bench.unread("c")), (1, 1));
        // Nobody but the actor: nothing is kept, and the event may still be told to others.
        assert_eq!(bench.tell(&message("a/2", &["a1"])), None);
        assert!(bench.tell(&message("a/2", &["b"])).is_some());
    });
}

#[test]
fn a_message_is_lost_with_the_action_that_was_refused() {
    both(|bench| {
        let (by, message) = (bench.by(), message("a/1", &["b"]));
        let refused = bench.db.write_now(move |tx| {
            outbox::tell(tx, &by, &message)?;
            Err::<(), _>(Refusal::Forbidden)
        });
        assert!(refused.is_err());
        assert_eq!(bench.inbox("b"), []);
        // Nothing waits in the queue either.
        assert_eq!(bench.run_due(), 0);
    });
}

#[test]
fn only_its_reader_marks_a_message_read_and_all_are_marked_up_to_a_moment() {
    both(|bench| {
        let first = bench.tell(&message("a/1", &["b", "c"])).unwrap();
        let (by, id) = (as_account(bench, "x"), first.clone());
        let refused = bench.db.write_now(move |tx| outbox::mark_read(tx, &by, &id));
        assert!(matches!(refused, Err(Refusal::NotFound)), "{refused:?}");
        let (by, id) = (as_account(bench, "b"), first);
        let href = bench.db.write_now(move |tx| outbox::mark_read(tx, &by, &id)).unwrap();
        assert_eq!(href, "/desk/deliveries/1");
        assert_eq!((bench.unread("b"), bench.unread("c")), (0, 1));
        let until = bench.by().now();
        bench.clock.advance_seconds(60);
        bench.tell(&message("a/2", &["b", "c"]));
        let by = as_account(bench, "c");
        let n = bench.db.write_now(move |tx| outbox::mark_all_read(tx, &by, until)).unwrap();
        assert_eq!((n, bench.unread("c")), (1, 1));
        let preview = Caller {
            actor: Actor { viewing_for: Some("boss".into()), ..as_account(bench, "c").actor },
            ..bench.by()
        };
        let refused = bench.db.write_now(move |tx| outbox::mark_all_read(tx, &preview, until));
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
    });
}

#[test]
fn a_message_goes_one_way_once_and_what_ended_stays_ended() {
    both(|bench| {
        let told = bench.tell(&message("a/1", &["b"])).unwrap();
        let id = bench.send_further(&told).unwrap();
        assert_eq!(bench.send_further(&told), None);
        let (by, of) = (bench.by(), id.clone());
        bench
            .db
            .write_now(move |tx| {
                outbox::attempted(tx, &by, &of, &outbox::Attempt { answer: "421 later\r\n".into() })?;
                outbox::end(tx, &by, &of, (Ended::Sent, true), "250 OK")?;
                outbox::end(tx, &by, &of, (Ended::Failed, true), "too late to fail")
            })
            .unwrap();
        let sending = bench.sending(&id);
        assert_eq!((sending.state, sending.attempts), (SendingState::Sent, 2));
        assert_eq!(sending.answer.as_deref(), Some("250 OK"));
        bench.clock.advance_seconds(73 * 3600);
        assert_eq!(bench.time_out(), 0);
    });
}

#[test]
fn what_waits_for_72_hours_has_timed_out_whatever_became_of_its_job() {
    both(|bench| {
        let told = bench.tell(&message("a/1", &["b"])).unwrap();
        let id = bench.send_further(&told).unwrap();
        bench.clock.advance_seconds(72 * 3600 - 1);
        assert_eq!(bench.time_out(), 0);
        assert_eq!(bench.sending(&id).state, SendingState::Waiting);
        bench.clock.advance_seconds(1);
        assert_eq!(bench.time_out(), 1);
        assert_eq!(bench.sending(&id).state, SendingState::TimedOut);
        let n = |state| {
            let filter = SendingFilter { state, channel: "email".to_owned() };
            bench.db.read_now(move |tx| outbox::count_sendings(tx, &"d".into(), &filter)).unwrap()
        };
        assert_eq!((n(None), n(Some(SendingState::TimedOut)), n(Some(SendingState::Waiting))), (1, 1, 0));
    });
}

#[test]
fn what_was_told_half_a_year_ago_is_forgotten_with_all_that_hangs_on_it() {
    both(|bench| {
        let old = bench.tell(&message("a/1", &["b"])).unwrap();
        let id = bench.send_further(&old).unwrap();
        let by = bench.by();
        bench.db.write_now(move |tx| outbox::end(tx, &by, &id, (Ended::Sent, true), "ok")).unwrap();
        bench.clock.advance_seconds(100 * 86_400);
        bench.tell(&message("a/2", &["b"]));
        bench.clock.advance_seconds(81 * 86_400);
        bench.run_due();
        assert_eq!(bench.inbox("b").len(), 1);
        let filter = SendingFilter::default();
        let n = bench.db.read_now(move |tx| outbox::count_sendings(tx, &"d".into(), &filter)).unwrap();
        assert_eq!(n, 0);
    });
}
