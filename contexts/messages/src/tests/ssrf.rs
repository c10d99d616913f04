//! K7: no field that takes an address leads into the machine or its network. A listener counts who comes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jobs::outbox::SendingState;

use super::provider::Provider;
use super::{TRIED, Town};
use crate::{Channel, Lookup, Outward};

fn town(test: impl Fn(&Town)) {
    // What is connected to does not depend on the database.
    let folder = tempfile::tempdir().unwrap();
    let target = db::Target::Sqlite(folder.path().join("qilin.db"));
    let db = db::Db::open(&target, super::STREAMS).unwrap();
    test(&Town::of(&db));
    db.close();
}

fn never_asked(provider: &Provider, town: &Town, outward: &Outward, url: &str) {
    let template = "{phone}{text}";
    town.set(Channel::Webhook, &[("url", url), ("key", "k")]);
    town.set(Channel::Wecom, &[("url", url)]);
    town.set(Channel::Dingtalk, &[("url", url), ("key", "k")]);
    town.set(Channel::Sms, &[("url", url), ("format", "json"), ("template", template)]);
    town.tell(TRIED, url);
    town.run_with(outward.clone());
    let asked = provider.asked().len();
    assert_eq!(asked, 0, "{url} was asked");
}

#[test]
fn no_address_in_any_form_reaches_the_machine_itself() {
    town(|town| {
        let provider = Provider::start(|_, _| Some((200, String::new())));
        town.consent(Channel::Sms, "13987650123");
        let outward = Outward::allowing("").unwrap();
        let port = provider.port;
        for scheme in ["http", "https"] {
            for host in [
                "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "127.1",
                "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]", "127.0.0.1.",
            ] {
                never_asked(&provider, town, &outward, &format!("{scheme}://{host}:{port}/hook"));
            }
        }
        // Each sending ended with its reason, instead of being tried for days.
        assert!(town.sendings().iter().all(|one| one.state != SendingState::Sent));
        let inside = |one: &&jobs::outbox::Sending| {
            one.answer.as_ref().is_some_and(|answer| answer.contains("--allow-hosts"))
        };
        assert!(town.sendings().iter().filter(inside).count() > 80);
    });
}

#[test]
fn a_name_that_is_looked_up_again_leads_nowhere_else() {
    town(|town| {
        let provider = Provider::start(|_, _| Some((200, String::new())));
        let port = provider.port;
        let looked_up = Arc::new(AtomicUsize::new(0));
        let n = Arc::clone(&looked_up);
        // Open the first time, the machine itself afterwards: a checker that asks twice would be led in.
        let rebind: Lookup = Arc::new(move |_, _| {
            let first = n.fetch_add(1, Ordering::SeqCst) == 0;
            // Of the addresses for documentation's neighbour nobody answers; the port is shut at once.
            let open: SocketAddr = ([240, 0, 0, 1], port).into();
            Ok(vec![if first { open } else { ([127, 0, 0, 1], port).into() }])
        });
        let outward = Outward::looking_up("", rebind).unwrap();
        town.set(Channel::Webhook, &[("url", &format!("https://rebind.example:{port}/")), ("key", "k")]);
        town.tell(TRIED, "a/1");
        for _ in 0..3 {
            town.run_with(outward.clone());
            town.clock.advance_seconds(3600);
        }
        assert_eq!(provider.asked().len(), 0);
        assert!(looked_up.load(Ordering::SeqCst) >= 1);
    });
}

#[test]
fn where_an_allowed_host_leads_is_not_followed() {
    town(|town| {
        let inner = Provider::start(|_, _| Some((200, String::new())));
        let to = inner.url();
        let outer = Provider::start(move |_, _| Some((307, to.clone())));
        town.set(Channel::Webhook, &[("url", &outer.url()), ("key", "k")]);
        town.tell(TRIED, "a/1");
        // Both are allowed: even then it is the administrator who has to enter the other address.
        town.run(&format!("{},{}", outer.host(), inner.host()));
        assert_eq!((outer.asked().len(), inner.asked().len()), (1, 0));
        assert_eq!(town.sendings()[0].state, SendingState::Failed);
    });
}

#[test]
fn no_mail_server_within_is_reached_unless_it_was_named() {
    town(|town| {
        let provider = Provider::start(|_, _| None);
        let port = provider.port.to_string();
        town.consent(Channel::Email, "li@example.cn");
        for (host, tls) in [("127.0.0.1", "none"), ("localhost", "starttls"), ("2130706433", "tls")] {
            let fields = [("host", host), ("port", port.as_str()), ("tls", tls), ("from", "a@b.cn")];
            town.set(Channel::Email, &fields);
            town.tell(TRIED, host);
            town.run("");
        }
        assert_eq!(provider.asked().len(), 0);
        let sendings = town.sendings();
        assert_eq!(sendings.len(), 3);
        assert!(sendings.iter().all(|one| one.state == SendingState::Failed), "{sendings:?}");
    });
}
