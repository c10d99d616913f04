//! What one connection may cost: how long it may be silent, how slowly a body may come, how many
//! places one address may take.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// A connection that moves no byte for so long, while a byte is due, is closed.
const STALL_SECONDS: u64 = 15;
/// A body may take so long whatever its size,
const BODY_SECONDS: u64 = 60;
/// and a second more for so many bytes of it: a slow telephone line sends as much.
const BODY_BYTES_A_SECOND: u64 = 10_000;

/// Whether a connection's request has come in whole and is being answered: then nothing is due from
/// the other side, however long the answer takes.
pub(super) type Answering = Arc<AtomicBool>;

/// A stream that fails when it stalls.
pub(super) struct Limited {
    stream: TcpStream,
    stall: Pin<Box<Sleep>>,
    answering: Answering,
    /// The clock stood still while the answer was made.
    rested: bool,
}

impl Limited {
    pub fn new(stream: TcpStream, answering: Answering) -> Self {
        let stall = Box::pin(sleep(Duration::from_secs(STALL_SECONDS)));
        Self { stream, stall, answering, rested: false }
    }

    /// What moves sets the clock back; what waits is bounded by it.
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() || self.rested {
            self.rested = false;
            self.stall.as_mut().reset(Instant::now() + Duration::from_secs(STALL_SECONDS));
        }
        if poll.is_ready() {
            return poll;
        }
        match self.stall.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Limited {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        // Whoever waits for an answer has nothing to send; we only listen whether they hang up.
        if poll.is_pending() && self.answering.load(Ordering::Relaxed) {
            self.rested = true;
            return Poll::Pending;
        }
        self.watch(cx, poll)
    }
}

impl AsyncWrite for Limited {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, poll)
    }
}

/// The body of a request on its way in: says when it is whole, and fails when it trickles.
pub(super) struct Arriving {
    body: Incoming,
    answering: Answering,
    began: Instant,
    read: u64,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    pub fn new(body: Incoming, answering: Answering) -> Self {
        answering.store(body.is_end_stream(), Ordering::Relaxed);
        Self { body, answering, began: Instant::now(), read: 0, limit: None }
    }

    fn trickles(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let seconds = BODY_SECONDS + self.read / BODY_BYTES_A_SECOND;
        let until = self.began + Duration::from_secs(seconds);
        let limit = self.limit.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        limit.as_mut().reset(until);
        limit.as_mut().poll(cx)
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.trickles(cx));
            return Poll::Ready(Some(Err(Box::new(io::Error::from(io::ErrorKind::TimedOut)))));
        };
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.read = self.read.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
        if frame.is_none() || self.body.is_end_stream() {
            self.answering.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How many connections each address holds.
#[derive(Clone, Default)]
pub(super) struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Addresses {
    /// A place for one more connection of an address, until it is dropped; none beyond `most`.
    pub fn place(&self, peer: IpAddr, most: usize) -> Option<Place> {
        let peer = neighbourhood(peer);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let n = held.entry(peer).or_default();
        if *n >= most {
            return None;
        }
        *n += 1;
        drop(held);
        Some(Place { of: self.clone(), peer })
    }
}

/// A connection's place.
pub(super) struct Place {
    of: Addresses,
    peer: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = held.get_mut(&self.peer) {
            *n -= 1;
            if *n == 0 {
                held.remove(&self.peer);
            }
        }
    }
}

/// One machine commands a whole network of the newer kind of addresses.
fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
        address @ IpAddr::V4(_) => address,
    }
}
