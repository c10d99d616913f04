//! Where a test gets its PostgreSQL.

use db::Scratch;

/// The server that tests may use: `cargo xtask test` starts one and sets this.
const VARIABLE: &str = "QILIN_TEST_POSTGRES";

/// An empty database of this test's own, or None where PostgreSQL was left out on purpose.
///
/// # Panics
/// When nobody said where PostgreSQL is. Leaving it out takes a decision: `QILIN_TEST_POSTGRES=none`.
#[track_caller]
pub fn fresh_postgres() -> Option<Scratch> {
    let server = server(setting().as_deref())?;
    let scratch = Scratch::create(&server);
    Some(scratch.unwrap_or_else(|error| panic!("no fresh database at {VARIABLE}={server}: {error}")))
}

#[expect(clippy::disallowed_methods, reason = "the test run's own setting, read in this one place")]
fn setting() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

/// How much longer than usual the tests of faults run: see [`times`].
const TIMES: &str = "QILIN_TEST_TIMES";

/// How many rounds a test of faults runs: `short` in the suite, and by hand `QILIN_TEST_TIMES` times as
/// many.
#[expect(clippy::disallowed_methods, reason = "the test run's own setting, read in this one place")]
pub fn times(short: u64) -> u64 {
    let times = std::env::var(TIMES).ok().and_then(|text| text.parse::<u64>().ok());
    short * times.unwrap_or(1)
}

/// Whether PostgreSQL was left out on purpose.
///
/// # Panics
/// As [`fresh_postgres`].
#[track_caller]
pub(crate) fn is_left_out() -> bool {
    server(setting().as_deref()).is_none()
}

#[track_caller]
fn server(setting: Option<&str>) -> Option<String> {
    match setting {
        Some("none") => None,
        Some(server) if !server.is_empty() => Some(server.to_owned()),
        _ => panic!(
            "This test also runs on PostgreSQL. `cargo xtask test -p CRATE` starts one for it; or set \
             {VARIABLE} to the address of a server to use, or to `none` to leave PostgreSQL out."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgresql_is_left_out_on_purpose_only() {
        assert_eq!(server(Some("none")), None);
        assert_eq!(server(Some("postgres://h")), Some("postgres://h".into()));
        for unsaid in [None, Some("")] {
            assert!(std::panic::catch_unwind(|| server(unsaid)).is_err(), "{unsaid:?}");
        }
    }
}
