//! What a person sent: fields and files, read with limits, and kept when something must be mended.

mod read;

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use kernel::{Caller, Day, Problem, Refusal};
use sha2::{Digest, Sha256};

use crate::guard::BodyLimit;
use crate::{App, Cx, Error};

/// The characters of a form's key that tell when it was drawn, as a ULID begins, and those of its token.
const TIME: usize = 10;
const TOKEN: usize = 64;
/// Fields beyond this are no form of ours.
const MOST_FIELDS: usize = 2_000;

/// A file that came with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that the sender gave it, without folders.
    pub name: String,
    /// The type that the sender claims.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// A new key for a form: when it is drawn, then 256 bits that nobody guesses.
pub(crate) fn new_key(by: &Caller) -> String {
    format!("{}{}", by.id::<String>().get(..TIME).unwrap_or_default(), by.rng.token())
}

/// When the form with this key was drawn, as its key tells it; empty for a key of another make.
fn drawn_at(once: &str) -> &str {
    let is_ours = once.len() == TIME + TOKEN && once.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_ours { once.get(..TIME).unwrap_or_default() } else { "" }
}

/// The fields of a form, as typed, with what has to be mended.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<(String, File)>,
    problems: Vec<Problem>,
    conflict: bool,
    /// Whether a program sent it: nothing is drawn for it to mend.
    by_key: bool,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// A form that shows what is stored.
    pub fn filled<const N: usize>(fields: [(&str, String); N]) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { fields, ..Self::default() }
    }

    /// With one more field.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// A field, without white space around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.trim())
    }

    /// A field exactly as typed: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field that can be chosen more than once; empty ones are left out.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of = self.fields.iter().filter(|(of, _)| of == name);
        of.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).collect()
    }

    /// The names of all fields that were sent, for forms with numbered rows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// A file, unless its field was left empty.
    pub fn file(&self, name: &str) -> Option<&File> {
        let of = self.files.iter().find(|(of, _)| of == name);
        of.map(|(_, file)| file).filter(|file| !file.bytes.is_empty() || !file.name.is_empty())
    }

    /// All files of a field.
    pub fn files(&self, name: &str) -> Vec<&File> {
        let of = self.files.iter().filter(|(of, _)| of == name);
        of.map(|(_, file)| file).filter(|file| !file.name.is_empty()).collect()
    }

    /// The key by which the same form, sent twice, acts once.
    pub fn once(&self) -> &str {
        self.text("_once")
    }

    /// What tells this sending from others: the key of the form with all that was sent, in SHA-256 and
    /// hexadecimal, behind the time that the key begins with. Empty for a form without a key. Whoever goes
    /// back, changes a field and sends again sends another form, though the browser kept the key.
    ///
    /// The time lets the receipts of forms that were drawn one after the other lie side by side: a commit
    /// then writes a page of them, not one for each.
    pub(crate) fn receipt_key(&self, path: &str) -> String {
        if self.once().is_empty() {
            return String::new();
        }
        let mut sent = Sha256::new();
        let mut add = |part: &[u8]| {
            // Each with its length, so that no two lists of parts read alike.
            sent.update(part.len().to_be_bytes());
            sent.update(part);
        };
        add(path.as_bytes());
        for (name, value) in self.fields.iter().filter(|(name, _)| name != "_csrf") {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        add(b"files");
        for (name, file) in &self.files {
            add(name.as_bytes());
            add(file.name.as_bytes());
            add(&file.bytes);
        }
        format!("{}{}", drawn_at(self.once()), kernel::hex(sent.finalize()))
    }

    /// A day; `None` when the field is empty.
    ///
    /// # Errors
    /// The problem at the field, when it is no day.
    pub fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(None);
        }
        Day::parse(text)
            .map(Some)
            .ok_or_else(|| Problem::new("error-not-a-day").at(name.to_owned()).with("value", text))
    }

    /// A whole number that is not negative; `None` when the field is empty.
    ///
    /// # Errors
    /// The problem at the field: "N/A", "-", "about 30" and -1 are no counts.
    pub fn count(&self, name: &str) -> Result<Option<i64>, Problem> {
        read_count(self.text(name)).map_err(|problem| problem.at(name.to_owned()))
    }

    /// A field that must not be empty, of at most `most` characters.
    ///
    /// # Errors
    /// The problem at the field.
    pub fn required(&self, name: &str, most: usize) -> Result<String, Problem> {
        let text = self.text(name);
        if text.is_empty() {
            return Err(Problem::new("error-missing").at(name.to_owned()));
        }
        self.optional(name, most)
    }

    /// A field of at most `most` characters, which may be empty.
    ///
    /// # Errors
    /// The problem at the field.
    pub fn optional(&self, name: &str, most: usize) -> Result<String, Problem> {
        let text = self.text(name);
        let long = text.chars().count();
        if long > most {
            let problem = Problem::new("error-too-long").at(name.to_owned());
            return Err(problem.with("most", most).with("long", long));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Problem::new("error-control-character").at(name.to_owned()));
        }
        Ok(text.replace("\r\n", "\n"))
    }

    /// This form, to be drawn again with what has to be mended.
    ///
    /// # Errors
    /// Refusals that no mending of this form can meet.
    pub fn refused(mut self, refusal: Refusal) -> Result<Self, Refusal> {
        if self.by_key {
            return Err(refusal);
        }
        match refusal {
            Refusal::Invalid(problems) => self.problems = problems,
            Refusal::Conflict(problem) => {
                self.problems = vec![problem];
                self.conflict = true;
            }
            other @ (Refusal::NotFound
            | Refusal::Forbidden
            | Refusal::Unavailable(_)
            | Refusal::Broken(_)) => return Err(other),
        }
        Ok(self)
    }

    /// What has to be mended.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether somebody else changed meanwhile what this form was to change, or its state no longer fits.
    pub const fn is_conflict(&self) -> bool {
        self.conflict
    }

    /// 200 when fresh, 422 when something has to be mended, 409 when the state no longer fits.
    pub const fn status(&self) -> StatusCode {
        if self.conflict {
            StatusCode::CONFLICT
        } else if self.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// A program's form: acts once for the key in the header `Idempotency-Key`, apart from those of others.
    fn of_program(&mut self, cx: &Cx, headers: &HeaderMap) {
        self.by_key = true;
        self.fields.retain(|(name, _)| name != "_once" && name != "_csrf");
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
        if !key.is_empty() {
            let account = cx.by.actor.account.as_ref().map_or("", kernel::AccountId::as_str);
            let key = crate::receipt::of_program(account, &cx.path, key);
            self.fields.push(("_once".to_owned(), key));
        }
    }

    /// Whether one more field or file may come.
    fn has_room(&self) -> Result<(), Refusal> {
        if self.fields.len() + self.files.len() < MOST_FIELDS {
            return Ok(());
        }
        Err(Problem::new("error-too-many-fields").with("most", MOST_FIELDS).into())
    }

    fn add(&mut self, name: String, value: String) -> Result<(), Refusal> {
        self.has_room()?;
        if value.contains('\0') {
            return Err(Problem::new("error-control-character").into());
        }
        self.fields.push((name, value));
        Ok(())
    }
}

/// Reads a count as people type it: digits of either width, with or without thousands' commas.
///
/// # Errors
/// What is wrong, without a field.
pub fn read_count(text: &str) -> Result<Option<i64>, Problem> {
    // Only the width: other forms of a digit, as in 10² or ①, are no digits of a number.
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '－' => '-',
        c => c,
    };
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, ',' | '，');
    let narrow: String = text.chars().filter(kept).map(narrow).collect();
    if narrow.is_empty() {
        return Ok(None);
    }
    if narrow
        .strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(Problem::new("error-negative").with("value", text));
    }
    let digits = narrow.bytes().all(|b| b.is_ascii_digit());
    let number = narrow.parse::<i64>().ok().filter(|n| digits && *n <= 1_000_000_000_000);
    number.map(Some).ok_or_else(|| Problem::new("error-not-a-number").with("value", text))
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let cx = parts.extensions.get::<Cx>().cloned().ok_or(Error(Refusal::Forbidden))?;
        let limit = parts.extensions.get::<BodyLimit>().map_or(0, |limit| limit.0);
        let mut form = read::read(&parts.headers, body, limit).await?;
        if cx.by_key {
            form.of_program(&cx, &parts.headers);
            return Ok(form);
        }
        if !equal(form.text("_csrf"), &cx.csrf) {
            return Err(Problem::new("error-form-expired").into());
        }
        Ok(form)
    }
}

/// Whether two secrets are equal, without telling by the time where they part. An empty one equals none.
pub fn equal(a: &str, b: &str) -> bool {
    let same = a.bytes().zip(b.bytes()).fold(0u8, |sum, (x, y)| sum | (x ^ y));
    a.len() == b.len() && same == 0 && !a.is_empty()
}

/// A form of a standard that programs speak: fields without the secret of a page. Whoever takes one asks for
/// a key before anything is changed.
pub struct Sent(pub Form);

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let limit = parts.extensions.get::<BodyLimit>().map_or(0, |limit| limit.0);
        let mut form = read::read(&parts.headers, body, limit).await?;
        form.by_key = true;
        Ok(Self(form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_as_people_type_it() {
        for (text, count) in [("46", 46), (" ４６ ", 46), ("1,204", 1204), ("１，２０４", 1204), ("0", 0)]
        {
            assert_eq!(read_count(text), Ok(Some(count)), "{text}");
        }
        assert_eq!(read_count("  "), Ok(None));
    }

    #[test]
    fn what_is_no_count_is_refused_and_named() {
        for text in ["N/A", "-", "High", "约30", "4.5", "1e3", "10²", "①", "99999999999999999999"] {
            assert_eq!(read_count(text).unwrap_err().key, "error-not-a-number", "{text}");
        }
        assert_eq!(read_count("-3").unwrap_err().key, "error-negative");
    }

    #[test]
    fn the_keys_of_forms_sort_as_they_were_drawn_and_no_other_text_tells_a_time() {
        let clock = Arc::new(kernel::FixedClock::at("2025-09-01"));
        let actor = kernel::Actor::public("d".into());
        let by = Caller { clock: Arc::clone(&clock) as _, ..Caller::fixed(actor, "2025-09-01") };
        let mut last = String::new();
        for _ in 0..50 {
            let key = new_key(&by);
            assert!(drawn_at(&key) > last.as_str() && key.starts_with(drawn_at(&key)), "{key} after {last}");
            last = drawn_at(&key).to_owned();
            clock.advance_seconds(1);
        }
        assert_ne!(new_key(&by), new_key(&by));
        for other in ["", "abc", &"证".repeat(30), &new_key(&by)[1..]] {
            assert_eq!(drawn_at(other), "", "{other}");
        }
    }

    #[test]
    fn a_file_name_leads_out_of_no_folder() {
        assert_eq!(super::read::base_name("../../etc/passwd"), "passwd");
        assert_eq!(super::read::base_name("C:\\x\\方案.docx"), "方案.docx");
    }

    #[test]
    fn a_field_that_is_too_long_says_by_how_much() {
        let form = Form::new().and("name", "科普".repeat(60));
        let problem = form.required("name", 100).unwrap_err();
        assert_eq!(problem.args, vec![("most", "100".to_owned()), ("long", "120".to_owned())]);
    }
}
