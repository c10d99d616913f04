//! All SQL of the audit trail.

use db::{Row, Tx, params};
use kernel::{AccountId, Caller, Day, DistrictId, Instant, search_key};

use super::Entry;

/// A line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have greater ones.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who; `None` for the public, for jobs, and for a sign-in that failed.
    pub account: Option<AccountId>,
    /// The name that they had then.
    pub name: String,
    /// What was done.
    pub action: String,
    /// To which kind of thing.
    pub subject_kind: String,
    /// To which.
    pub subject_id: String,
    /// JSON.
    pub detail: String,
    /// From which network address.
    pub address: String,
}

/// What a list of entries is asked for; an empty text asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the name of who did it.
    pub who: String,
    /// The action.
    pub action: String,
    /// The kind of subject.
    pub subject_kind: String,
    /// The subject.
    pub subject_id: String,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

impl Filter {
    fn pattern(&self) -> String {
        let key = search_key(&self.who);
        format!("%{}%", key.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
    }

    fn first(&self) -> i64 {
        self.from.map_or(i64::MIN, |day| day.at(0, 0).micros())
    }

    fn end(&self) -> i64 {
        self.to.map_or(i64::MAX, |day| day.plus_days(1).at(0, 0).micros())
    }
}

fn entry(row: &Row) -> Result<AuditEntry, db::Error> {
    Ok(AuditEntry {
        seq: row.get("seq")?,
        at: row.get("at")?,
        account: row.get("account_id")?,
        name: row.get("account_name")?,
        action: row.get("action")?,
        subject_kind: row.get("subject_kind")?,
        subject_id: row.get("subject_id")?,
        detail: row.get("detail")?,
        address: row.get("address")?,
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, by: &Caller, entry: &Entry<'_>) -> Result<(), db::Error> {
    let seq = tx.next("audit_entry")?;
    let account = by.actor.account.as_ref();
    let (kind, id) = entry.subject;
    tx.execute(
        "insert into audit_entry (district_id, seq, at, account_id, account_name, name_key, action,
             subject_kind, subject_id, detail, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            by.district(),
            seq,
            by.now(),
            account,
            &by.actor.name,
            search_key(&by.actor.name),
            entry.action,
            kind,
            id,
            entry.detail.to_string(),
            &by.address
        ],
    )?;
    Ok(())
}

/// The entries that a filter lets through, the newest first.
///
/// # Errors
/// As the database refuses.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<Vec<AuditEntry>, db::Error> {
    let rows = tx.query(
        "select seq, at, account_id, account_name, action, subject_kind, subject_id, detail, address
         from audit_entry
         where district_id = $1 and name_key like $2 escape '\\'
           and (cast($3 as text) = '' or action = $3)
           and (cast($4 as text) = '' or subject_kind = $4)
           and (cast($5 as text) = '' or subject_id = $5)
           and at >= $6 and at < $7
         order by seq desc limit $8 offset $9",
        params![
            district,
            filter.pattern(),
            &filter.action,
            &filter.subject_kind,
            &filter.subject_id,
            filter.first(),
            filter.end(),
            limit,
            offset
        ],
    )?;
    rows.iter().map(entry).collect()
}

/// How many entries a filter lets through.
///
/// # Errors
/// As the database refuses.
pub fn count(tx: &mut Tx<'_>, district: &DistrictId, filter: &Filter) -> Result<i64, db::Error> {
    let row = tx.one(
        "select count(*) as n from audit_entry
         where district_id = $1 and name_key like $2 escape '\\'
           and (cast($3 as text) = '' or action = $3)
           and (cast($4 as text) = '' or subject_kind = $4)
           and (cast($5 as text) = '' or subject_id = $5)
           and at >= $6 and at < $7",
        params![
            district,
            filter.pattern(),
            &filter.action,
            &filter.subject_kind,
            &filter.subject_id,
            filter.first(),
            filter.end()
        ],
    )?;
    row.get("n")
}

/// Every action that is in the trail, for choosing one.
///
/// # Errors
/// As the database refuses.
pub fn actions(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<String>, db::Error> {
    let rows = tx.query(
        "select distinct action from audit_entry where district_id = $1 order by action",
        params![district],
    )?;
    rows.iter().map(|row| row.get("action")).collect()
}

/// When the newest entry was written.
pub(super) fn newest(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Option<Instant>, db::Error> {
    let row = tx.find(
        "select at from audit_entry where district_id = $1 order by seq desc limit 1",
        params![district],
    )?;
    row.map(|row| row.get("at")).transpose()
}

/// When the last entry before an instant was written, and the first from it on.
pub(super) fn around(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    from: Instant,
) -> Result<(Option<Instant>, Option<Instant>), db::Error> {
    let row = tx.one(
        "select max(at) filter (where at < $2) as before, min(at) filter (where at >= $2) as after
         from audit_entry where district_id = $1",
        params![district, from],
    )?;
    Ok((row.get("before")?, row.get("after")?))
}

pub(super) fn delete_before(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    before: Instant,
) -> Result<u64, db::Error> {
    tx.execute("delete from audit_entry where district_id = $1 and at < $2", params![district, before])
}
