//! What a context hands to the program: routes with permissions, words, navigation, to-dos.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::MethodRouter;
use db::Tx;
use http::Method;
use kernel::{Caller, Day, Instant, Permission, Refusal};

use crate::{App, Asset, Locale};

/// What waits for an actor in a context.
pub(crate) type ToDos = fn(&mut Tx<'_>, &Caller) -> Result<Vec<ToDo>, Refusal>;

/// A context's manifest.
pub struct Module {
    /// The context's name, as in its folder.
    pub name: &'static str,
    /// Its pages.
    pub routes: Routes,
    /// Its tables.
    pub stream: db::Stream,
    /// Its catalogue in each language (Fluent text).
    pub words: &'static [(Locale, &'static str)],
    /// Its entries in the navigation.
    pub nav: &'static [NavItem],
    /// What waits for an actor, for the Today page.
    pub todos: Option<ToDos>,
    /// Files that it serves: scripts and the like.
    pub assets: &'static [Asset],
}

/// An entry of the navigation; shown to those whom its permission lets in.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// Where it leads.
    pub path: &'static str,
    /// Its key in the catalogue.
    pub key: &'static str,
    /// Where in the navigation.
    pub group: NavGroup,
    /// Smaller stands first within its group; from 80 on, what few people look for: on public pages that is
    /// at the foot.
    pub order: u16,
    /// Who sees it.
    pub permission: Permission,
}

/// Parts of the navigation: what everybody needs each day stands first, the rest is folded under names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NavGroup {
    /// In the row itself.
    Daily,
    /// What is kept beside deliveries: registers, narratives, figures, closed periods.
    Records,
    /// What is looked at twice.
    Checks,
    /// Who there is, and how the program is set.
    Running,
}

impl NavGroup {
    /// All, in the order of the row.
    pub const ALL: [Self; 4] = [Self::Daily, Self::Records, Self::Checks, Self::Running];

    /// The key of its name; none for what is never folded.
    pub const fn key(self) -> Option<&'static str> {
        match self {
            Self::Daily => None,
            Self::Records => Some("nav-group-records"),
            Self::Checks => Some("nav-group-checks"),
            Self::Running => Some("nav-group-running"),
        }
    }
}

impl NavItem {
    /// Whether it belongs on the page of settings instead of the navigation.
    pub(crate) fn is_setting(&self) -> bool {
        self.path.starts_with("/desk/settings/")
    }

    /// Whether it stands at the foot of public pages.
    pub(crate) fn is_foot(&self) -> bool {
        self.order >= 80 && !self.path.starts_with("/desk")
    }
}

/// One thing that waits for somebody, with its one next action.
#[derive(Clone, Debug)]
pub struct ToDo {
    /// Catalogue key and arguments of the line.
    pub key: &'static str,
    /// Arguments of `key`.
    pub args: Vec<(&'static str, String)>,
    /// Catalogue key of the second, quieter line.
    pub note_key: &'static str,
    /// Arguments of `note_key`.
    pub note_args: Vec<(&'static str, String)>,
    /// Until when, if there is a date.
    pub due: Option<Day>,
    /// Since when it waits: the oldest stands first.
    pub since: Instant,
    /// Where the action is done.
    pub href: String,
    /// Catalogue key of the action's button.
    pub action_key: &'static str,
    /// How many things the line stands for; 1 unless it sums up the rest.
    pub n: i64,
}

impl ToDo {
    /// Whether its date has passed.
    pub fn is_late(&self, today: Day) -> bool {
        self.due.is_some_and(|due| due < today)
    }

    /// Days until its date, or since; 0 without one.
    pub fn days_left(&self, today: Day) -> i64 {
        self.due.map_or(0, |due| due.days_since(today).abs())
    }
}

/// A route as data: for the permission matrix and the generated list.
#[derive(Clone, Debug)]
pub struct RouteInfo {
    /// GET or POST.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    /// Whom it lets in.
    pub permission: Permission,
    /// The largest body that it reads, in bytes.
    pub max_body: usize,
    /// What the description for programs says of it beyond that.
    pub about: Option<About>,
}

/// An operation as the description for programs has it (OpenAPI 3.1): what stands here goes over what is made
/// from the route, a member at a time.
pub type About = fn() -> serde_json::Value;

/// A form of text fields.
const SMALL_BODY: usize = 1 << 20;

/// The routes of a context. A route cannot be declared without its permission.
#[derive(Default)]
pub struct Routes {
    pub(crate) all: Vec<(RouteInfo, MethodRouter<Arc<App>>)>,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(Method::GET, path, permission, SMALL_BODY, axum::routing::get(handler))
    }

    /// A change, by a form of text fields (1 MiB at most).
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(Method::POST, path, permission, SMALL_BODY, axum::routing::post(handler))
    }

    /// A change that carries files, of `max_body` bytes in all.
    #[must_use]
    pub fn upload<H, T>(self, path: &'static str, permission: Permission, max_body: usize, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(Method::POST, path, permission, max_body, axum::routing::post(handler))
    }

    /// With what the description for programs says of the route before it.
    #[must_use]
    pub fn about(mut self, about: About) -> Self {
        if let Some((info, _)) = self.all.last_mut() {
            info.about = Some(about);
        }
        self
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        permission: Permission,
        max_body: usize,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        self.all.push((RouteInfo { method, path, permission, max_body, about: None }, handler));
        self
    }
}
