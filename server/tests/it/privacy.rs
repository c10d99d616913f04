//! What must never be found where it could be read: passwords, tokens, keys, lines of sign-in lists.
//!
//! Each goes through the program once, as in life, and is then looked for in the files of the
//! database, its copy, all rows, the log of the program at its most talkative, every page and export.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use db::{Db, Target};
use testkit::{Client, Program, fresh_postgres};

use crate::at_work::AtWork;
use crate::site::{forms, links, pages};
use crate::support::{PASSWORD, Town};

const WRONG: &str = "kanarienvogel-falsch";
const NEW: &str = "kanarienvogel-neu-2025";
const PERSON: &str = "金丝雀";
const PHONE: &str = "13987650123";
/// The password in a PostgreSQL address; the tests' server lets in whoever comes.
const DATABASE: &str = "kanarienvogel-datenbank";

fn holds(bytes: &[u8], words: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(words)
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that is said from here on, however quiet it would be said otherwise.
fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    // Each test runs in a process of its own; where it does not, the first one's log hears all.
    let _ = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .try_init();
    log
}

/// Every file of a folder.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

/// Every row of every table, as text; without photos and uploaded files, which the files hold.
fn rows(db: &Db) -> Vec<u8> {
    let mut all = Vec::new();
    for column in db.schema().unwrap().into_iter().filter(|column| column.data_type != "bytea") {
        let sql =
            format!("select coalesce(cast({} as text), '') as value from {}", column.column, column.table);
        let read = db.read_now(move |tx| {
            let rows = tx.query(&sql, &[])?;
            rows.iter().map(|row| Ok(row.get::<String>("value")?)).collect::<Result<Vec<_>, _>>()
        });
        all.extend(read.unwrap().join("\n").into_bytes());
    }
    all
}

/// What an answer holds; of a spreadsheet, which is an archive, what is packed in it.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for n in 0..archive.len() {
            archive.by_index(n).unwrap().read_to_end(&mut all).unwrap();
        }
    }
    all
}

/// Every page that the administrator reaches and every export that is linked on one.
fn shown(client: &mut Client, patterns: &[&str]) -> (Vec<u8>, usize) {
    let mut all = Vec::new();
    let mut exports = std::collections::BTreeSet::new();
    for path in pages(client, patterns) {
        let page = client.get(&path);
        // What an address that leads nowhere is told.
        all.extend(client.get(&format!("{}/nirgends", path.split('?').next().unwrap())).bytes);
        exports.extend(links(&page).into_iter().filter(|link| link.contains("format=")));
        all.extend(page.bytes);
    }
    for export in &exports {
        let answer = client.get(export);
        // An extract of the evidence needs a signed head.
        assert!(answer.status == 200 || export.contains("format=proof"), "{export}: {}", answer.status);
        all.extend(unpacked(&answer.bytes));
    }
    (all, exports.len())
}

/// Records a delivery with a sign-in list, as its form sends it.
fn record(editor: &mut Client) {
    let page = editor.get("/desk/deliveries/new");
    let form = forms(&page, "/desk/deliveries", "识别野生菌").into_iter().next().unwrap();
    let list = format!("{PERSON} {PHONE}\n另一位 13800000000");
    let given = [("persons", list.as_str()), ("heads_elderly", "2"), ("on", "2025-09-01")];
    let mut fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| given.iter().all(|(of, _)| of != name) && !name.starts_with("heads_"))
        .filter(|(name, _)| !["place", "start", "client_key", "co_host", "supporter"].contains(name))
        .collect();
    fields.extend(given);
    let sent = editor.post("/desk/deliveries", &fields);
    editor.follow(&sent).is(200).shows("2 人");
}

/// Everything secret goes through once; gives what nobody may find.
fn live(district: &AtWork) -> Vec<String> {
    let mut stranger = Client::new(&district.router, district.runtime.handle());
    stranger.get("/login");
    stranger.post("/login", &[("login", "admin"), ("password", WRONG)]).is(422);
    stranger.post("/login", &[("login", WRONG), ("password", WRONG)]).is(422);
    let mut admin = district.signed_in("admin");
    admin.get("/desk/people/new").is(200);
    let new = [("login", "kanari"), ("name", "新同事"), ("unit", ""), ("role", "")];
    let issued = admin.post("/desk/people/new", &new);
    let temporary = issued.is(200).text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut editor = district.signed_in("weijian-1");
    record(&mut editor);
    editor.get("/password").is(200);
    let change = [("current", PASSWORD), ("password", NEW), ("again", NEW)];
    editor.post("/password", &change).is(303);
    let mut secrets: Vec<String> =
        [PASSWORD, WRONG, NEW, PERSON, PHONE, DATABASE, &temporary].map(str::to_owned).to_vec();
    for client in [&admin, &editor] {
        secrets.extend(
            ["qilin_session", "qilin_device"]
                .iter()
                .filter_map(|name| client.cookie(name))
                .map(str::to_owned),
        );
    }
    assert!(secrets.len() >= 9, "no token was seen: {secrets:?}");
    secrets
}

/// Fails when a secret stands among the bytes; `known` is what must stand there, or nothing was read.
fn none_in(what: &str, bytes: &[u8], known: &str, secrets: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(text.contains(known), "{what} does not even hold {known}");
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is readable in {what}");
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.contains(&hex), "{secret} is readable in {what}, in hexadecimal");
    }
}

fn nothing_secret_is_found(target: &Target, folder: Option<&Path>) {
    let log = listen();
    let district = AtWork::at(target);
    let secrets = live(&district);
    let mut admin = district.signed_in("admin");
    let mut secrets_of_rows = secrets.clone();
    secrets_of_rows.extend(admin.cookie("qilin_session").map(str::to_owned));
    none_in("the rows", &rows(&district.db), "weijian-1", &secrets_of_rows);
    let (shown, exports) = shown(&mut admin, &district.patterns());
    assert!(exports > 10, "only {exports} exports were read");
    // The words that somebody typed into the field of the login are in the audit as nobody's.
    none_in("pages and exports", &shown, "weijian-1", &secrets);
    if let Some(folder) = folder {
        none_in("the files", &files(folder), "weijian-1", &secrets_of_rows);
        let copy = tempfile::tempdir().unwrap();
        district.db.backup(&copy.path().join("copy.db")).unwrap();
        none_in("the copy", &files(copy.path()), "weijian-1", &secrets_of_rows);
    }
    district.db.close();
    tracing::trace!("the end of the log");
    none_in("the log", &log.0.lock().unwrap(), "the end of the log", &secrets_of_rows);
}

#[test]
fn no_password_token_or_line_of_a_list_stands_in_files_copies_rows_logs_pages_or_exports() {
    let folder = tempfile::tempdir().unwrap();
    nothing_secret_is_found(&Target::Sqlite(folder.path().join("qilin.db")), Some(folder.path()));
}

#[test]
fn no_password_token_or_line_of_a_list_stands_in_rows_logs_pages_or_exports_of_postgresql() {
    let Some(scratch) = fresh_postgres() else { return };
    let Target::Postgres(address) = scratch.target() else { panic!("no PostgreSQL") };
    // The same server, with a password that it does not ask for.
    let (scheme, rest) = address.split_once("://").unwrap();
    let (user, host) = rest.split_once('@').unwrap();
    let user = user.split(':').next().unwrap();
    let address = format!("{scheme}://{user}:{DATABASE}@{host}");
    nothing_secret_is_found(&Target::Postgres(address), None);
}

#[test]
fn a_database_that_does_not_answer_is_told_without_its_password() {
    let log = listen();
    let addresses = [
        format!("postgres://qilin:{DATABASE}@127.0.0.1:1/qilin"),
        format!("postgres://qilin:{DATABASE}@127.0.0.1:port/qilin"),
        format!("host=127.0.0.1 port=1 user=qilin password={DATABASE} nonsense"),
        format!("postgres://qilin:{DATABASE}@127.0.0.1:1/qilin?nonsense={DATABASE}"),
    ];
    for address in addresses {
        let told = server::compose::open(&Target::Postgres(address)).err().unwrap();
        assert!(!told.contains(DATABASE), "{told}");
    }
    assert!(!holds(&log.0.lock().unwrap(), DATABASE));
}

#[test]
fn the_signing_key_stays_in_its_file_and_the_setup_code_is_of_no_use_later() {
    let town = Town::new();
    let admin = town.signed_in("admin");
    let session = admin.cookie("qilin_session").unwrap().to_owned();
    town.db.close();
    let folder = town.folder.path();
    let said = folder.join("said.txt");
    let script = "exec \"$0\" serve --listen 127.0.0.1:0 --data \"$1\" 2>\"$2\"";
    let words = ["-c", script, env!("CARGO_BIN_EXE_qilin"), folder.to_str().unwrap(), said.to_str().unwrap()];
    let program = Program::start(Path::new("sh"), &words);
    let key = std::fs::read_to_string(folder.join("signing-key")).unwrap().trim().to_owned();
    assert_eq!(key.len(), 64);
    let host = program.url.trim_start_matches("http://").to_owned();
    let ask = |path: &str| {
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        let cookie = format!("Cookie: qilin_session={session}\r\n");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{cookie}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    for path in [
        "/log", "/log/head", "/desk", "/desk/settings", "/desk/audit", "/signing-key", "/qilin.db",
        "/openapi.json",
    ] {
        let answer = ask(path);
        assert!(!answer.contains(&key), "{path} tells the key");
    }
    assert!(ask("/setup").starts_with("HTTP/1.1 404"), "a founded district is not set up again");
    let told = program.said.clone();
    assert!(program.terminate().success());
    assert!(!told.contains(&key) && !told.contains("setup"), "{told}");
    std::fs::remove_file(folder.join("signing-key")).unwrap();
    let everything = files(folder);
    let raw: Vec<u8> = (0..32).map(|n| u8::from_str_radix(&key[2 * n..2 * n + 2], 16).unwrap()).collect();
    assert!(!holds(&everything, &key) && !everything.windows(32).any(|window| window == raw));
}
