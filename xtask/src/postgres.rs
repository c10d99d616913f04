//! A private PostgreSQL: its own folder, its own port, gone with the process that asked for it.
//!
//! The server is kept by a second process (`cargo xtask postgres`) that stops it and removes the folder
//! as soon as its standard input closes. The operating system closes that pipe however the asking process
//! ends: normally, by Ctrl-C, or killed.
use crate::{install, sh};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

/// A running private server, stopped when dropped.
pub struct Private {
    /// Address for clients: `postgres://…/postgres`, a superuser without password.
    pub url: String,
    keeper: Child,
}

impl Private {
    /// Starts the keeper in a process group of its own, so that Ctrl-C reaches it only through us.
    pub fn start() -> Result<Self, String> {
        let me = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let mut command = Command::new(me);
        command.arg("postgres").stdin(Stdio::piped()).stdout(Stdio::piped());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut keeper =
            command.spawn().map_err(|error| format!("cannot start PostgreSQL's keeper: {error}"))?;
        let mut url = String::new();
        if let Some(out) = keeper.stdout.take() {
            // an unreadable line is an empty one: the keeper has already said on stderr what failed
            let _ = BufReader::new(out).read_line(&mut url);
        }
        let url = url.trim().to_owned();
        if url.is_empty() {
            let _ = keeper.wait();
            return Err("The private PostgreSQL did not start; the reason is above.".into());
        }
        Ok(Self { url, keeper })
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// `cargo xtask postgres`: starts the server, prints its address, waits for the end of standard input.
pub fn guard() -> sh::Done {
    let bin = folder().ok_or("no PostgreSQL here; `cargo xtask test` installs it on Debian")?;
    let data = std::env::temp_dir().join(format!("qilin-test-postgres-{}", std::process::id()));
    let server = Server { bin, data };
    let url = server.start()?;
    println!("{url}");
    // whatever ends the reading ends the server
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    Ok(ExitCode::SUCCESS)
}

struct Server {
    bin: PathBuf,
    data: PathBuf,
}

impl Server {
    fn start(&self) -> Result<String, String> {
        sh::output(
            self.command("initdb")
                .arg("--pgdata")
                .arg(&self.data)
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]),
        )?;
        // Another program may take the port between looking and starting: then look again.
        let mut refused = String::new();
        for _ in 0..3 {
            let port = free_port()?;
            match self.listen(port) {
                Ok(()) => return Ok(format!("postgres://postgres@127.0.0.1:{port}/postgres")),
                Err(error) => refused = error,
            }
        }
        Err(format!("{refused}\n{}", std::fs::read_to_string(self.log()).unwrap_or_default()))
    }

    fn listen(&self, port: u16) -> Result<(), String> {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{}' \
             -c max_connections=200 -c fsync=on -c synchronous_commit=on",
            self.data.display()
        );
        sh::run(
            self.command("pg_ctl")
                .arg("--pgdata")
                .arg(&self.data)
                .arg("--log")
                .arg(self.log())
                .args(["--wait", "--silent", "--options", &options, "start"])
                .stdout(Stdio::null()),
        )
    }

    fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }

    /// A program of PostgreSQL, as a user who is not root: it refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if install::is_root() {
            let mut as_other = Command::new("runuser");
            as_other.args(["-u", unprivileged(), "--"]).arg(program);
            as_other
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may not have come so far as to run; the folder goes in any case
        let _ = sh::output(
            self.command("pg_ctl")
                .arg("--pgdata")
                .arg(&self.data)
                .args(["--mode=immediate", "--silent", "stop"]),
        );
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn unprivileged() -> &'static str {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    if users.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" }
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

/// The folder of PostgreSQL's server programs: beside the `initdb` on PATH, else Debian's newest.
pub fn folder() -> Option<PathBuf> {
    let on_path = sh::find("initdb").and_then(|file| file.canonicalize().ok());
    let complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    if let Some(folder) = on_path.as_deref().and_then(Path::parent).filter(|folder| complete(folder)) {
        return Some(folder.to_path_buf());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(number)?;
    Some(newest.join("bin")).filter(|folder| complete(folder))
}
