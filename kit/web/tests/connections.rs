//! The connection loop under people who hold on and give nothing. Time is the runtime's own: it
//! moves on as soon as everybody only waits, so that no test sleeps.
// What goes wrong in a helper of a test fails the test.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep};

const GOOD: &[u8] = b"GET /hello HTTP/1.1\r\nHost: q\r\nConnection: close\r\n\r\n";

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

async fn start() -> Running {
    let _ = rlimit::increase_nofile_limit(16_384);
    let router = Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/slow", get(|| async { sleep(Duration::from_secs(2)).await }))
        .route("/long", get(|| async { sleep(Duration::from_secs(40)).await }))
        .route(
            "/think",
            post(|body: String| async move {
                sleep(Duration::from_secs(40)).await;
                body.len().to_string()
            }),
        )
        .route("/take", post(|body: String| async move { body.len().to_string() }))
        .route("/large", get(|| async { vec![b'x'; 64 << 20] }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(web::serve::serve(listener, router, async {
        let _ = stopped.await;
    }));
    Running { address, stop, server }
}

/// Sends and gives all that comes back until the other side closes.
async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(start_paused = true)]
async fn three_thousand_half_open_connections_are_closed_while_others_are_served() {
    let site = start().await;
    let started = Instant::now();
    let mut held = Vec::new();
    for n in 0..3_000 {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(b"GET /hello HTTP/1.1\r\nHost: q\r\nX-Slow: ").await.unwrap();
        held.push(stream);
        if n % 500 == 0 {
            assert!(ask(site.address, GOOD).await.ends_with("hello"));
        }
    }
    assert!(ask(site.address, GOOD).await.ends_with("hello"));
    for mut stream in held {
        let mut rest = Vec::new();
        // Closed: an answer that refuses, or nothing at all.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    }
    assert!(started.elapsed() < Duration::from_secs(16), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_coming_is_given_up() {
    let site = start().await;
    let started = Instant::now();
    let answer = ask(site.address, b"POST /take HTTP/1.1\r\nHost: q\r\nContent-Length: 100\r\n\r\nabc").await;
    assert!(!answer.contains("200 OK"));
    assert!(started.elapsed() < Duration::from_secs(16), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_is_given_up() {
    let site = start().await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: q\r\nConnection: close\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(20)).await;
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    assert!(taken.len() < 64 << 20, "the whole answer came although nobody read it for 20 seconds");
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_finishes_when_the_program_is_told_to_stop() {
    let site = start().await;
    let address = site.address;
    let slow = tokio::spawn(async move {
        ask(address, b"GET /slow HTTP/1.1\r\nHost: q\r\nConnection: close\r\n\r\n").await
    });
    sleep(Duration::from_secs(1)).await;
    site.stop.send(()).unwrap();
    assert!(slow.await.unwrap().starts_with("HTTP/1.1 200 OK"));
    site.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
}

#[tokio::test(start_paused = true)]
async fn the_program_ends_within_five_seconds_even_when_a_connection_hangs() {
    let site = start().await;
    let mut hanging = TcpStream::connect(site.address).await.unwrap();
    hanging.write_all(b"POST /take HTTP/1.1\r\nHost: q\r\nContent-Length: 9\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(10)).await;
    let told = Instant::now();
    site.stop.send(()).unwrap();
    site.server.await.unwrap().unwrap();
    assert!(told.elapsed() <= Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_long_work_gets_its_answer() {
    let site = start().await;
    let answer = ask(site.address, b"GET /long HTTP/1.1\r\nHost: q\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let sent = b"POST /think HTTP/1.1\r\nHost: q\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
    let answer = ask(site.address, sent).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with('3'), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up() {
    let site = start().await;
    let started = Instant::now();
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(b"POST /take HTTP/1.1\r\nHost: q\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
    // One byte within each limit on silence.
    while stream.write_all(b"x").await.is_ok() && started.elapsed() < Duration::from_secs(600) {
        sleep(Duration::from_secs(10)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(90), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_that_keeps_sending_is_heard_to_the_end() {
    let site = start().await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let head = b"POST /take HTTP/1.1\r\nHost: q\r\nConnection: close\r\nContent-Length: 1500000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    for _ in 0..100 {
        stream.write_all(&[b'x'; 15_000]).await.unwrap();
        sleep(Duration::from_secs(1)).await;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("1500000"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn one_machine_cannot_take_every_place() {
    let site = start().await;
    let mut held = Vec::new();
    for _ in 0..web::serve::MOST_OF_ONE_ADDRESS {
        held.push(TcpStream::connect(site.address).await.unwrap());
    }
    assert_eq!(ask(site.address, GOOD).await, "", "one more from the same machine");
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(site.address).await.unwrap();
    other.write_all(GOOD).await.unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
}
