//! Recording and verifying at full durability, as people do it: forms sent over HTTP by many at once.
//! The yardstick is the plainest server that keeps two rows for each POST, through the same writer,
//! which groups commits; an acknowledged step of a delivery may cost five times such a POST.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use evidence::{Details, NewDelivery, reading::heads_field};
use kernel::{Rng, SystemRng};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::data::{self, Tales};
use crate::load::{cpu_seconds, read_answer};
use crate::program::{Running, binary, get};
use crate::table::{Against, Table};
use crate::{pages, postgres};

/// Callers at once.
pub const CALLERS: usize = 64;
/// How often the yardstick, recording and verifying take turns; the least of each is told, since what
/// else the machine does only ever adds to it.
const ROUNDS: usize = 6;
/// Deliveries recorded and verified over HTTP in a round, and POSTs to the yardstick: enough that the ten
/// milliseconds in which processor time is counted are a hundredth of a round.
const DELIVERIES: usize = 3_840;
const INSERTS: usize = 19_200;

/// One form after the other, each by whoever is free.
pub async fn rows(table: &mut Table, folder: &Path, facts: u64) -> Result<(), String> {
    let to = folder.join("recording");
    let copied = to.clone();
    let tales = tokio::task::spawn_blocking(move || {
        let db = data::copy(&data::folder(facts)?, &copied)?;
        let tales = Tales::of(&db);
        db.close();
        tales
    });
    let tales = tales.await.map_err(|error| error.to_string())??;
    let yardstick = yardstick(folder)?;
    let post = b"POST /notes HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n".to_vec();
    let mut command = Command::new(binary()?);
    let qilin = Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&to))?;
    let recorder = Desk::enter(&qilin.address, "kexie").await?;
    let verifier = Desk::enter(&qilin.address, "kexie-fu").await?;
    let mut least = [f64::INFINITY; 3];
    for round in 0..ROUNDS {
        let first = round * DELIVERIES;
        let (bare, _) = cost(&yardstick, vec![post.clone(); INSERTS]).await?;
        let forms =
            (first..first + DELIVERIES).map(|n| recorder.post("/desk/deliveries", &form(tales.tale(n), n)));
        let (recorded, places) = cost(&qilin, forms.collect()).await?;
        let forms = places.iter().zip(first..).map(|(place, n)| {
            let fields = [("version", "1".to_owned()), ("_once", once(n))];
            verifier.post(&format!("{place}/verification"), &fields)
        });
        let (verified, _) = cost(&qilin, forms.collect()).await?;
        for (least, spent) in least.iter_mut().zip([bare, recorded, verified]) {
            *least = spent.min(*least);
        }
    }
    let [bare, recorded, verified] = least;
    let against = || Against { name: "POST of a grouped insert", value: bare, limit: 5.0 };
    table.ratio("delivery recorded and handed on, SQLite", recorded, "ms", against());
    table.ratio("delivery verified and counted, SQLite", verified, "ms", against());
    drop((qilin, yardstick));
    postgres::rows(table).await
}

/// The plainest server, in a process of its own.
fn yardstick(folder: &Path) -> Result<Running, String> {
    let page = folder.join("empty.html");
    std::fs::write(&page, "").map_err(|error| error.to_string())?;
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    Running::start(Command::new(me).arg("yardstick").arg(&page).arg(folder))
}

/// A signed-in session.
pub struct Desk {
    session: String,
    csrf: String,
}

impl Desk {
    /// Signs in.
    pub async fn enter(address: &str, login: &str) -> Result<Self, String> {
        let session = pages::sign_in(address, login).await?;
        let form = pages::with(&get("/desk/deliveries/new"), &format!("Cookie: qilin_session={session}"));
        let page = String::from_utf8_lossy(&pages::body(address, &form).await?).into_owned();
        let csrf = page.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let csrf = csrf.ok_or("the form carries no secret")?.to_owned();
        Ok(Self { session, csrf })
    }

    /// A form of hers.
    pub fn post(&self, path: &str, fields: &[(&str, String)]) -> Vec<u8> {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("_csrf", &self.csrf).extend_pairs(fields);
        let body = pairs.finish();
        format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nCookie: qilin_session={}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.session,
            body.len()
        )
        .into_bytes()
    }
}

/// The key of a form as pages draw it: its time, then chance. Here a form each millisecond.
fn once(n: usize) -> String {
    format!("{n:010}{}", SystemRng.token())
}

/// What a person typed.
pub fn form(new: &NewDelivery, n: usize) -> Vec<(&'static str, String)> {
    let Details { kind, topic, title, on, minutes, venue, town, host, method, works, note, .. } =
        &new.details;
    let mut fields = vec![
        ("_once", once(n)),
        ("client_key", format!("phone-{n}")),
        ("kind", kind.code().to_owned()),
        ("topic", topic.clone()),
        ("title", title.clone()),
        ("on", on.to_string()),
        ("minutes", minutes.to_string()),
        ("venue", venue.clone()),
        ("town", town.to_string()),
        ("host", host.to_string()),
        ("method", method.code().to_owned()),
        ("works", works.clone()),
        ("note", note.clone()),
    ];
    let details = &new.details;
    fields.extend(details.place.iter().map(|unit| ("place", unit.to_string())));
    fields.extend(details.co_hosts.iter().map(|unit| ("co_host", unit.to_string())));
    fields.extend(details.supporters.iter().map(|unit| ("supporter", unit.to_string())));
    fields.extend(details.purposes.iter().map(|purpose| ("purpose", purpose.to_string())));
    fields.extend(details.heads.iter().map(|(group, heads)| (heads_field(*group), heads.to_string())));
    fields
}

/// Sends the requests over as many connections as there are callers: milliseconds of the serving
/// process's processor time for each, and where the answers led, in the order of the requests.
pub async fn cost(of: &Running, requests: Vec<Vec<u8>>) -> Result<(f64, Vec<String>), String> {
    let n = requests.len();
    let requests = Arc::new(requests);
    let before = cpu_seconds(of.id());
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (address, requests) = (of.address.clone(), Arc::clone(&requests));
            tokio::spawn(async move { send(&address, &requests, caller).await.map_err(|e| e.to_string()) })
        })
        .collect();
    let mut answers = Vec::with_capacity(n);
    for caller in callers {
        answers.extend(caller.await.map_err(|error| error.to_string())??);
    }
    let spent = cpu_seconds(of.id()) - before;
    answers.sort_unstable();
    Ok((spent * 1e3 / n as f64, answers.into_iter().map(|(_, place)| place).collect()))
}

async fn send(address: &str, requests: &[Vec<u8>], caller: usize) -> std::io::Result<Vec<(usize, String)>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut answers, mut buffer) = (Vec::new(), Vec::new());
    for at in (caller..requests.len()).step_by(CALLERS) {
        stream.write_all(&requests[at]).await?;
        let (status, _) = read_answer(&mut stream, &mut buffer).await?;
        let text = String::from_utf8_lossy(&buffer);
        assert!(matches!(status, 200 | 303), "{status}: {text}");
        let place = text.split("location: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        answers.push((at, place.unwrap_or_default().to_owned()));
    }
    Ok(answers)
}
