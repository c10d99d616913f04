//! Identifiers: a ULID as 26 characters of text, in a type of its own for each kind of thing.

use crate::{Clock, Rng};

/// Crockford's alphabet, as ULID uses it.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// A new ULID: 48 bits of milliseconds and 80 bits of chance, so that a clock that jumps back
/// cannot make two alike.
pub fn new_ulid(clock: &dyn Clock, rng: &dyn Rng) -> String {
    let mut chance = [0u8; 10];
    rng.fill(&mut chance);
    let millis = u128::from(clock.now().micros().max(0).unsigned_abs() / 1000) & 0xFFFF_FFFF_FFFF;
    let tail = chance.iter().fold(0u128, |sum, byte| (sum << 8) | u128::from(*byte));
    let bits = (millis << 80) | tail;
    (0..26)
        .rev()
        .map(|place| {
            let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0);
            ALPHABET.get(digit).copied().unwrap_or('0')
        })
        .collect()
}

/// Declares an id type: text inside, never mixed up with another kind's id.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A fresh id.
            pub fn new(clock: &dyn $crate::Clock, rng: &dyn $crate::Rng) -> Self {
                Self($crate::new_ulid(clock, rng))
            }

            /// The id as stored and as written in an address.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for $crate::stored::Val {
            fn from(id: $name) -> Self {
                Self::from(id.0)
            }
        }

        impl From<&$name> for $crate::stored::Val {
            fn from(id: &$name) -> Self {
                Self::from(id.as_str())
            }
        }

        impl $crate::stored::FromVal for $name {
            fn from_val(val: &$crate::stored::Val) -> Option<Self> {
                <String as $crate::stored::FromVal>::from_val(val).map(Self)
            }
        }
    };
}

id!(
    /// A district: the tenant. First in the key of every table.
    DistrictId
);
id!(
    /// A unit of the dated tree: department, town, school, team.
    UnitId
);
id!(
    /// An account that signs in.
    AccountId
);

#[cfg(test)]
mod tests {
    use crate::{FixedClock, SeededRng, new_ulid};

    #[test]
    fn ten_thousand_ids_drawn_in_one_microsecond_all_differ() {
        let (clock, rng) = (FixedClock::at("2025-09-01"), SeededRng::new(7));
        let mut ids: Vec<_> = (0..10_000).map(|_| new_ulid(&clock, &rng)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| id.len() == 26));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let (clock, rng) = (FixedClock::at("2025-09-01"), SeededRng::new(7));
        let first = new_ulid(&clock, &rng);
        clock.advance_seconds(1);
        assert!(first < new_ulid(&clock, &rng));
    }
}
