//! An uploaded document: being read, read, or refused with the reason.

use kernel::{AccountId, Instant, Problem, Refusal};

kernel::id!(
    /// An uploaded document.
    DocumentId
);

/// A file that somebody uploaded as a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The file's name as uploaded.
    pub name: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Bytes in the file.
    pub n_bytes: i64,
    /// Who brought it.
    pub uploaded_by: AccountId,
    /// When.
    pub uploaded_at: Instant,
    /// How far it is.
    pub state: DocumentState,
}

/// The life of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentState {
    /// A job is at work.
    Reading {
        /// Done, in hundredths.
        percent: u8,
    },
    /// There is text, and a draft of a plan.
    Read {
        /// SHA-256 of the normalised text: the same words in another file are the same document.
        text_sha256: String,
        /// When it was done.
        at: Instant,
    },
    /// It is no plan, or cannot be read.
    Refused {
        /// After `plan-refused-` the catalogue's key.
        reason: String,
        /// What the sentence names.
        args: Vec<(String, String)>,
        /// When.
        at: Instant,
    },
}

impl DocumentState {
    /// The word in the store and, after `plan-document-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reading { .. } => "reading",
            Self::Read { .. } => "read",
            Self::Refused { .. } => "refused",
        }
    }
}

impl Document {
    /// A fresh upload, nothing of it read yet.
    pub const fn received(
        id: DocumentId,
        name: String,
        sha256: String,
        n_bytes: i64,
        by: AccountId,
        at: Instant,
    ) -> Self {
        let state = DocumentState::Reading { percent: 0 };
        Self { id, name, sha256, n_bytes, uploaded_by: by, uploaded_at: at, state }
    }

    /// Notes how far the reading is; it never goes back.
    ///
    /// # Errors
    /// Conflict when the reading has ended.
    pub fn advance(mut self, to: u8) -> Result<Self, Refusal> {
        match self.state {
            DocumentState::Reading { percent } => {
                self.state = DocumentState::Reading { percent: percent.max(to.min(100)) };
                Ok(self)
            }
            DocumentState::Read { .. } | DocumentState::Refused { .. } => Err(ended()),
        }
    }

    /// The text is there.
    ///
    /// # Errors
    /// Conflict when the reading has ended.
    pub fn finish(mut self, text_sha256: String, at: Instant) -> Result<Self, Refusal> {
        match self.state {
            DocumentState::Reading { .. } => {
                self.state = DocumentState::Read { text_sha256, at };
                Ok(self)
            }
            DocumentState::Read { .. } | DocumentState::Refused { .. } => Err(ended()),
        }
    }

    /// It cannot be taken as a plan, for a reason said to the person who brought it.
    ///
    /// # Errors
    /// Conflict when the reading has ended.
    pub fn refuse(
        mut self,
        reason: String,
        args: Vec<(String, String)>,
        at: Instant,
    ) -> Result<Self, Refusal> {
        match self.state {
            DocumentState::Reading { .. } => {
                self.state = DocumentState::Refused { reason, args, at };
                Ok(self)
            }
            DocumentState::Read { .. } | DocumentState::Refused { .. } => Err(ended()),
        }
    }

    /// Seconds that the reading still needs, judged by its pace so far; `None` before the first sign.
    pub fn seconds_left(&self, now: Instant) -> Option<i64> {
        match self.state {
            DocumentState::Reading { percent } if percent > 0 => {
                let spent = now.seconds_since(self.uploaded_at).max(1);
                let percent = i64::from(percent);
                Some(spent.saturating_mul(100 - percent.min(100)) / percent + 1)
            }
            DocumentState::Reading { .. } | DocumentState::Read { .. } | DocumentState::Refused { .. } => {
                None
            }
        }
    }
}

fn ended() -> Refusal {
    Refusal::Conflict(Problem::new("plan-document-ended"))
}
