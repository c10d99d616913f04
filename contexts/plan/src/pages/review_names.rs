//! `POST /desk/plan/versions/{id}/names`: what a written name means.

use axum::extract::Path;
use kernel::{Problem, Refusal, UnitId};
use people::units::{self, UnitKind};
use web::{Cx, Form, Result};

use super::review::{Editing, draw};
use crate::PlanId;
use crate::actions::names;

/// What can be decided about a name: it is a unit's, a new unit's, nobody's in particular, or a
/// collective name for all departments, all towns, or both.
pub(crate) const HOWS: [&str; 6] = ["match", "enter", "text", "departments", "towns", "both"];

/// Decides.
pub async fn assign(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = PlanId::from(id);
    let name = form.text("name").to_owned();
    let how = HOWS.into_iter().find(|how| *how == form.text("how"));
    let (unit, kind) = (UnitId::from(form.text("unit")), UnitKind::parse(form.text("kind")));
    let remember = form.text("remember") == "1";
    let (of, written) = (id.clone(), name.clone());
    let done = cx.submit(&form, move |tx, by| {
        let missing = |key, field| Refusal::from(Problem::new(key).at(field));
        match how.ok_or_else(|| missing("plan-how-missing", "how"))? {
            "match" => names::match_to(tx, by, &of, &written, &unit, remember)?,
            "enter" => {
                let kind = kind.ok_or_else(|| missing("plan-how-kind-missing", "kind"))?;
                names::enter_unit(tx, by, &of, &written, kind)?;
            }
            "text" => names::keep_as_text(tx, by, &of, &written)?,
            collective => {
                let wanted = |kind: UnitKind| match kind {
                    UnitKind::Department => collective != "towns",
                    UnitKind::Town => collective != "departments",
                    UnitKind::District
                    | UnitKind::Community
                    | UnitKind::School
                    | UnitKind::Hospital
                    | UnitKind::Enterprise
                    | UnitKind::Society
                    | UnitKind::Team
                    | UnitKind::Venue => false,
                };
                let all = units::list(tx, by.district(), by.today())?;
                let chosen: Vec<UnitId> =
                    all.into_iter().filter(|unit| wanted(unit.kind)).map(|unit| unit.id).collect();
                names::spread(tx, by, &of, &written, &chosen)?;
            }
        }
        Ok(format!("/desk/plan/versions/{of}#names"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let editing = Editing { name: Some(name), ..Editing::default() };
            draw(&cx, id, editing, form.refused(refusal)?).await
        }
    }
}
