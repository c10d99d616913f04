//! The text of a signed head: a C2SP checkpoint in a C2SP note, signed with Ed25519.
//!
//! ```text
//! qilin/DISTRICT/facts
//! 2845
//! base64 of the root
//!
//! — qilin/DISTRICT/facts base64 of key id and signature
//! ```

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use kernel::{Rng, Seal};
use ring::hmac;
use sha2::{Digest, Sha256};

use crate::Head;
use crate::proof::Hash;

/// The mark of Ed25519 among the signature types of C2SP notes.
const ED25519: u8 = 1;

/// What signs heads. Its 32 secret bytes live outside the database.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A new one.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut secret = [0; 32];
        rng.fill(&mut secret);
        Self(ed25519_dalek::SigningKey::from_bytes(&secret))
    }

    /// From its 32 secret bytes.
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// Its 32 secret bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }
}

impl Seal for SigningKey {
    fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }

    fn key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn derive(&self, of: &str) -> [u8; 32] {
        // HKDF (RFC 5869) of one block: extract with our salt, expand with the use.
        let root = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"qilin columns v1"), &self.0.to_bytes());
        let one = [of.as_bytes(), &[1]].concat();
        let block = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, root.as_ref()), &one);
        let mut key = [0; 32];
        key.copy_from_slice(block.as_ref());
        key
    }
}

/// Whether a note stands as [`write`] wrote it, with one signature and the end of its line. One that went
/// other ways may carry the signatures of others, or have lost the end of its last line, and is still
/// signed; but nobody changes a stored one.
pub(crate) fn is_as_written(note: &str) -> bool {
    let signatures = note.split_once("\n\n").map(|(_, signatures)| signatures);
    signatures.and_then(|lines| lines.strip_suffix('\n')).is_some_and(|line| !line.contains(['\n', '\r']))
}

/// What checks signatures: the public half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(VerifyingKey);

impl Key {
    /// From 64 hexadecimal digits; `None` when they are no key.
    pub fn parse(hex: &str) -> Option<Self> {
        Self::from_bytes(&Hash::parse(hex.trim())?.0)
    }

    /// From 32 bytes; `None` when they are no point of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().map(Self)
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        Hash(self.0.to_bytes()).hex()
    }

    /// Whether it signed the text; weak keys and malleable signatures are refused.
    pub fn signed(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
    }
}

fn body(origin: &str, head: Head) -> String {
    format!("{origin}\n{}\n{}\n", head.size, BASE64_STANDARD.encode(head.root.0))
}

fn key_id(name: &str, key: [u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize();
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
    [a, b, c, d]
}

/// Writes and signs a head of the log `origin`.
pub fn write(origin: &str, head: Head, seal: &dyn Seal) -> String {
    let text = body(origin, head);
    let signature = [&key_id(origin, seal.key())[..], &seal.sign(text.as_bytes())[..]].concat();
    format!("{text}\n— {origin} {}\n", BASE64_STANDARD.encode(signature))
}

/// The head that a note tells, without looking at its signature; `None` when it is no such note.
pub fn head_of(note: &str) -> Option<Head> {
    let mut lines = note.lines();
    let (_origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let root = BASE64_STANDARD.decode(root).ok()?.try_into().map(Hash).ok()?;
    Some(Head { size: size.parse().ok()?, root })
}

/// Why a note is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has not the form of a signed head.
    Unreadable,
    /// It is of another log.
    OtherLog,
    /// It is not signed by the key.
    NotSigned,
}

/// Reads a note of the log `origin` and checks that `key` signed it.
///
/// # Errors
/// [`Refused`], the first reason that applies.
pub fn read(note: &str, origin: &str, key: &Key) -> Result<Head, Refused> {
    let head = head_of(note).ok_or(Refused::Unreadable)?;
    let (text, signatures) = note.split_once("\n\n").ok_or(Refused::Unreadable)?;
    if text.lines().next() != Some(origin) {
        return Err(Refused::OtherLog);
    }
    let text = format!("{text}\n");
    if text != body(origin, head) {
        return Err(Refused::Unreadable);
    }
    let by_key = |line: &str| {
        let signed = line.strip_prefix("— ")?.strip_prefix(origin)?.strip_prefix(' ')?;
        let bytes = BASE64_STANDARD.decode(signed).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let ours = *id == key_id(origin, key.0.to_bytes());
        Some(ours && key.signed(text.as_bytes(), signature.try_into().ok()?))
    };
    let signed = signatures.lines().any(|line| by_key(line) == Some(true));
    if signed { Ok(head) } else { Err(Refused::NotSigned) }
}
