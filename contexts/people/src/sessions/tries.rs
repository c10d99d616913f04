//! The counts of tries that failed lately, by what they are limited by.

use std::net::IpAddr;

use db::{Tx, params};
use kernel::{Caller, DistrictId, Refusal};

use super::throttle::{Bucket, Failures, count, wait};

/// What a try is counted against: the browser's own count when the account knows it, else three.
pub(super) fn buckets(login: &str, address: &str, device: &str, known: bool) -> Vec<Bucket> {
    if known {
        return vec![Bucket::Device { hash: super::token_hash(device) }];
    }
    let (login, address) = (login.to_owned(), network(address));
    vec![
        Bucket::Pair { login: login.clone(), address: address.clone() },
        Bucket::Account { login },
        Bucket::Address { address },
    ]
}

/// What counts as one address: an IPv4 address, and of IPv6 the network that one line is given, since
/// its owner changes the rest at will.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(|| address.to_owned(), |v4| v4.to_string()),
        Ok(IpAddr::V4(_)) | Err(_) => address.to_owned(),
    }
}

pub(super) fn failures(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    bucket: &Bucket,
) -> Result<Option<Failures>, db::Error> {
    let row = tx.find(
        "select n_failed, last_at from sign_in_attempt where district_id = $1 and bucket = $2",
        params![district, bucket.key()],
    )?;
    row.map(|row| Ok(Failures { n: row.get("n_failed")?, last: row.get("last_at")? })).transpose()
}

pub(super) fn store(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    bucket: &Bucket,
    failures: Failures,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into sign_in_attempt (district_id, bucket, n_failed, last_at, n_throttled)
         values ($1, $2, $3, $4, 0)
         on conflict (district_id, bucket) do update set
             n_failed = excluded.n_failed, last_at = excluded.last_at, n_throttled = 0",
        params![district, bucket.key(), failures.n, failures.last],
    )?;
    Ok(())
}

/// Takes the counted try back: all of the pair's and the browser's own, one of the shared ones, so
/// that an attacker with one good account does not clear the address for guessing others.
pub(super) fn give_back(tx: &mut Tx<'_>, district: &DistrictId, bucket: &Bucket) -> Result<(), db::Error> {
    match bucket {
        Bucket::Pair { .. } | Bucket::Device { .. } => tx.execute(
            "delete from sign_in_attempt where district_id = $1 and bucket = $2",
            params![district, bucket.key()],
        )?,
        Bucket::Account { .. } | Bucket::Address { .. } | Bucket::Setup => tx.execute(
            "update sign_in_attempt set n_failed = n_failed - 1
             where district_id = $1 and bucket = $2 and n_failed > 0",
            params![district, bucket.key()],
        )?,
    };
    Ok(())
}

/// Takes the counted tries of the setup code back, because it was right.
///
/// # Errors
/// As the database refuses.
pub(crate) fn forget_setup(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let sql = "delete from sign_in_attempt where district_id = $1 and bucket = $2";
    tx.execute(sql, params![by.district(), Bucket::Setup.key()])?;
    Ok(())
}

/// Forgets counts that no longer matter: older than a day.
///
/// # Errors
/// As the database refuses.
pub fn forget(tx: &mut Tx<'_>, by: &Caller) -> Result<u64, Refusal> {
    let before = by.now().plus_seconds(-86_400);
    let sql = "delete from sign_in_attempt where district_id = $1 and last_at < $2";
    Ok(tx.execute(sql, params![by.district(), before])?)
}

/// How many tries in a row were not looked at, with this one.
pub(super) fn count_throttled(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    bucket: &Bucket,
) -> Result<i64, db::Error> {
    let row = tx.find(
        "update sign_in_attempt set n_throttled = n_throttled + 1
         where district_id = $1 and bucket = $2 returning n_throttled",
        params![district, bucket.key()],
    )?;
    row.map_or(Ok(1), |row| row.get("n_throttled"))
}

/// Counts a try of the setup code; gives the seconds to wait, 0 when it may be looked at. There is
/// no district yet, so that the count stands under none.
///
/// # Errors
/// As the database refuses.
pub(crate) fn count_setup(tx: &mut Tx<'_>, by: &Caller) -> Result<i64, Refusal> {
    let failures = failures(tx, by.district(), &Bucket::Setup)?;
    let seconds = wait(&Bucket::Setup, failures, by.now());
    if seconds == 0 {
        store(tx, by.district(), &Bucket::Setup, count(failures, by.now()))?;
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn an_ipv6_line_is_one_address_however_it_numbers_itself() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(network("10.0.0.1"), "10.0.0.1");
        assert_eq!(network(""), "");
    }
}
