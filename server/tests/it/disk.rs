//! A disk that fills up under the running program: writes are refused in plain words, reading goes on,
//! nothing is half kept, and with room again it works on without a restart.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use testkit::Program;

use crate::support::{PASSWORD, Town};

/// The size of the whole disk.
const SIZE: &str = "size=12m";

/// The program on a small disk of its own, which only it and its children see.
struct Small {
    program: Program,
    disk: PathBuf,
    session: String,
    csrf: String,
    // where the disk is mounted; to remove it would take the disk away
    _folder: tempfile::TempDir,
}

impl Small {
    fn start() -> Self {
        let town = Town::new();
        town.db.close();
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "mount -t tmpfs -o {SIZE} tmpfs \"$1\" && cp \"$2\"/qilin.db \"$1\" &&
             exec \"$3\" serve --listen 127.0.0.1:0 --data \"$1\""
        );
        let [disk, seed] = [folder.path(), town.folder.path()].map(|path| path.to_str().unwrap());
        let words = [
            "--mount",
            "--map-root-user",
            "sh",
            "-c",
            &script,
            "sh",
            disk,
            seed,
            env!("CARGO_BIN_EXE_qilin"),
        ];
        let program = Program::start(Path::new("unshare"), &words);
        let disk = PathBuf::from(format!("/proc/{}/root{disk}", program.id()));
        let mut small = Self { program, disk, session: String::new(), csrf: "0".repeat(64), _folder: folder };
        small.session = format!("qilin_form={}", small.csrf);
        let signed_in = small.post("/login", &[("login", "admin"), ("password", PASSWORD)]);
        let token = signed_in.split("qilin_session=").nth(1).and_then(|rest| rest.split(';').next());
        small.session = format!("qilin_session={}", token.unwrap_or_else(|| panic!("{signed_in}")));
        let form = small.get("/desk/units/new");
        small.csrf =
            form.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        small
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let host = self.program.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.session,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), "")
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        self.ask(
            &format!("POST {path}"),
            &pairs.append_pair("_csrf", &self.csrf).extend_pairs(fields).finish(),
        )
    }

    /// A new unit; the status of the answer and the answer.
    fn found_unit(&self, name: &str) -> (u16, String) {
        let fields = [("kind", "department"), ("name", name), ("from", "2024-01-01")];
        let answer = self.post("/desk/units/new", &fields);
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.disk.join("filler")).unwrap();
        while filler.write(&[7; 512]).is_ok_and(|n| n > 0) {}
    }
}

#[test]
fn a_full_disk_refuses_writes_shows_pages_and_recovers_without_a_restart() {
    let small = Small::start();
    let mut kept = vec!["甲单位0".to_owned()];
    assert_eq!(small.found_unit(&kept[0]).0, 303);
    small.fill();
    // what the database's files have room for inside may still be taken
    let refused = (1..2_000).find_map(|n| {
        let name = format!("甲单位{n}");
        let (status, answer) = small.found_unit(&name);
        if status == 303 {
            kept.push(name);
            return None;
        }
        Some((name, status, answer))
    });
    let (name, status, answer) = refused.expect("a full disk refuses at some time");
    assert_eq!(status, 507, "{answer}");
    assert!(answer.contains("磁盘已满，没有保存"), "{answer}");
    let head = answer.split("\r\n\r\n").next().unwrap();
    for header in ["content-security-policy: ", "x-content-type-options: nosniff", "cache-control: no-store"]
    {
        assert!(head.contains(header), "{header} is not among {head}");
    }
    for path in ["/desk", "/desk/units", "/plan"] {
        let page = small.get(path);
        assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
    }
    assert_eq!(small.found_unit(&name).0, 507, "it stays full");

    std::fs::remove_file(small.disk.join("filler")).unwrap();
    assert_eq!(small.found_unit(&name).0, 303, "there is room again");
    kept.push(name);
    let list = small.get("/desk/units");
    assert!(kept.iter().all(|name| list.matches(&format!("{name}<")).count() == 1), "{kept:?}\n{list}");
}
