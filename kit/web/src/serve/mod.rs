//! The connection loop: time limits on every direction, a bound on connections, an orderly end.
//!
//! A plain `axum::serve` keeps half-open connections for ever; here one is closed that sends no whole
//! header within [`HEADER_SECONDS`], whose body trickles, or that neither takes nor gives a byte that
//! is due. Whoever waits for an answer owes nothing, and waits as long as the work takes.

mod limits;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tower::ServiceExt;

use limits::{Addresses, Answering, Arriving, Limited};

/// A request's header has to be whole within this.
const HEADER_SECONDS: u64 = 10;
/// More connections wait in the system's queue.
const MOST_CONNECTIONS: usize = 8_192;
/// Connections of one address, so that one machine cannot keep everybody else out; further ones are
/// closed at once. A proxy in front, or a whole office behind one address, needs far fewer.
pub const MOST_OF_ONE_ADDRESS: usize = MOST_CONNECTIONS / 2;
/// Requests under way have so long to finish when the program ends.
const LAST_SECONDS: u64 = 4;

/// Serves until `stop` is done, then lets what is under way finish.
///
/// # Errors
/// When the listener breaks; a single connection's fault ends only that connection.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    // A connection is a file; the default of many systems is too small for a crowd.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let addresses = Addresses::default();
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files or a peer that left: wait a moment, and go on.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(of_address) = addresses.place(peer.ip(), MOST_OF_ONE_ADDRESS) else {
            tracing::debug!(%peer, "too many connections of one address");
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, router.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((place, of_address));
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(Duration::from_secs(LAST_SECONDS)) => {}
    }
    Ok(())
}

type Connection<S> = hyper::server::conn::http1::Connection<TokioIo<Limited>, S>;

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> Connection<
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    > + use<>,
> {
    let _ = stream.set_nodelay(true);
    let answering = Answering::default();
    let stream = Limited::new(stream, answering.clone());
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let answering = answering.clone();
        let arriving = |body| axum::body::Body::new(Arriving::new(body, answering.clone()));
        let answer = router.clone().oneshot(request.map(arriving));
        async move {
            let answer = answer.await;
            answering.store(false, Ordering::Relaxed);
            answer
        }
    });
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
        .serve_connection(TokioIo::new(stream), service)
}
