//! Signed JSON to another system, as Standard Webhooks lays down: `webhook-id`, `webhook-timestamp` and
//! `webhook-signature` (`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use serde_json::json;

use super::http::{Request, judged, post};
use super::{Carriers, Outcome, Parcel, value};
use crate::channel::Values;

/// The signature of a body.
pub(crate) fn signature(key: &str, id: &str, seconds: i64, body: &str) -> String {
    // A key in the standard's own form is base64 behind a mark; any other is taken as it is written.
    let decoded = key.strip_prefix("whsec_").and_then(|key| BASE64_STANDARD.decode(key).ok());
    let key = decoded.unwrap_or_else(|| key.as_bytes().to_vec());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(tag.as_ref()))
}

pub(super) fn send(carriers: &Carriers, set: &Values, parcel: &Parcel) -> Result<Outcome, Outcome> {
    let args: serde_json::Map<String, serde_json::Value> =
        parcel.args.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let told_at = parcel.told_at.micros().div_euclid(1_000_000);
    let body = json!({
        "type": parcel.kind,
        "timestamp": told_at,
        "data": { "message": parcel.message, "text": parcel.sentence, "args": args, "link": parcel.link },
    });
    let body = body.to_string();
    let seconds = parcel.now.micros().div_euclid(1_000_000);
    let signed = signature(value(set, "key"), &parcel.key, seconds, &body);
    let request = Request {
        url: value(set, "url"),
        content_type: "application/json",
        headers: vec![
            ("webhook-id", parcel.key.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signed),
        ],
        body,
    };
    let (status, body) = post(&carriers.outward, request)?;
    Ok(judged(status, &body))
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn a_signature_is_that_of_the_standards_own_example() {
        let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
