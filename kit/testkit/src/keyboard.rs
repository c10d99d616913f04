//! Using a page by keyboard alone: Tab to a control by the name that a screen reader says, then type.
use crate::browser::Browser;
use serde_json::{Value, json};

/// More stops than any page of ours has; a walk that gets so far is lost.
pub(crate) const STOPS: usize = 600;

pub(crate) const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
pub(crate) const CONTROL: char = '\u{E009}';

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
    pub(crate) element: String,
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

    /// Tabs until a stop is the one; twice round is enough to have seen all.
    #[track_caller]
    pub(crate) fn walk(&self, name: &str, found: impl Fn(&Focus) -> bool) -> Focus {
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
    pub(crate) fn name_of(&self, element: &str) -> String {
        let label = self.get(&format!("/element/{element}/computedlabel"));
        label.as_str().unwrap_or_default().trim().to_owned()
    }

    #[track_caller]
    pub(crate) fn find(&self, css: &str, name: &str) -> Option<String> {
        let all = self.post("/elements", json!({ "using": "css selector", "value": css }));
        all.as_array().into_iter().flatten().map(id).find(|element| self.name_of(element) == name)
    }

    #[track_caller]
    pub(crate) fn chord(&self, codes: &[char]) {
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
