//! A bounded queue between callers and database threads: full means wait a while, then refuse.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Error;

/// How long a caller waits for room before being told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    capacity: usize,
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
    pub fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State { waiting: VecDeque::new(), closed: false }),
            capacity,
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
        let patience = tokio::time::Instant::now() + PATIENCE;
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
                .wait_timeout_while(self.state(), PATIENCE, full)
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
