//! The routes of call-backs.

use kernel::{Permission, Role};
use web::Routes;

use super::{index, rates, show};

/// Who draws samples and gives calls to units.
pub(super) const RUN: Permission = Permission::Roles(&[Role::Administrator, Role::Coordinator]);
/// Who may be asked to call.
pub(crate) const CALL: Permission = Permission::Roles(&[
    Role::Administrator,
    Role::Coordinator,
    Role::Editor,
    Role::Verifier,
    Role::CommunityWorker,
]);

/// Adds them.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/callbacks", CALL, index::show)
        .post("/desk/callbacks", RUN, index::draw)
        .get("/desk/callbacks/rates", Permission::SignedIn, rates::show)
        .get("/desk/callbacks/{id}", CALL, show::show)
        .post("/desk/callbacks/{id}/assignment", RUN, show::assign)
        .post("/desk/callbacks/{id}/answer", CALL, show::answer)
}
