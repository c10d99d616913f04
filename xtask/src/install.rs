//! What the tests need beside Rust, and getting it where it is missing (Debian and its kin only).
use crate::{postgres, sh};
use std::path::Path;
use std::process::Command;

/// One thing the tests need: what it is, the Debian packages that bring it, and whether it is here.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    here: fn() -> bool,
}

const NEEDS: [Need; 6] = [
    Need {
        what: "PostgreSQL's server programs (initdb, pg_ctl)",
        packages: &["postgresql"],
        here: || postgres::folder().is_some(),
    },
    Need {
        what: "Chromium",
        packages: &["chromium"],
        here: || sh::find("chromium").is_some() || sh::find("google-chrome").is_some(),
    },
    Need {
        what: "chromedriver",
        packages: &["chromium-driver"],
        here: || sh::find("chromedriver").is_some(),
    },
    Need {
        what: "strace, for a disk that fails",
        packages: &["strace"],
        here: || sh::find("strace").is_some(),
    },
    Need {
        what: "poppler's pdftotext, to measure printed pages",
        packages: &["poppler-utils"],
        here: || sh::find("pdftotext").is_some(),
    },
    Need { what: "a Chinese font", packages: &["fonts-noto-cjk"], here: has_chinese_font },
];

fn has_chinese_font() -> bool {
    let listed = sh::output(Command::new("fc-list").arg(":lang=zh-cn"));
    listed.is_ok_and(|fonts| !fonts.trim().is_empty())
}

/// Installs what is missing, or says what to install.
pub fn missing() -> Result<(), String> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.here)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let Some(apt) = apt() else {
        return Err(format!(
            "The tests need: {what}. Install these by your system's own means, put the programs on PATH, \
             and run the command again. (Only on Debian and Ubuntu, as root or with sudo, is it done here.)"
        ));
    };
    eprintln!("The tests need: {what}. Installing with apt-get: {}", packages.join(" "));
    sh::run(apt("apt-get").arg("update"))?;
    if packages.contains(&"postgresql") {
        without_default_cluster(&apt)?;
    }
    sh::run(install(&apt).args(&packages))?;
    match NEEDS.iter().find(|need| !(need.here)()) {
        None => Ok(()),
        Some(need) => Err(format!("apt-get succeeded, and yet there is no {}", need.what)),
    }
}

/// Debian makes and starts a database server when PostgreSQL is installed. The tests start their own,
/// so that is switched off first, unless this machine has its own settings for it.
fn without_default_cluster(apt: &impl Fn(&str) -> Command) -> Result<(), String> {
    if Path::new("/etc/postgresql-common/createcluster.conf").exists() {
        return Ok(());
    }
    eprintln!("No database server of the system is made or started (create_main_cluster = off).");
    sh::run(install(apt).arg("postgresql-common"))?;
    sh::run(
        apt("pg_conftool")
            .args(["/etc/postgresql-common/createcluster.conf", "set", "create_main_cluster", "off"]),
    )
}

fn install(apt: &impl Fn(&str) -> Command) -> Command {
    let mut command = apt("apt-get");
    command.args(["install", "-y", "--no-install-recommends"]);
    command
}

/// A maker of commands that run as root, when this is Debian and we are root or may become it.
fn apt() -> Option<impl Fn(&str) -> Command> {
    sh::find("apt-get")?;
    let root = is_root();
    if !root {
        let sudo = sh::find("sudo")?;
        // -n: a test run must not stop to ask for a password
        if !Command::new(sudo).args(["-n", "true"]).status().is_ok_and(|status| status.success()) {
            return None;
        }
    }
    Some(move |program: &str| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", program]);
        command
    })
}

/// Whether this process is root: PostgreSQL refuses to run so, apt-get refuses otherwise.
pub fn is_root() -> bool {
    sh::output(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim() == "0")
}
