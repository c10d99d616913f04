//! A text message by a gateway: a POST whose body the district writes as a template, since every provider
//! has its own.

use super::http::{Request, judged, post};
use super::{Carriers, Outcome, Parcel, value};
use crate::channel::Values;

/// Three parts of a long text message.
const MOST_CHARS: usize = 200;

/// The template with its places filled: `{phone}`, `{text}` and `{key}` (the same on every attempt), each
/// written so that it stays one value of JSON or of a form.
pub(super) fn filled(template: &str, is_json: bool, phone: &str, text: &str, key: &str) -> String {
    let written = |value: &str| {
        if is_json {
            let quoted = serde_json::Value::from(value).to_string();
            quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
        } else {
            form_urlencoded::byte_serialize(value.as_bytes()).collect()
        }
    };
    let places = [("{phone}", phone), ("{text}", text), ("{key}", key)];
    let mut rest = template;
    let mut all = String::new();
    // From left to right, so that a value that looks like a place is none.
    while let Some((at, place, value)) = places
        .iter()
        .filter_map(|(place, value)| rest.find(place).map(|at| (at, *place, *value)))
        .min_by_key(|(at, ..)| *at)
    {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        all.push_str(before);
        all.push_str(&written(value));
        rest = after.strip_prefix(place).unwrap_or_default();
    }
    all + rest
}

pub(super) fn send(carriers: &Carriers, set: &Values, to: &str, parcel: &Parcel) -> Result<Outcome, Outcome> {
    let is_json = value(set, "format") != "form";
    let args = [("district", parcel.district.clone()), ("text", parcel.sentence.clone())];
    let text: String = carriers.say(parcel.locale, "message-line", &args).chars().take(MOST_CHARS).collect();
    let content_type = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    let authorization = value(set, "authorization");
    let headers =
        if authorization.is_empty() { Vec::new() } else { vec![("authorization", authorization.to_owned())] };
    let body = filled(value(set, "template"), is_json, to, &text, &parcel.key);
    let (status, body) =
        post(&carriers.outward, Request { url: value(set, "url"), content_type, headers, body })?;
    let taken = value(set, "taken");
    match judged(status, &body) {
        Outcome::Taken(said) if !taken.is_empty() && !body.contains(taken) => Ok(Outcome::Never(said)),
        judged @ (Outcome::Taken(_) | Outcome::Again(_) | Outcome::Never(_)) => Ok(judged),
    }
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn a_place_is_filled_so_that_it_stays_one_value() {
        let json = filled(r#"{"to":"{phone}","msg":"{text}"}"#, true, "139", "说\"好\"\\\n{key}", "k");
        assert_eq!(json, r#"{"to":"139","msg":"说\"好\"\\\n{key}"}"#);
        let form = filled("to={phone}&msg={text}&id={key}", false, "+95 1", "a&b=c 好", "k1");
        assert_eq!(form, "to=%2B95+1&msg=a%26b%3Dc+%E5%A5%BD&id=k1");
    }
}
