//! The list of deliveries as a file, with heads by group.

use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Group, Problem, Refusal};
use web::{Cell, Cx, Format};

use crate::pages::names::Names;
use crate::store::list;
use crate::{Filter, rules};

/// The longest file, in lines.
const MOST: i64 = 50_000;

/// The verified deliveries of the list with the proof that each is in the log.
pub(crate) async fn extract(cx: &Cx, filter: Filter) -> web::Result {
    let extract = cx.read(move |tx, by| crate::extract::make(tx, by, &filter)).await?;
    let body = serde_json::to_string_pretty(&extract).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"qilin-evidence.json\""),
    ];
    Ok((headers, body).into_response())
}

/// The filtered list as a file.
pub(crate) async fn file(cx: &Cx, filter: Filter, format: Format) -> web::Result {
    let (lines, heads, names) = cx
        .read(move |tx, by| {
            let reach = rules::reading(&by.actor);
            let lines = list::page(tx, by.district(), &reach, &filter, (MOST + 1, 0))?;
            if lines.len() > usize::try_from(MOST).unwrap_or(usize::MAX) {
                return Err(Problem::new("error-export-too-long").with("n", format!("> {MOST}")).into());
            }
            let heads = list::heads(tx, by.district(), &lines)?;
            let units: Vec<_> = lines.iter().flat_map(|line| [&line.town, &line.host]).collect();
            let names = Names::load(tx, by, units)?;
            Ok((lines, heads, names))
        })
        .await?;
    let keys = ["on", "delivery-title", "kind", "host", "town", "minutes", "heads"];
    let mut headers: Vec<String> = keys.iter().map(|key| cx.t(&format!("evidence-{key}"))).collect();
    headers.extend(Group::ALL.iter().map(|group| cx.t(&format!("group-{}", group.code()))));
    headers.extend(["evidence-state", "evidence-recorded-by", "evidence-number"].map(|key| cx.t(key)));
    let rows =
        lines.iter().map(|line| {
            let mut row: Vec<Cell> = vec![
                line.on.into(),
                line.title.clone().into(),
                cx.t(&format!("evidence-kind-{}", line.kind.code())).into(),
                names.bare(cx, &line.host).into(),
                names.bare(cx, &line.town).into(),
                line.minutes.into(),
                line.heads.into(),
            ];
            row.extend(Group::ALL.iter().map(|group| {
                Cell::Number(heads.get(&(line.id.clone(), *group)).copied().unwrap_or_default())
            }));
            row.push(cx.t(&format!("evidence-state-{}", line.state)).into());
            row.push(line.recorded_name.clone().into());
            row.push(line.id.to_string().into());
            row
        });
    cx.export(format, "deliveries", headers, rows.collect())
}
