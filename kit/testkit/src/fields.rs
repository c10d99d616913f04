//! Filling a form by keyboard alone, field by field, by the words of its label.
use crate::browser::Browser;
use crate::keyboard::{CONTROL, ELEMENT, Focus, Key, STOPS};
use serde_json::{Value, json};

impl Browser {
    /// Walks to the field of this label and types its value: a text, a number, a day as `2025-05-06`, or
    /// the words of one choice of a list.
    #[track_caller]
    pub fn fill(&self, label: &str, value: &str) {
        let focus = self.focus(label);
        let kind = self.script("return arguments[0].type", &[json!({ ELEMENT: focus.element })]);
        match kind.as_str().unwrap_or_default() {
            "select-one" => return self.pick(&focus, value),
            "date" => self.type_day(value),
            _ => {
                self.chord(&[CONTROL, 'a']);
                self.press(Key::Backspace);
                self.type_text(value);
            }
        }
        let got = self.property(&focus, "value");
        // a text area says \n where a person pressed Enter
        assert!(got == value, "「{label}」 holds {got:?} after {value:?} was typed");
    }

    /// Walks to the box of this label and ticks it, or takes the tick away.
    #[track_caller]
    pub fn tick(&self, label: &str, on: bool) {
        let focus = self.focus(label);
        let is_on = || self.property(&focus, "checked") == "true";
        if is_on() != on {
            self.press(Key::Space);
        }
        assert!(is_on() == on, "「{label}」 cannot be set to {on} with the space bar");
    }

    /// Walks to a group of round buttons and takes the one of this label with the arrow keys.
    #[track_caller]
    pub fn choose(&self, label: &str) {
        let Some(wanted) = self.find("input[type=radio]", label) else {
            panic!("no round button 「{label}」 on {}", self.path());
        };
        let group = json!({ ELEMENT: wanted });
        let same =
            "const [a, b] = arguments; return a.type === 'radio' && a.name === b.name && a.form === b.form";
        self.walk(label, |focus| {
            self.script(same, &[json!({ ELEMENT: focus.element }), group.clone()]) == Value::Bool(true)
        });
        for _ in 0..STOPS {
            let focus = self.focused();
            if focus.element == wanted {
                if self.property(&focus, "checked") != "true" {
                    self.press(Key::Space);
                }
                return;
            }
            self.press(Key::Down);
        }
        panic!("the arrow keys do not reach 「{label}」 on {}", self.path());
    }

    /// Gives a file to the file field of this label; a browser's own file window cannot be driven.
    #[track_caller]
    pub fn upload(&self, label: &str, file: &std::path::Path) {
        let Some(field) = self.find("input[type=file]", label) else {
            panic!("no file field 「{label}」 on {}:\n{}", self.path(), self.text());
        };
        let file = file.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.post(&format!("/element/{field}/value"), json!({ "text": file }));
    }

    /// What the field of this label holds.
    #[track_caller]
    pub fn value_of(&self, label: &str) -> String {
        let Some(element) = self.find("input, select, textarea", label) else {
            panic!("no field 「{label}」 on {}:\n{}", self.path(), self.text());
        };
        let value = self.get(&format!("/element/{element}/property/value"));
        value.as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn pick(&self, list: &Focus, words: &str) {
        let chosen = "const e = arguments[0]; return e.selectedOptions[0]?.text.trim() ?? ''";
        let element = [json!({ ELEMENT: list.element })];
        self.press(Key::Home);
        let mut seen = Vec::new();
        loop {
            let now = self.script(chosen, &element).as_str().unwrap_or_default().to_owned();
            if now == words {
                return;
            }
            if seen.last() == Some(&now) {
                panic!("「{}」 offers no {words:?}, but {seen:?}", list.name);
            }
            seen.push(now);
            self.press(Key::Down);
        }
    }

    /// Types year, month and day in the order in which this browser shows them.
    #[track_caller]
    fn type_day(&self, day: &str) {
        let order = "return new Intl.DateTimeFormat().formatToParts().map(part => part.type)";
        let order = self.script(order, &[]);
        let mut parts = day.split('-');
        let (year, month, date) = (parts.next(), parts.next(), parts.next());
        for part in order.as_array().into_iter().flatten() {
            match part.as_str() {
                Some("year") => {
                    self.type_text(year.unwrap_or_default());
                    // the year waits for more digits; month and day go on by themselves
                    self.press(Key::Right);
                }
                Some("month") => self.type_text(month.unwrap_or_default()),
                Some("day") => self.type_text(date.unwrap_or_default()),
                _ => {}
            }
        }
    }

    #[track_caller]
    fn property(&self, focus: &Focus, name: &str) -> String {
        let value = self.get(&format!("/element/{}/property/{name}", focus.element));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}
