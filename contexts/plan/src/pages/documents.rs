//! `/desk/plan/documents`: bringing a plan document, and all that were brought.

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Refusal};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, Safe, Tone, ui};

use super::desk;
use crate::actions::documents::{self, Received};
use crate::{Document, DocumentState, store};

#[derive(Template)]
#[template(path = "pages/documents.html")]
struct DocumentsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    documents: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    at: String,
    kilobytes: String,
    state: Safe,
    why: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    format: Option<String>,
}

/// The form and the list.
pub async fn list(cx: Cx, Query(choice): Query<Choice>) -> Result {
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let all = cx.read(|tx, by| Ok(store::list_documents(tx, by.district())?)).await?;
        let headers =
            ["document", "at", "kilobytes", "status"].map(|key| cx.t(&format!("plan-column-{key}"))).to_vec();
        let rows = all.iter().map(|document| {
            let state = cx.t(&format!("plan-document-{}", document.state.code()));
            let at = document.uploaded_at.minute_text();
            vec![document.name.clone().into(), at.into(), Cell::Number(document.n_bytes / 1024), state.into()]
        });
        return cx.export(format, "documents", headers, rows.collect());
    }
    draw(&cx, Form::new()).await
}

async fn draw(cx: &Cx, form: Form) -> Result {
    let all = cx.read(|tx, by| Ok(store::list_documents(tx, by.district())?)).await?;
    let documents = all.iter().map(|document| row(cx, document)).collect();
    let page = DocumentsPage { cx, form: &form, documents };
    cx.page(desk(cx.t("plan-nav-documents")).of_form(&form), page)
}

fn row(cx: &Cx, document: &Document) -> Row {
    Row {
        id: document.id.to_string(),
        name: document.name.clone(),
        at: document.uploaded_at.minute_text(),
        kilobytes: cx.number((document.n_bytes + 1023) / 1024),
        state: state_tag(cx, document),
        why: why(cx, document),
    }
}

/// The state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, document: &Document) -> Safe {
    let tone = match document.state {
        DocumentState::Reading { .. } => Tone::Wait,
        DocumentState::Read { .. } => Tone::Ok,
        DocumentState::Refused { .. } => Tone::Late,
    };
    ui::tag(tone, &cx.t(&format!("plan-document-{}", document.state.code())))
}

/// Why it was refused, and how to mend it; empty otherwise.
pub(crate) fn why(cx: &Cx, document: &Document) -> String {
    match &document.state {
        DocumentState::Refused { reason, args, .. } => {
            let args: Vec<(&str, String)> =
                args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            cx.with(&format!("plan-refused-{reason}"), &args)
        }
        DocumentState::Reading { .. } | DocumentState::Read { .. } => String::new(),
    }
}

/// `POST /desk/plan/documents`: keeps the file, has it read, and leads to the progress.
pub async fn receive(cx: Cx, form: Form) -> Result {
    let Some(file) = form.file("file").cloned() else {
        let missing = Refusal::from(Problem::new("plan-file-missing").at("file"));
        return draw(&cx, form.refused(missing)?).await;
    };
    let (name, bytes) = (file.name.clone(), file.bytes.clone());
    let received = cx.write(move |tx, by| documents::receive(tx, by, &name, &bytes)).await;
    match received {
        Ok(Received::Known(id)) => cx.redirect(&format!("/desk/plan/documents/{id}?again=1")),
        Ok(Received::New(id)) => cx.redirect(&format!("/desk/plan/documents/{id}")),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}
