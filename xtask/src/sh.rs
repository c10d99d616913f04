//! Running other programs: found or not, succeeded or not, with the command named in every error.
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// What a chore ends with: an exit code, or a message for people.
pub type Done = Result<std::process::ExitCode, String>;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder in which `cargo` starts this program, so that the same `cargo` is used throughout.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// The first file of this name on the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Runs to the end with the terminal attached.
pub fn status(command: &mut Command) -> Result<ExitStatus, String> {
    command.status().map_err(|error| format!("cannot start {}: {error}", name(command)))
}

/// Runs to the end with the terminal attached; failing is an error.
pub fn run(command: &mut Command) -> Result<(), String> {
    let status = status(command)?;
    if status.success() { Ok(()) } else { Err(format!("{} failed: {status}", name(command))) }
}

/// Runs to the end and gives what it printed; failing is an error that shows what it said.
pub fn output(command: &mut Command) -> Result<String, String> {
    let out = command.output().map_err(|error| format!("cannot start {}: {error}", name(command)))?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if out.status.success() {
        return Ok(said);
    }
    let errors = String::from_utf8_lossy(&out.stderr);
    Err(format!("{} failed: {}\n{said}{errors}", name(command), out.status))
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
