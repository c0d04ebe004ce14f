//! Log text for benches: the same at each run, of the kinds that services write.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench may fail where it stands"
)]

/// Lines without a secret, one template each. In braces what changes from line to line.
const CLEAN: &[(&str, &[&str])] = &[
    (
        "access log",
        &[
            r#"{ip} - - [22/Nov/2026:{clock} +0000] "GET /{path}/{word} HTTP/1.1" {status} {n} "https://{host}/{path}" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36""#,
            r#"{ip} - - [22/Nov/2026:{clock} +0000] "POST /api/v2/{path} HTTP/2.0" {status} {n} "-" "okhttp/4.12.0" {hex8} 0.0{n}"#,
            r#"{ip} - ada [22/Nov/2026:{clock} +0000] "GET /static/css/{word}.{hex8}.css?v={n} HTTP/1.1" 304 0 "https://{host}/" "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1""#,
            r#"{ip} - - [22/Nov/2026:{clock} +0000] "GET /session/new?return_to=%2F{path}%2F{n} HTTP/1.1" 302 {n} "https://{host}/login" "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0""#,
        ],
    ),
    (
        "JSON",
        &[
            r#"{"ts":"2026-11-22T{clock}.{n}Z","level":"info","logger":"http.server","msg":"request finished","method":"GET","path":"/{path}/{n}","status":{status},"duration_ms":{n},"trace_id":"{hex16}{hex16}","span_id":"{hex16}"}"#,
            r#"{"timestamp":"2026-11-22T{clock}Z","severity":"DEBUG","service":"{word}-service","message":"cache miss for key {path}:{n}","thread":"worker-{n}","context":{"tenant":"{word}","region":"eu-west-1","attempt":1}}"#,
            r#"{"time":{n}{n},"level":30,"pid":{n},"hostname":"{word}-{hex8}","module":"auth","user_id":{n},"msg":"signed in","tokens_used":{n},"max_tokens":4096}"#,
            r#"{"eventVersion":"1.09","eventTime":"2026-11-22T{clock}Z","eventSource":"ecs.amazonaws.com","eventName":"DescribeTasks","awsRegion":"eu-west-1","sourceIPAddress":"{ip}","requestID":"{uuid}","readOnly":true,"recipientAccountId":"{n}{n}"}"#,
        ],
    ),
    (
        "logfmt",
        &[
            r#"time=2026-11-22T{clock}.{n}Z level=info msg="finished unary call" grpc.method={word} grpc.service=catalog.v1.Catalog grpc.code=OK grpc.time_ms=0.{n} peer={ip}:{n}"#,
            r#"at=info method=GET path="/{path}/{word}" host={host} request_id={uuid} fwd="{ip}" dyno=web.1 connect=0ms service={n}ms status={status} bytes={n} protocol=https"#,
            r#"ts=2026-11-22T{clock}Z caller=compact.go:{n} level=info component=tsdb msg="write block" mint={n}{n} maxt={n}{n} ulid=01JD{hex16} duration={n}.{n}ms"#,
        ],
    ),
    (
        "syslog",
        &[
            "Nov 22 {clock} {word}-{n} sshd[{n}]: Received disconnect from {ip} port {n}:11: disconnected by user",
            "Nov 22 {clock} {word}-{n} systemd[1]: session-{n}.scope: Deactivated successfully.",
            "Nov 22 {clock} {word}-{n} kernel: [{n}.{n}] IPv4: martian source {ip} from {ip}, on dev eth0",
            "Nov 22 {clock} {word}-{n} CRON[{n}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            "Nov 22 {clock} {word}-{n} postfix/smtpd[{n}]: connect from unknown[{ip}]",
            "<134>1 2026-11-22T{clock}.{n}Z {host} {word} {n} ID47 - route to upstream {word} updated, {n} endpoints, shipping mapping reloaded",
        ],
    ),
    (
        "stack traces",
        &[
            "2026-11-22 {clock},{n} ERROR [http-nio-8080-exec-{n}] c.e.shop.{word}.OrderController - Request processing failed: {word} {n} not found",
            "\tat org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:{n})",
            "\tat org.springframework.security.web.authentication.AnonymousAuthenticationFilter.doFilter(AnonymousAuthenticationFilter.java:{n})",
            "\tat com.example.shop.{word}.SessionRepository.findById(SessionRepository.java:{n}) ~[shop-{n}.jar:na]",
            "Caused by: java.sql.SQLTransientConnectionException: HikariPool-{n} - Connection is not available, request timed out after {n}ms.",
            "  File \"/usr/lib/python3.12/site-packages/django/core/handlers/base.py\", line {n}, in _get_response",
            "    response = wrapped_callback(request, *callback_args, **callback_kwargs)",
        ],
    ),
    (
        "Kubernetes",
        &[
            "I1122 {clock}.{n}       1 reconciler.go:{n}] \"operationExecutor.VerifyControllerAttachedVolume started for volume\" pod=\"{word}/{word}-{hex8}-{n}\" UID=\"{uuid}\"",
            "2026-11-22T{clock}.{n}Z stdout F [GIN] 2026/11/22 - {clock} | {status} | {n}.{n}ms | {ip} | GET \"/{path}/{n}\"",
            "W1122 {clock}.{n}       1 reflector.go:{n}] k8s.io/client-go/informers/factory.go:{n}: watch of *v1.Endpoints ended with: too old resource version: {n} ({n})",
            "{word}-{hex8} {word} 2026-11-22T{clock}Z INFO  Starting workers {\"controller\": \"{word}\", \"controllerGroup\": \"apps\", \"controllerKind\": \"Deployment\", \"worker count\": {n}}",
        ],
    ),
    (
        "database",
        &[
            "2026-11-22 {clock}.{n} UTC [{n}] LOG:  checkpoint complete: wrote {n} buffers ({n}.{n}%); 0 WAL file(s) added, 0 removed, 1 recycled; write={n}.{n} s, sync=0.{n} s",
            "2026-11-22 {clock}.{n} UTC [{n}] app@{word} LOG:  duration: {n}.{n} ms  statement: SELECT id, name, created_at FROM {word} WHERE tenant = {n} ORDER BY created_at DESC LIMIT 50",
            "{n}:M 22 Nov 2026 {clock}.{n} * Background saving terminated with success",
        ],
    ),
];

/// Lines with one secret each.
const DENSE: &[&str] = &[
    r#"2026-11-22T{clock}.{n}Z DEBUG http POST /session body={"login":"{word}","password":"{hex8}-{word}","remember":false}"#,
    r#"{"ts":"2026-11-22T{clock}Z","level":"debug","msg":"calling out","headers":{"Accept":"*/*","Authorization":"Bearer {hex16}{hex16}","User-Agent":"{word}/1.{n}"}}"#,
    r#"level=info ts=2026-11-22T{clock}Z msg="connected" db=postgres://{word}:{hex16}@{host}:5432/{word} pool={n}"#,
    r#"{ip} - - [22/Nov/2026:{clock} +0000] "GET /{path}?access_token={hex16}{hex8}&page={n} HTTP/1.1" {status} {n} "-" "curl/8.11.0""#,
    r#"Nov 22 {clock} {word} app[{n}]: config: SMTP_HOST={host} SMTP_PASSWORD={hex8}{word} SMTP_PORT=587"#,
    r#"Cookie: theme=dark; sessionid={hex16}{hex16}"#,
    r#"2026-11-22 {clock} INFO  charge created key=sk_live_{hex16}{hex8} amount={n}"#,
];

/// What is slow for a search that looks at bytes again and again.
pub(crate) const TRAPS: &[(&str, &str)] = &[
    ("names", "\"password\":"),
    ("quotes", "pin=\"'`\\\""),
    ("begin", "-----BEGIN PRIVATE KEY-----"),
    ("eyJ", "eyJ."),
    ("urls", "://a:b"),
    ("secrets", "pw=a,"),
];

const WORDS: &[&str] = &[
    "orders", "catalog", "billing", "search", "users", "projects", "tasks", "report", "invoice",
    "gateway", "checkout", "stock", "mailer", "metrics", "edge", "frontend", "author", "keyboard",
];
const PATHS: &[&str] = &[
    "projects/17/tasks",
    "users/me",
    "orders",
    "assets/img",
    "v1/session",
    "auth/login",
    "search",
    "catalog/items/keys",
    "health",
    "docs/api/tokens",
    "pinned",
    "products/shipping",
];
const HOSTS: &[&str] = &[
    "shop.example.com",
    "api.internal",
    "db-3.eu.example.net",
    "localhost",
];

/// Numbers that look drawn, the same at each run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn fill(&mut self, name: &str) -> Option<String> {
        Some(match name {
            "ip" => format!(
                "10.{}.{}.{}",
                self.below(256),
                self.below(256),
                self.below(256)
            ),
            "clock" => format!(
                "{:02}:{:02}:{:02}",
                self.below(24),
                self.below(60),
                self.below(60)
            ),
            "n" => (self.below(900) + 100).to_string(),
            "status" => self
                .pick(&["200", "200", "200", "204", "301", "404", "500"])
                .into(),
            "hex8" => format!("{:08x}", self.next() >> 32),
            "hex16" => format!("{:016x}", self.next()),
            "uuid" => {
                let (a, b) = (self.next(), self.next());
                format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xfff,
                    b >> 52,
                    b & 0xffff_ffff_ffff
                )
            }
            "word" => self.pick(WORDS).into(),
            "path" => self.pick(PATHS).into(),
            "host" => self.pick(HOSTS).into(),
            _ => return None,
        })
    }
}

/// At least `len` bytes of whole lines made of these templates.
fn lines(templates: &[&str], len: usize) -> Vec<u8> {
    let mut random = Random(8);
    let mut text = String::with_capacity(len + 1024);
    while text.len() < len {
        let mut rest = random.pick(templates);
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open + 1);
            let close = after.find('}').unwrap_or(0);
            match random.fill(&after[..close]) {
                Some(value) => {
                    text.push_str(&before[..open]);
                    text.push_str(&value);
                    rest = &after[close + 1..];
                }
                None => {
                    text.push_str(before);
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        text.push('\n');
    }
    text.into_bytes()
}

/// Logs without a secret, by kind.
pub(crate) fn clean(len: usize) -> Vec<(&'static str, Vec<u8>)> {
    CLEAN
        .iter()
        .map(|(name, of)| (*name, lines(of, len)))
        .collect()
}

/// All kinds of logs without a secret, mixed.
pub(crate) fn mixed(len: usize) -> Vec<u8> {
    let all: Vec<&str> = CLEAN
        .iter()
        .flat_map(|(_, of)| of.iter().copied())
        .collect();
    lines(&all, len)
}

/// A secret on each line.
pub(crate) fn dense(len: usize) -> Vec<u8> {
    lines(DENSE, len)
}

/// One line.
pub(crate) fn trap(trap: &str, len: usize) -> Vec<u8> {
    trap.repeat(len.div_ceil(trap.len())).into_bytes()
}
