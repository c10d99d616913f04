//! Letters and supplements as PDF.

use axum::extract::Path;
use kernel::Refusal;
use paper::Fonts;
use web::{Cx, Result};

use super::show::{self, Loaded};
use crate::letters::print;
use crate::printing;

/// `GET /desk/plan/letters/{id}/pdf`
pub async fn letter(cx: Cx, Path(id): Path<String>) -> Result {
    let loaded = show::load(&cx, id.into()).await?;
    let document = print::letter(&cx, &loaded.letter, &names(&loaded));
    let name = format!("letter-{}-{}", loaded.letter.year, loaded.letter.number);
    printing::answer(&name, paper::letter(Fonts::here(), &document))
}

/// `GET /desk/plan/letters/{id}/supplements/{n}/pdf`
pub async fn supplement(cx: Cx, Path((id, n)): Path<(String, i64)>) -> Result {
    let loaded = show::load(&cx, id.into()).await?;
    let supplement = loaded.letter.supplements.iter().find(|supplement| supplement.n == n);
    let document =
        print::supplement(&cx, &loaded.letter, supplement.ok_or(Refusal::NotFound)?, &names(&loaded));
    let name = format!("letter-{}-{}-{n}", loaded.letter.year, loaded.letter.number);
    printing::answer(&name, paper::letter(Fonts::here(), &document))
}

fn names(loaded: &Loaded) -> print::Names {
    print::Names { unit: loaded.unit.name.clone(), plan: loaded.board.plan.title.clone() }
}
