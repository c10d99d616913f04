//! The pages of letters.

mod fields;
mod list;
mod print;
mod show;
mod steps;

pub(crate) use list::state_tag;

use kernel::{Permission, Role};
use web::Routes;

use crate::actions::KEEPERS;

const KEEP: Permission = Permission::Roles(KEEPERS);
const SIGNED: Permission = Permission::SignedIn;
const SIDES: Permission = Permission::Roles(&[Role::Administrator, Role::Coordinator, Role::Editor]);

/// The routes of letters, added to those of the plan.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/plan/letters", SIGNED, list::show)
        .post("/desk/plan/letters", KEEP, list::draft)
        .get("/desk/plan/letters/{id}", SIGNED, show::show)
        .post("/desk/plan/letters/{id}", KEEP, steps::write)
        .get("/desk/plan/letters/{id}/pdf", SIGNED, print::letter)
        .post("/desk/plan/letters/{id}/issuance", KEEP, steps::issue)
        .post("/desk/plan/letters/{id}/return", SIDES, steps::hand_back)
        .post("/desk/plan/letters/{id}/signature", SIDES, steps::sign)
        .post("/desk/plan/letters/{id}/supplements", KEEP, steps::supplement)
        .get("/desk/plan/letters/{id}/supplements/{n}/pdf", SIGNED, print::supplement)
        .post("/desk/plan/letters/{id}/supplements/{n}/signature", SIDES, steps::sign_supplement)
        .post("/desk/plan/letters/{id}/supplements/{n}/refusal", SIDES, steps::refuse_supplement)
        .post("/desk/plan/letters/{id}/scoring", KEEP, steps::open_scoring)
        .post("/desk/plan/letters/{id}/self-score", SIDES, steps::score_self)
        .post("/desk/plan/letters/{id}/review", KEEP, steps::review)
        .post("/desk/plan/letters/{id}/acceptance", SIDES, steps::accept)
        .post("/desk/plan/letters/{id}/appeal", SIDES, steps::appeal)
        .post("/desk/plan/letters/{id}/answer", KEEP, steps::answer)
}
