//! A bounded queue between callers and database threads: full means wait a while, then refuse.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Error;

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    capacity: usize,
    patience: Duration,
    filled: Condvar,
    room: Condvar,
    room_for_async: Notify,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

/// Why an item did not get in.
enum Push<T> {
    Full(T),
    Closed,
}

impl<T> Queue<T> {
    /// Holds `capacity` items; who finds it full waits for `patience`.
    pub fn new(capacity: usize, patience: Duration) -> Self {
        Self {
            state: Mutex::new(State { waiting: VecDeque::new(), closed: false }),
            capacity,
            patience,
            filled: Condvar::new(),
            room: Condvar::new(),
            room_for_async: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_push(&self, item: T) -> Result<(), Push<T>> {
        let mut state = self.state();
        if state.closed {
            return Err(Push::Closed);
        }
        if state.waiting.len() >= self.capacity {
            return Err(Push::Full(item));
        }
        state.waiting.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Puts an item in, waiting for room without holding a thread.
    pub async fn push(&self, item: T) -> Result<(), Error> {
        let mut item = item;
        let patience = tokio::time::Instant::now() + self.patience;
        loop {
            let room = self.room_for_async.notified();
            item = match self.try_push(item) {
                Ok(()) => return Ok(()),
                Err(Push::Closed) => return Err(Error::Closed),
                Err(Push::Full(item)) => item,
            };
            tokio::time::timeout_at(patience, room).await.map_err(|_| Error::Busy)?;
        }
    }

    /// Puts an item in, blocking the thread while there is no room.
    pub fn push_now(&self, item: T) -> Result<(), Error> {
        let mut item = item;
        loop {
            item = match self.try_push(item) {
                Ok(()) => return Ok(()),
                Err(Push::Closed) => return Err(Error::Closed),
                Err(Push::Full(item)) => item,
            };
            let full = |state: &mut State<T>| !state.closed && state.waiting.len() >= self.capacity;
            let (state, waited) = self
                .room
                .wait_timeout_while(self.state(), self.patience, full)
                .unwrap_or_else(PoisonError::into_inner);
            drop(state);
            if waited.timed_out() {
                return Err(Error::Busy);
            }
        }
    }

    /// Waits for items and takes up to `most`; `None` once closed and empty.
    pub fn take(&self, most: usize) -> Option<Vec<T>> {
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        let mut state = self.filled.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() {
            return None;
        }
        let n = state.waiting.len().min(most);
        let taken: Vec<T> = state.waiting.drain(..n).collect();
        drop(state);
        self.room.notify_all();
        self.room_for_async.notify_waiters();
        Some(taken)
    }

    /// Lets nothing more in; what waits is still taken.
    pub fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
        self.room.notify_all();
        self.room_for_async.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(600);

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn a_full_queue_refuses_when_patience_ends() {
        let queue = Queue::new(2, AT_ONCE);
        assert_eq!([queue.push_now(1), queue.push_now(2)], [Ok(()), Ok(())]);
        assert_eq!(queue.push_now(3), Err(Error::Busy));
        assert_eq!(run(queue.push(3)), Err(Error::Busy));
        assert_eq!(queue.take(64), Some(vec![1, 2]));
    }

    #[test]
    fn room_lets_those_in_who_wait() {
        let queue = Arc::new(Queue::new(1, LONG));
        queue.push_now(1).unwrap();
        let taker = Arc::clone(&queue);
        let taking =
            std::thread::spawn(move || (0..3).flat_map(|_| taker.take(1).unwrap()).collect::<Vec<_>>());
        run(queue.push(2)).unwrap();
        queue.push_now(3).unwrap();
        assert_eq!(taking.join().unwrap(), [1, 2, 3]);
    }

    #[test]
    fn a_closed_queue_takes_nothing_more_but_gives_what_waits() {
        let queue = Queue::new(2, LONG);
        queue.push_now(1).unwrap();
        queue.close();
        assert_eq!((queue.push_now(2), run(queue.push(2))), (Err(Error::Closed), Err(Error::Closed)));
        assert_eq!((queue.take(64), queue.take(64)), (Some(vec![1]), None));
    }
}
