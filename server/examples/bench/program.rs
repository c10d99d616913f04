//! The program as a stranger sees it: its size, its start, its memory, its first page.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load;
use crate::table::{Against, Table};

/// Requests of one measurement; enough that the kernel's clock of 10 ms does not show.
const N: usize = 20_000;
const CONNECTIONS: usize = 32;

/// A child that prints an address; killed when dropped.
pub struct Running {
    child: Child,
    /// `host:port`.
    pub address: String,
    _output: std::io::BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts it and waits for the line with its address.
    pub fn start(command: &mut Command) -> Result<Self, String> {
        use std::io::BufRead;
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| format!("{command:?}: {error}"))?;
        let mut output = std::io::BufReader::new(child.stdout.take().ok_or("no output")?);
        loop {
            let mut line = String::new();
            let n = output.read_line(&mut line).map_err(|error| error.to_string())?;
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split(['/', ' ', '\n']).next().unwrap_or_default().to_owned();
                return Ok(Self { child, address, _output: output });
            }
            if n == 0 {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{command:?} ended without an address"));
            }
        }
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A GET request as bytes.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

/// `qilin`, built beside this program.
pub fn binary() -> Result<PathBuf, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = me.parent().and_then(Path::parent).ok_or("no folder")?;
    let qilin = folder.join("qilin");
    if qilin.is_file() { Ok(qilin) } else { Err(format!("{} is not there: build it first", qilin.display())) }
}

/// A first start in an empty folder, a second one, and the front page under load.
pub async fn rows(table: &mut Table, folder: &Path) -> Result<(), String> {
    let qilin = binary()?;
    let bytes = std::fs::metadata(&qilin).map_err(|error| error.to_string())?.len();
    table.figure("binary", bytes as f64 / 1e6, "MB");
    let data = folder.join("program");
    let (first, running) = start(&qilin, &data).await?;
    table.figure("demo, first start to first page", first.as_secs_f64(), "s");
    drop(running);
    let (second, running) = start(&qilin, &data).await?;
    table.figure("demo, second start to first page", second.as_secs_f64(), "s");
    table.figure("resident memory, idle", load::resident_mib(running.id()), "MiB");

    let mut buffer = Vec::new();
    front(&running.address, &mut buffer).await.map_err(|error| format!("the front page: {error}"))?;
    let page = folder.join("page.html");
    let body = buffer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |end| end + 4);
    std::fs::write(&page, &buffer[body..]).map_err(|error| error.to_string())?;
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let yardstick = Running::start(Command::new(me).arg("yardstick").arg(&page).arg(folder))?;
    let bare = load::run(&yardstick.address, yardstick.id(), &get("/page"), N, CONNECTIONS).await;
    let ours = load::run(&running.address, running.id(), &get("/"), N, CONNECTIONS).await;
    let against = Against { name: "bare handler, same bytes", value: bare.cpu_ms, limit: 3.0 };
    table.ratio("front page, processor time", ours.cpu_ms, "ms", against);
    table.figure("front page, p99 under 32 connections", ours.p99_ms, "ms");
    table.figure("resident memory, after load", load::resident_mib(running.id()), "MiB");
    let twenty = load::run(&yardstick.address, yardstick.id(), &get("/rows"), N, CONNECTIONS).await;
    table.figure("yardstick: twenty rows as JSON", twenty.cpu_ms, "ms");
    let note = b"POST /notes HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n";
    let insert = load::run(&yardstick.address, yardstick.id(), note, N, CONNECTIONS).await;
    table.figure("yardstick: grouped insert, durable", insert.cpu_ms, "ms");
    Ok(())
}

async fn start(qilin: &Path, data: &Path) -> Result<(Duration, Running), String> {
    let begin = Instant::now();
    let mut command = Command::new(qilin);
    let running = Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data))?;
    front(&running.address, &mut Vec::new()).await.map_err(|error| format!("the front page: {error}"))?;
    Ok((begin.elapsed(), running))
}

async fn front(address: &str, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    use tokio::io::AsyncWriteExt;
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(&get("/")).await?;
    let (status, _) = load::read_answer(&mut stream, buffer).await?;
    if status == 200 { Ok(()) } else { Err(std::io::Error::other(format!("status {status}"))) }
}
