//! All SQL of the accounts, but for their roles.

use db::{Row, Tx, params};
use kernel::{AccountId, Day, DistrictId, Instant, UnitId, search_key};

use super::{Account, AccountState, PasswordHash};

/// What [`account`] reads of the table `a`.
pub(crate) const COLUMNS: &str = "a.id, a.login, a.name, a.unit_id, a.must_change_password, a.disabled_at, a.created_at, a.signed_in_at, a.version";

/// The account of a row with [`COLUMNS`].
pub(crate) fn account(row: &Row) -> Result<Account, db::Error> {
    let disabled: Option<Instant> = row.get("disabled_at")?;
    let must_change: bool = row.get("must_change_password")?;
    let state = match (disabled, must_change) {
        (Some(since), _) => AccountState::Disabled { since },
        (None, true) => AccountState::Temporary,
        (None, false) => AccountState::Active,
    };
    Ok(Account {
        id: row.get("id")?,
        login: row.get("login")?,
        name: row.get("name")?,
        unit: row.get("unit_id")?,
        state,
        created_at: row.get("created_at")?,
        signed_in_at: row.get("signed_in_at")?,
        version: row.get("version")?,
    })
}

/// What a list of accounts is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the login or the name; empty for all.
    pub text: String,
    /// The state's code; empty for all.
    pub state: String,
    /// The role's code, held today; empty for all.
    pub role: String,
}

const WHERE: &str = "a.district_id = $1
    and (a.login_key like $2 escape '\\' or a.name_key like $2 escape '\\')
    and (cast($3 as text) = ''
         or ($3 = 'disabled' and a.disabled_at is not null)
         or ($3 = 'temporary' and a.disabled_at is null and a.must_change_password)
         or ($3 = 'active' and a.disabled_at is null and not a.must_change_password))
    and (cast($4 as text) = '' or exists (
         select 1 from role_grant g
         where g.district_id = a.district_id and g.account_id = a.id and g.role = $4
           and g.since <= $5 and (g.until is null or g.until > $5)))";

fn pattern(text: &str) -> String {
    let key = search_key(text);
    format!("%{}%", key.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Accounts by name; a role in the filter is one held on the day.
///
/// # Errors
/// As the database refuses.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    on: Day,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<Vec<Account>, db::Error> {
    let sql =
        format!("select {COLUMNS} from account a where {WHERE} order by a.name_key, a.id limit $6 offset $7");
    tx.query(&sql, params![district, pattern(&filter.text), &filter.state, &filter.role, on, limit, offset])?
        .iter()
        .map(account)
        .collect()
}

/// How many accounts a filter lets through.
///
/// # Errors
/// As the database refuses.
pub fn count(tx: &mut Tx<'_>, district: &DistrictId, on: Day, filter: &Filter) -> Result<i64, db::Error> {
    let sql = format!("select count(*) as n from account a where {WHERE}");
    tx.one(&sql, params![district, pattern(&filter.text), &filter.state, &filter.role, on])?.get("n")
}

/// The accounts of those who work in a unit or hold a role in it on a day, by name.
///
/// # Errors
/// As the database refuses.
pub fn in_unit(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    on: Day,
) -> Result<Vec<Account>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from account a
         where a.district_id = $1 and (a.unit_id = $2 or exists (
             select 1 from role_grant g
             where g.district_id = a.district_id and g.account_id = a.id and g.unit_id = $2
               and g.since <= $3 and (g.until is null or g.until > $3)))
         order by a.name_key, a.id"
    );
    tx.query(&sql, params![district, unit, on])?.iter().map(account).collect()
}

/// An account.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &AccountId) -> Result<Option<Account>, db::Error> {
    let sql = format!("select {COLUMNS} from account a where a.district_id = $1 and a.id = $2");
    tx.find(&sql, params![district, id])?.as_ref().map(account).transpose()
}

/// The account of a login, however its width and case are typed.
///
/// # Errors
/// As the database refuses.
pub fn find_by_login(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    login: &str,
) -> Result<Option<Account>, db::Error> {
    let sql = format!("select {COLUMNS} from account a where a.district_id = $1 and a.login_key = $2");
    tx.find(&sql, params![district, search_key(login)])?.as_ref().map(account).transpose()
}

/// The hash of the account's password.
pub(crate) fn password_hash(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &AccountId,
) -> Result<Option<PasswordHash>, db::Error> {
    let sql = "select password_hash from account where district_id = $1 and id = $2";
    let row = tx.find(sql, params![district, id])?;
    row.map(|row| row.get("password_hash").map(PasswordHash::stored)).transpose()
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &Account,
    hash: &PasswordHash,
) -> Result<(), db::Error> {
    let (must_change, disabled) = flags(account.state);
    tx.execute(
        "insert into account (district_id, id, login, login_key, name, name_key, unit_id, password_hash,
             must_change_password, disabled_at, created_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        params![
            district,
            &account.id,
            &account.login,
            search_key(&account.login),
            &account.name,
            search_key(&account.name),
            account.unit.as_ref(),
            hash.as_str(),
            must_change,
            disabled,
            account.created_at
        ],
    )?;
    Ok(())
}

/// Saves name, unit and state, if nobody changed the account since it was loaded.
pub(super) fn save(tx: &mut Tx<'_>, district: &DistrictId, account: &Account) -> Result<bool, db::Error> {
    let (must_change, disabled) = flags(account.state);
    let changed = tx.execute(
        "update account set name = $3, name_key = $4, unit_id = $5, must_change_password = $6,
             disabled_at = $7, version = version + 1
         where district_id = $1 and id = $2 and version = $8",
        params![
            district,
            &account.id,
            &account.name,
            search_key(&account.name),
            account.unit.as_ref(),
            must_change,
            disabled,
            account.version
        ],
    )?;
    Ok(changed == 1)
}

pub(super) fn save_password(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &AccountId,
    hash: &PasswordHash,
) -> Result<(), db::Error> {
    tx.execute(
        "update account set password_hash = $3 where district_id = $1 and id = $2",
        params![district, id, hash.as_str()],
    )?;
    Ok(())
}

/// Notes that somebody signed in.
pub(crate) fn note_sign_in(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &AccountId,
    now: Instant,
) -> Result<(), db::Error> {
    tx.execute(
        "update account set signed_in_at = $3 where district_id = $1 and id = $2",
        params![district, id, now],
    )?;
    Ok(())
}

/// The columns `must_change_password` and `disabled_at` of a state.
const fn flags(state: AccountState) -> (bool, Option<Instant>) {
    match state {
        AccountState::Temporary => (true, None),
        AccountState::Active => (false, None),
        AccountState::Disabled { since } => (true, Some(since)),
    }
}
