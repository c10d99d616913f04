//! People without an account: told by text message as long as they consent.

use jobs::outbox::{self, Message, SendingState};
use kernel::Day;

use super::provider::{Asked, Provider};
use super::{TRIED, Town, both};
use crate::Channel;

const PHONE: &str = "13987650123";

fn ok(_: usize, _: &Asked) -> Option<(u16, String)> {
    Some((200, r#"{"code":0}"#.to_owned()))
}

fn sms(town: &Town, provider: &Provider) {
    let url = provider.url();
    let template = r#"{"to":"{phone}","text":"{text}"}"#;
    town.set(Channel::Sms, &[("url", url.as_str()), ("format", "json"), ("template", template)]);
}

fn tell(town: &Town, key: &str) {
    let message = Message {
        kind: TRIED,
        key: key.to_owned(),
        args: vec![("by", "甲".to_owned())],
        href: "/orders/2025-0001".to_owned(),
        to: std::collections::BTreeSet::new(),
    };
    town.act(&town.admin, move |tx, by| outbox::tell_guest(tx, by, &message, "order-1")).unwrap();
}

fn consent(town: &Town) {
    town.act(&town.admin, |tx, by| outbox::consent(tx, by, "order-1", PHONE)).unwrap();
}

#[test]
fn a_guest_is_told_by_text_message_once_they_consent_and_no_group_is() {
    both(|town| {
        let (gateway, group) = (Provider::start(ok), Provider::start(ok));
        sms(town, &gateway);
        town.set(Channel::Wecom, &[("url", group.url().as_str())]);
        tell(town, "o/1");
        consent(town);
        tell(town, "o/2");
        tell(town, "o/2");
        town.run(&format!("{},{}", gateway.host(), group.host()));
        let asked = gateway.asked();
        assert_eq!(asked.len(), 1, "told without consent, or twice");
        assert!(asked[0].body.contains(PHONE));
        assert_eq!(group.asked().len(), 0, "a guest's message went to a group");
        assert_eq!(town.sendings()[0].state, SendingState::Sent);
    });
}

#[test]
fn a_guest_who_takes_the_consent_back_gets_nothing_that_still_waits_and_the_number_is_gone() {
    both(|town| {
        let gateway = Provider::start(ok);
        sms(town, &gateway);
        consent(town);
        // At night it waits for the morning.
        town.clock.set(Day::parse("2025-09-01").unwrap().at(23, 0));
        tell(town, "o/1");
        town.run(&gateway.host());
        assert_eq!(gateway.asked().len(), 0, "it was sent in quiet hours");
        assert!(town.act(&town.admin, |tx, by| outbox::withdraw(tx, by, "order-1")).unwrap());
        town.clock.set(Day::parse("2025-09-02").unwrap().at(8, 1));
        town.run(&gateway.host());
        assert_eq!(gateway.asked().len(), 0);
        assert_eq!(town.sendings()[0].state, SendingState::Failed);
        let n = town
            .db
            .read_now(|tx| Ok(tx.one("select count(*) as n from message_guest", &[])?.get::<i64>("n")?));
        assert_eq!(n.unwrap(), 0);
    });
}

#[test]
fn a_guests_number_is_nowhere_to_be_read_and_consent_is_asked_only_where_it_leads_somewhere() {
    both(|town| {
        let district = town.founded.district.clone();
        let reaches = || {
            let district = district.clone();
            town.db.read_now(move |tx| outbox::reaches_guests(tx, &district)).unwrap()
        };
        assert!(!reaches());
        let gateway = Provider::start(|_, _| Some((500, "no".to_owned())));
        sms(town, &gateway);
        assert!(reaches());
        consent(town);
        tell(town, "o/1");
        town.run(&gateway.host());
        for table in ["message", "message_sending", "job", "audit_entry"] {
            let rows = town.db.read_now(move |tx| {
                let sql = match table {
                    "message" => "select args || href || event_key as text from message",
                    "message_sending" => {
                        "select coalesce(answer, '') || account_id as text from message_sending"
                    }
                    "job" => "select payload || coalesce(last_error, '') as text from job",
                    _ => "select detail as text from audit_entry",
                };
                tx.query(sql, &[])?
                    .iter()
                    .map(|row| Ok(row.get::<String>("text")?))
                    .collect::<Result<Vec<_>, _>>()
            });
            assert!(!rows.unwrap().join("\n").contains(PHONE), "the number stands in {table}");
        }
        let veiled: Vec<u8> =
            town.db.read_now(|tx| Ok(tx.one("select phone from message_guest", &[])?.get("phone")?)).unwrap();
        assert!(!String::from_utf8_lossy(&veiled).contains(PHONE));
    });
}
