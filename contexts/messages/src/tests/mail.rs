//! Mail to a real server of the protocol, in the test's own process.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jobs::outbox::SendingState;
use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};

use super::{TRIED, Town, both};
use crate::Channel;

/// What the server took in.
#[derive(Clone, Default)]
struct Box {
    letters: Arc<Mutex<Vec<String>>>,
    /// What the server says to each letter in turn; then it takes them.
    says: Arc<Mutex<Vec<Response>>>,
    now: String,
}

impl Handler for Box {
    fn rcpt(&mut self, to: &str) -> Response {
        if to.contains("nobody") { response::NO_MAILBOX } else { response::OK }
    }

    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.now.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let letter = std::mem::take(&mut self.now);
        if let Some(says) = self.says.lock().unwrap().pop() {
            return says;
        }
        self.letters.lock().unwrap().push(letter);
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        if (user, password) == ("kepu", "geheim") { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}

fn serve(stream: TcpStream, of: Box) -> std::io::Result<()> {
    let mut builder = SessionBuilder::new("mail.example.cn");
    builder.enable_auth(AuthMechanism::Plain).insecure_enable_plaintext_auth();
    let mut session = builder.build(IpAddr::from([127, 0, 0, 1]), of);
    let mut reader = BufReader::new(stream);
    session.greeting().write_to(reader.get_mut())?;
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let said = session.process(&line);
        line.clear();
        match said.action {
            Action::Reply => said.write_to(reader.get_mut())?,
            Action::Close => return said.write_to(reader.get_mut()),
            Action::NoReply | Action::UpgradeTls => {}
        }
        reader.get_mut().flush()?;
    }
    Ok(())
}

/// Starts it; gives its box and its port.
fn server(says: Vec<Response>) -> (Box, u16) {
    let of = Box { says: Arc::new(Mutex::new(says)), ..Box::default() };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let kept = of.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = serve(stream, kept.clone());
        }
    });
    (of, port)
}

fn set(town: &Town, port: u16, password: &str) {
    let port = port.to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("tls", "none"),
        ("from", "kepu@qilin.example.cn"),
        ("user", "kepu"),
        ("password", password),
    ];
    town.set(Channel::Email, &fields);
}

#[test]
fn mail_arrives_in_chinese_with_the_sendings_key_as_its_id() {
    both(|town| {
        let (of, port) = server(Vec::new());
        set(town, port, "geheim");
        town.consent(Channel::Email, "li@example.cn");
        town.tell(TRIED, "a/1");
        town.run(&format!("127.0.0.1:{port}"));
        let letters = of.letters.lock().unwrap().clone();
        assert_eq!(letters.len(), 1, "{:?}", town.sendings());
        let sending = &town.sendings()[0];
        let id = format!("Message-ID: <{}@qilin.example.cn>", sending.id.as_str().to_ascii_lowercase());
        assert!(letters[0].contains(&id), "{}", letters[0]);
        assert!(letters[0].contains("To: li@example.cn"));
        assert_eq!((sending.state, sending.attempts), (SendingState::Sent, 1));
        assert!(sending.answer.as_ref().unwrap().starts_with("250"));
    });
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_knows_nobody_is_not() {
    both(|town| {
        let (of, port) = server(vec![response::INTERNAL_ERROR]);
        set(town, port, "geheim");
        town.consent(Channel::Email, "li@example.cn");
        town.tell(TRIED, "a/1");
        let host = format!("127.0.0.1:{port}");
        town.run(&host);
        assert_eq!(town.sendings()[0].state, SendingState::Waiting);
        assert!(town.sendings()[0].answer.as_ref().unwrap().contains("451"), "{:?}", town.sendings());
        town.clock.advance_seconds(60);
        town.run(&host);
        assert_eq!((town.sendings()[0].state, of.letters.lock().unwrap().len()), (SendingState::Sent, 1));
        town.consent(Channel::Email, "nobody@example.cn");
        town.tell(TRIED, "a/2");
        town.run(&host);
        assert_eq!(town.sendings()[0].state, SendingState::Failed);
    });
}

#[test]
fn a_wrong_password_fails_and_says_so() {
    both(|town| {
        let (of, port) = server(Vec::new());
        set(town, port, "falsch");
        town.consent(Channel::Email, "li@example.cn");
        town.tell(TRIED, "a/1");
        town.run(&format!("127.0.0.1:{port}"));
        assert_eq!(of.letters.lock().unwrap().len(), 0);
        let sending = &town.sendings()[0];
        assert_eq!(sending.state, SendingState::Failed);
        assert!(sending.answer.as_ref().unwrap().contains("535"), "{:?}", sending.answer);
        assert!(!sending.answer.as_ref().unwrap().contains("falsch"));
    });
}
