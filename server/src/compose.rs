//! The modules joined into one application.

use std::sync::Arc;

use axum::Router;
use db::{Db, Stream, Target};
use kernel::{Clock, Rng, Seal, SystemClock, SystemRng};
use web::{App, Module};

use crate::config::Site;

/// The contexts, in the order in which their tables are made.
pub fn modules() -> Vec<Module> {
    vec![people::module(), messages::module(), evidence::module(), plan::module(), service::module()]
}

/// All tables: the ground first, then the contexts.
pub fn streams() -> Vec<Stream> {
    let ground = [web::STREAM, jobs::STREAM, merkle::STREAM];
    ground.into_iter().chain(modules().into_iter().map(|module| module.stream)).collect()
}

/// What happens after the answer.
pub fn job_modules() -> Vec<jobs::Module> {
    let receipts =
        jobs::Schedule { name: "web.receipts", every_minutes: 24 * 60, action: web::forget_receipts };
    let web = jobs::Module { jobs: Vec::new(), schedule: vec![receipts] };
    vec![web, people::jobs(), messages::jobs(), evidence::jobs(), plan::jobs(), service::jobs()]
}

/// Who does what happens after the answer of an application.
pub fn worker(config: &web::Config, carriers: messages::Carriers) -> jobs::Worker {
    let (clock, rng, seal) = (config.clock.clone(), config.rng.clone(), config.seal.clone());
    jobs::Worker::new(config.db.clone(), job_modules(), clock, rng, seal).with(Arc::new(carriers))
}

/// What carries messages to other servers: `site` is the address by which people reach this one.
///
/// # Errors
/// A fault in a catalogue.
pub fn carriers(outward: messages::Outward, site: &str) -> Result<messages::Carriers, String> {
    let modules = modules();
    let own = web::Locale::ALL.map(|locale| (locale, web::own_words(locale)));
    let all: Vec<_> =
        own.into_iter().chain(modules.iter().flat_map(|one| one.words.iter().copied())).collect();
    messages::Carriers::new(outward, &all, site)
}

/// Opens the database and brings its tables up to date.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn open(target: &Target) -> Result<Db, String> {
    Db::open(target, &streams()).map_err(|error| error.to_string())
}

/// How the application is to be joined; tests hand in their own clock and chance.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// What signs in the name of the installation.
    pub seal: Arc<dyn Seal>,
    /// Whether cookies are marked secure.
    pub secure: bool,
    /// Proxies that are believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// What `/setup` asks for.
    pub setup_code: String,
}

impl Parts {
    /// With the machine's clock and entropy, for a site.
    ///
    /// # Errors
    /// A proxy that is no address.
    pub fn of_site(db: Db, seal: merkle::SigningKey, site: &Site) -> Result<Self, String> {
        let rng = SystemRng;
        let setup_code = (0..3).map(|_| format!("{:03}", rng.below(1000))).collect::<Vec<_>>().join("-");
        Ok(Self {
            db,
            clock: Arc::new(SystemClock),
            rng: Arc::new(rng),
            seal: Arc::new(seal),
            secure: site.secure(),
            proxies: site.proxies()?,
            setup_code,
        })
    }
}

/// Joins everything into a router.
///
/// # Errors
/// A fault in a catalogue, or a database that does not answer.
pub fn router(parts: Parts) -> Result<(Arc<App>, Router), String> {
    let config = web::Config {
        db: parts.db,
        clock: parts.clock,
        rng: parts.rng,
        seal: parts.seal,
        secure: parts.secure,
        proxies: parts.proxies,
        authenticate: people::authenticate,
        note_visit: people::note_visit,
        district: people::district,
        setup_code: parts.setup_code,
    };
    App::router(config, modules())
}

/// A column as a context classifies it.
pub struct Column {
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// `public`, `members`, `staff` or `secret`.
    pub class: String,
    /// How long it is kept.
    pub retention: String,
    /// Whether exports carry it.
    pub export: String,
}

/// The classified columns of every crate that has tables.
const COLUMNS: [&str; 8] = [
    include_str!("../../kit/web/columns.toml"),
    include_str!("../../kit/jobs/columns.toml"),
    include_str!("../../kit/merkle/columns.toml"),
    include_str!("../../contexts/people/columns.toml"),
    include_str!("../../contexts/messages/columns.toml"),
    include_str!("../../contexts/evidence/columns.toml"),
    include_str!("../../contexts/plan/columns.toml"),
    include_str!("../../contexts/service/columns.toml"),
];

/// Every column with its class. The form is a table per database table, and in it one line per
/// column: `name = { class = "staff", retention = "...", export = true }`.
///
/// # Errors
/// The place of a text that is no such file.
pub fn columns() -> Result<Vec<Column>, String> {
    let mut all = Vec::new();
    for text in COLUMNS {
        let file: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        for (table, columns) in &file {
            let columns = columns.as_table().ok_or_else(|| format!("[{table}] is no table"))?;
            for (name, about) in columns {
                let word = |key: &str| {
                    let value = about.get(key).ok_or_else(|| format!("{table}.{name} has no {key}"))?;
                    Ok::<_, String>(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                };
                all.push(Column {
                    table: table.clone(),
                    name: name.clone(),
                    class: word("class")?,
                    retention: word("retention")?,
                    export: word("export")?,
                });
            }
        }
    }
    Ok(all)
}
