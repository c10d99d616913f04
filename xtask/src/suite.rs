//! What runs with a PostgreSQL of its own: the tests and the measurements.
//!
//! `cargo xtask test`: what is missing is installed, then format, tidy, generated documents and every test, cheapest first.
use crate::postgres::Private;
use crate::{generate, install, sh, tidy};
use std::process::{Command, ExitCode};

/// The test that prepares every SQL statement, for `cargo xtask sql`.
pub const SQL: &[&str] = &["-p", "server", "every_statement_prepares_on_both_databases"];

/// Everything, or with arguments only the tests that they name.
pub fn all(args: &[String]) -> sh::Done {
    install::missing()?;
    if args.is_empty() {
        sh::run(sh::cargo().args(["fmt", "--all", "--check"])).map_err(|error| {
            format!("{error}\nThe code is not formatted; mend it with `cargo fmt --all`.")
        })?;
        if tidy::run()? != ExitCode::SUCCESS {
            return Ok(ExitCode::FAILURE);
        }
        generate::run(true)?;
    }
    only(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The tests that the arguments name, all when there are none, with a PostgreSQL of their own.
///
/// The runner's own summary is the last thing printed.
pub fn only(args: &[&str]) -> sh::Done {
    let postgres = Private::start()?;
    let nextest = sh::find("cargo-nextest").is_some();
    // nextest does not run the documentation's examples, so they go first
    if nextest && args.is_empty() {
        sh::run(cargo(&postgres).args(["test", "--workspace", "--doc", "--quiet"]))?;
    }
    let mut tests = cargo(&postgres);
    tests.args(if nextest { ["nextest", "run"].as_slice() } else { &["test"] }).arg("--no-fail-fast");
    if !args.iter().any(|word| word.starts_with("-p") || word.starts_with("--package")) {
        tests.arg("--workspace");
    }
    tests.args(args);
    let status = sh::status(&mut tests)?;
    drop(postgres);
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The measurements of `server/examples/bench`, on the program as it is released, and before them those of the
/// survey library against its peers, as far as these are installed, with the coverage of its intervals.
pub fn bench(args: &[String]) -> sh::Done {
    for example in ["peers", "coverage"] {
        sh::run(sh::cargo().args(["run", "--release", "--package", "survey-stats", "--example", example]))?;
    }
    install::missing()?;
    let postgres = Private::start()?;
    // the program itself is measured as well: its size, its start, its memory
    sh::run(cargo(&postgres).args(["build", "--release", "--package", "server"]))?;
    let mut bench = cargo(&postgres);
    bench.args(["run", "--release", "--package", "server", "--example", "bench", "--"]).args(args);
    sh::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}

fn cargo(postgres: &Private) -> Command {
    let mut command = sh::cargo();
    command.env("QILIN_TEST_POSTGRES", &postgres.url);
    command
}
