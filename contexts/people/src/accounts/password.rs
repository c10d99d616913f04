//! Passwords: what is accepted, how they are made and how they are hashed.
//!
//! Argon2id with 19 MiB of memory, two passes and one lane: the least that OWASP's cheat sheet
//! names for it. More memory would let a few people who sign in together exceed the 256 MiB that
//! the whole program may take; two passes cost an attacker about 30 ms a guess on our hardware.
//! Hashing happens before a transaction, never inside.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Problem, Refusal, Rng, search_key};
use sha2::{Digest, Sha256};

/// The shortest password, in characters.
pub const SHORTEST: usize = 10;
/// The longest, so that hashing cannot be made slow.
pub const LONGEST: usize = 128;

/// Passwords of enough length that everybody tries first, without case and width.
const COMMON: &[&str] = &[
    "1234567890", "0123456789", "0987654321", "1234567891", "12345678910", "123456789a", "a123456789",
    "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty12345", "asdfghjkl1", "zxcvbnm123", "password12",
    "password123", "password1234", "passw0rd123", "p@ssw0rd123", "p@ssword123", "admin12345", "admin123456",
    "administrator", "woaini1314", "woaini520520", "woaini5201314", "5201314520", "iloveyou123",
    "abcdefghij", "abc1234567", "qq123456789", "aa123456789", "changeme123", "welcome123", "letmein123",
    "test123456", "kepu123456", "kexie123456", "qilin123456",
];

/// Letters and digits that cannot be mistaken for one another.
const CLEAR: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A hashed password, as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) const fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The hash of an account that nobody signs in with: no password is right.
pub(crate) fn nobody() -> PasswordHash {
    PasswordHash(NOBODY.to_owned())
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// A hash that belongs to no password: verified for logins that do not exist, so that they take as
/// long as those that do.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWlzLWhlcmUhIQ$2TBjq8zCk0CyhjPx9sDwVrAQ5dMY0k3cKvLxgEIhs9I";

fn argon2() -> Result<Argon2<'static>, Refusal> {
    let params =
        Params::new(19 * 1024, 2, 1, None).map_err(|error| Refusal::Broken(error.to_string().into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password. Slow on purpose: call it outside of transactions.
///
/// # Errors
/// `Broken` when the algorithm refuses its parameters, which a test excludes.
pub fn hash(password: &str, rng: &dyn Rng) -> Result<PasswordHash, Refusal> {
    let mut salt = [0u8; 16];
    rng.fill(&mut salt);
    let hash = argon2()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| Refusal::Broken(error.to_string().into()))?;
    Ok(PasswordHash(hash.to_string()))
}

/// Whether the password belongs to the hash. Without a hash it takes as long, and is wrong.
///
/// # Errors
/// `Broken` when the stored hash is none.
pub fn verify(password: &str, hash: Option<&PasswordHash>) -> Result<bool, Refusal> {
    let text = hash.map_or(NOBODY, PasswordHash::as_str);
    let parsed = Phc::new(text).map_err(|error| Refusal::Broken(error.to_string().into()))?;
    let right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
    Ok(right && hash.is_some())
}

/// Whether a person may choose this password.
///
/// # Errors
/// The problem at the field `password`: too short, too long, the login, or one that everybody tries.
/// There is no rule about kinds of characters: length is what helps.
pub fn check(password: &str, login: &str) -> Result<(), Problem> {
    let long = password.chars().count();
    if long < SHORTEST {
        return Err(Problem::new("people-password-short").at("password").with("least", SHORTEST));
    }
    if long > LONGEST {
        return Err(Problem::new("people-password-long").at("password").with("most", LONGEST));
    }
    let key = search_key(password);
    let login = search_key(login);
    if !login.is_empty() && (key == login || key == login.repeat(2)) {
        return Err(Problem::new("people-password-is-login").at("password"));
    }
    let mut letters = key.chars();
    let first = letters.next();
    if COMMON.contains(&key.as_str()) || letters.all(|c| Some(c) == first) {
        return Err(Problem::new("people-password-common").at("password"));
    }
    Ok(())
}

/// A password to be typed once: `xxxx-xxxx-xxxx`, 59 bits of chance.
pub fn temporary(rng: &dyn Rng) -> String {
    spell(std::iter::repeat_with(|| rng.below(u64::MAX)))
}

/// Twelve clear letters, four by four.
fn spell(numbers: impl Iterator<Item = u64>) -> String {
    let mut text = String::with_capacity(14);
    for (place, number) in numbers.take(12).enumerate() {
        if place == 4 || place == 8 {
            text.push('-');
        }
        let index = usize::try_from(number).unwrap_or(0) % CLEAR.len();
        text.push(char::from(CLEAR.get(index).copied().unwrap_or(b'x')));
    }
    text
}

/// The temporary password that belongs to a form's key and a login, so that a form sent twice shows
/// the same password twice and nobody has to store it. Without a key it is drawn anew.
pub fn temporary_of(once: &str, login: &str, rng: &dyn Rng) -> String {
    if once.len() < 32 {
        return temporary(rng);
    }
    let digest = Sha256::digest(format!("temporary password\n{once}\n{}", search_key(login)).as_bytes());
    let pairs =
        digest.chunks(2).map(|pair| pair.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte)));
    spell(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeededRng;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let rng = SeededRng::new(1);
        let (one, other) = (hash("correct horse", &rng).unwrap(), hash("correct horse", &rng).unwrap());
        assert_ne!(one, other, "the salt differs");
        assert!(verify("correct horse", Some(&one)).unwrap());
        assert!(!verify("correct horsf", Some(&one)).unwrap());
        assert!(!verify("", Some(&one)).unwrap());
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys_and_is_never_right() {
        let real = hash("correct horse", &SeededRng::new(1)).unwrap();
        let cost = |text: &str| text.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(NOBODY), cost(real.as_str()));
        assert_eq!(NOBODY.len(), real.as_str().len());
        assert!(!verify("correct horse", None).unwrap());
    }

    #[test]
    fn a_password_is_long_not_the_login_and_not_what_everybody_tries() {
        for (password, key) in [
            ("short", "people-password-short"),
            ("区科协区科协区科协", "people-password-short"),
            ("zhangwei2025", "people-password-is-login"),
            ("ZhangWei2025", "people-password-is-login"),
            ("Password123", "people-password-common"),
            ("１２３４５６７８９０", "people-password-common"),
            ("aaaaaaaaaaaa", "people-password-common"),
        ] {
            assert_eq!(check(password, "zhangwei2025").unwrap_err().key, key, "{password}");
        }
        assert_eq!(check(&"x1".repeat(65), "a").unwrap_err().key, "people-password-long");
        for good in ["four plain words here", "科学素质提升行动实施方案", "abcdefghij1"] {
            assert_eq!(check(good, "zhangwei2025"), Ok(()), "{good}");
        }
    }

    #[test]
    fn temporary_passwords_differ_and_are_themselves_acceptable() {
        let rng = SeededRng::new(3);
        let (one, other) = (temporary(&rng), temporary(&rng));
        assert_ne!(one, other);
        assert_eq!(one.len(), 14);
        assert_eq!(check(&one, "li"), Ok(()));
        let key = "5".repeat(64);
        assert_eq!(temporary_of(&key, "li", &rng), temporary_of(&key, "LI", &rng));
        assert_ne!(temporary_of(&key, "li", &rng), temporary_of(&key, "wang", &rng));
        assert_eq!(temporary_of(&key, "li", &rng).len(), 14);
        assert_ne!(temporary_of("", "li", &rng), temporary_of("", "li", &rng));
    }
}
