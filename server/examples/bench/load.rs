//! A load of plain HTTP/1.1 over kept connections, and the processor time of the process that answers.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

/// Sends `request` `n` times over `connections` and counts what the process `pid` spent on it.
pub async fn run(address: &str, pid: u32, request: &[u8], n: usize, connections: usize) -> Cost {
    // The first requests warm caches and are not counted.
    send(address, request, n / 10 + connections, connections).await;
    let before = cpu_seconds(pid);
    let mut times = send(address, request, n, connections).await;
    let spent = cpu_seconds(pid) - before;
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    Cost { cpu_ms: spent * 1000.0 / times.len() as f64, p99_ms: p99.as_secs_f64() * 1000.0 }
}

async fn send(address: &str, request: &[u8], n: usize, connections: usize) -> Vec<Duration> {
    let tasks = (0..connections).map(|_| {
        let (address, request) = (address.to_owned(), request.to_vec());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("the server listens");
            stream.set_nodelay(true).expect("a socket");
            let (mut times, mut buffer) = (Vec::new(), Vec::new());
            for _ in 0..n / connections {
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
