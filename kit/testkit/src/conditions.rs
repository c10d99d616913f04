//! Under which conditions a page is seen: window, colours, paper, line; and its picture.
use crate::browser::Browser;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

impl Browser {
    /// Sets the window; up to 600 wide it is a phone (its viewport rules apply, and it has touch).
    #[track_caller]
    pub fn set_window(&self, width: u32, height: u32) {
        let phone = width <= 600;
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone }),
        );
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone }));
    }

    /// Asks for the dark colours, or the light ones.
    #[track_caller]
    pub fn set_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        );
    }

    /// Shows the page as it would be printed, or on the screen again.
    #[track_caller]
    pub fn set_print(&self, print: bool) {
        self.cdp("Emulation.setEmulatedMedia", json!({ "media": if print { "print" } else { "" } }));
    }

    /// Sets a cookie for the server, for example the one that asks for large print. A page must be open.
    #[track_caller]
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.post("/cookie", json!({ "cookie": { "name": name, "value": value, "path": "/" } }));
    }

    /// Takes the line away from the page, or gives it back. A service worker keeps its own line: to cut
    /// that too, stop the server.
    #[track_caller]
    pub fn set_offline(&self, offline: bool) {
        self.cdp("Network.enable", json!({}));
        self.cdp(
            "Network.emulateNetworkConditions",
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
        );
    }

    /// A picture of the whole page in `target/screens/NAME.png`; returns where.
    #[track_caller]
    pub fn screenshot(&self, name: &str) -> PathBuf {
        use std::io::Write;
        let shot = self.cdp("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        let data = shot.get("data").and_then(Value::as_str).unwrap_or_default();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screens");
        let file = folder.join(format!("{name}.png"));
        let write = || {
            std::fs::create_dir_all(&folder)?;
            std::fs::File::create(&file)?.write_all(&base64(data))
        };
        write().unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
        file
    }
}

/// Decodes base64 as the driver writes it: standard letters, padded, no line breaks.
fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for six in text.bytes().filter_map(value) {
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        for (text, bytes) in
            [("", ""), ("cQ==", "q"), ("cWk=", "qi"), ("cWlsaW4=", "qilin"), ("6bqS6bqf", "麒麟")]
        {
            assert_eq!(super::base64(text), bytes.as_bytes());
        }
    }
}
