//! All SQL of the sessions.

use db::{Row, Tx, params};
use kernel::{AccountId, Caller, Day, DistrictId, Instant, Refusal, Role, UnitId};

use super::{IDLE_SECONDS, Session};
use crate::accounts::{Account, COLUMNS, account};

fn session(row: &Row) -> Result<Session, db::Error> {
    let unit: Option<UnitId> = row.get("view_as_unit")?;
    let view_as = match unit {
        Some(unit) => Some((row.parse("session", "view_as_role", Role::parse)?, unit)),
        None => None,
    };
    Ok(Session {
        district: row.get("district_id")?,
        account: row.get("account_id")?,
        csrf: row.get("csrf")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
        view_as,
    })
}

pub(super) fn find(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Session>, db::Error> {
    tx.find(
        "select district_id, account_id, csrf, seen_at, expires_at, view_as_role, view_as_unit
         from session where token_hash = $1",
        params![hash],
    )?
    .as_ref()
    .map(session)
    .transpose()
}

/// A session, whose it is, and what that account holds on a day.
pub(super) struct Holding {
    pub session: Session,
    pub account: Account,
    pub roles: Vec<(Role, UnitId)>,
}

/// All that every request asks, in one statement.
pub(super) fn holding(tx: &mut Tx<'_>, hash: &str, on: Day) -> Result<Option<Holding>, db::Error> {
    let sql = format!(
        "select s.district_id, s.account_id, s.csrf, s.seen_at, s.expires_at, s.view_as_role, s.view_as_unit,
            {COLUMNS}, g.role, g.unit_id as held_in
         from session s
         join account a on a.district_id = s.district_id and a.id = s.account_id
         left join role_grant g on g.district_id = s.district_id and g.account_id = s.account_id
            and g.since <= $2 and (g.until is null or g.until > $2)
         where s.token_hash = $1"
    );
    let rows = tx.query(&sql, params![hash, on])?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut roles = Vec::new();
    for row in &rows {
        if let Some(unit) = row.get("held_in")? {
            roles.push((row.parse("role_grant", "role", Role::parse)?, unit));
        }
    }
    roles.sort_by(|(one, here), (other, there)| (one.code(), here).cmp(&(other.code(), there)));
    Ok(Some(Holding { session: session(first)?, account: account(first)?, roles }))
}

pub(super) fn insert(tx: &mut Tx<'_>, hash: &str, session: &Session, address: &str) -> Result<(), db::Error> {
    tx.execute(
        "insert into session (district_id, token_hash, account_id, csrf, address, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &session.district,
            hash,
            &session.account,
            &session.csrf,
            address,
            session.seen_at,
            session.seen_at,
            session.expires_at
        ],
    )?;
    Ok(())
}

pub(super) fn saw(tx: &mut Tx<'_>, district: &DistrictId, hash: &str, now: Instant) -> Result<(), db::Error> {
    tx.execute(
        "update session set seen_at = $3 where district_id = $1 and token_hash = $2",
        params![district, hash, now],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, district: &DistrictId, hash: &str) -> Result<(), db::Error> {
    tx.execute("delete from session where district_id = $1 and token_hash = $2", params![district, hash])?;
    Ok(())
}

/// Deletes the sessions of an account that are over.
pub(super) fn sweep_account(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    now: Instant,
) -> Result<(), db::Error> {
    tx.execute(
        "delete from session where district_id = $1 and account_id = $2 and (expires_at <= $3 or seen_at <= $4)",
        params![district, account, now, now.plus_seconds(-IDLE_SECONDS)],
    )?;
    Ok(())
}

/// Deletes every session that is over.
///
/// # Errors
/// As the database refuses.
pub fn sweep(tx: &mut Tx<'_>, by: &Caller) -> Result<u64, Refusal> {
    Ok(tx.execute(
        "delete from session where district_id = $1 and (expires_at <= $2 or seen_at <= $3)",
        params![by.district(), by.now(), by.now().plus_seconds(-IDLE_SECONDS)],
    )?)
}

/// Ends the session whose forms carry `csrf`: signing out.
///
/// # Errors
/// As the database refuses.
pub fn end(tx: &mut Tx<'_>, district: &DistrictId, csrf: &str) -> Result<(), db::Error> {
    tx.execute("delete from session where district_id = $1 and csrf = $2", params![district, csrf])?;
    Ok(())
}

/// Ends every session of an account and forgets the browsers that it signed in from.
///
/// # Errors
/// As the database refuses.
pub fn end_all(tx: &mut Tx<'_>, district: &DistrictId, account: &AccountId) -> Result<(), db::Error> {
    tx.execute("delete from session where district_id = $1 and account_id = $2", params![district, account])?;
    tx.execute("delete from device where district_id = $1 and account_id = $2", params![district, account])?;
    Ok(())
}

/// Sets or ends the preview of the session whose forms carry `csrf`.
pub(super) fn set_view_as(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    csrf: &str,
    view_as: Option<(Role, &UnitId)>,
) -> Result<bool, db::Error> {
    let changed = tx.execute(
        "update session set view_as_role = $3, view_as_unit = $4 where district_id = $1 and csrf = $2",
        params![district, csrf, view_as.map(|(role, _)| role.code()), view_as.map(|(_, unit)| unit)],
    )?;
    Ok(changed == 1)
}
