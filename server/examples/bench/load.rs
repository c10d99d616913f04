//! A load of plain HTTP/1.1 over kept connections, and the processor time of the process that answers.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Rounds of short runs. Whatever else the machine does only adds to a figure, so the least of each is
/// taken; the runs take turns, so that none has a quieter machine than another.
const ROUNDS: usize = 5;

/// Requests to send, and the process whose time they cost.
pub struct Load {
    /// `host:port`.
    pub address: String,
    /// The process that answers.
    pub pid: u32,
    /// The bytes of the `n`th request.
    pub request: Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
    /// Requests of a round; enough that the kernel's clock of 10 ms does not show.
    pub n: usize,
}

/// What a run of requests cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor time of the serving process a request, in milliseconds.
    pub cpu_ms: f64,
    /// The time below which 99 of 100 answers came, in milliseconds.
    pub p99_ms: f64,
}

/// Processor time of a process so far, in seconds, from the kernel's own count.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of a process, in MiB.
pub fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// One answer: its status and body.
pub async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<(u16, usize)> {
    buffer.clear();
    let mut chunk = [0u8; 65_536];
    loop {
        let n = stream.read(&mut chunk).await?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer.extend_from_slice(&chunk[..n]);
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let length = head.split("content-length:").nth(1).and_then(|rest| rest.split_whitespace().next());
        if let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) {
            while buffer.len() < end + 4 + length {
                let n = stream.read(&mut chunk).await?;
                buffer.extend_from_slice(&chunk[..n]);
            }
            return Ok((status, length));
        }
        if head.contains("transfer-encoding: chunked") {
            while !buffer.ends_with(b"0\r\n\r\n") {
                let n = stream.read(&mut chunk).await?;
                buffer.extend_from_slice(&chunk[..n]);
            }
            return Ok((status, buffer.len() - end - 4));
        }
        return Ok((status, 0));
    }
}

/// What each of the loads costs over so many connections, in the quietest of a few rounds.
pub async fn rounds(loads: Vec<Load>, connections: usize) -> Vec<Cost> {
    let loads: Vec<Arc<Load>> = loads.into_iter().map(Arc::new).collect();
    let mut costs = Vec::new();
    for load in &loads {
        // The first requests warm caches and are not counted.
        send(load, 0..connections * 8, connections).await;
        costs.push(Cost { cpu_ms: f64::INFINITY, p99_ms: f64::INFINITY });
    }
    for round in 1..=ROUNDS {
        for (load, least) in loads.iter().zip(&mut costs) {
            let cost = run(load, round, connections).await;
            least.cpu_ms = least.cpu_ms.min(cost.cpu_ms);
            least.p99_ms = least.p99_ms.min(cost.p99_ms);
        }
    }
    costs
}

async fn run(load: &Arc<Load>, round: usize, connections: usize) -> Cost {
    let before = cpu_seconds(load.pid);
    let mut times = send(load, round * load.n..(round + 1) * load.n, connections).await;
    let spent = cpu_seconds(load.pid) - before;
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    Cost { cpu_ms: spent * 1000.0 / times.len() as f64, p99_ms: p99.as_secs_f64() * 1000.0 }
}

async fn send(load: &Arc<Load>, numbers: Range<usize>, connections: usize) -> Vec<Duration> {
    let tasks = (0..connections).map(|connection| {
        let (load, numbers) = (Arc::clone(load), numbers.clone());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(&load.address).await.expect("the server listens");
            stream.set_nodelay(true).expect("a socket");
            let (mut times, mut buffer) = (Vec::new(), Vec::new());
            for n in numbers.skip(connection).step_by(connections) {
                let request = (load.request)(n);
                let sent = Instant::now();
                stream.write_all(&request).await.expect("the server reads");
                let (status, _) = read_answer(&mut stream, &mut buffer).await.expect("the server answers");
                assert!(matches!(status, 200 | 303), "{status}: {}", String::from_utf8_lossy(&buffer));
                times.push(sent.elapsed());
            }
            times
        })
    });
    let mut all = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        all.extend(task.await.expect("a task"));
    }
    all
}
