//! `GET /desk/plan/documents/{id}`: how far the reading is, and what came of it. Asks anew by itself,
//! without script, until it is done.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use kernel::Refusal;
use serde::Deserialize;
use web::ui::{Bar, bar};
use web::{Cx, Result, Safe};

use super::desk;
use super::documents::{state_tag, why};
use crate::{Document, DocumentId, DocumentState, Plan, store};

#[derive(Template)]
#[template(path = "pages/document.html")]
struct DocumentPage<'a> {
    cx: &'a Cx,
    document: &'a Document,
    state: Safe,
    bar: Option<Safe>,
    left: String,
    why: String,
    same: Option<String>,
    plan: Option<Plan>,
    again: bool,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    again: Option<String>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(choice): Query<Choice>) -> Result {
    let (document, plan) = cx
        .read(move |tx, by| {
            let id = DocumentId::from(id.as_str());
            let document = store::find_document(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            let plan = match store::plan_of_document(tx, by.district(), &id)? {
                Some(plan) => store::find_plan(tx, by.district(), &plan)?,
                None => None,
            };
            Ok((document, plan))
        })
        .await?;
    let page = desk(document.name.clone());
    let (page, progress) = match &document.state {
        DocumentState::Reading { percent } => (page.refresh(2), Some(*percent)),
        DocumentState::Read { .. } | DocumentState::Refused { .. } => (page, None),
    };
    let words = |percent: u8| cx.with("plan-reading-percent", &[("n", percent.to_string())]);
    let left = document.seconds_left(cx.by.now());
    let body = DocumentPage {
        cx: &cx,
        state: state_tag(&cx, &document),
        bar: progress.map(|percent| bar(Bar { done: u32::from(percent) * 10, due: None }, &words(percent))),
        left: left.map_or_else(
            || cx.t("plan-reading-starts"),
            |n| cx.with("plan-reading-left", &[("n", n.to_string())]),
        ),
        why: why(&cx, &document),
        same: same(&document),
        plan,
        again: choice.again.is_some(),
        document: &document,
    };
    cx.page(page, body)
}

/// The document that has the same words.
fn same(document: &Document) -> Option<String> {
    let DocumentState::Refused { reason, args, .. } = &document.state else { return None };
    let found = args.iter().find(|(name, _)| reason == "same-words" && name == "document");
    found.map(|(_, id)| id.clone())
}

/// `GET /desk/plan/documents/{id}/file`: the bytes as they came.
pub async fn file(cx: Cx, Path(id): Path<String>) -> Result {
    let (document, bytes) = cx
        .read(move |tx, by| {
            let id = DocumentId::from(id.as_str());
            let document = store::find_document(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            let bytes = store::document_bytes(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            Ok((document, bytes))
        })
        .await?;
    let ending = if document.name.to_lowercase().ends_with(".docx") { "docx" } else { "txt" };
    let name = format!("attachment; filename=\"plan-{}.{ending}\"", document.id);
    let headers = [("content-type", "application/octet-stream".to_owned()), ("content-disposition", name)];
    Ok((headers, bytes).into_response())
}
