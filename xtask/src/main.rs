//! The project's own chores, run as `cargo xtask CHORE`: test, tidy, sql, gen, bench.
mod generate;
mod install;
mod postgres;
mod sh;
mod suite;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Chores of the Qilin workspace.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Chores {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run everything: format, tidy, and all tests on SQLite, PostgreSQL and in a real browser
    Test {
        /// Passed to the test runner, for example `-p evidence`; then only the tests run
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check the house rules that the compiler cannot see
    Tidy,
    /// Prepare every SQL statement of the program on both databases
    Sql,
    /// Write docs/generated from the program
    Gen {
        /// Write nothing; fail when a file is out of date
        #[arg(long)]
        check: bool,
    },
    /// Measure the program against its yardsticks, in release, and print a table with ratios
    Bench {
        /// Passed to the measuring program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run a private PostgreSQL until standard input closes, and print its address
    Postgres,
}

fn main() -> ExitCode {
    let done = match Chores::parse().chore {
        Chore::Test { args } => suite::all(&args),
        Chore::Tidy => tidy::run(),
        Chore::Sql => suite::only(suite::SQL),
        Chore::Gen { check } => generate::run(check),
        Chore::Bench { args } => suite::bench(&args),
        Chore::Postgres => postgres::guard(),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
