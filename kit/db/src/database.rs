//! The handle that everybody holds: opening, reading, writing, closing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use kernel::Refusal;
use tokio::sync::oneshot;

use crate::action::{Action, Pending};
use crate::queue::Queue;
use crate::{Error, Stream, Tx, migrate, postgres, schema, sqlite};

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The path of a SQLite file; it is made when it is not there.
    Sqlite(PathBuf),
    /// A PostgreSQL connection: `host=... dbname=...` or `postgresql://...`.
    Postgres(String),
}

/// Which database it is: for people to read, never to branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// See [`Db::mark`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(pub(crate) String);

type Actions = Queue<Box<dyn Action>>;

/// Actions that may wait for a thread before callers are held back.
const WAITING: usize = 4096;

/// How long a caller waits for room in the queue before being told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections to PostgreSQL for writing, and as many for reading; each is made when first needed.
const POSTGRES_CONNECTIONS: usize = 8;

/// The database. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    writes: Arc<Actions>,
    reads: Arc<Actions>,
    /// A connection that does nothing but notice what others commit; none on PostgreSQL.
    watch: Mutex<Option<sqlite::Session>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Who reads for the copy, once one is kept.
    follower: Arc<OnceLock<Arc<sqlite::Follower>>>,
    copy: Mutex<Option<sqlite::Keeping>>,
}

impl Db {
    /// Opens the database, makes it when it is a file that is not there, and migrates it.
    ///
    /// # Errors
    /// When it cannot be opened, or its schema does not fit this program.
    pub fn open(target: &Target, streams: &[Stream]) -> Result<Self, Error> {
        let inner = Inner::new(target);
        match target {
            Target::Sqlite(path) => inner.start_sqlite(path, streams)?,
            Target::Postgres(address) => inner.start_postgres(address, streams)?,
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens a database that is there, as it is and only for reading: no file is made, no table
    /// changed. [`Db::steps_to_come`] says what [`Db::open`] would do to it.
    ///
    /// # Errors
    /// When it is not there or cannot be opened.
    pub fn look(target: &Target) -> Result<Self, Error> {
        let inner = Inner::new(target);
        match target {
            Target::Sqlite(path) => inner.read_sqlite(path, 1)?,
            Target::Postgres(address) => inner.read_postgres(address, 1)?,
        }
        inner.writes.close();
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The files of `streams` that the database has not taken yet, as `context/file`.
    ///
    /// # Errors
    /// When its tables are not of this program: written by a newer one, or by another.
    pub fn steps_to_come(&self, streams: &[Stream]) -> Result<Vec<String>, Refusal> {
        let streams = streams.to_vec();
        self.read_now(move |tx| Ok(migrate::to_come(tx, &streams)?))
    }

    /// Runs `action` on one moment of the database; it may not write.
    ///
    /// # Errors
    /// What `action` refuses, or the database's own fault.
    pub async fn read<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        send(&self.inner.reads, action).await
    }

    /// Runs `action` in a transaction. An `Ok` is durable. The action may run twice, so it touches
    /// nothing but the transaction, its arguments, and the clock and chance that it was handed.
    ///
    /// # Errors
    /// What `action` refuses (then nothing of it is kept), or the database's own fault.
    pub async fn write<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        send(&self.inner.writes, action).await
    }

    /// As [`Db::read`], blocking the thread.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_now<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        send_now(&self.inner.reads, action)
    }

    /// As [`Db::write`], blocking the thread.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_now<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        send_now(&self.inner.writes, action)
    }

    /// Where the database stands: two equal marks, taken one after the other, mean that nothing was
    /// committed between them, by this program or by any other. What was read after the first is
    /// still true at the second. Costs far less than reading a row on SQLite, and one question on
    /// PostgreSQL.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mark(&self) -> Result<Mark, Refusal> {
        match &self.inner.target {
            Target::Sqlite(_) => {
                let watch = self.inner.watch.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(watch.as_ref().ok_or(Error::Closed)?.mark()?)
            }
            Target::Postgres(_) => self.read(|tx| Ok(postgres::mark(tx)?)).await,
        }
    }

    /// Which database it is, for display only.
    pub fn kind(&self) -> Kind {
        match self.inner.target {
            Target::Sqlite(_) => Kind::Sqlite,
            Target::Postgres(_) => Kind::Postgres,
        }
    }

    /// Every column of every table of the migrations, by table and name.
    ///
    /// # Errors
    /// What the database says.
    pub fn schema(&self) -> Result<Vec<schema::Column>, Refusal> {
        self.read_now(|tx| Ok(schema::columns(tx)?))
    }

    /// What is damaged, in the database's own words; empty when it is sound.
    ///
    /// # Errors
    /// What the database says.
    pub fn check(&self) -> Result<Vec<String>, Refusal> {
        self.read_now(|tx| Ok(schema::damage(tx)?))
    }

    /// Copies the database as it stands now into a new SQLite file; writers go on meanwhile.
    ///
    /// # Errors
    /// When the file is there already or cannot be written; on PostgreSQL, which has its own
    /// tools for that.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        match &self.inner.target {
            Target::Sqlite(path) => sqlite::back_up(path, to),
            Target::Postgres(_) => Err(Error::Database("PostgreSQL is backed up with pg_dump".to_owned())),
        }
    }

    /// Keeps a copy in a folder that is a second behind at most, from now until the database is closed:
    /// [`crate::restore`] makes a database of it. What goes wrong later is logged and tried again.
    ///
    /// # Errors
    /// When the folder cannot be written, or a copy is kept already; on PostgreSQL, which has its own tools
    /// for that.
    pub fn follow(&self, to: &Path) -> Result<(), Error> {
        self.follow_at(to, sqlite::Pace::default())
    }

    pub(crate) fn follow_at(&self, to: &Path, pace: sqlite::Pace) -> Result<(), Error> {
        let Target::Sqlite(path) = &self.inner.target else {
            return Err(Error::Database("PostgreSQL is copied by a standby or pg_receivewal".to_owned()));
        };
        let mut copy = self.inner.copy.lock().unwrap_or_else(PoisonError::into_inner);
        if copy.is_some() {
            return Err(Error::Database("a copy is kept already".to_owned()));
        }
        let keeping = sqlite::keep(path, to, pace)?;
        // set once, since a copy that is kept is never let go before the end
        let _ = self.inner.follower.set(Arc::clone(&keeping.follower));
        *copy = Some(keeping);
        Ok(())
    }

    /// Takes nothing more, finishes what waits, and closes the connections.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            writes: Arc::new(Queue::new(WAITING, PATIENCE)),
            reads: Arc::new(Queue::new(WAITING, PATIENCE)),
            watch: Mutex::default(),
            threads: Mutex::new(Vec::new()),
            follower: Arc::default(),
            copy: Mutex::default(),
        }
    }

    fn start_sqlite(&self, path: &Path, streams: &[Stream]) -> Result<(), Error> {
        let writer = sqlite::Session::writing(path)?;
        migrate::migrate(streams, &mut |step| writer.transact(step))?;
        let readers = std::thread::available_parallelism().map_or(4, usize::from).clamp(4, 8);
        self.read_sqlite(path, readers)?;
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(sqlite::Session::reading(path)?);
        let (queue, follower) = (Arc::clone(&self.writes), Arc::clone(&self.follower));
        self.spawn("db-write", move || sqlite::write_from(&queue, writer, &follower))
    }

    fn read_sqlite(&self, path: &Path, readers: usize) -> Result<(), Error> {
        for _ in 0..readers {
            let (session, queue) = (sqlite::Session::reading(path)?, Arc::clone(&self.reads));
            self.spawn("db-read", move || sqlite::read_from(&queue, &session))?;
        }
        Ok(())
    }

    fn start_postgres(&self, address: &str, streams: &[Stream]) -> Result<(), Error> {
        let mut session = postgres::Session::new(address, false)?;
        session.connect()?;
        session.require_settings()?;
        migrate::migrate(streams, &mut |step| session.transact(step))?;
        drop(session);
        for _ in 0..POSTGRES_CONNECTIONS {
            let (session, queue) = (postgres::Session::new(address, false)?, Arc::clone(&self.writes));
            self.spawn("db-write", move || postgres::work_from(&queue, session))?;
        }
        self.read_postgres(address, POSTGRES_CONNECTIONS)
    }

    fn read_postgres(&self, address: &str, readers: usize) -> Result<(), Error> {
        for _ in 0..readers {
            let (session, queue) = (postgres::Session::new(address, true)?, Arc::clone(&self.reads));
            self.spawn("db-read", move || postgres::work_from(&queue, session))?;
        }
        Ok(())
    }

    fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(work)
            .map_err(|error| Error::Database(format!("no thread for the database: {error}")))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    fn close(&self) {
        // Readers first: the last connection to close, the writer's, folds the log into the file.
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.reads.close();
        self.writes.close();
        let threads: Vec<_> = self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        let here = std::thread::current().id();
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != here) {
            if thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
        if let Some(copy) = self.copy.lock().unwrap_or_else(PoisonError::into_inner).take() {
            copy.stop();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

async fn send<T: Send + 'static>(
    queue: &Actions,
    action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let (reply, answer) = oneshot::channel();
    // A caller that went away needs no answer.
    queue.push(Box::new(Pending::new(action, move |outcome| drop(reply.send(outcome))))).await?;
    answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
}

fn send_now<T: Send + 'static>(
    queue: &Actions,
    action: impl Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let (reply, answer) = mpsc::sync_channel(1);
    queue.push_now(Box::new(Pending::new(action, move |outcome| drop(reply.send(outcome)))))?;
    answer.recv().unwrap_or_else(|_| Err(Error::Closed.into()))
}
