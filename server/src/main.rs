//! The program: `qilin demo | serve | migrate | import | backup | restore | routes | columns | doctor`.

use std::process::ExitCode;

use clap::Parser;
use server::commands::{self, Command};

// Under load the system's allocator costs a fifth of a page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 科普麒麟: one program that carries a district's science-literacy plan out.
#[derive(Parser)]
#[command(name = "qilin", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_target(false).with_writer(std::io::stderr).init();
    match commands::run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
