//! What must never be found where it could be read: names of lists, passwords, tokens.

use crate::support::{PASSWORD, Town};

fn stored(town: &Town) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(town.folder.path()).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn neither_passwords_nor_session_tokens_stand_in_the_database_files() {
    let town = Town::new();
    let admin = town.signed_in("admin");
    let token = admin.cookie("qilin_session").unwrap().to_owned();
    let mut stranger = town.visitor();
    stranger.get("/login");
    stranger.post("/login", &[("login", "admin"), ("password", "kanarienvogel-falsch")]);
    let bytes = stored(&town);
    assert!(holds(&bytes, "管理员甲"), "the files do not even hold what they should");
    for secret in [PASSWORD, token.as_str(), "kanarienvogel-falsch"] {
        assert!(!holds(&bytes, secret), "{secret} is readable in the database files");
    }
}
