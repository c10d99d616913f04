//! Another server, in the test's own process: takes requests, keeps them, and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }
}

type Answer = Box<dyn Fn(usize, &Asked) -> Option<(u16, String)> + Send>;

/// The server; it lives until the test's process ends.
pub struct Provider {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Provider {
    /// `answer` is given how many requests came before; with none the line is cut without an answer.
    pub fn start(answer: impl Fn(usize, &Asked) -> Option<(u16, String)> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer): (_, Answer) = (Arc::clone(&asked), Box::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up in the middle is no fault of the server.
                let _ = serve(stream, &kept, &answer);
            }
        });
        Self { port, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// As the operator would allow it.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Asked>>, answer: &Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let headers: Vec<(String, String)> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut asked = Asked { headers, body: String::new() };
    let length: usize = asked.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    let before = {
        let mut all = kept.lock().unwrap();
        all.push(asked.clone());
        all.len() - 1
    };
    if let Some((status, text)) = answer(before, &asked) {
        let location =
            if (300..400).contains(&status) { format!("location: {text}\r\n") } else { String::new() };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{location}connection: close\r\n\r\n",
            text.len()
        );
        reader.get_mut().write_all(format!("{head}{text}").as_bytes())?;
    }
    Ok(())
}
