//! A server for a test: in this process on a free port, or the program itself as a child.
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server inside this process; stopped when dropped.
pub struct Served {
    /// Its address: `http://127.0.0.1:port`, without a slash at the end.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Opens a free port on 127.0.0.1 and runs a server on it, with a runtime and threads of its own.
///
/// The server is a function of the listener, so that tests run the very loop that the program runs.
pub fn serve<S, F>(server: S) -> Served
where
    S: FnOnce(TcpListener) -> F + Send + 'static,
    F: Future + Send,
{
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    let (listener, address) = listener.unwrap_or_else(|error| panic!("no free port on 127.0.0.1: {error}"));
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
        runtime.block_on(async {
            let listener =
                TcpListener::from_std(listener).unwrap_or_else(|error| panic!("no listener: {error}"));
            tokio::select! {
                _ = server(listener) => {}
                _ = stopped => {}
            }
        });
        runtime.shutdown_background();
    });
    Served { url: format!("http://{address}"), stop: Some(stop), thread: Some(thread) }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // a server that already ended on its own is stopped as well
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The program as a child process; killed when dropped.
pub struct Program {
    /// Where it serves: the first `http://host:port` that it printed.
    pub url: String,
    /// What it printed up to there.
    pub said: String,
    child: Child,
    // held open: a program that prints to a closed pipe dies
    _output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it and waits until it prints an address.
    ///
    /// # Panics
    /// When it ends before, with what it said.
    #[expect(clippy::zombie_processes, reason = "dropping the program waits for it")]
    pub fn start(binary: &Path, words: &[&str]) -> Self {
        let mut command = Command::new(binary);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let Some(output) = child.stdout.take() else { panic!("{} has no output", binary.display()) };
        let mut output = BufReader::new(output);
        let mut said = String::new();
        loop {
            let before = said.len();
            let read = output.read_line(&mut said).unwrap_or(0);
            if let Some(url) = said.get(before..).and_then(address) {
                return Self { url, said, child, _output: output };
            }
            if read == 0 {
                // it may have closed its output and live on
                let _ = child.kill();
                let end = child.wait().map(|status| status.to_string()).unwrap_or_default();
                panic!("{} {words:?} ended ({end}) before it printed an address:\n{said}", binary.display());
            }
        }
    }

    /// Process id, for looking at it in /proc.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub fn terminate(mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the program was gone before SIGTERM");
        self.child.wait().unwrap_or_else(|error| panic!("cannot wait for the program: {error}"))
    }

    fn end(&mut self) {
        // one that already ended needs no killing
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// `http://host:port` in a line, without a path.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://")?;
    let host = rest.split(|c: char| c.is_whitespace() || c == '/' || !c.is_ascii()).next()?;
    (!host.is_empty()).then(|| format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn an_address_is_found_in_a_line() {
        assert_eq!(address("open http://127.0.0.1:8080/ now"), Some("http://127.0.0.1:8080".into()));
        assert_eq!(address("请打开http://[::1]:80，登录"), Some("http://[::1]:80".into()));
        assert_eq!(address("nothing"), None);
    }

    #[test]
    fn a_served_address_answers_until_it_is_dropped() {
        let served = serve(|listener| async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.writable().await.unwrap();
                stream.try_write(b"hello").unwrap();
            }
        });
        let address = served.url.strip_prefix("http://").unwrap().to_owned();
        let mut answer = String::new();
        std::net::TcpStream::connect(&address).unwrap().read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "hello");
        drop(served);
        assert!(std::net::TcpStream::connect(&address).is_err());
    }

    #[test]
    fn a_program_is_known_by_the_address_it_prints_and_ends_on_request() {
        let script =
            "trap 'kill $!; exit 7' TERM; echo starting; echo http://127.0.0.1:1/; tail -f /dev/null & wait";
        let script = ["-c", script];
        let program = Program::start(Path::new("bash"), &script);
        assert_eq!((program.url.as_str(), program.said.lines().count()), ("http://127.0.0.1:1", 2));
        assert_eq!(program.terminate().code(), Some(7));
    }
}
