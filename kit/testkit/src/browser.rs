//! A real headless Chromium, one session and profile a test.
use crate::driver::Driver;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// How long [`Browser::wait_for`] and its kin look before they fail the test: steps of [`STEP`].
const STEPS: u32 = 500;
const STEP: Duration = Duration::from_millis(20);

const FLAGS: &[&str] = &[
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--force-color-profile=srgb", "--hide-scrollbars", "--lang=zh-CN",
    // the browser ends when the driver does, even a killed one
    "--remote-debugging-pipe",
];

/// What kind of browser sits in front of the page.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Window, in CSS pixels.
    pub width: u32,
    /// Window, in CSS pixels.
    pub height: u32,
    /// Whether scripts run.
    pub scripts: bool,
    /// What the browser asks for: the `Accept-Language` header.
    pub language: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self { width: 1280, height: 900, scripts: true, language: "zh-CN" }
    }
}

/// One browser with an empty profile; closed when dropped.
pub struct Browser {
    pub(crate) driver: &'static Driver,
    session: String,
    base: String,
    scripts: bool,
}

impl Browser {
    /// A desktop browser for the server at `base` (`http://127.0.0.1:port`).
    #[track_caller]
    pub fn start(base: &str) -> Self {
        Self::with(base, &Settings::default())
    }

    /// A phone of 360 by 740 pixels.
    #[track_caller]
    pub fn phone(base: &str) -> Self {
        Self::with(base, &Settings { width: 360, height: 740, ..Settings::default() })
    }

    /// A desktop browser that runs no scripts.
    #[track_caller]
    pub fn without_scripts(base: &str) -> Self {
        Self::with(base, &Settings { scripts: false, ..Settings::default() })
    }

    /// A browser of any kind.
    #[track_caller]
    pub fn with(base: &str, settings: &Settings) -> Self {
        let driver = Driver::shared();
        let mut options = json!({
            "args": FLAGS,
            "prefs": { "intl.accept_languages": settings.language },
        });
        if let Some(binary) = binary() {
            merge(&mut options, json!({ "binary": binary }));
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let made = driver.call("POST", "/session", Some(&wanted)).unwrap_or_else(|error| panic!("{error}"));
        let session = made.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let base = base.trim_end_matches('/').to_owned();
        let browser = Self { driver, session, base, scripts: settings.scripts };
        browser.set_window(settings.width, settings.height);
        if !settings.scripts {
            browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        }
        browser
    }

    /// Opens a path of the server and waits until it has loaded.
    #[track_caller]
    pub fn open(&self, path: &str) {
        self.post("/url", json!({ "url": format!("{}{path}", self.base) }));
    }

    /// Loads the page again.
    #[track_caller]
    pub fn reload(&self) {
        self.post("/refresh", json!({}));
    }

    /// Goes back one page.
    #[track_caller]
    pub fn back(&self) {
        self.post("/back", json!({}));
    }

    /// Path and query of the page that is shown.
    #[track_caller]
    pub fn path(&self) -> String {
        let url = self.get("/url");
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(self.base.as_str()).unwrap_or(url).to_owned()
    }

    /// The page's title.
    #[track_caller]
    pub fn title(&self) -> String {
        self.get("/title").as_str().unwrap_or_default().to_owned()
    }

    /// The text that a reader sees, lines as shown.
    #[track_caller]
    pub fn text(&self) -> String {
        self.script("return document.body ? document.body.innerText : ''", &[])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The document as the browser has it now.
    #[track_caller]
    pub fn html(&self) -> String {
        self.get("/source").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows this text.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        if !self.within(|| self.try_text().is_some_and(|seen| seen.contains(text))) {
            panic!("「{text}」 did not appear on {}:\n{}", self.path(), self.text());
        }
    }

    /// Waits until the page no longer shows this text.
    #[track_caller]
    pub fn wait_until_gone(&self, text: &str) {
        if !self.within(|| self.try_text().is_some_and(|seen| !seen.contains(text))) {
            panic!("「{text}」 stays on {}:\n{}", self.path(), self.text());
        }
    }

    /// Does what leads to another document, and waits until that one has loaded.
    #[track_caller]
    pub fn leaving(&self, action: impl FnOnce()) {
        self.script("window.qilinBefore = true", &[]);
        action();
        let arrived = "return !window.qilinBefore && document.readyState === 'complete'";
        if !self.within(|| self.try_script(arrived, &[]) == Ok(Value::Bool(true))) {
            panic!("no other page came after {}:\n{}", self.path(), self.text());
        }
    }

    /// What the browser complained of since last asked: failed loads, script errors, breaches of the
    /// content security policy.
    #[track_caller]
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.post("/se/log", json!({ "type": "browser" }));
        let severe = |entry: &&Value| entry.get("level").and_then(Value::as_str) == Some("SEVERE");
        let message = |entry: &Value| entry.get("message").and_then(Value::as_str).map(str::to_owned);
        entries.as_array().into_iter().flatten().filter(severe).filter_map(message).collect()
    }

    /// Runs the body of a function in the page; `arguments` holds the arguments.
    #[track_caller]
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.try_script(body, arguments).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for a function that calls its last argument when it is done.
    #[track_caller]
    pub fn script_async(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("/execute/async", json!({ "script": body, "args": arguments }))
    }

    /// A command of the Chrome DevTools Protocol.
    #[track_caller]
    pub fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// Whether scripts run in this browser.
    pub fn runs_scripts(&self) -> bool {
        self.scripts
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        self.call("POST", path, Some(&body)).unwrap_or_else(|error| panic!("{error}"))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).unwrap_or_else(|error| panic!("{error}"))
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        self.driver.call(method, &format!("/session/{}{path}", self.session), body)
    }

    fn try_script(&self, body: &str, arguments: &[Value]) -> Result<Value, String> {
        self.call("POST", "/execute/sync", Some(&json!({ "script": body, "args": arguments })))
    }

    /// None while one document gives way to another.
    fn try_text(&self) -> Option<String> {
        let text = self.try_script("return document.body.innerText", &[]).ok()?;
        text.as_str().map(str::to_owned)
    }

    /// Looks again and again; the pause between two looks only spares the processor.
    pub(crate) fn within(&self, seen: impl Fn() -> bool) -> bool {
        (0..STEPS).any(|step| {
            if step > 0 {
                std::thread::sleep(STEP);
            }
            seen()
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // a browser that already crashed has failed its test elsewhere
        let _ = self.call("DELETE", "", None);
    }
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// Debian calls it chromium; elsewhere chromedriver finds the browser by itself.
fn binary() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("chromium")).find(|file| file.is_file())
}
