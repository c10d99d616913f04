//! The pages that many open, over a district with many facts, under 32 connections.

use std::path::Path;
use std::process::Command;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::program::{CONNECTIONS, Running, binary, get};
use crate::table::{Against, Table};
use crate::{data, load};

/// Requests for each figure of a page that is drawn anew, and of one that is not.
const DRAWN: usize = 3_000;
const KEPT: usize = 20_000;

/// The public page against a bare handler of the same bytes; the pages of the desk against twenty rows.
pub async fn rows(table: &mut Table, folder: &Path, facts: u64) -> Result<(), String> {
    let data =
        tokio::task::spawn_blocking(move || data::folder(facts)).await.map_err(|e| e.to_string())??;
    let mut command = Command::new(binary()?);
    let qilin = Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data))?;
    table.figure(format!("{facts} facts: resident memory, idle"), load::resident_mib(qilin.id()), "MiB");
    let session = sign_in(&qilin.address, "kexie").await.map_err(|error| format!("signing in: {error}"))?;

    let page = folder.join("plan.html");
    std::fs::write(&page, body(&qilin.address, &get("/plan")).await?).map_err(|error| error.to_string())?;
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let yardstick = Running::start(Command::new(me).arg("yardstick").arg(&page).arg(folder))?;
    let bare = load::run(&yardstick.address, yardstick.id(), &get("/page"), KEPT, CONNECTIONS).await;
    let public = load::run(&qilin.address, qilin.id(), &get("/plan"), KEPT, CONNECTIONS).await;
    let against = Against { name: "bare handler, same bytes", value: bare.cpu_ms, limit: 3.0 };
    table.ratio("public page /plan, processor time", public.cpu_ms, "ms", against);
    table.figure("public page /plan, p99", public.p99_ms, "ms");
    let zipped = with(&get("/plan"), "Accept-Encoding: gzip");
    let zipped = load::run(&qilin.address, qilin.id(), &zipped, KEPT, CONNECTIONS).await;
    table.figure("public page /plan, compressed", zipped.cpu_ms, "ms");

    let twenty = load::run(&yardstick.address, yardstick.id(), &get("/rows"), KEPT, CONNECTIONS).await;
    for (name, path) in [("board /desk/plan", "/desk/plan"), ("list /desk/deliveries", "/desk/deliveries")] {
        let request = with(&get(path), &format!("Cookie: qilin_session={session}"));
        let drawn = load::run(&qilin.address, qilin.id(), &request, DRAWN, CONNECTIONS).await;
        let against = Against { name: "twenty rows as JSON", value: twenty.cpu_ms, limit: 10.0 };
        table.ratio(format!("{name}, processor time"), drawn.cpu_ms, "ms", against);
        table.figure(format!("{name}, p99"), drawn.p99_ms, "ms");
    }
    table.figure(
        format!("{facts} facts: resident memory, after load"),
        load::resident_mib(qilin.id()),
        "MiB",
    );
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
