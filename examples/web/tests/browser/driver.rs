//! A headless Chromium, by the WebDriver protocol (W3C WebDriver 2, chromedriver's extensions).

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::common;

/// How a request names an element (W3C WebDriver §12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a page may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);
/// A private page that is to be looked at wide and narrow.
const WIDTHS: [u32; 3] = [1200, 768, 360];

/// Chromedriver, listening on a free port; it ends with this value.
pub struct Driver {
    child: Child,
    address: SocketAddr,
    chromium: PathBuf,
}

impl Driver {
    /// None where this machine has no Chromium or no driver for it.
    pub fn start() -> Option<Self> {
        let (driver, chromium) = (
            find(&["chromedriver"])?,
            find(&["chromium", "google-chrome"])?,
        );
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // who stops reading would stop the writer
        thread::spawn(move || lines.for_each(drop));
        let address = SocketAddr::from(([127, 0, 0, 1], port.unwrap()));
        Some(Self {
            child,
            address,
            chromium,
        })
    }

    /// A browser of its own: cookies, history, windows.
    pub fn browser(&self) -> Browser<'_> {
        let mut arguments = vec![
            "--headless=new",
            "--window-size=1200,900",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars",
            "--lang=en",
        ];
        // Chromium's sandbox does not run as root
        if Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|id| id.stdout == b"0\n")
        {
            arguments.push("--no-sandbox");
        }
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments, "binary": self.chromium },
            "goog:loggingPrefs": { "browser": "ALL" },
        }}});
        let session = self.send("POST", "/session", &capabilities).unwrap();
        let id = session["sessionId"].as_str().unwrap().to_owned();
        Browser { driver: self, id }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (headers, body) = match method {
            "POST" => (
                &[("Content-Type", "application/json")][..],
                body.to_string(),
            ),
            _ => (&[][..], String::new()),
        };
        let answer = common::request(self.address, (method, path), headers, &body);
        let mut value: Value = serde_json::from_str(&answer.body).unwrap();
        let value = value["value"].take();
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(value["message"].to_string())
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files =
        std::env::split_paths(&path).flat_map(|dir| names.iter().map(move |name| dir.join(name)));
    files.find(|file| file.is_file())
}

/// A window of a browser.
pub struct Browser<'a> {
    driver: &'a Driver,
    id: String,
}

impl Drop for Browser<'_> {
    fn drop(&mut self) {
        let _ended = self
            .driver
            .send("DELETE", &format!("/session/{}", self.id), &Value::Null);
    }
}

impl Browser<'_> {
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.driver
            .send(method, &format!("/session/{}{path}", self.id), body)
    }

    fn get(&self, path: &str) -> Value {
        self.send("GET", path, &Value::Null).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body).unwrap()
    }

    /// A command of the protocol under the developer tools.
    pub fn tools(&self, command: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    pub fn back(&self) {
        self.post("/back", &json!({}));
    }

    pub fn reload(&self) {
        self.post("/refresh", &json!({}));
    }

    pub fn source(&self) -> String {
        self.get("/source").as_str().unwrap().to_owned()
    }

    /// Path and query of the page that is shown.
    pub fn path(&self) -> String {
        let url = self.get("/url").as_str().unwrap().to_owned();
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/')
            .map_or(String::new(), |at| rest[at..].to_owned())
    }

    pub fn is_at(&self, path: &str) {
        self.wait(&format!("to be at {path}"), || self.path() == path);
    }

    /// Waits until something is so.
    pub fn wait(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(
                Instant::now() < deadline,
                "waited {what}; at {}: {}",
                self.path(),
                self.source()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn element(&self, css: &str) -> Option<String> {
        let found = self.send(
            "POST",
            "/element",
            &json!({ "using": "css selector", "value": css }),
        );
        Some(found.ok()?[ELEMENT].as_str()?.to_owned())
    }

    fn there(&self, css: &str) -> String {
        let mut found = None;
        self.wait(&format!("for {css}"), || {
            found = self.element(css);
            found.is_some()
        });
        found.unwrap()
    }

    pub fn has(&self, css: &str) -> bool {
        self.element(css).is_some()
    }

    pub fn is_shown(&self, css: &str) -> bool {
        let ask = |id| self.send("GET", &format!("/element/{id}/displayed"), &Value::Null);
        self.element(css).map(ask) == Some(Ok(Value::Bool(true)))
    }

    /// The text as it is shown.
    pub fn text(&self, css: &str) -> String {
        self.of(css, "text")
    }

    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.of(css, &format!("attribute/{name}"))
    }

    /// Something of an element, as soon as it is there; a page may go while it is asked.
    fn of(&self, css: &str, what: &str) -> String {
        let mut found = None;
        self.wait(&format!("for {what} of {css}"), || {
            let value = self
                .element(css)
                .map(|id| self.send("GET", &format!("/element/{id}/{what}"), &Value::Null));
            found = value.and_then(|value| Some(value.ok()?.as_str()?.to_owned()));
            found.is_some()
        });
        found.unwrap()
    }

    /// Clicks what leads to another page, and waits for that.
    pub fn follow(&self, css: &str) {
        let before = self.there("html");
        self.click(css);
        let gone = || {
            let name = self.send("GET", &format!("/element/{before}/name"), &Value::Null);
            name.is_err()
        };
        self.wait("for another page", gone);
        self.there("h1");
    }

    pub fn click(&self, css: &str) {
        self.post(&format!("/element/{}/click", self.there(css)), &json!({}));
    }

    /// Types into a field, key by key, in place of what is there.
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.there(css);
        self.post(&format!("/element/{element}/clear"), &json!({}));
        self.post(
            &format!("/element/{element}/value"),
            &json!({ "text": text }),
        );
    }

    pub fn script(&self, body: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// All cookies that the browser holds, of whatever host, with their attributes.
    pub fn cookies(&self) -> Vec<Value> {
        let cookies = self.tools("Network.getAllCookies", &json!({}))["cookies"].take();
        cookies.as_array().unwrap().clone()
    }

    /// What the browser has complained of since it was last asked.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Pictures of the page in several widths, light and dark, for whoever wants to look. Nothing of
    /// it is wider than the window.
    pub fn picture(&self, name: &str) {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&dir).unwrap();
        for width in WIDTHS {
            self.tools(
                "Emulation.setDeviceMetricsOverride",
                &json!({
                    "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500,
                }),
            );
            let wide = self.script("return document.documentElement.scrollWidth");
            assert!(
                wide.as_u64() <= Some(u64::from(width)),
                "{name}: {wide} in {width}"
            );
            for scheme in ["light", "dark"] {
                self.scheme(scheme);
                let picture = self.tools(
                    "Page.captureScreenshot",
                    &json!({ "captureBeyondViewport": true }),
                );
                let picture = decode(picture["data"].as_str().unwrap());
                std::fs::write(dir.join(format!("{name}-{width}-{scheme}.png")), picture).unwrap();
            }
        }
        self.tools("Emulation.clearDeviceMetricsOverride", &json!({}));
        self.scheme("light");
    }

    pub fn scheme(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.tools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }
}

/// Base64 as the driver writes it.
fn decode(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').map(value).collect();
    let bytes = digits.chunks(4).flat_map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    });
    bytes.collect()
}
