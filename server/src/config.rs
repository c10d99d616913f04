//! Where the program keeps its data and how it is reached: from the command line, then from the
//! environment, then the stated default. Nothing else in the program reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;

/// The embedded database in the folder of data.
const FILE: &str = "qilin.db";

/// Options of every command that opens a database.
#[derive(Args, Clone, Debug, Default)]
pub struct Store {
    /// Folder of the embedded database [env: QILIN_DATA] [default: data, or data/demo for demo]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database, as postgres://user@host/name [env: QILIN_DATABASE]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

/// Options of a command that serves pages.
#[derive(Args, Clone, Debug, Default)]
pub struct Site {
    /// Address to listen on [env: QILIN_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Address by which people reach the site; https marks cookies as secure [env: QILIN_URL]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Proxies in front, whose X-Forwarded-For is believed, parted by commas [env: QILIN_PROXIES]
    #[arg(long, value_name = "ADDRESSES")]
    pub proxies: Option<String>,
    /// Hosts within the own network that messages may be sent to, as HOST or HOST:PORT, parted by commas [env: QILIN_ALLOW_HOSTS]
    #[arg(long, value_name = "HOSTS")]
    pub allow_hosts: Option<String>,
    /// Folder, best on another disk, for a copy of the embedded database that is a second behind at most [env: QILIN_COPY_TO]
    #[arg(long, value_name = "DIR")]
    pub copy_to: Option<PathBuf>,
}

#[allow(clippy::disallowed_methods)] // the one place that reads the environment
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Store {
    /// The folder of data: files that are no rows, and the embedded database.
    pub fn folder(&self, default: &str) -> PathBuf {
        let given = self.data.clone().or_else(|| environment("QILIN_DATA").map(PathBuf::from));
        given.unwrap_or_else(|| PathBuf::from(default))
    }

    /// Which database.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn target(&self, default: &str) -> Result<db::Target, String> {
        if let Some(url) = self.url() {
            return Ok(db::Target::Postgres(url));
        }
        let folder = self.folder(default);
        make_folder(&folder)?;
        Ok(db::Target::Sqlite(folder.join(FILE)))
    }

    /// Which database, where it must be there already: nothing is made.
    ///
    /// # Errors
    /// When the folder holds none.
    pub fn existing(&self, default: &str) -> Result<db::Target, String> {
        if let Some(url) = self.url() {
            return Ok(db::Target::Postgres(url));
        }
        let folder = self.folder(default);
        let path = folder.join(FILE);
        if !path.is_file() {
            return Err(format!(
                "There is no database in {}: name its folder with --data DIR or QILIN_DATA.",
                folder.display()
            ));
        }
        Ok(db::Target::Sqlite(path))
    }

    fn url(&self) -> Option<String> {
        self.database.clone().or_else(|| environment("QILIN_DATABASE"))
    }
}

/// Makes a folder that only its owner opens.
///
/// # Errors
/// Which one cannot be made, and why.
pub fn make_folder(folder: &Path) -> Result<(), String> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| format!("The data folder {} cannot be made: {error}", folder.display()))
}

impl Site {
    /// The address to listen on.
    ///
    /// # Errors
    /// When it is no HOST:PORT.
    pub fn listen(&self) -> Result<SocketAddr, String> {
        let text = self.listen.clone().or_else(|| environment("QILIN_LISTEN"));
        let text = text.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let found = std::net::ToSocketAddrs::to_socket_addrs(&text).ok().and_then(|mut all| all.next());
        found.ok_or_else(|| format!("--listen {text}: write it as HOST:PORT, for example 127.0.0.1:8080"))
    }

    /// The address by which people reach the site; empty when nobody said.
    pub fn address(&self) -> String {
        self.url.clone().or_else(|| environment("QILIN_URL")).unwrap_or_default()
    }

    /// Whether people reach the site by https.
    pub fn secure(&self) -> bool {
        self.address().starts_with("https://")
    }

    /// Where a copy is kept; `None` when nobody asked for one.
    pub fn copy_to(&self) -> Option<PathBuf> {
        self.copy_to.clone().or_else(|| environment("QILIN_COPY_TO").map(PathBuf::from))
    }

    /// Where messages may be sent.
    ///
    /// # Errors
    /// Which host cannot be read.
    pub fn outward(&self) -> Result<messages::Outward, String> {
        let list = self.allow_hosts.clone().or_else(|| environment("QILIN_ALLOW_HOSTS"));
        messages::Outward::allowing(&list.unwrap_or_default())
    }

    /// The proxies that are believed.
    ///
    /// # Errors
    /// Which one is no address.
    pub fn proxies(&self) -> Result<Vec<IpAddr>, String> {
        let list = self.proxies.clone().or_else(|| environment("QILIN_PROXIES")).unwrap_or_default();
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| part.parse().map_err(|_| format!("--proxies: {part} is no network address")))
            .collect()
    }
}
