//! Purposes: what a delivery may be done for, registered by the context that owns them.

use kernel::{Day, UnitId};

use crate::{DutyRole, PurposeId};

/// What a delivery may be done for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Id, given by the owner.
    pub id: PurposeId,
    /// Short code shown before the title.
    pub code: String,
    /// Title in Chinese.
    pub title: String,
    /// Title in English.
    pub title_en: Option<String>,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Which units answer for it.
    pub duties: Vec<(UnitId, DutyRole)>,
}
