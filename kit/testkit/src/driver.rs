//! A thin WebDriver client: JSON over HTTP to a chromedriver of this process's own.
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// Longest that one command may take, page loads included.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running chromedriver. The shell around it ends it, and removes its folder, as soon as this process is
/// gone, however it went: its standard input closes then. Browsers end with the pipe that chromedriver holds.
pub(crate) struct Driver {
    port: u16,
    /// Held so that neither end of the pipes closes.
    _keeper: Child,
    _said: BufReader<ChildStdout>,
}

const KEEPER: &str = r#"
folder=$(mktemp -d) || exit 1
TMPDIR=$folder HOME=$folder chromedriver --port=0 2>&1 &
cat >/dev/null
kill $!
wait
# a browser that is still going down may write once more; nobody waits for this shell
for again in 1 2 3 4 5; do rm -rf "$folder"; sleep 1; done
rm -rf "$folder"
"#;

impl Driver {
    /// The driver of this process, started at first use.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Driver> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|error| panic!("{error}")))
    }

    fn start() -> Result<Self, String> {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Chinese as a resident's phone has it; dates are typed in that order
        command.env("LANGUAGE", "zh_CN").env("LANG", "C.UTF-8").env("TZ", "Asia/Shanghai");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut keeper = command.spawn().map_err(|error| format!("cannot start a shell: {error}"))?;
        let Some(out) = keeper.stdout.take() else { return Err("chromedriver has no output".into()) };
        let mut said = BufReader::new(out);
        let mut all = String::new();
        loop {
            let before = all.len();
            let read = said.read_line(&mut all);
            let line = all.get(before..).unwrap_or_default();
            let port = line
                .split_once("on port ")
                .and_then(|(_, rest)| rest.trim().trim_end_matches('.').parse().ok());
            if let Some(port) = port.filter(|_| line.contains("successfully")) {
                return Ok(Self { port, _keeper: keeper, _said: said });
            }
            if !matches!(read, Ok(1..)) {
                return Err(format!(
                    "chromedriver did not start. `cargo xtask test` installs it on Debian. It said:\n{all}"
                ));
            }
        }
    }

    /// One command; the answer's `value`, or the error with what the driver said.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{method} {path}: {error}");
        let (ok, body) = self.exchange(method, path, body).map_err(|error| failed(&error))?;
        let mut json: Value = serde_json::from_slice(&body).map_err(|error| failed(&error))?;
        let value = json.get_mut("value").map(Value::take).unwrap_or_default();
        if ok {
            return Ok(value);
        }
        let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Err(format!("{path}: {}: {}", part("error"), part("message")))
    }

    /// Whether it succeeded, and the body. The driver leaves the connection open: its length counts.
    fn exchange(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<(bool, Vec<u8>)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
        let mut answer = vec![0; length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)];
        reader.read_exact(&mut answer)?;
        Ok((head.starts_with("HTTP/1.1 200"), answer))
    }
}
