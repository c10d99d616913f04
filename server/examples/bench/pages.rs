//! The pages that many open, over a district with many facts, under 32 connections.

use std::path::Path;
use std::process::Command;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::data;
use crate::load::{self, Load};
use crate::program::{CONNECTIONS, Running, binary, get};
use crate::table::{Against, Table};

/// Requests of a round to what is answered with bytes that are there, and to what is drawn.
const KEPT: usize = 6_000;
const DRAWN: usize = 1_000;

/// The public page against a bare handler of the same bytes; the pages of the desk against twenty rows.
pub async fn rows(table: &mut Table, folder: &Path, facts: u64) -> Result<(), String> {
    let data =
        tokio::task::spawn_blocking(move || data::folder(facts)).await.map_err(|e| e.to_string())??;
    let mut command = Command::new(binary()?);
    let qilin = Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data))?;
    table.figure(format!("{facts} facts: resident memory, idle"), load::resident_mib(qilin.id()), "MiB");
    let page = folder.join("plan.html");
    std::fs::write(&page, body(&qilin.address, &get("/plan")).await?).map_err(|error| error.to_string())?;
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let yardstick = Running::start(Command::new(me).arg("yardstick").arg(&page).arg(folder))?;

    let to = |server: &Running, n, request: Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>| Load {
        address: server.address.clone(),
        pid: server.id(),
        request,
        n,
    };
    let same = |request: Vec<u8>| Box::new(move |_| request.clone());
    let bare = ("bare handler, same bytes", 3.0);
    let twenty = ("twenty rows as JSON", 10.0);
    // what the first reader after a commit costs: to be known, not to be met
    let anew = (twenty.0, f64::INFINITY);
    let mut loads = vec![
        to(&yardstick, KEPT, same(get("/page"))),
        to(&yardstick, KEPT, same(get("/rows"))),
        to(&qilin, KEPT, same(get("/plan"))),
    ];
    let mut names = vec![("public page /plan", bare)];
    for (name, path, login, against) in [
        ("board /desk/plan", "/desk/plan", "kexie", twenty),
        ("board, drawn anew each time", "/desk/plan?n=", "kexie", anew),
        ("list /desk/deliveries", "/desk/deliveries", "kexie", twenty),
        ("list, drawn anew each time", "/desk/deliveries?n=", "kexie", anew),
        ("list of a unit's editor", "/desk/deliveries", "jiaoti-1", twenty),
        ("list of a unit's editor, anew each time", "/desk/deliveries?n=", "jiaoti-1", anew),
    ] {
        let session = sign_in(&qilin.address, login).await.map_err(|error| format!("signing in: {error}"))?;
        let request = move |n: usize| {
            let n = if path.ends_with("n=") { n.to_string() } else { String::new() };
            with(&get(&format!("{path}{n}")), &format!("Cookie: qilin_session={session}"))
        };
        loads.push(to(&qilin, DRAWN, Box::new(request)));
        names.push((name, against));
    }
    let costs = load::rounds(loads, CONNECTIONS).await;
    let [bare_cost, twenty_cost, pages @ ..] = costs.as_slice() else { return Err("no costs".to_owned()) };
    for ((name, (against, limit)), cost) in names.into_iter().zip(pages) {
        let value = if against == twenty.0 { twenty_cost.cpu_ms } else { bare_cost.cpu_ms };
        table.page(name, *cost, Against { name: against, value, limit });
    }
    let resident = load::resident_mib(qilin.id());
    table.figure(format!("{facts} facts: resident memory, under load"), resident, "MiB");
    Ok(())
}

/// The same request with one header more.
pub fn with(request: &[u8], header: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    text.replacen("\r\n\r\n", &format!("\r\n{header}\r\n\r\n"), 1).into_bytes()
}

async fn answer(address: &str, request: &[u8]) -> Result<(u16, Vec<u8>), String> {
    let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    stream.write_all(request).await.map_err(|error| error.to_string())?;
    let mut buffer = Vec::new();
    let (status, _) = load::read_answer(&mut stream, &mut buffer).await.map_err(|error| error.to_string())?;
    Ok((status, buffer))
}

/// The body of an answer of 200.
pub async fn body(address: &str, request: &[u8]) -> Result<Vec<u8>, String> {
    let (status, mut buffer) = answer(address, request).await?;
    if status != 200 {
        return Err(format!("status {status}"));
    }
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |end| end + 4);
    Ok(buffer.split_off(end))
}

/// The token of a session.
pub async fn sign_in(address: &str, login: &str) -> Result<String, String> {
    let token = "0".repeat(64);
    let form = format!("_csrf={token}&login={login}&password={}&to=", data::PASSWORD);
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: bench\r\nCookie: qilin_form={token}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    );
    let (status, buffer) = answer(address, head.as_bytes()).await?;
    let text = String::from_utf8_lossy(&buffer);
    let token = text.split("qilin_session=").nth(1).and_then(|rest| rest.split(';').next());
    token.map(str::to_owned).ok_or_else(|| format!("status {status}, no session"))
}
