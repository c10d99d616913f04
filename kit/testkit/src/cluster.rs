//! A PostgreSQL of the test's own, to be restarted under load or to speak TLS.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use kernel::{Rng, SystemRng};

/// Keeps the server; ends it, and removes its folder, when its standard input closes, however the test
/// ends. A line on it restarts the server at once, as a crash would. `$1` programs, `$2` folder,
/// `$3` port, `$4` on or off for TLS.
const KEEPER: &str = r#"
set -e
PATH="$1:$PATH"; cd /
initdb --pgdata "$2" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
if [ "$4" = on ]; then
  cd "$2"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
    -keyout server.key -out server.crt 2>/dev/null
  chmod 600 server.key; chmod 755 .; chmod 644 server.crt; chmod 700 .
  cp server.crt "$2.crt"; chmod 644 "$2.crt"
  printf 'hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\nhostnossl all all all reject\n' > pg_hba.conf
  cd /
fi
trap 'pg_ctl --pgdata "$2" --mode=immediate --silent stop; rm -rf "$2" "$2.crt"' EXIT
options="-c listen_addresses=localhost -c port=$3 -c unix_socket_directories= -c max_connections=100 -c ssl=$4"
pg_ctl --pgdata "$2" --log "$2/server.log" --wait --silent --options "$options" start >/dev/null
echo ready
while read -r _; do
  pg_ctl --pgdata "$2" --log "$2/server.log" --wait --silent --mode=immediate restart >/dev/null 2>&1
  echo ready
done
"#;

/// The server; ended when dropped.
pub struct Cluster {
    /// Where it answers: `127.0.0.1:PORT`.
    pub port: u16,
    /// Its certificate, where it speaks TLS (and nothing else).
    pub certificate: PathBuf,
    keeper: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Starts one, with TLS or without; None where PostgreSQL was left out on purpose.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn start(tls: bool) -> Option<Self> {
        if crate::postgres::is_left_out() {
            return None;
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.unwrap_or_else(|error| panic!("no free port: {error}")).port();
        let name = format!("qilin-cluster-{}", SystemRng.token().split_at(16).0);
        let data = std::env::temp_dir().join(name).display().to_string();
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh", "-c", KEEPER, "sh"]);
        if !is_root() {
            command = Command::new("sh");
            command.args(["-c", KEEPER, "sh"]);
        }
        let mut keeper = command
            .args([programs(), data.clone(), port.to_string(), if tls { "on" } else { "off" }.to_owned()])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("no keeper for PostgreSQL: {error}"));
        let orders = keeper.stdin.take();
        let Some(answers) = keeper.stdout.take() else { panic!("the keeper has no output") };
        let certificate = PathBuf::from(format!("{data}.crt"));
        let mut cluster = Self { port, certificate, keeper, orders, answers: BufReader::new(answers) };
        cluster.wait();
        Some(cluster)
    }

    /// The address of its database for a user that is asked for no password.
    pub fn address(&self) -> String {
        format!("postgres://postgres@localhost:{}/postgres", self.port)
    }

    /// Ends all its processes at once, without a checkpoint, and starts it again.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn crash(&mut self) {
        let orders = self.orders.as_mut().unwrap_or_else(|| panic!("the keeper takes no orders"));
        let said = writeln!(orders, "crash").and_then(|()| orders.flush());
        said.unwrap_or_else(|error| panic!("the keeper is gone: {error}"));
        self.wait();
    }

    fn wait(&mut self) {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        assert!(read.is_ok() && line == "ready\n", "PostgreSQL did not start: {line}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.keeper.wait();
    }
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// The folder of PostgreSQL's server programs, Debian's newest, or none where they are on the path.
fn programs() -> String {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let complete = |path: &PathBuf| path.join("bin/initdb").is_file();
    let newest = versions.map(|entry| entry.path()).filter(complete).max_by_key(number);
    newest.map_or_else(String::new, |path: PathBuf| Path::new(&path).join("bin").display().to_string())
}
