//! How often signing in may fail: pure.
//!
//! A try is counted against up to three buckets before its password is looked at, and given back
//! when it was right:
//! - the account from this address: five are free, then the wait doubles from 10 seconds to 10 minutes
//! - the account from anywhere: ten are free, then the wait doubles from 10 seconds to one minute
//! - the address with any account: thirty are free, then the wait doubles from 10 seconds to one minute
//!
//! So a stranger at one address meets the first long before the second and cannot shut the owner
//! out; many strangers slow the owner by a minute at a time, and not at all in a browser from which
//! the owner has signed in before: it has a bucket of its own and is not counted against the others.
//! Nothing is ever locked for good, and an hour without a failure forgets all.

use kernel::Instant;

/// What is limited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// An account, tried from one address.
    Pair {
        /// The search key of the login.
        login: String,
        /// The address.
        address: String,
    },
    /// An account, tried from anywhere.
    Account {
        /// The search key of the login.
        login: String,
    },
    /// Any account, tried from one address.
    Address {
        /// The address.
        address: String,
    },
    /// A browser that the account was signed in from before.
    Device {
        /// The hash of its token.
        hash: String,
    },
    /// The code that setup asks for.
    Setup,
}

/// After an hour without a failure the count begins anew.
const FORGET_SECONDS: i64 = 3600;
/// The first wait.
const FIRST_SECONDS: i64 = 10;

impl Bucket {
    /// (tries that are free, the longest wait in seconds)
    const fn limits(&self) -> (i64, i64) {
        match self {
            Self::Pair { .. } | Self::Device { .. } => (5, 600),
            Self::Account { .. } | Self::Setup => (10, 60),
            Self::Address { .. } => (30, 60),
        }
    }

    /// The key under which it is stored: a hash, because people type passwords into the field of
    /// the login.
    pub(super) fn key(&self) -> String {
        let text = match self {
            Self::Pair { login, address } => format!("pair\n{login}\n{address}"),
            Self::Account { login } => format!("account\n{login}"),
            Self::Address { address } => format!("address\n{address}"),
            Self::Device { hash } => format!("device\n{hash}"),
            Self::Setup => "setup".to_owned(),
        };
        super::token_hash(&text)
    }
}

/// How often it failed, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How often.
    pub n: i64,
    /// When last.
    pub last: Instant,
}

/// Seconds until the next try; 0 when it may be made now. A clock that jumped back keeps nobody out.
pub fn wait(bucket: &Bucket, failures: Option<Failures>, now: Instant) -> i64 {
    let Some(Failures { n, last }) = failures else { return 0 };
    let (free, longest) = bucket.limits();
    let since = now.seconds_since(last);
    if n < free || !(0..FORGET_SECONDS).contains(&since) {
        return 0;
    }
    let doublings = u32::try_from(n - free).unwrap_or(u32::MAX).min(20);
    let delay = FIRST_SECONDS.saturating_mul(1_i64 << doublings).min(longest);
    (delay - since).max(0)
}

/// One failure more.
pub fn count(failures: Option<Failures>, now: Instant) -> Failures {
    match failures {
        Some(Failures { n, last }) if now.seconds_since(last) < FORGET_SECONDS => {
            Failures { n: n.saturating_add(1), last: now }
        }
        Some(_) | None => Failures { n: 1, last: now },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Bucket {
        Bucket::Account { login: "li".into() }
    }

    fn pair() -> Bucket {
        Bucket::Pair { login: "li".into(), address: "10.0.0.1".into() }
    }

    /// How many of one try a second are looked at in ten minutes.
    fn looked_at(buckets: &[Bucket]) -> usize {
        let start = Instant::from_micros(0);
        let mut failures = vec![None; buckets.len()];
        let mut looked = 0;
        for second in 0..600 {
            let now = start.plus_seconds(second);
            let free =
                buckets.iter().zip(&failures).all(|(bucket, failures)| wait(bucket, *failures, now) == 0);
            if free {
                looked += 1;
                failures.iter_mut().for_each(|failures| *failures = Some(count(*failures, now)));
            }
        }
        looked
    }

    #[test]
    fn at_most_twenty_five_tries_on_one_account_are_looked_at_in_ten_minutes() {
        assert!(looked_at(&[account()]) <= 25, "{}", looked_at(&[account()]));
        assert!(looked_at(&[pair(), account()]) <= 12);
    }

    #[test]
    fn a_stranger_at_one_address_does_not_make_the_owner_wait_elsewhere() {
        let n = i64::try_from(looked_at(&[pair(), account()])).unwrap();
        let failures = Some(Failures { n, last: Instant::from_micros(0) });
        assert!(wait(&account(), failures, Instant::from_micros(1)) <= 20);
    }

    #[test]
    fn nobody_waits_longer_than_ten_minutes_and_an_hour_forgets() {
        let now = Instant::from_micros(0);
        let many = Some(Failures { n: 1_000_000, last: now });
        assert_eq!(wait(&pair(), many, now), 600);
        assert_eq!(wait(&account(), many, now), 60);
        assert_eq!(wait(&pair(), many, now.plus_seconds(600)), 0);
        assert_eq!(count(many, now.plus_seconds(FORGET_SECONDS)).n, 1);
    }

    #[test]
    fn a_clock_that_jumped_back_keeps_nobody_out() {
        let ahead = Instant::from_micros(0).plus_seconds(3600);
        let failures = Some(Failures { n: 50, last: ahead });
        assert_eq!(wait(&pair(), failures, Instant::from_micros(0)), 0);
        assert_eq!(count(failures, Instant::from_micros(0)).n, 51);
    }

    #[test]
    fn an_address_that_tries_a_thousand_accounts_is_slowed() {
        let address = [Bucket::Address { address: "10.0.0.1".into() }];
        assert!(looked_at(&address) <= 45, "{}", looked_at(&address));
    }
}
