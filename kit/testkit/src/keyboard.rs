//! Using a page by keyboard alone: Tab to a control by the name that a screen reader says, then type.
use crate::browser::Browser;
use serde_json::{Value, json};

/// More stops than any page of ours has; a walk that gets so far is lost.
const STOPS: usize = 600;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const CONTROL: char = '\u{E009}';

/// A key, or two at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To the next control.
    Tab,
    /// To the control before (Shift and Tab).
    BackTab,
    /// Activates.
    Enter,
    /// Activates, ticks.
    Space,
    /// Closes, gives up.
    Escape,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// To the first.
    Home,
    /// To the last.
    End,
    /// Deletes backwards.
    Backspace,
}

impl Key {
    /// The code points of the WebDriver standard, held down in this order.
    fn codes(self) -> &'static [char] {
        match self {
            Self::Tab => &['\u{E004}'],
            Self::BackTab => &['\u{E008}', '\u{E004}'],
            Self::Enter => &['\u{E007}'],
            Self::Space => &[' '],
            Self::Escape => &['\u{E00C}'],
            Self::Up => &['\u{E013}'],
            Self::Down => &['\u{E015}'],
            Self::Left => &['\u{E012}'],
            Self::Right => &['\u{E014}'],
            Self::Home => &['\u{E011}'],
            Self::End => &['\u{E010}'],
            Self::Backspace => &['\u{E003}'],
        }
    }
}

/// What has the focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The name that a screen reader says.
    pub name: String,
    /// The role that it says: `link`, `button`, `textbox`, …; empty when nothing has the focus.
    pub role: String,
    /// Whether a sighted person sees where the focus is: an outline or a shadow.
    pub visible: bool,
    element: String,
}

impl Browser {
    /// Presses and releases a key.
    #[track_caller]
    pub fn press(&self, key: Key) {
        self.chord(key.codes());
    }

    /// Types a text where the focus is.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        let strokes = text.chars().flat_map(|c| [down(c), up(c)]).collect();
        self.strokes(strokes);
    }

    /// What has the focus now.
    #[track_caller]
    pub fn focused(&self) -> Focus {
        let element = id(&self.get("/element/active"));
        let shown = "const e = arguments[0], s = getComputedStyle(e);
            return [e === document.body, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0
                || s.boxShadow !== 'none']";
        let seen = self.script(shown, &[json!({ ELEMENT: element })]);
        if seen.get(0) == Some(&Value::Bool(true)) {
            return Focus { name: String::new(), role: String::new(), visible: false, element };
        }
        let name = self.name_of(&element);
        let role = self.get(&format!("/element/{element}/computedrole"));
        let role = role.as_str().unwrap_or_default().to_owned();
        Focus { name, role, visible: seen.get(1) == Some(&Value::Bool(true)), element }
    }

    /// Every stop of the Tab key from the top of the page to its end, in order.
    #[track_caller]
    pub fn tab_order(&self) -> Vec<Focus> {
        self.script("document.activeElement.blur(); getSelection().removeAllRanges()", &[]);
        let mut order: Vec<Focus> = Vec::new();
        for _ in 0..STOPS {
            self.press(Key::Tab);
            let focus = self.focused();
            if focus.role.is_empty() || order.first() == Some(&focus) {
                return order;
            }
            // a date is one control with several stops
            if order.last() != Some(&focus) {
                order.push(focus);
            }
        }
        panic!("the Tab key does not come to an end on {}", self.path());
    }

    /// Presses Tab until the control of this accessible name has the focus.
    #[track_caller]
    pub fn focus(&self, name: &str) -> Focus {
        self.walk(name, |focus| focus.name == name)
    }

    /// Walks to a link or button by Tab, presses Enter, and waits for the next page.
    #[track_caller]
    pub fn go(&self, name: &str) {
        self.focus(name);
        self.leaving(|| self.press(Key::Enter));
    }

    /// Walks to a link or button by Tab and presses Enter; the page stays.
    #[track_caller]
    pub fn activate(&self, name: &str) {
        self.focus(name);
        self.press(Key::Enter);
    }

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

    /// Tabs until a stop is the one; twice round is enough to have seen all.
    #[track_caller]
    fn walk(&self, name: &str, found: impl Fn(&Focus) -> bool) -> Focus {
        let mut passed = Vec::new();
        let mut ends = 0;
        let mut focus = self.focused();
        for _ in 0..STOPS {
            if found(&focus) {
                return focus;
            }
            if focus.role.is_empty() {
                ends += 1;
            } else if !passed.contains(&focus.name) {
                passed.push(focus.name);
            }
            if ends > 2 {
                break;
            }
            self.press(Key::Tab);
            focus = self.focused();
        }
        panic!("Tab does not reach 「{name}」 on {}; it reaches: {}", self.path(), passed.join(" | "));
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

    #[track_caller]
    fn name_of(&self, element: &str) -> String {
        let label = self.get(&format!("/element/{element}/computedlabel"));
        label.as_str().unwrap_or_default().trim().to_owned()
    }

    #[track_caller]
    fn find(&self, css: &str, name: &str) -> Option<String> {
        let all = self.post("/elements", json!({ "using": "css selector", "value": css }));
        all.as_array().into_iter().flatten().map(id).find(|element| self.name_of(element) == name)
    }

    #[track_caller]
    fn chord(&self, codes: &[char]) {
        let downs = codes.iter().map(|code| down(*code));
        let ups = codes.iter().rev().map(|code| up(*code));
        self.strokes(downs.chain(ups).collect());
    }

    #[track_caller]
    fn strokes(&self, strokes: Vec<Value>) {
        self.post(
            "/actions",
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }
}

fn down(code: char) -> Value {
    json!({ "type": "keyDown", "value": code.to_string() })
}

fn up(code: char) -> Value {
    json!({ "type": "keyUp", "value": code.to_string() })
}

fn id(element: &Value) -> String {
    element.get(ELEMENT).and_then(Value::as_str).unwrap_or_default().to_owned()
}
