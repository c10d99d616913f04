//! Somebody who speaks to the program over a connection, and lives on when it is killed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A person with a session.
#[derive(Clone, Debug)]
pub struct Wire {
    /// Where the program answers.
    pub host: String,
    session: String,
    csrf: String,
}

/// What was answered.
pub struct Said {
    /// The status.
    pub status: u16,
    /// Where it leads to.
    pub location: String,
    /// All of it.
    pub text: String,
}

impl Wire {
    /// Signs in.
    pub fn sign_in(host: &str, login: &str, password: &str) -> Self {
        let csrf = "0".repeat(64);
        let mut wire = Self { host: host.to_owned(), session: format!("qilin_form={csrf}"), csrf };
        let said = wire.post("/login", &[("login", login), ("password", password)]).unwrap();
        let token = said.text.split("qilin_session=").nth(1).and_then(|rest| rest.split(';').next());
        wire.session = format!("qilin_session={}", token.unwrap_or_else(|| panic!("{}", said.text)));
        let page = wire.get("/password").unwrap();
        wire.csrf =
            page.text.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        wire
    }

    /// The same person at a program that was started anew.
    pub fn at(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }

    fn ask(&self, head: &str, body: &str) -> Option<Said> {
        let address: SocketAddr = self.host.parse().unwrap();
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.host,
            self.session,
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A status line that came in was sent after the commit, whatever became of the rest.
        let status = text.split(' ').nth(1)?.parse().ok()?;
        let location = text.split("\r\nlocation: ").nth(1).and_then(|rest| rest.split_once("\r\n"));
        if ended.is_err() && location.is_none() {
            return None;
        }
        let location = location.map(|(to, _)| to.to_owned()).unwrap_or_default();
        Some(Said { status, location, text })
    }

    /// A page; nothing when the program does not answer.
    pub fn get(&self, path: &str) -> Option<Said> {
        self.ask(&format!("GET {path}"), "")
    }

    /// Sends a form; nothing when it is not known what became of it.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Said> {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let body = pairs.append_pair("_csrf", &self.csrf).extend_pairs(fields).finish();
        self.ask(&format!("POST {path}"), &body)
    }
}
