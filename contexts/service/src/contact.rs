//! Who to call: sealed in the database with a key that lies outside of it, and the code by which a
//! resident comes back to an order.
//!
//! Both keys come from the installation's signature over a fixed text (Ed25519 signs alike each time), so
//! they are where the signing key is: in a file beside the data. A copy of the database alone opens
//! nothing (`docs/decisions/0020-contacts-are-sealed.md`).

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Caller, Problem, Problems, Refusal, Seal};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::order::{Order, OrderId};

/// The longest name and house, in characters.
const LONGEST: usize = 60;

/// Who to call, and at which door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The number, as digits.
    pub phone: String,
    /// Street and house, or the room where people meet.
    pub place: String,
}

impl Contact {
    /// The same with what must not be read left out: `张**`, `138****5678`.
    #[must_use]
    pub fn masked(&self) -> Self {
        let first = self.name.chars().next().map(String::from).unwrap_or_default();
        let digits: Vec<char> = self.phone.chars().collect();
        let tail: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
        Self { name: format!("{first}**"), phone: format!("*******{tail}"), place: String::new() }
    }
}

/// Reads what was typed: a name, and a mobile number or a fixed one with its area code.
///
/// # Errors
/// What has to be mended, at `name`, `phone` and `place`.
pub fn read(name: &str, phone: &str, place: &str) -> Result<Contact, Refusal> {
    let mut problems = Problems::new();
    let name = name.trim();
    if name.is_empty() {
        problems.add(Problem::new("service-name-missing").at("name"));
    }
    for (field, text) in [("name", name), ("place", place)] {
        let long = text.chars().count();
        if long > LONGEST {
            problems.add(Problem::new("error-too-long").at(field).with("most", LONGEST).with("long", long));
        }
        if text.chars().any(char::is_control) {
            problems.add(Problem::new("error-control-character").at(field));
        }
    }
    let phone = digits(phone);
    if phone.is_none() {
        problems.add(Problem::new("service-phone-unreadable").at("phone"));
    }
    problems.check()?;
    Ok(Contact { name: name.to_owned(), phone: phone.unwrap_or_default(), place: place.trim().to_owned() })
}

/// A number's digits in either width, with or without spaces, hyphens and the country's code.
fn digits(phone: &str) -> Option<String> {
    let kept =
        phone.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '(' | ')' | '（' | '）'));
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '＋' => '+',
        c => c,
    };
    let all: String = kept.map(narrow).collect();
    let own = all.strip_prefix("+86").or_else(|| all.strip_prefix("0086")).unwrap_or(&all);
    let is_number = own.bytes().all(|b| b.is_ascii_digit());
    let mobile = own.len() == 11 && own.starts_with('1');
    let fixed = (7..=12).contains(&own.len()) && !own.starts_with('1');
    (is_number && (mobile || fixed)).then(|| own.to_owned())
}

/// A key of its own for each purpose.
fn key(seal: &dyn Seal, purpose: &str) -> [u8; 32] {
    Sha256::digest(seal.sign(format!("qilin/service/{purpose}/1").as_bytes())).into()
}

fn mac(seal: &dyn Seal, purpose: &str, text: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key(seal, purpose)) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn broken(reason: &'static str) -> Refusal {
    Refusal::Broken(reason.into())
}

/// Seals a contact for an order: nobody can move it to another.
///
/// # Errors
/// Broken when the cipher refuses, which it has no reason to.
pub fn seal(by: &Caller, order: &OrderId, contact: &Contact) -> Result<Vec<u8>, Refusal> {
    let mut text = serde_json::to_vec(contact).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let mut nonce = [0u8; 12];
    by.rng.fill(&mut nonce);
    let cipher = cipher(&*by.seal)?;
    let sealed = cipher.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(order.as_str().as_bytes()),
        &mut text,
    );
    sealed.map_err(|_| broken("a contact cannot be sealed"))?;
    Ok([nonce.as_slice(), &text].concat())
}

fn cipher(seal: &dyn Seal) -> Result<LessSafeKey, Refusal> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key(seal, "contact"));
    Ok(LessSafeKey::new(key.map_err(|_| broken("no key for contacts"))?))
}

/// Opens what [`seal`] closed; `None` when it was sealed with another installation's key, or changed.
pub fn open(by: &Caller, order: &OrderId, sealed: &[u8]) -> Option<Contact> {
    let (nonce, text) = sealed.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let aad = Aad::from(order.as_str().as_bytes());
    let plain = cipher(&*by.seal).ok()?.open_in_place(nonce, aad, &mut text).ok()?;
    serde_json::from_slice(plain).ok()
}

/// The hash by which the same number is known again.
pub fn phone_mac(by: &Caller, phone: &str) -> String {
    kernel::hex(mac(&*by.seal, "phone", phone))
}

/// The code of an order: twelve digits, forty bits. It is computed and never stored, so that nobody
/// finds it in the database.
pub fn code(by: &Caller, order: &OrderId) -> String {
    let bytes = mac(&*by.seal, "code", order.as_str());
    let number = bytes.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:012}", number % 1_000_000_000_000)
}

/// The code that proves at the door that a team came: six digits, another in each round. Computed and never
/// stored, as [`code`] is; so few are enough since five tries are all there are.
pub fn door_code(by: &Caller, order: &Order) -> String {
    let bytes = mac(&*by.seal, "door", &format!("{}/{}", order.id, order.n_reopened));
    let number = bytes.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// Whether what was typed is the code for the door.
pub fn is_door_code(by: &Caller, order: &Order, typed: &str) -> bool {
    web::equal(&typed_digits(typed), &door_code(by, order))
}

/// A code as people read it to each other: `1234 5678 9012`.
pub fn code_text(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Whether what was typed is the code; takes as long for any digits.
pub fn is_code(by: &Caller, order: &OrderId, typed: &str) -> bool {
    web::equal(&typed_digits(typed), &code(by, order))
}

/// A code without what people put between its digits, in either width.
fn typed_digits(typed: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        c => c,
    };
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Caller};

    use super::*;

    fn by() -> Caller {
        Caller::fixed(Actor::public("d".into()), "2025-11-03")
    }

    #[test]
    fn a_number_is_read_as_people_write_it_and_nothing_else_is() {
        for text in ["13812345678", "138 1234 5678", "+86-138-1234-5678", "１３８１２３４５６７８"]
        {
            assert_eq!(digits(text).as_deref(), Some("13812345678"), "{text}");
        }
        assert_eq!(digits("0874-3123456").as_deref(), Some("08743123456"));
        for text in ["", "1381234567", "没有", "138123456789", "12", "1e10", "0000000000000"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_sealed_holds_no_name_and_opens_for_its_own_order_only() {
        let contact = read("张秀英", "13987650123", "三单元 201").unwrap();
        let sealed = seal(&by(), &"a".into(), &contact).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("13987650123"));
        assert_eq!(open(&by(), &"a".into(), &sealed), Some(contact));
        assert_eq!(open(&by(), &"b".into(), &sealed), None);
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&by(), &"a".into(), &changed), None);
        assert_eq!(open(&by(), &"a".into(), &[0; 3]), None);
    }

    #[test]
    fn a_code_has_twelve_digits_and_is_known_however_it_is_spaced() {
        let code = code(&by(), &"a".into());
        assert_eq!(code.len(), 12);
        assert!(is_code(&by(), &"a".into(), &code_text(&code)));
        assert!(!is_code(&by(), &"b".into(), &code));
        assert!(!is_code(&by(), &"a".into(), ""));
    }

    #[test]
    fn a_masked_contact_shows_one_character_and_four_digits() {
        let masked = read("张秀英", "13987650123", "三单元").unwrap().masked();
        assert_eq!((masked.name.as_str(), masked.phone.as_str()), ("张**", "*******0123"));
        assert_eq!(masked.place, "");
    }
}
