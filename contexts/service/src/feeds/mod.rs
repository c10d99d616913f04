//! What calendars and readers take over by themselves: a team's visits, and the menu.

mod atom;
mod calendar;
mod ics;

use web::Routes;

use crate::pages::{OFFER, PUBLIC};

/// The routes of the feeds.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/service/menu.atom", PUBLIC, atom::show)
        .get("/calendars/{token}", PUBLIC, calendar::serve)
        .get("/desk/teams/{unit}/calendar", OFFER, calendar::show)
        .post("/desk/teams/{unit}/calendar", OFFER, calendar::renew)
        .post("/desk/teams/{unit}/calendar/end", OFFER, calendar::revoke)
}
