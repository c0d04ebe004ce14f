//! The service as a process, and a client that speaks as much HTTP as the tests need.
#![allow(dead_code, reason = "each test uses its part")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use portcullis::{Timestamp, totp::Uri};

/// An answer to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(other, _)| other == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }
}

/// One request on a connection of its own.
pub fn request(
    address: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).unwrap();
    read(BufReader::new(stream))
}

fn read(mut stream: impl BufRead) -> Answer {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let Some((name, value)) = line
            .trim_end()
            .split_once(": ")
            .or(line.trim_end().split_once(':'))
        else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    match answer.header("content-length").parse() {
        Ok(len) => stream.take(len).read_to_string(&mut answer.body).unwrap(),
        Err(_) => stream.read_to_string(&mut answer.body).unwrap(),
    };
    answer
}

/// The service, listening on a free port; it ends with this value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// Of the account `demo`, where it was asked for.
    pub password: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        Self::try_start(arguments).unwrap_or_else(|log| panic!("the service did not start: {log}"))
    }

    /// Starts it, or gives what it said instead.
    pub fn try_start(arguments: &[&str]) -> Result<Self, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis-web"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let log = Arc::default();
        let reader = collect(child.stderr.take().unwrap(), &log);
        let mut server = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            password: String::new(),
            log,
            reader: Some(reader),
        };
        for line in stdout.lines().map_while(Result::ok) {
            if let Some(password) = line.strip_prefix("account demo, password ") {
                server.password = password.to_owned();
            }
            if let Some(address) = line.strip_prefix("listening on http://") {
                server.address = address.parse().unwrap();
                return Ok(server);
            }
        }
        server.child.wait().unwrap();
        server.reader.take().map(JoinHandle::join);
        Err(server.log())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Asks it to stop, as a supervisor does, and waits for it.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn collect(stderr: ChildStderr, log: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// A place for a test's files, with nothing in it.
pub fn directory(name: &str) -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _was_there = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory.to_str().unwrap().to_owned()
}

/// A browser without a screen: it keeps cookies and sends forms.
pub struct Client<'a> {
    server: &'a Server,
    pub agent: &'a str,
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Client<'a> {
    pub fn new(server: &'a Server) -> Self {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        Self {
            server,
            agent,
            cookies: BTreeMap::new(),
        }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send(("GET", path), &[], "")
    }

    /// A form from a page of the service.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            ("POST", path),
            &[("Sec-Fetch-Site", "same-origin")],
            &form(fields),
        )
    }

    pub fn send(&mut self, target: (&str, &str), headers: &[(&str, &str)], body: &str) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut all = vec![("User-Agent", self.agent)];
        if target.0 == "POST" {
            all.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        if !cookies.is_empty() {
            all.push(("Cookie", &cookies));
        }
        all.extend(headers);
        let answer = request(self.server.address, target, &all, body);
        for cookie in answer.all("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Signs in as `demo` for the first time: enrols a phone and returns it with the recovery codes.
    pub fn enrol(&mut self) -> (Uri, Vec<String>) {
        let password = self.server.password.clone();
        let answer = self.post("/sign-in", &[("login", "demo"), ("password", &password)]);
        assert_eq!(answer.header("location"), "/enrol");
        let page = self.post("/enrol", &[]).body;
        let uri = between(&page, "href=\"otpauth:", "\"").replace("&amp;", "&");
        let phone: Uri = format!("otpauth:{uri}").parse().unwrap();
        let code = phone.code_at(Timestamp::now());
        let page = self.post("/enrol/confirm", &[("code", &code)]).body;
        let list = between(&page, "<ol class=\"recovery\">", "</ol>");
        let codes = list
            .split("<li>")
            .skip(1)
            .map(|item| item.replace("</li>", ""));
        (phone, codes.collect())
    }

    /// Signs in as `demo` with a recovery code: a code of the app cannot be used twice, and the next
    /// one is half a minute away.
    pub fn sign_in(&mut self, recovery: &str) {
        let password = self.server.password.clone();
        let answer = self.post("/sign-in", &[("login", "demo"), ("password", &password)]);
        assert_eq!(answer.header("location"), "/code");
        let answer = self.post("/code", &[("recovery", recovery)]);
        assert_eq!(answer.header("location"), "/");
    }
}

/// What stands between two parts of a page.
pub fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"))
        .1;
    rest.split_once(after).unwrap().0.to_owned()
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}
