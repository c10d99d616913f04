//! From what was told to what another server has.

use jobs::outbox::{MessageKind, SendingState};
use kernel::Day;
use serde_json::Value;

use super::provider::Provider;
use super::{TRIED, Town, both};
use crate::carriers::webhook_signature;
use crate::{Channel, Given, Quiet, Wish};

const URGENT: MessageKind = MessageKind { urgent: true, ..TRIED };
const TEMPLATE: &str = r#"{"to":"{phone}","text":"{text}","id":"{key}"}"#;

fn ok(_: usize, _: &super::provider::Asked) -> Option<(u16, String)> {
    Some((200, r#"{"code":0,"errcode":0}"#.to_owned()))
}

fn sms(town: &Town, provider: &Provider) {
    let fields = [("url", provider.url()), ("format", "json".into()), ("template", TEMPLATE.into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    town.set(Channel::Sms, &fields);
}

#[test]
fn a_message_is_sent_to_whoever_consented_and_to_nobody_else() {
    both(|town| {
        let provider = Provider::start(ok);
        sms(town, &provider);
        town.tell(TRIED, "a/1");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 0, "nobody had consented");
        town.consent(Channel::Sms, "139 8765 0123");
        town.tell(TRIED, "a/2");
        town.run(&provider.host());
        let asked = provider.asked();
        assert_eq!(asked.len(), 1);
        let body: Value = serde_json::from_str(&asked[0].body).unwrap();
        assert_eq!(body["to"], "13987650123");
        assert!(body["text"].as_str().unwrap().starts_with("【科普麒麟·麒麟区】这是一条试验消息"));
        let sendings = town.sendings();
        assert_eq!((sendings.len(), sendings[0].state), (1, SendingState::Sent));
        assert_eq!(body["id"], sendings[0].id.as_str());
    });
}

#[test]
fn who_takes_their_consent_back_gets_nothing_more_not_even_what_waits() {
    both(|town| {
        let provider = Provider::start(|_, _| Some((500, String::new())));
        sms(town, &provider);
        town.consent(Channel::Sms, "13987650123");
        town.tell(TRIED, "a/1");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        town.act(&town.li(), |tx, by| {
            let wish = Wish { channel: Channel::Sms, wanted: false, address: String::new() };
            crate::choose(tx, by, &[wish], web::Locale::Zh)
        })
        .unwrap();
        town.clock.advance_seconds(3600);
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        assert_eq!(town.sendings()[0].state, SendingState::Failed);
    });
}

#[test]
fn a_webhook_is_signed_over_its_id_time_and_body_and_repeats_keep_the_id() {
    both(|town| {
        let provider = Provider::start(|before, _| match before {
            0 => Some((503, "busy".to_owned())),
            // The answer is lost on the way.
            1 => None,
            _ => Some((204, String::new())),
        });
        town.set(Channel::Webhook, &[("url", &provider.url()), ("key", "geheim")]);
        town.tell(TRIED, "a/1");
        for _ in 0..3 {
            town.run(&provider.host());
            town.clock.advance_seconds(600);
        }
        let asked = provider.asked();
        assert_eq!(asked.len(), 3);
        for one in &asked {
            assert_eq!(one.header("webhook-id"), asked[0].header("webhook-id"));
            let seconds = one.header("webhook-timestamp").parse().unwrap();
            let signed = webhook_signature("geheim", one.header("webhook-id"), seconds, &one.body);
            assert_eq!(one.header("webhook-signature"), signed);
        }
        assert_ne!(asked[0].header("webhook-timestamp"), asked[2].header("webhook-timestamp"));
        let body: Value = serde_json::from_str(&asked[2].body).unwrap();
        assert_eq!((&body["type"], &body["data"]["args"]["by"]), (&"messages.trial".into(), &"甲".into()));
        assert_eq!(body["data"]["link"], "https://kepu.example.cn/desk/inbox");
        let sending = &town.sendings()[0];
        assert_eq!((sending.state, sending.attempts), (SendingState::Sent, 3));
    });
}

#[test]
fn what_is_refused_for_good_is_not_tried_again() {
    both(|town| {
        let provider = Provider::start(|_, _| Some((200, r#"{"errcode":93000,"errmsg":"invalid"}"#.into())));
        town.set(Channel::Wecom, &[("url", &provider.url())]);
        town.tell(TRIED, "a/1");
        town.run(&provider.host());
        town.clock.advance_seconds(3 * 86_400);
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        let sending = &town.sendings()[0];
        assert_eq!(sending.state, SendingState::Failed);
        assert!(sending.answer.as_ref().unwrap().contains("93000"));
    });
}

#[test]
fn what_never_arrives_ends_within_72_hours_after_twelve_attempts_at_most() {
    both(|town| {
        let provider = Provider::start(|_, _| Some((500, String::new())));
        town.set(Channel::Dingtalk, &[("url", &provider.url())]);
        town.tell(TRIED, "a/1");
        let mut hours = 0;
        while town.sendings().first().is_none_or(|one| one.state == SendingState::Waiting) {
            assert!(hours <= 72, "it still waits");
            town.run(&provider.host());
            town.clock.advance_seconds(3600);
            hours += 1;
        }
        assert!(provider.asked().len() <= 12, "{}", provider.asked().len());
        assert!(town.sendings()[0].attempts >= 9);
    });
}

#[test]
fn a_channel_for_what_is_urgent_sends_nothing_else_and_one_that_was_turned_off_sends_nothing() {
    both(|town| {
        let provider = Provider::start(ok);
        town.set(Channel::Wecom, &[("url", &provider.url())]);
        let turn = |is_on: bool| {
            town.act(&town.admin, move |tx, by| {
                let old = crate::find(tx, by, Channel::Wecom)?;
                crate::set(
                    tx,
                    by,
                    &Given {
                        channel: Channel::Wecom,
                        is_on,
                        only_urgent: true,
                        values: old.fields,
                        forget: false,
                        seen: old.version,
                    },
                )
            })
            .unwrap();
        };
        turn(true);
        town.tell(TRIED, "a/1");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 0);
        town.tell(URGENT, "a/2");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        turn(false);
        town.tell(URGENT, "a/3");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
    });
}

#[test]
fn at_night_only_what_is_urgent_is_sent_and_the_rest_in_the_morning_at_the_first_attempt() {
    both(|town| {
        let provider = Provider::start(ok);
        sms(town, &provider);
        town.consent(Channel::Sms, "13987650123");
        let at = |hour| Day::new(2025, 9, 1).unwrap().at(hour, 0);
        town.clock.set(at(22));
        town.tell(TRIED, "a/1");
        town.tell(URGENT, "a/2");
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        town.clock.set(at(8).plus_seconds(86_400 - 1));
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 1);
        town.clock.set(at(8).plus_seconds(86_400));
        town.run(&provider.host());
        assert_eq!(provider.asked().len(), 2);
        assert!(town.sendings().iter().all(|one| (one.state, one.attempts) == (SendingState::Sent, 1)));
    });
}

#[test]
fn quiet_hours_are_the_administrators_to_set_and_no_longer_than_half_a_day() {
    both(|town| {
        let quiet = Quiet { from: 20 * 60, to: 9 * 60, is_on: true, version: 0 };
        let refused = town.act(&town.admin, move |tx, by| crate::set_quiet(tx, by, &quiet));
        assert!(matches!(refused, Err(kernel::Refusal::Invalid(_))), "{refused:?}");
        let fine = Quiet { to: 7 * 60, ..quiet };
        let refused = town.act(&town.li(), move |tx, by| crate::set_quiet(tx, by, &fine));
        assert!(matches!(refused, Err(kernel::Refusal::Forbidden)), "{refused:?}");
        town.act(&town.admin, move |tx, by| crate::set_quiet(tx, by, &fine)).unwrap();
        let again = town.act(&town.admin, move |tx, by| crate::set_quiet(tx, by, &fine));
        assert!(matches!(again, Err(kernel::Refusal::Conflict(_))), "{again:?}");
    });
}

#[test]
fn two_hundred_messages_through_a_server_that_fails_three_of_ten_arrive_once_each() {
    both(|town| {
        // 500, a cut line, or an answer that is lost after the work was done: each in one of ten.
        let provider = Provider::start(|before, _| match before % 10 {
            2 => Some((500, String::new())),
            5 | 8 => None,
            _ => Some((200, r#"{"code":0}"#.to_owned())),
        });
        sms(town, &provider);
        town.consent(Channel::Sms, "13987650123");
        let n = 200;
        for key in 0..n {
            town.tell(URGENT, &format!("a/{key}"));
        }
        for _ in 0..40 {
            town.run(&provider.host());
            town.clock.advance_seconds(3600);
        }
        let sendings = town.sendings();
        assert_eq!(sendings.len(), n);
        assert!(sendings.iter().all(|one| one.state == SendingState::Sent));
        // What a receiver that looks at the key has: each once.
        let asked = provider.asked();
        let keys: std::collections::BTreeSet<String> = asked
            .iter()
            .map(|one| serde_json::from_str::<Value>(&one.body).unwrap()["id"].to_string())
            .collect();
        assert_eq!(keys.len(), n);
        assert!(asked.len() > n + n / 5, "only {} requests for {n} messages", asked.len());
    });
}
