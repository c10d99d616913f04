//! Values on their way to PostgreSQL and back, by the types that the statement declares.

use bytes::BytesMut;
use kernel::stored::Val;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::Error;

type Fault = Box<dyn std::error::Error + Sync + Send>;

/// A parameter. PostgreSQL has said which type it wants at this place.
#[derive(Debug)]
pub(crate) struct Bound<'a>(&'a Val);

/// The parameters of one run.
pub(crate) fn bound(params: &[Val]) -> impl ExactSizeIterator<Item = Bound<'_>> {
    params.iter().map(Bound)
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self.0 {
            Val::Null => Ok(IsNull::Yes),
            Val::Int(n) => int(*n, ty, out),
            Val::Bool(yes) if *ty == Type::BOOL => yes.to_sql(ty, out),
            Val::Real(x) if *ty == Type::FLOAT8 => x.to_sql(ty, out),
            Val::Text(text) if is_text(ty) => text.to_sql(ty, out),
            Val::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Val::Bool(_) | Val::Real(_) | Val::Text(_) | Val::Bytes(_) | Val::Unfit(_) => misfit(self.0, ty),
        }
    }

    fn accepts(_: &Type) -> bool {
        true // to_sql says precisely what does not fit
    }

    to_sql_checked!();
}

fn int(n: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    if *ty == Type::INT8 {
        n.to_sql(ty, out)
    } else if *ty == Type::INT4 {
        i32::try_from(n)?.to_sql(ty, out)
    } else if *ty == Type::INT2 {
        i16::try_from(n)?.to_sql(ty, out)
    } else {
        misfit(&Val::Int(n), ty)
    }
}

fn misfit(val: &Val, ty: &Type) -> Result<IsNull, Fault> {
    Err(format!("a parameter of type {ty} was given {val:?}; cast it in the statement").into())
}

fn is_text(ty: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::UNKNOWN].contains(ty)
}

/// The value at a place of a row.
pub(crate) fn val(row: &tokio_postgres::Row, place: usize, ty: &Type) -> Result<Val, Error> {
    if *ty == Type::INT8 {
        get(row, place, Val::Int)
    } else if is_text(ty) {
        get(row, place, Val::Text)
    } else if *ty == Type::BOOL {
        get(row, place, Val::Bool)
    } else if *ty == Type::FLOAT8 {
        get(row, place, Val::Real)
    } else if *ty == Type::BYTEA {
        get(row, place, Val::Bytes)
    } else if *ty == Type::INT4 {
        get(row, place, |n: i32| Val::Int(n.into()))
    } else if *ty == Type::INT2 {
        get(row, place, |n: i16| Val::Int(n.into()))
    } else {
        Err(Error::Database(format!("column {place} has type {ty}; cast it to bigint, text, ...")))
    }
}

fn get<'a, T: FromSql<'a>>(
    row: &'a tokio_postgres::Row,
    place: usize,
    make: impl Fn(T) -> Val,
) -> Result<Val, Error> {
    let read: Option<T> = row.try_get(place).map_err(|error| Error::Database(error.to_string()))?;
    Ok(read.map_or(Val::Null, make))
}
