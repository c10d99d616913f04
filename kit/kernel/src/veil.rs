//! Texts in the database that only this installation can read: phones, addresses, passwords of other
//! systems. ChaCha20-Poly1305 with a key that is derived from the installation's own, which lives
//! outside of the database: neither a copy of the database nor its backup gives them away.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{Caller, Refusal};

/// What stands before every veiled text: the form of what follows.
const FORM: u8 = 1;

/// Where a veiled text stands. One that was copied to another place is not read there.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Table and column, such as `message_channel.secret`.
    pub column: &'static str,
    /// The row's key within the district.
    pub row: &'a str,
}

fn key(by: &Caller) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, &by.seal.derive("columns")).ok().map(LessSafeKey::new)
}

fn bound(by: &Caller, place: Place<'_>) -> Aad<Vec<u8>> {
    Aad::from(format!("{}\n{}\n{}", by.district(), place.column, place.row).into_bytes())
}

/// Veils a text for its column of bytes: 29 bytes longer than the text. Two veils of one text differ, so
/// nobody sees which rows hold the same.
///
/// # Errors
/// `Broken` when the cipher refuses, which it does for no text that fits into a row.
pub fn veil(by: &Caller, place: Place<'_>, text: &str) -> Result<Vec<u8>, Refusal> {
    let mut nonce = [0; NONCE_LEN];
    by.rng.fill(&mut nonce);
    let mut veiled = text.as_bytes().to_vec();
    let nonce_of = Nonce::assume_unique_for_key(nonce);
    let sealed =
        key(by).and_then(|key| key.seal_in_place_append_tag(nonce_of, bound(by, place), &mut veiled).ok());
    sealed.ok_or_else(|| Refusal::Broken("a text could not be veiled".into()))?;
    Ok([&[FORM], nonce.as_slice(), veiled.as_slice()].concat())
}

/// The text; `None` when it was veiled by another installation's key, for another place, or was changed.
pub fn unveil(by: &Caller, place: Place<'_>, veiled: &[u8]) -> Option<String> {
    let (form, rest) = veiled.split_first()?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
    if *form != FORM {
        return None;
    }
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let plain = key(by)?.open_in_place(nonce, bound(by, place), &mut sealed).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Actor;

    const PHONE: Place<'static> = Place { column: "a.phone", row: "1" };

    fn of(district: &str) -> Caller {
        Caller::fixed(Actor::public(district.into()), "2025-09-01")
    }

    #[test]
    fn a_text_comes_back_and_stands_nowhere_in_the_clear() {
        let by = of("d");
        let veiled = veil(&by, PHONE, "13987650123").unwrap();
        assert_eq!(unveil(&by, PHONE, &veiled).as_deref(), Some("13987650123"));
        assert!(!veiled.windows(5).any(|part| part == b"13987"));
        assert_eq!(veiled.len(), 11 + 29);
        assert_ne!(veiled, veil(&by, PHONE, "13987650123").unwrap());
    }

    #[test]
    fn a_text_that_was_moved_changed_or_cut_is_not_read() {
        let by = of("d");
        let veiled = veil(&by, PHONE, "13987650123").unwrap();
        assert_eq!(unveil(&by, Place { row: "2", ..PHONE }, &veiled), None);
        assert_eq!(unveil(&by, Place { column: "a.mail", ..PHONE }, &veiled), None);
        assert_eq!(unveil(&of("e"), PHONE, &veiled), None);
        for n in 0..veiled.len() {
            let mut other = veiled.clone();
            other[n] ^= 1;
            assert_eq!(unveil(&by, PHONE, &other), None, "{n}");
            assert_eq!(unveil(&by, PHONE, &veiled[..n]), None, "{n}");
        }
    }
}
