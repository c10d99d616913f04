//! The log in public: its newest head, how to check it, and proofs for programs.

use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use kernel::{Problem, Refusal};
use merkle::{Hash, SignedHead};
use serde::Deserialize;
use serde_json::json;
use web::{Cx, Page};

use crate::log;

/// Heads shown.
const SHOWN: i64 = 30;

#[derive(Template)]
#[template(path = "pages/log/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    key: String,
    leaves: String,
    waiting: bool,
    newest: Option<Line>,
    heads: Vec<Line>,
}

struct Line {
    size: String,
    href: String,
    signed: String,
    root: String,
}

fn line(cx: &Cx, head: &SignedHead) -> Line {
    Line {
        size: cx.number(i64::try_from(head.head.size).unwrap_or(i64::MAX)),
        href: format!("/log/head?size={}", head.head.size),
        signed: head.signed_at.minute_text(),
        root: head.head.root.hex(),
    }
}

/// `GET /log`
pub async fn index(cx: Cx) -> web::Result {
    let (heads, size) = cx
        .read(|tx, by| {
            let of = log::of(by.district());
            Ok((merkle::list_heads(tx, &of, SHOWN)?, merkle::size(tx, &of)?))
        })
        .await?;
    let signed = heads.first().map_or(0, |head| head.head.size);
    let page = Index {
        key: Hash(cx.by.seal.key()).hex(),
        leaves: cx.number(i64::try_from(size).unwrap_or(i64::MAX)),
        waiting: size > signed,
        newest: heads.first().map(|head| line(&cx, head)),
        heads: heads.iter().map(|head| line(&cx, head)).collect(),
        cx: &cx,
    };
    cx.page(Page::new(cx.t("evidence-log")).public(), page)
}

/// Sizes that a program names; the newest head's where none is.
#[derive(Deserialize)]
pub struct Sizes {
    size: Option<u64>,
    from: Option<u64>,
    leaf: Option<u64>,
}

/// `GET /log/head?size=`: the note as it was signed, for keeping elsewhere.
pub async fn head(cx: Cx, Query(sizes): Query<Sizes>) -> web::Result {
    let head = cx
        .read(move |tx, by| {
            let of = log::of(by.district());
            let found = match sizes.size {
                Some(size) => merkle::find_head(tx, &of, size)?,
                None => merkle::newest_head(tx, &of)?,
            };
            found.ok_or(Refusal::NotFound)
        })
        .await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], head.note).into_response())
}

fn json(body: &serde_json::Value) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn texts(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(|hash| hash.hex()).collect()
}

/// The size asked for, or that of the newest head.
fn size_of(tx: &mut db::Tx<'_>, of: &merkle::Log, size: Option<u64>) -> Result<u64, Refusal> {
    match size {
        Some(size) => Ok(size),
        None => merkle::newest_head(tx, of)?.map(|head| head.head.size).ok_or(Refusal::NotFound),
    }
}

/// `GET /api/log/leaf?leaf=&size=`: the proof that a leaf is in the tree of a size.
pub async fn leaf(cx: Cx, Query(sizes): Query<Sizes>) -> web::Result {
    let leaf = sizes.leaf.ok_or_else(|| Problem::new("evidence-log-leaf-missing").at("leaf"))?;
    let (size, root, proof) = cx
        .read(move |tx, by| {
            let of = log::of(by.district());
            let size = size_of(tx, &of, sizes.size)?;
            let proof = merkle::prove_leaf(tx, &of, leaf, size)?;
            Ok((size, merkle::root(tx, &of, size)?, proof))
        })
        .await?;
    Ok(json(&json!({ "leaf": leaf, "size": size, "root": root.hex(), "proof": texts(&proof) })))
}

/// `GET /api/log/growth?from=&size=`: the proof that the tree of a size grew from an earlier one.
pub async fn growth(cx: Cx, Query(sizes): Query<Sizes>) -> web::Result {
    let from = sizes.from.unwrap_or(0);
    let (size, proof) = cx
        .read(move |tx, by| {
            let of = log::of(by.district());
            let size = size_of(tx, &of, sizes.size)?;
            Ok((size, merkle::prove_growth(tx, &of, from, size)?))
        })
        .await?;
    Ok(json(&json!({ "from": from, "size": size, "proof": texts(&proof) })))
}
