//! The body of a request as fields and files: a form in either encoding, or an object in JSON.

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kernel::{Problem, Refusal};
use serde_json::Value;

use super::{File, Form};

/// A refused body is read to its end, so that the browser shows our answer, up to this size.
const MOST_DRAINED: usize = 512 << 20;

/// Reads it, up to `limit` bytes.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Form, Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut left = Counted { stream: body.into_data_stream().boxed(), read: 0 };
    let form = if kind.starts_with("application/json") {
        json(&mut left, limit).await
    } else if let Ok(boundary) = multer::parse_boundary(kind) {
        multipart(&mut left, &boundary, limit).await
    } else {
        urlencoded(&mut left, limit).await
    };
    if form.is_err() {
        left.drain().await;
    }
    form
}

type Stream = futures_util::stream::BoxStream<'static, Result<Bytes, axum::Error>>;

/// A body that knows how much of it was read.
struct Counted {
    stream: Stream,
    read: usize,
}

impl Counted {
    async fn next(&mut self) -> Option<Result<Bytes, axum::Error>> {
        let chunk = self.stream.next().await?;
        self.read += chunk.as_ref().map_or(0, Bytes::len);
        Some(chunk)
    }

    /// Reads on, keeping nothing.
    async fn drain(&mut self) {
        while self.read < MOST_DRAINED && matches!(self.next().await, Some(Ok(_))) {}
    }
}

fn too_large(limit: usize) -> Refusal {
    Problem::new("error-too-large").with("most", limit >> 20).into()
}

fn unreadable() -> Refusal {
    Problem::new("error-form-unreadable").into()
}

async fn whole(body: &mut Counted, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| unreadable())?);
        if bytes.len() > limit {
            return Err(too_large(limit));
        }
    }
    Ok(bytes)
}

/// The fields of an object: texts, numbers, yes and no, and lists of these for what may be chosen more than
/// once. What is `null` was not sent.
async fn json(body: &mut Counted, limit: usize) -> Result<Form, Refusal> {
    let bytes = whole(body, limit).await?;
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    let mut form = Form::new();
    for (name, value) in fields {
        let values = match value {
            Value::Array(values) => values,
            one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                vec![one]
            }
        };
        for value in values {
            match value {
                Value::Null => {}
                Value::Bool(yes) => form.add(name.clone(), if yes { "on" } else { "" }.to_owned())?,
                Value::Number(number) => form.add(name.clone(), number.to_string())?,
                Value::String(text) => form.add(name.clone(), text)?,
                Value::Array(_) | Value::Object(_) => {
                    return Err(Problem::new("error-form-unreadable").at(name).into());
                }
            }
        }
    }
    Ok(form)
}

async fn urlencoded(body: &mut Counted, limit: usize) -> Result<Form, Refusal> {
    let bytes = whole(body, limit).await?;
    let mut form = Form::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        form.add(name.into_owned(), value.into_owned())?;
    }
    Ok(form)
}

async fn multipart(body: &mut Counted, boundary: &str, limit: usize) -> Result<Form, Refusal> {
    // multer wants a stream of its own, so the bytes are handed over through a counting adapter.
    let stream = futures_util::stream::unfold(body, |body| async move {
        let chunk = body.next().await?;
        Some((chunk, body))
    });
    let total = u64::try_from(limit).unwrap_or(u64::MAX);
    let limits =
        multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(total).per_field(total));
    let mut parts = multer::Multipart::with_constraints(stream, boundary, limits);
    let refuse = |error: multer::Error| {
        use multer::Error::{FieldSizeExceeded, StreamSizeExceeded};
        let large = matches!(error, StreamSizeExceeded { .. } | FieldSizeExceeded { .. });
        if large { too_large(limit) } else { unreadable() }
    };
    let mut form = Form::new();
    while let Some(field) = parts.next_field().await.map_err(refuse)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let content_type = field.content_type().map(ToString::to_string).unwrap_or_default();
                let bytes = field.bytes().await.map_err(refuse)?;
                form.has_room()?;
                let file = File { name: base_name(&file), content_type, bytes };
                form.files.push((name, file));
            }
            None => {
                let value = field.text().await.map_err(refuse)?;
                form.add(name, value)?;
            }
        }
    }
    Ok(form)
}

/// The last part of a path in either slash, so that no name leads out of a folder.
pub(super) fn base_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}
