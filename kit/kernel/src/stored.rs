//! How values stand in a database column: six shapes, and the way there and back for every shared type.

use crate::{Day, Group, Instant, Role};

/// What a column holds or a statement's parameter carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// Nothing.
    Null,
    /// `bigint`.
    Int(i64),
    /// `boolean`. SQLite has none: there it comes back as [`Val::Int`] 0 or 1.
    Bool(bool),
    /// `double precision`.
    Real(f64),
    /// `text`.
    Text(String),
    /// `bytea`.
    Bytes(Vec<u8>),
    /// What no column can hold, with the reason; the statement is refused.
    Unfit(&'static str),
}

/// A type that can be read back from a column.
pub trait FromVal: Sized {
    /// The value, or `None` when the column holds something that is none.
    fn from_val(val: &Val) -> Option<Self>;
}

impl FromVal for i64 {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Int(n) = val { Some(*n) } else { None }
    }
}

impl FromVal for bool {
    fn from_val(val: &Val) -> Option<Self> {
        match val {
            Val::Bool(yes) => Some(*yes),
            Val::Int(0) => Some(false),
            Val::Int(1) => Some(true),
            Val::Null | Val::Int(_) | Val::Real(_) | Val::Text(_) | Val::Bytes(_) | Val::Unfit(_) => None,
        }
    }
}

impl FromVal for f64 {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Real(x) = val { Some(*x) } else { None }
    }
}

impl FromVal for String {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Text(text) = val { Some(text.clone()) } else { None }
    }
}

impl FromVal for Vec<u8> {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Bytes(bytes) = val { Some(bytes.clone()) } else { None }
    }
}

impl FromVal for Instant {
    fn from_val(val: &Val) -> Option<Self> {
        i64::from_val(val).map(Self::from_micros)
    }
}

impl FromVal for Day {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Text(text) = val { Self::parse(text) } else { None }
    }
}

impl FromVal for Group {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Text(code) = val { Self::parse(code) } else { None }
    }
}

impl FromVal for Role {
    fn from_val(val: &Val) -> Option<Self> {
        if let Val::Text(code) = val { Self::parse(code) } else { None }
    }
}

impl<T: FromVal> FromVal for Option<T> {
    fn from_val(val: &Val) -> Option<Self> {
        if *val == Val::Null { Some(None) } else { T::from_val(val).map(Some) }
    }
}

/// Smaller integers are stored as `bigint` and checked on the way back.
macro_rules! integers {
    ($($type:ty),*) => {$(
        impl FromVal for $type {
            fn from_val(val: &Val) -> Option<Self> {
                i64::from_val(val).and_then(|n| n.try_into().ok())
            }
        }

        impl From<$type> for Val {
            fn from(n: $type) -> Self {
                i64::try_from(n).map_or(Self::Unfit("a number beyond bigint"), Self::Int)
            }
        }
    )*};
}

integers!(i8, i16, i32, u8, u16, u32, u64, usize);

impl From<i64> for Val {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Val {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<f64> for Val {
    fn from(x: f64) -> Self {
        // SQLite would silently store NULL for it.
        if x.is_nan() { Self::Unfit("not a number") } else { Self::Real(x) }
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        // PostgreSQL refuses it, SQLite would cut the text there in some functions.
        if text.contains('\0') { Self::Unfit("a NUL character in a text") } else { Self::Text(text) }
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<Vec<u8>> for Val {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Val {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Instant> for Val {
    fn from(at: Instant) -> Self {
        Self::Int(at.micros())
    }
}

impl From<Day> for Val {
    fn from(day: Day) -> Self {
        Self::Text(day.to_string())
    }
}

impl From<Group> for Val {
    fn from(group: Group) -> Self {
        Self::from(group.code())
    }
}

impl From<Role> for Val {
    fn from(role: Role) -> Self {
        Self::from(role.code())
    }
}

impl<T: Into<Self>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Clone + Into<Self>> From<&Option<T>> for Val {
    fn from(value: &Option<T>) -> Self {
        value.clone().into()
    }
}

/// A borrowed value is stored like its owner.
macro_rules! borrowed {
    ($($type:ty),*) => {$(
        impl From<&$type> for Val {
            fn from(value: &$type) -> Self {
                Self::from(value.clone())
            }
        }
    )*};
}

borrowed!(i8, i16, i32, i64, u8, u16, u32, u64, usize, bool, f64, String, Vec<u8>, Instant, Day, Group, Role);

impl From<&&str> for Val {
    fn from(text: &&str) -> Self {
        Self::from(*text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnitId;

    fn there_and_back<T: FromVal + Into<Val> + PartialEq + std::fmt::Debug + Clone>(value: T) {
        assert_eq!(T::from_val(&value.clone().into()), Some(value));
    }

    #[test]
    fn every_shared_type_comes_back_as_it_went() {
        there_and_back(-7_i64);
        there_and_back(7_u32);
        there_and_back(true);
        there_and_back(0.1_f64);
        there_and_back("科普".to_owned());
        there_and_back(vec![0_u8, 255]);
        there_and_back(Day::new(2025, 9, 1).unwrap());
        there_and_back(Instant::from_micros(1));
        there_and_back(Group::Elderly);
        there_and_back(Role::Verifier);
        there_and_back(UnitId::from("u"));
        there_and_back(None::<UnitId>);
        there_and_back(Some(3_i64));
    }

    #[test]
    fn a_value_of_another_shape_is_not_converted() {
        assert_eq!(i64::from_val(&Val::Text("3".into())), None);
        assert_eq!(i64::from_val(&Val::Null), None);
        assert_eq!(u8::from_val(&Val::Int(256)), None);
        assert_eq!(bool::from_val(&Val::Int(2)), None);
        assert_eq!(Day::from_val(&Val::Text("yesterday".into())), None);
        assert_eq!(Option::<i64>::from_val(&Val::Text("3".into())), None);
    }

    #[test]
    fn what_no_column_can_hold_is_marked_unfit() {
        for val in [Val::from(u64::MAX), Val::from(f64::NAN), Val::from("a\0b")] {
            assert!(matches!(val, Val::Unfit(_)), "{val:?}");
        }
    }
}
