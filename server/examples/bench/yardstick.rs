//! The plainest server that does a comparable thing, as a process of its own, so that its processor time
//! can be read from outside like that of the program.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use db::{Db, Stream, Target, params};
use kernel::{Rng, SystemRng};

const STREAM: Stream = Stream {
    context: "yardstick",
    files: &[(
        "0001_yardstick.sql",
        "create table note (district_id text not null, id text not null, words text not null, n bigint not null,
            primary key (district_id, id));",
    )],
};

#[derive(Clone)]
struct Site {
    page: Bytes,
    db: Arc<Db>,
}

/// Serves until killed: `/page` returns the bytes of `page`, `/rows` twenty rows as JSON, and a POST to
/// `/notes` inserts two rows in a durable commit that is shared with what else is waiting.
pub async fn serve(page: &Path, folder: &Path) -> Result<(), String> {
    let page = std::fs::read(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let db = Db::open(&Target::Sqlite(folder.join("yardstick.db")), &[STREAM])
        .map_err(|error| error.to_string())?;
    let router = Router::new()
        .route("/page", get(bytes))
        .route("/rows", get(rows))
        .route("/notes", post(insert))
        .with_state(Site { page: page.into(), db: Arc::new(db) });
    for _ in 0..20 {
        router_insert(&router).await?;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    println!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
    axum::serve(listener, router).await.map_err(|error| error.to_string())
}

/// The rows that `/rows` reads are made the way `/notes` makes them.
async fn router_insert(router: &Router) -> Result<(), String> {
    use tower::ServiceExt;
    let request = axum::http::Request::post("/notes").body(axum::body::Body::empty());
    let answer = router.clone().oneshot(request.map_err(|error| error.to_string())?).await;
    answer.map(|_| ()).map_err(|never| match never {})
}

async fn bytes(State(site): State<Site>) -> Response {
    ([("content-type", "text/html; charset=utf-8")], site.page).into_response()
}

async fn rows(State(site): State<Site>) -> Response {
    let query = "select id, words, n from note where district_id = $1 order by id limit 20";
    let found = site.db.read(move |tx| {
        let mut list = Vec::new();
        for row in tx.query(query, params!["d"])? {
            let (id, words): (String, String) = (row.get("id")?, row.get("words")?);
            list.push(serde_json::json!({ "id": id, "words": words, "n": row.get::<i64>("n")? }));
        }
        Ok(list)
    });
    match found.await {
        Ok(list) => ([("content-type", "application/json")], serde_json::Value::from(list).to_string())
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn insert(State(site): State<Site>) -> StatusCode {
    let insert = "insert into note (district_id, id, words, n) values ($1, $2, $3, $4)";
    let (one, two) = (SystemRng.token(), SystemRng.token());
    let done = site.db.write(move |tx| {
        tx.execute(insert, params!["d", &one, "an order", 1_i64])?;
        Ok(tx.execute(insert, params!["d", &two, "its ledger row", 2_i64])?)
    });
    if done.await.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}
