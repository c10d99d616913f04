//! The program as a stranger sees it: its size, its start, its memory, its first page.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::{self, Load};
use crate::pages;
use crate::table::Table;

/// Requests of the load after which memory is looked at.
const N: usize = 4_000;
/// Connections that ask at once.
pub const CONNECTIONS: usize = 32;

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

/// A first start in an empty folder, a second one, and memory after a load.
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

    let request = Box::new(|_| get("/plan"));
    let load = Load { address: running.address.clone(), pid: running.id(), request, n: N };
    load::rounds(vec![load], CONNECTIONS).await;
    table.figure("resident memory, under load", load::resident_mib(running.id()), "MiB");
    Ok(())
}

async fn start(qilin: &Path, data: &Path) -> Result<(Duration, Running), String> {
    let begin = Instant::now();
    let mut command = Command::new(qilin);
    let running = Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data))?;
    pages::body(&running.address, &get("/plan")).await.map_err(|error| format!("the front page: {error}"))?;
    Ok((begin.elapsed(), running))
}
