//! What the database itself says about its tables and its soundness.

use crate::tx::Link;
use crate::{Error, Tx, dialect};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its declared type in lower case, such as `double precision`.
    pub data_type: String,
    /// Whether it may be NULL.
    pub nullable: bool,
}

const SQLITE_COLUMNS: &str = r#"
    select t.name as "table", c.name as "column", lower(c.type) as data_type, c."notnull" = 0 as nullable
    from sqlite_schema t, pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite\_%' escape '\'"#;

const POSTGRES_COLUMNS: &str = r#"
    select c.table_name::text as "table", c.column_name::text as "column", c.data_type::text as data_type,
           c.is_nullable = 'YES' as nullable
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'"#;

/// Every column of every table but the layer's own, sorted by table and name.
pub(crate) fn columns(tx: &mut Tx<'_>) -> Result<Vec<Column>, Error> {
    let sql = match tx.link() {
        Link::Sqlite(_) => SQLITE_COLUMNS,
        Link::Postgres(_) => POSTGRES_COLUMNS,
    };
    let mut columns = Vec::new();
    for row in tx.query(sql, &[])? {
        let column = Column {
            table: row.get("table")?,
            column: row.get("column")?,
            data_type: row.get("data_type")?,
            nullable: row.get("nullable")?,
        };
        if !dialect::OWN_TABLES.contains(&column.table.as_str()) {
            columns.push(column);
        }
    }
    columns.sort();
    Ok(columns)
}

const POSTGRES_DAMAGE: &str = "
    select 'index ' || indexrelid::regclass::text || ' is not valid' as problem
    from pg_index where not indisvalid
    union all
    select 'constraint ' || conname::text || ' is not validated' from pg_constraint where not convalidated";

/// What is damaged; empty when sound.
pub(crate) fn damage(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    if matches!(tx.link(), Link::Postgres(_)) {
        for row in tx.query(POSTGRES_DAMAGE, &[])? {
            problems.push(row.get("problem")?);
        }
        return Ok(problems);
    }
    for row in tx.query("select integrity_check as problem from pragma_integrity_check", &[])? {
        let problem: String = row.get("problem")?;
        if problem != "ok" {
            problems.push(problem);
        }
    }
    for row in tx.query(r#"select "table", "parent" from pragma_foreign_key_check"#, &[])? {
        let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
        problems.push(format!("a row of {table} points at a row of {parent} that is not there"));
    }
    Ok(problems)
}
