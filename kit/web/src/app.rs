//! The composed application: configuration, catalogues, the router.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use axum::Router;
use db::{Db, Tx};
use kernel::{Actor, Clock, DistrictId, Instant, Permission, Refusal, Rng, Seal};

use crate::module::ToDos;
use crate::{
    Asset, Catalogue, Locale, Module, NavItem, RouteInfo, Routes, assets, guard, kept, openapi, rates, shell,
    today,
};

/// Who is signed in, as `people` tells it for a session's token.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account with its grants of today.
    pub actor: Actor,
    /// The secret that this session's forms carry.
    pub csrf: String,
    /// Only the password page opens until it is changed.
    pub must_change_password: bool,
    /// Set while an administrator previews a role.
    pub viewing_as: Option<ViewingAs>,
}

/// The role that an administrator previews.
#[derive(Clone, Debug)]
pub struct ViewingAs {
    /// Catalogue key of the role.
    pub role_key: String,
    /// The unit's name.
    pub unit: String,
}

/// The district that this installation serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictInfo {
    /// Its id.
    pub id: DistrictId,
    /// Its name.
    pub name: String,
    /// Whether its data is demonstration data, which every page then says.
    pub is_demo: bool,
}

/// What a session's token gives.
#[derive(Clone, Debug)]
pub enum Visit {
    /// No session.
    Nobody,
    /// A session that is over: [`Config::note_visit`] deletes it, so that it stays over.
    Over,
    /// A session.
    Known {
        /// Who is signed in.
        session: Box<SignedIn>,
        /// Whether [`Config::note_visit`] is to mark it as seen.
        note: bool,
    },
}

type Authenticate = fn(&mut Tx<'_>, &str, &dyn Clock) -> Result<Visit, Refusal>;
type NoteVisit = fn(&mut Tx<'_>, &str, &dyn Clock) -> Result<(), Refusal>;
type FindDistrict = fn(&mut Tx<'_>) -> Result<Option<DistrictInfo>, Refusal>;

/// What the server hands in.
pub struct Config {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// What signs in the name of the installation.
    pub seal: Arc<dyn Seal>,
    /// Whether the site is reached by https, so that cookies are marked `Secure`.
    pub secure: bool,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// Who holds a session's token. Reads only.
    pub authenticate: Authenticate,
    /// Marks a session as seen, or deletes one that is over.
    pub note_visit: NoteVisit,
    /// The district, once set up.
    pub district: FindDistrict,
    /// The code that `/setup` asks for.
    pub setup_code: String,
}

/// The district as it was read, and when.
struct Known {
    district: Option<DistrictInfo>,
    read_at: Instant,
}

/// After so many seconds the district is read again: another program that serves the same database may
/// have changed it.
const FRESH_SECONDS: i64 = 5;

/// The application that every handler sees.
pub struct App {
    /// What the server handed in.
    pub config: Config,
    pub(crate) words: HashMap<Locale, Catalogue>,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) todos: Vec<ToDos>,
    pub(crate) routes: Vec<RouteInfo>,
    pub(crate) rates: rates::Rates,
    pub(crate) assets: HashMap<&'static str, (Asset, String)>,
    pub(crate) answers: kept::Answers,
    pub(crate) bodies: kept::Bodies,
    district: RwLock<Known>,
    refreshed: AtomicU64,
}

impl App {
    /// Joins the modules.
    ///
    /// # Errors
    /// What is wrong with a catalogue, or why the district could not be read.
    pub fn router(config: Config, modules: Vec<Module>) -> Result<(Arc<Self>, Router), String> {
        let mut words = HashMap::new();
        for locale in Locale::ALL {
            let of_modules = modules.iter().flat_map(|module| module.words);
            let mut texts: Vec<&str> =
                of_modules.filter(|(of, _)| *of == locale).map(|(_, text)| *text).collect();
            texts.push(shell::catalogue(locale));
            words.insert(locale, Catalogue::new(locale, &texts)?);
        }
        let mut nav: Vec<NavItem> = modules.iter().flat_map(|module| module.nav).copied().collect();
        nav.extend(today::NAV);
        nav.sort_by_key(|item| item.order);
        let todos = modules.iter().filter_map(|module| module.todos).collect();
        let files = modules.iter().flat_map(|module| module.assets).chain(assets::OWN);
        let assets = files.map(|asset| (asset.path, (*asset, assets::version(asset)))).collect();
        let mut routes: Vec<_> = modules.into_iter().flat_map(|module| module.routes.all).collect();
        routes.extend(own_routes().all);
        let district = config.db.read_now(config.district).map_err(|refusal| refusal.to_string())?;
        let district = Known { district, read_at: config.clock.now() };
        let app = Arc::new(Self {
            config,
            words,
            nav,
            todos,
            routes: routes.iter().map(|(info, _)| info.clone()).collect(),
            assets,
            answers: kept::Answers::default(),
            bodies: kept::Bodies::default(),
            district: RwLock::new(district),
            refreshed: AtomicU64::new(0),
            rates: rates::Rates::default(),
        });
        let mut router = Router::new();
        for (info, handler) in routes {
            router = router.route(info.path, guard::around(handler, app.clone(), info.clone()));
        }
        let paths: Vec<&'static str> = app.assets.keys().copied().collect();
        for path in paths {
            router = router.route(path, axum::routing::get(assets::serve));
        }
        let open = RouteInfo {
            method: http::Method::GET,
            path: "",
            permission: Permission::Public,
            max_body: 0,
            about: None,
        };
        let fallback = guard::around(axum::routing::any(guard::not_found), app.clone(), open);
        let router = router.fallback_service(fallback.with_state(app.clone()));
        let router = router
            .layer(axum::middleware::from_fn(guard::headers))
            .layer(tower_http::compression::CompressionLayer::new())
            .layer(axum::middleware::from_fn_with_state(app.clone(), kept::around))
            .with_state(app.clone());
        Ok((app, router))
    }

    /// The district, once set up.
    pub fn district(&self) -> Option<DistrictInfo> {
        self.district.read().map(|known| known.district.clone()).unwrap_or_default()
    }

    /// Reads the district again when there was none, or a while has passed.
    pub(crate) async fn keep_district_fresh(&self) {
        let now = self.config.clock.now();
        let fresh = |known: &Known| {
            known.district.is_some() && now.seconds_since(known.read_at).abs() < FRESH_SECONDS
        };
        if self.district.read().is_ok_and(|known| fresh(&known)) {
            return;
        }
        // The first to notice reads; others go on with what is known.
        if let Ok(mut known) = self.district.write() {
            known.read_at = now;
        }
        if let Err(refusal) = self.refresh_district().await {
            tracing::warn!(%refusal, "the district could not be read again");
        }
    }

    /// Reads the district again, after setup or a changed setting.
    ///
    /// # Errors
    /// As the database refuses.
    pub async fn refresh_district(&self) -> Result<(), Refusal> {
        let fresh = self.config.db.read(self.config.district).await?;
        if let Ok(mut known) = self.district.write() {
            if known.district != fresh {
                self.refreshed.fetch_add(1, Ordering::SeqCst);
            }
            *known = Known { district: fresh, read_at: self.config.clock.now() };
        }
        Ok(())
    }

    /// How often the district was read again.
    pub(crate) fn refreshed(&self) -> u64 {
        self.refreshed.load(Ordering::SeqCst)
    }

    /// Every route with its permission, for the matrix test and the generated list.
    pub fn routes(&self) -> &[RouteInfo] {
        &self.routes
    }

    /// The sentences of a language.
    pub fn words(&self, locale: Locale) -> &Catalogue {
        // Both locales are put in by `router`; an empty catalogue shows keys.
        static NONE: std::sync::OnceLock<Catalogue> = std::sync::OnceLock::new();
        self.words.get(&locale).unwrap_or_else(|| NONE.get_or_init(Catalogue::empty))
    }

    /// The address of an asset, with its version, so that it may be kept for ever.
    pub fn asset(&self, path: &str) -> String {
        self.assets.get(path).map_or_else(|| path.to_owned(), |(_, version)| format!("{path}?v={version}"))
    }
}

fn own_routes() -> Routes {
    Routes::new()
        .get("/", Permission::Public, today::front)
        .get("/desk", Permission::SignedIn, today::show)
        .get("/preferences", Permission::Public, shell::prefer)
        .get("/healthz", Permission::Public, today::health)
        .get("/openapi.json", Permission::Public, openapi::show)
}
