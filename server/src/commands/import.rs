//! `qilin import plan FILE`: what the parser understands, without a database.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

/// What can be read.
#[derive(Subcommand)]
pub enum Import {
    /// An official plan (.txt in UTF-8 or GB18030, .docx)
    Plan {
        /// The file
        file: PathBuf,
        /// Print it as JSON for other tools; else as a short list
        #[arg(long)]
        json: bool,
    },
}

/// Reads and prints.
pub fn run(what: &Import) -> Result<(), String> {
    match what {
        Import::Plan { file, json } => plan(file, *json),
    }
}

fn plan(file: &std::path::Path, json: bool) -> Result<(), String> {
    let shown = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let reading = plan::understanding::understand(&bytes, &file.to_string_lossy())
        .map_err(|reason| format!("{shown} is not a plan that can be imported: {reason}"))?;
    let value = plan_doc::to_json(&reading);
    if json {
        let text = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
        return say(&text);
    }
    say(&plan::understanding::summary(&reading))
}

/// Prints; a reader that has seen enough and left is no fault.
fn say(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        Ok(()) | Err(_) => Ok(()),
    }
}
