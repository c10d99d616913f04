//! What every answer carries, however the request was refused: the safe headers, and for whatever is
//! not for everybody the word that nobody keeps it.

use std::collections::BTreeSet;

use http::Method;
use testkit::{Answer, Client};

use crate::guards::concrete;
use crate::support::Town;

/// Each with the words that it must hold.
const SAFE: [(&str, &str); 7] = [
    ("content-security-policy", "frame-ancestors 'none'"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "microphone=()"),
];

/// The safe headers that an answer lacks.
pub fn lacks(answer: &Answer) -> Vec<&'static str> {
    let holds = |(name, words): &(&str, &str)| {
        answer.headers.get(*name).is_some_and(|value| value.to_str().unwrap().contains(words))
    };
    SAFE.iter().filter(|header| !holds(header)).map(|(name, _)| *name).collect()
}

/// Asks, and keeps what is wrong with the answers.
#[derive(Default)]
struct Asked {
    statuses: BTreeSet<u16>,
    wrong: BTreeSet<String>,
}

impl Asked {
    fn look(&mut self, answer: &Answer, private: bool, how: &str) {
        let status = answer.status.as_u16();
        self.statuses.insert(status);
        for name in lacks(answer) {
            self.wrong.insert(format!("{how}: {status} without {name}"));
        }
        let kept = answer.headers.get("cache-control").map(|value| value.to_str().unwrap());
        let private = private || answer.headers.contains_key("set-cookie");
        if kept.is_none() || private && kept != Some("no-store") {
            self.wrong.insert(format!("{how}: {status} may be kept: {kept:?}"));
        }
        // Security by headers alone does not help who is sent to another site.
        assert!(!answer.location().contains("://"), "{how} leads to {}", answer.location());
    }
}

/// Sends what each status answers to; `signed_in` says whose the answers are.
fn provoke(asked: &mut Asked, client: &mut Client, signed_in: bool, (method, path): (&Method, &str)) {
    let private = signed_in || path.starts_with("/desk") || method != Method::GET;
    let how = |what: &str| format!("{method} {path} {what}");
    let form = "application/x-www-form-urlencoded";
    if *method == Method::GET {
        asked.look(&client.get(path), private, &how("as it is"));
        asked.look(&client.get(&format!("{path}?q=%00")), private, &how("with a nul"));
        client.headers = vec![("accept", "application/json".into())];
        asked.look(&client.get(path), private, &how("by a program"));
        client.headers.clear();
        asked.look(&client.send(Method::HEAD, path, "", Vec::new()), private, &how("by HEAD"));
    } else {
        client.headers = vec![("origin", "https://evil.example".into())];
        asked.look(&client.post(path, &[]), true, &how("from another site"));
        client.headers.clear();
        asked.look(&client.send(method.clone(), path, form, b"a=b".into()), true, &how("without secret"));
        asked.look(
            &client.send(method.clone(), path, "application/json", b"{}".into()),
            true,
            &how("as JSON"),
        );
        let cut = b"--x\r\nContent-Disp".to_vec();
        let multipart = "multipart/form-data; boundary=x";
        asked.look(&client.send(method.clone(), path, multipart, cut), true, &how("cut off"));
        client.get(if signed_in { "/desk" } else { "/login" }).is(200);
        asked.look(&client.post(path, &[]), true, &how("empty"));
    }
    for unknown in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let what = how(&format!("by {unknown}"));
        asked.look(&client.send(unknown, path, "", Vec::new()), true, &what);
    }
}

#[test]
fn every_answer_to_every_request_carries_the_safe_headers_and_private_ones_are_kept_by_nobody() {
    let town = Town::new();
    let mut asked = Asked::default();
    let ends_the_visit = ["/logout", "/login", "/setup"];
    for login in [None, Some("admin"), Some("viewer")] {
        let mut client = login.map_or_else(|| town.visitor(), |login| town.signed_in(login));
        for route in town.app.routes().iter().filter(|route| !ends_the_visit.contains(&route.path)) {
            provoke(&mut asked, &mut client, login.is_some(), (&route.method, &concrete(route.path)));
        }
        for path in ["/nothing", "/desk/nothing", "/api/nothing", "/assets/nothing.css", "/%ff", "//"] {
            let nowhere = (&Method::GET, path);
            provoke(&mut asked, &mut client, login.is_some(), nowhere);
            provoke(&mut asked, &mut client, login.is_some(), (&Method::POST, path));
        }
    }
    // Who signs in, too often, and out.
    let mut stranger = town.visitor();
    for path in ends_the_visit {
        provoke(&mut asked, &mut stranger, false, (&Method::GET, path));
        provoke(&mut asked, &mut stranger, false, (&Method::POST, path));
    }
    stranger.get("/login").is(200);
    for _ in 0..8 {
        let answer = stranger.post("/login", &[("login", "viewer"), ("password", "falsch-falsch")]);
        asked.look(&answer, true, "a wrong password");
    }
    let mut admin = town.signed_in("admin");
    let large = format!("_csrf=x&name={}", "a".repeat(2 << 20)).into_bytes();
    let form = "application/x-www-form-urlencoded";
    asked.look(&admin.send(Method::POST, "/desk/units/new", form, large), true, "a large body");
    // A preview changes nothing.
    admin.get("/desk/view-as").is(200);
    let previewed = [("role", "viewer"), ("unit", town.founded.root.as_str())];
    asked.look(&admin.post("/desk/view-as", &previewed), true, "a preview");
    asked.look(&admin.post("/password", &[]), true, "a change in a preview");
    assert!(asked.wrong.is_empty(), "{:#?}", asked.wrong);
    let all = [200, 303, 401, 403, 404, 405, 409, 413, 422, 429];
    let unseen: Vec<_> = all.iter().filter(|status| !asked.statuses.contains(status)).collect();
    assert!(unseen.is_empty(), "not provoked: {unseen:?}, only {:?}", asked.statuses);
}

#[test]
fn what_is_answered_while_the_store_does_not_answer_carries_the_safe_headers_too() {
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    let mut visitor = town.visitor();
    town.db.close();
    for path in ["/desk", "/desk/units", "/plan", "/log"] {
        for (private, client) in [(true, &mut admin), (false, &mut visitor)] {
            let answer = client.get(path);
            let status = answer.status.as_u16();
            assert!(status == 503 || (!private && status == 303), "{path}: {status}");
            assert_eq!(lacks(&answer), Vec::<&str>::new(), "{path}: {status}");
            assert!(!private || answer.headers["cache-control"] == "no-store", "{path}: {status}");
        }
    }
}
