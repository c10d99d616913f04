//! Form fields: a label, the field with what was typed, a hint, and what has to be mended beside it.

use std::sync::atomic::Ordering;

use super::{Safe, escape};
use crate::{Cx, Form};

/// The hidden fields that every changing form carries: its secret, and its key for acting once.
pub fn csrf(cx: &Cx) -> Safe {
    cx.form_used.store(true, Ordering::Relaxed);
    Safe(format!(
        r#"<input type="hidden" name="_csrf" value="{}"><input type="hidden" name="_once" value="{}">"#,
        escape(&cx.csrf),
        crate::form::new_key(&cx.by)
    ))
}

/// The summary of what has to be mended, at the top of the page, each linked to its field.
pub fn problems(cx: &Cx, form: &Form) -> Safe {
    if form.problems().is_empty() {
        return Safe::default();
    }
    let mut list = String::new();
    for problem in form.problems() {
        let sentence = escape(&cx.with(problem.key, &problem.args));
        match &problem.field {
            Some(field) => {
                list.push_str(&format!(r##"<li><a href="#f-{}">{sentence}</a></li>"##, escape(field)))
            }
            None => list.push_str(&format!("<li>{sentence}</li>")),
        }
    }
    let heading = escape(&cx.t("error-mend"));
    Safe(format!(
        r#"<div class="problems" role="alert" tabindex="-1" id="problems"><h2>{heading}</h2><ul>{list}</ul></div>"#
    ))
}

/// What stands around every field: `field` gets the attributes that tie it to its messages.
fn frame(cx: &Cx, form: &Form, name: &str, label_key: &str, field: impl FnOnce(&str) -> String) -> Safe {
    let wrong = message(cx, form, name);
    let hint = hint(cx, name, label_key);
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(format!("h-{name}"));
    }
    if !wrong.is_empty() {
        described.push(format!("e-{name}"));
    }
    let mut attributes = format!(r#"id="f-{0}" name="{0}""#, escape(name));
    if !described.is_empty() {
        attributes.push_str(&format!(r#" aria-describedby="{}""#, escape(&described.join(" "))));
    }
    if !wrong.is_empty() {
        attributes.push_str(r#" aria-invalid="true""#);
    }
    let state = if wrong.is_empty() { "" } else { " wrong" };
    Safe(format!(
        r#"<div class="field{state}"><label for="f-{}">{}</label>{hint}{wrong}{}</div>"#,
        escape(name),
        escape(&cx.t(label_key)),
        field(&attributes)
    ))
}

fn message(cx: &Cx, form: &Form, name: &str) -> String {
    let of = form.problems().iter().find(|problem| problem.field.as_deref() == Some(name));
    of.map(|problem| {
        let sentence = escape(&cx.with(problem.key, &problem.args));
        format!(r#"<p class="error" id="e-{}">{sentence}</p>"#, escape(name))
    })
    .unwrap_or_default()
}

/// A hint stands in the catalogue under the label's key with `-hint` behind it.
fn hint(cx: &Cx, name: &str, label_key: &str) -> String {
    let key = format!("{label_key}-hint");
    if !cx.app.words(cx.locale).has(&key) {
        return String::new();
    }
    format!(r#"<p class="hint" id="h-{}">{}</p>"#, escape(name), escape(&cx.t(&key)))
}

fn input(cx: &Cx, form: &Form, name: &str, label_key: &str, kind: &str) -> Safe {
    frame(cx, form, name, label_key, |attributes| {
        format!(r#"<input {attributes} {kind} value="{}">"#, escape(form.text(name)))
    })
}

/// One line of text.
pub fn text(cx: &Cx, form: &Form, name: &str, label_key: &str) -> Safe {
    input(cx, form, name, label_key, r#"type="text" autocomplete="off""#)
}

/// The name typed at sign-in.
pub fn login(cx: &Cx, form: &Form, name: &str, label_key: &str) -> Safe {
    let kind = r#"type="text" autocomplete="username" autocapitalize="none" spellcheck="false""#;
    input(cx, form, name, label_key, kind)
}

/// One line to search by.
pub fn search(cx: &Cx, form: &Form, name: &str, label_key: &str) -> Safe {
    input(cx, form, name, label_key, r#"type="search" autocomplete="off""#)
}

/// A day.
pub fn day(cx: &Cx, form: &Form, name: &str, label_key: &str) -> Safe {
    input(cx, form, name, label_key, r#"type="date""#)
}

/// A whole number. A text field with a numeric keyboard, so that what was typed is never lost.
pub fn number(cx: &Cx, form: &Form, name: &str, label_key: &str) -> Safe {
    input(cx, form, name, label_key, r#"type="text" inputmode="numeric" class="n" autocomplete="off""#)
}

/// A password; never shown again. `autocomplete` is `current-password` or `new-password`.
pub fn password(cx: &Cx, form: &Form, name: &str, label_key: &str, autocomplete: &str) -> Safe {
    frame(cx, form, name, label_key, |attributes| {
        format!(r#"<input {attributes} type="password" autocomplete="{autocomplete}">"#)
    })
}

/// Several lines of text.
pub fn area(cx: &Cx, form: &Form, name: &str, label_key: &str, rows: u8) -> Safe {
    frame(cx, form, name, label_key, |attributes| {
        format!("<textarea {attributes} rows=\"{rows}\">\n{}</textarea>", escape(form.text(name)))
    })
}

/// Files; `accept` as in HTML.
pub fn file(cx: &Cx, form: &Form, name: &str, label_key: &str, accept: &str) -> Safe {
    frame(cx, form, name, label_key, |attributes| {
        format!(r#"<input {attributes} type="file" accept="{}">"#, escape(accept))
    })
}

/// One of many, from a list of (value, words).
pub fn select(cx: &Cx, form: &Form, name: &str, label_key: &str, options: &[(String, String)]) -> Safe {
    let chosen = form.text(name);
    let mut list = String::new();
    for (value, words) in options {
        let mark = if value == chosen { " selected" } else { "" };
        list.push_str(&format!(r#"<option value="{}"{mark}>{}</option>"#, escape(value), escape(words)));
    }
    frame(cx, form, name, label_key, |attributes| format!("<select {attributes}>{list}</select>"))
}

/// One of few, all in sight.
pub fn radios(cx: &Cx, form: &Form, name: &str, label_key: &str, options: &[(String, String)]) -> Safe {
    choices(cx, form, name, label_key, options, "radio")
}

/// Any of few, all in sight.
pub fn checks(cx: &Cx, form: &Form, name: &str, label_key: &str, options: &[(String, String)]) -> Safe {
    choices(cx, form, name, label_key, options, "checkbox")
}

fn choices(
    cx: &Cx,
    form: &Form,
    name: &str,
    label_key: &str,
    options: &[(String, String)],
    kind: &str,
) -> Safe {
    let chosen = form.all(name);
    let wrong = message(cx, form, name);
    let mut list = String::new();
    for (n, (value, words)) in options.iter().enumerate() {
        let mark = if chosen.contains(&value.as_str()) { " checked" } else { "" };
        // The first bears the field's own anchor, so that the summary's link leads to it.
        let id = if n == 0 { format!("f-{name}") } else { format!("f-{name}-{n}") };
        list.push_str(&format!(
            r#"<label class="choice"><input type="{kind}" id="{}" name="{}" value="{}"{mark}><span>{}</span></label>"#,
            escape(&id),
            escape(name),
            escape(value),
            escape(words)
        ));
    }
    let state = if wrong.is_empty() { "" } else { " wrong" };
    Safe(format!(
        r#"<fieldset class="field choices{state}"><legend>{}</legend>{}{wrong}{list}</fieldset>"#,
        escape(&cx.t(label_key)),
        hint(cx, name, label_key)
    ))
}
