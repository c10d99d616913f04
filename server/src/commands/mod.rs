//! The commands.

mod backup;
mod demo;
mod import;
mod serve;
mod show;
mod verify;

use clap::Subcommand;

use crate::compose;
use crate::config::{Site, Store};

/// What the program is asked to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve a demonstration district, made at the first start
    Demo {
        /// Where its data is
        #[command(flatten)]
        store: Store,
        /// How it is reached
        #[command(flatten)]
        site: Site,
    },
    /// Serve the district of this installation; the first start leads through setup
    Serve {
        /// Where its data is
        #[command(flatten)]
        store: Store,
        /// How it is reached
        #[command(flatten)]
        site: Site,
    },
    /// Bring the database's tables up to date, and stop
    Migrate {
        /// Where its data is
        #[command(flatten)]
        store: Store,
    },
    /// Read a file and print what was understood
    #[command(subcommand)]
    Import(import::Import),
    /// Write a copy of the embedded database, also while it is in use
    Backup {
        /// Where its data is
        #[command(flatten)]
        store: Store,
        /// The file to write; it must not be there yet
        to: std::path::PathBuf,
    },
    /// Put a copy that backup wrote or serve --copy-to kept, and that nothing has changed since, into an empty
    /// data folder
    Restore {
        /// Where the data is to be
        #[command(flatten)]
        store: Store,
        /// The file that backup wrote, its FILE.sha256 beside it; or the folder of --copy-to
        from: std::path::PathBuf,
    },
    /// Check that nothing was changed behind the program's back; the first misfit is named
    Verify(verify::Verify),
    /// Print every route with the permission that opens it
    Routes,
    /// Print every column with its class, retention and export
    Columns,
    /// Check whether the database is whole and its tables fit this program; changes nothing
    Doctor {
        /// Where its data is
        #[command(flatten)]
        store: Store,
    },
}

/// The folder of data of a real installation.
const FOLDER: &str = "data";

/// Does it.
///
/// # Errors
/// A sentence that says what is wrong and how to mend it.
pub fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Demo { store, site } => demo::run(&store, &site),
        Command::Serve { store, site } => serve::run(&store, &site),
        Command::Migrate { store } => {
            compose::open(&store.target(FOLDER)?)?;
            println!("The tables are up to date.");
            Ok(())
        }
        Command::Import(what) => import::run(&what),
        Command::Backup { store, to } => backup::back_up(&store, &to),
        Command::Restore { store, from } => backup::restore(&store, &from),
        Command::Verify(what) => verify::run(&what),
        Command::Routes => show::routes(),
        Command::Columns => show::columns(),
        Command::Doctor { store } => show::doctor(&store),
    }
}
