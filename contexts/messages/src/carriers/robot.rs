//! Robots in a group of 企业微信 and 钉钉: a text by POST; the answer says by `errcode` what became of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::http::{Request, judged, post};
use super::{Carriers, Outcome, Parcel, value};
use crate::channel::Values;

/// 企业微信 takes 2,048 bytes; a Chinese character has three.
const MOST_CHARS: usize = 600;
/// Too fast, or busy: 企业微信's -1 and 45009, 钉钉's -1, 130101 and 410100.
const LATER: [i64; 4] = [-1, 45_009, 130_101, 410_100];

/// What an answer means.
pub(super) fn read(status: u16, body: &str) -> Outcome {
    let Outcome::Taken(said) = judged(status, body) else { return judged(status, body) };
    let answer: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    match answer.get("errcode").and_then(Value::as_i64) {
        Some(0) => Outcome::Taken(said),
        Some(code) if LATER.contains(&code) => Outcome::Again(said),
        Some(_) | None => Outcome::Never(said),
    }
}

fn send(carriers: &Carriers, url: &str, parcel: &Parcel) -> Result<Outcome, Outcome> {
    let text: String = carriers.lines(parcel).chars().take(MOST_CHARS).collect();
    let body = json!({ "msgtype": "text", "text": { "content": text } }).to_string();
    let request = Request { url, content_type: "application/json", headers: Vec::new(), body };
    let (status, body) = post(&carriers.outward, request)?;
    Ok(read(status, &body))
}

pub(super) fn send_wecom(carriers: &Carriers, set: &Values, parcel: &Parcel) -> Result<Outcome, Outcome> {
    send(carriers, value(set, "url"), parcel)
}

/// The address with the time and the signature that 钉钉 asks for where the robot has a secret.
pub(super) fn signed(url: &str, key: &str, millis: i64) -> String {
    if key.is_empty() {
        return url.to_owned();
    }
    let tag =
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), format!("{millis}\n{key}").as_bytes());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("timestamp", &millis.to_string());
    query.append_pair("sign", &BASE64_STANDARD.encode(tag.as_ref()));
    let join = if url.contains('?') { '&' } else { '?' };
    format!("{url}{join}{}", query.finish())
}

pub(super) fn send_dingtalk(carriers: &Carriers, set: &Values, parcel: &Parcel) -> Result<Outcome, Outcome> {
    let millis = parcel.now.micros().div_euclid(1_000);
    send(carriers, &signed(value(set, "url"), value(set, "key"), millis), parcel)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers as both services give them, by their documentation.
    #[test]
    fn recorded_answers_are_understood() {
        let taken = |body: &str| matches!(read(200, body), Outcome::Taken(_));
        let again = |body: &str| matches!(read(200, body), Outcome::Again(_));
        let never = |body: &str| matches!(read(200, body), Outcome::Never(_));
        assert!(taken(r#"{"errcode":0,"errmsg":"ok"}"#));
        assert!(again(r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#));
        assert!(again(r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#));
        assert!(again(r#"{"errcode":-1,"errmsg":"system error"}"#));
        assert!(never(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#));
        assert!(never(r#"{"errcode":310000,"errmsg":"sign not match"}"#));
        assert!(never(r#"{"errcode":300001,"errmsg":"token is not exist"}"#));
        assert!(never("<html>a login page</html>"));
        assert!(matches!(read(502, "<html>"), Outcome::Again(_)));
    }

    #[test]
    fn the_signature_of_dingtalk_is_over_the_time_and_the_secret() {
        let url = signed("https://oapi.dingtalk.com/robot/send?access_token=x", "SECabc", 1_700_000_000_000);
        // By OpenSSL: printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64
        assert_eq!(
            url,
            "https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1700000000000&sign=jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM%3D"
        );
        assert_eq!(signed("https://a.cn/", "", 1), "https://a.cn/");
    }
}
