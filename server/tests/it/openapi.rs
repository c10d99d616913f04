//! Programs that read the description of every address, and then send it whatever they like.

use std::collections::{BTreeMap, BTreeSet};

use db::Target;
use http::Method;
use kernel::{Permission, Rng, Role, SeededRng};
use serde_json::Value;
use testkit::{Answer, Client, fresh_postgres};

use crate::at_work::AtWork;
use crate::site::{forms, kind, links, pages};
use crate::support::{PASSWORD, Town};

/// Values that people and programs send by mistake or on purpose.
const ODD: [&str; 38] = [
    "", " ", "0", "-1", "1", "12", "13", "2025", "9223372036854775807", "9223372036854775808", "1e309",
    "NaN", "N/A", "三百", "１２", "2025-02-30", "0000-00-00", "9999-12-31", "-9999-01-01", "2025-12-29",
    "true", "null", "[]", "{}", "'", "\"", "' or '1'='1", "%", "_", "%00", "\0", "a\0b", "../../etc/passwd",
    "<b>", "\u{202e}好", "😀", "on", "submit",
];

fn description(client: &mut Client) -> Value {
    let answer = client.get("/openapi.json");
    answer.is(200);
    serde_json::from_str(&answer.text).unwrap()
}

#[test]
fn the_description_names_every_route_with_its_parameters_and_whom_it_lets_in() {
    let town = Town::new();
    let document = description(&mut town.visitor());
    let routes = town.app.routes();
    for route in routes {
        let path = &document["paths"][route.path];
        let operation = &path[route.method.as_str().to_ascii_lowercase()];
        assert!(operation["responses"].is_object(), "{} {}", route.method, route.path);
        assert_eq!(operation["requestBody"].is_object(), route.method == Method::POST, "{}", route.path);
        let public = operation["x-permission"] == "public";
        assert_eq!(operation["security"].is_null(), public, "{}", route.path);
        let named: Vec<String> = path["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
            .collect();
        let written: Vec<&str> = route.path.split('/').filter(|part| part.starts_with('{')).collect();
        assert_eq!(named, written, "{}", route.path);
    }
    let paths: BTreeSet<&str> = routes.iter().map(|route| route.path).collect();
    assert_eq!(document["paths"].as_object().unwrap().len(), paths.len());
}

/// What is known of the site after a walk over it: addresses of each pattern, fields of each form.
struct Known {
    ids: Vec<String>,
    queries: Vec<String>,
    fields: BTreeMap<String, Vec<(String, String)>>,
}

/// Walks over the pages; `all` are the patterns that forms may be sent to.
fn learn(client: &mut Client, patterns: &[&str], all: &[&str]) -> Known {
    let mut ids = BTreeSet::new();
    let mut queries = BTreeSet::from(["page".to_owned(), "format".to_owned(), "to".to_owned()]);
    let mut fields = BTreeMap::new();
    for path in pages(client, patterns) {
        let page = client.get(&path);
        for link in links(&page) {
            let (path, query) = link.split_once('?').unwrap_or((&link, ""));
            ids.extend(path.split('/').filter(|part| part.len() == 26).map(str::to_owned));
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            queries.extend(pairs.map(|(name, _)| name.to_owned()));
        }
        for form in forms(&page, &path, "甲") {
            fields.insert(kind(&form.action, all).0, form.fields);
        }
    }
    Known { ids: ids.into_iter().collect(), queries: queries.into_iter().collect(), fields }
}

/// Chance over what is known and what is odd.
struct Sender {
    rng: SeededRng,
    known: Known,
}

impl Sender {
    fn one_in(&self, n: u64) -> bool {
        self.rng.below(n) == 0
    }

    fn of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let n = self.rng.below(u64::try_from(all.len()).unwrap());
        all.get(usize::try_from(n).unwrap())
    }

    fn odd(&self) -> String {
        if self.one_in(40) {
            return "长".repeat(20_000);
        }
        if self.one_in(6) {
            return self.of(&self.known.ids).cloned().unwrap_or_default();
        }
        (*self.of(&ODD).unwrap()).to_owned()
    }

    fn address(&self, pattern: &str) -> String {
        let filled = pattern.split('/').map(|part| match part {
            "{n}" | "{year}" => ["1", "5", "36", "2025", "99999999999", "x"]
                [usize::try_from(self.rng.below(6)).unwrap()]
            .to_owned(),
            "{step}" => ["rename", "move", "close", "merge", "x"]
                [usize::try_from(self.rng.below(5)).unwrap()]
            .to_owned(),
            part if part.starts_with('{') && self.one_in(4) => encoded(&self.odd()),
            part if part.starts_with('{') => self.of(&self.known.ids).cloned().unwrap_or_default(),
            part => part.to_owned(),
        });
        filled.collect::<Vec<_>>().join("/")
    }

    fn query(&self) -> String {
        let pairs = (0..self.rng.below(4))
            .map(|_| format!("{}={}", encoded(self.of(&self.known.queries).unwrap()), encoded(&self.odd())));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A form of the page as it would be sent, with some of its fields made odd.
    fn fields(&self, pattern: &str) -> Vec<(String, String)> {
        let mut fields = self.known.fields.get(pattern).cloned().unwrap_or_default();
        if self.one_in(8) {
            fields.clear();
        }
        for field in &mut fields {
            if self.one_in(5) {
                field.1 = self.odd();
            }
        }
        if fields.len() > 40 {
            fields.truncate(40 + usize::try_from(self.rng.below(100)).unwrap());
        }
        fields
    }

    fn send(&self, client: &mut Client, method: &Method, pattern: &str) -> Answer {
        let path = self.address(pattern);
        if *method == Method::GET {
            return client.get(&format!("{path}?{}", self.query()));
        }
        let fields = self.fields(pattern);
        let pairs: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if !self.one_in(20) {
            client.set_once(&self.rng.token()[..32]);
        }
        match self.rng.below(10) {
            0 => client.send(
                method.clone(),
                &path,
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disp".to_vec(),
            ),
            1 => client.send(method.clone(), &path, "application/json", b"{\"a\":1}".to_vec()),
            2 => client.upload(
                &path,
                &pairs,
                &[("file", "\u{202e}x.docx", b"PK\x03\x04 no archive"), ("proof", "a.png", b"\x89PNG")],
            ),
            _ => client.post(&path, &pairs),
        }
    }
}

fn encoded(text: &str) -> String {
    let bytes = text.bytes().take(600);
    bytes
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What ends the visit or shuts the sender out comes last.
fn shuts_out(path: &str) -> bool {
    ["/logout", "/password", "view-as", "disablement", "/roles", "temporary", "/people/passwords", "/setup"]
        .iter()
        .any(|part| path.contains(part))
}

/// Who sends.
const CAST: [(&str, Role); 4] = [
    ("admin", Role::Administrator),
    ("kexie", Role::Coordinator),
    ("weijian-1", Role::Editor),
    ("weijian-2", Role::Verifier),
];

fn lets_in(permission: Permission, role: Role) -> bool {
    match permission {
        Permission::Public | Permission::SignedIn => true,
        Permission::Roles(roles) => roles.contains(&role),
    }
}

/// Every `of`-th operation from the `part`-th on: the parts run beside each other.
fn examples_of_each(target: &Target, (part, of): (usize, usize), examples: usize) {
    let district = AtWork::at(target);
    let mut admin = district.signed_in("admin");
    let document = description(&mut admin);
    let all: Vec<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let known = learn(&mut admin, &district.patterns(), &all);
    let sender = Sender { rng: SeededRng::new(u64::try_from(part).unwrap()), known };
    let mut visitors = CAST.map(|(login, _)| (login, district.signed_in(login)));
    let mut routes = district.app.routes().to_vec();
    routes.sort_by_key(|route| shuts_out(route.path));
    let mut wrong = BTreeSet::new();
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    for route in routes.into_iter().skip(part).step_by(of) {
        let documented =
            &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()]["responses"];
        // Mostly those whom the route lets in: the guards walk the others.
        let able: Vec<usize> = (0..CAST.len()).filter(|n| lets_in(route.permission, CAST[*n].1)).collect();
        for n in 0..examples {
            let any = sender.one_in(10) || able.is_empty();
            let at = if any { n % CAST.len() } else { able[n % able.len()] };
            let (login, client) = &mut visitors[at];
            let answer = sender.send(client, &route.method, route.path);
            let status = answer.status.as_u16();
            if status == 401 || ["/login", "/password"].iter().any(|to| answer.location().starts_with(to)) {
                *client = Client::new(&district.router, district.runtime.handle());
                client.get("/login");
                client.post("/login", &[("login", *login), ("password", PASSWORD)]);
            }
            *seen.entry(status).or_default() += 1;
            if documented[status.to_string()].is_null() || status >= 500 {
                wrong.insert(format!("{} {} as {login}: {status}", route.method, route.path));
            }
        }
    }
    eprintln!("{seen:?}");
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(seen.get(&303).is_some_and(|n| *n > 20), "hardly anything was done: {seen:?}");
    district.db.close();
}

/// On the embedded database, a quarter of the operations.
fn two_hundred_of_each(part: usize) {
    let folder = tempfile::tempdir().unwrap();
    examples_of_each(&Target::Sqlite(folder.path().join("qilin.db")), (part, 4), 200);
}

#[test]
fn two_hundred_examples_of_the_first_quarter_of_operations_are_answered_as_described() {
    two_hundred_of_each(0);
}

#[test]
fn two_hundred_examples_of_the_second_quarter_of_operations_are_answered_as_described() {
    two_hundred_of_each(1);
}

#[test]
fn two_hundred_examples_of_the_third_quarter_of_operations_are_answered_as_described() {
    two_hundred_of_each(2);
}

#[test]
fn two_hundred_examples_of_the_last_quarter_of_operations_are_answered_as_described() {
    two_hundred_of_each(3);
}

#[test]
fn thirty_examples_of_every_operation_are_answered_as_described_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        examples_of_each(scratch.target(), (0, 1), 30);
    }
}
