//! The work is in proportion to the text: bytes looked at, counted, never a clock.

use proptest::{prelude::*, sample::select, test_runner::RngSeed};

use super::{Policy, bytes::steps};

/// Texts that are slow for a search that looks at bytes again and again, each to be repeated.
const TRAPS: &[&str] = &[
    "token：",
    "max_tokens：",
    "token”",
    "tokenü",
    "ü：",
    "maiden name of ",
    "enter password for a: ",
    "sql> conn a/",
    "a:{plain}",
    "at+cgauth=1,1,\"",
    "ftp> user a ",
    "logged in as a:",
    "login attempt [a/",
    "credentials for a b c ",
    "this code to a ",
    "password [a ",
    "password you a ",
    "createuser a sha b ",
    "snmp v3 auth sha 128 ",
    "neighbor 1 password ",
    "a@b's password: ",
    "set /a/pin 1 ",
    "maiden name? ",
    "\"answer\":",
    "login(a, b ",
    "login incorrect (: [",
    "a * \"",
    "a pptpd b ",
    "connect(\"a://\", \"b\", ",
    "AUTH PLAIN response ",
    "api_key a",
    "setx API_KEY \"",
    "sudo <<< ",
    "sudo -S <<< 'a' ",
    "curl -u 'a':",
    "curl -u a(",
    "password is: a ",
    "password is a(1",
    "code for a: ",
    "creds: a/",
    "a as my password ",
    "password for a ",
    "pdo->__construct('a', ",
    "set /a/password ",
    "\\u0070assword",
    "{\"\\u0070assword\":\"",
    "pass\\x77ord=",
    "&#112;assword=",
    "password: **",
    "password: **a",
    "password: “",
    "password=«",
    "password ==> ",
    "password\\=",
    "*password*: ",
    "${password}: ",
    "password: &str = ",
    "password string = \"",
    "--password, ",
    "[a]:password=[",
    "password=a(",
    "'password', 'a', ",
    "[\"password\",\"a1\",",
    "a { password { value: ",
    "password........",
    "> a.password\n",
    "=> \"",
    "\"password\":",
    "\"password\":\"",
    "password=",
    "password=?,",
    "a(",
    "PWD=/",
    "cookie:a;",
    "set-cookie:path;",
    "[cookie:",
    "cookie%3D",
    "?token=-----BEGIN PRIVATE KEY-----&security answer%3D",
    "password='",
    "password=\"",
    "pin=\"",
    "pin='",
    "pin=\\\"",
    "pin=\"\\\"'`%22",
    "\"pin\":[",
    "\"secret\":{",
    "\"secret\":{\"a\":[",
    "{\"secret\":[\"",
    "\"",
    ")",
    "]",
    "}",
    "\\",
    "\\\\\"",
    "\\\"",
    "'",
    "%22",
    "password=\\",
    "password=)",
    "password=\")",
    "secret={\"a\",)",
    "secret=[\"a\",\\",
    "tokens=1",
    "auth=a/",
    "auth%3D",
    "auth%3Da1",
    "pass=1.",
    "password=,a",
    "password=&a",
    "password=;a ",
    "password=|a",
    "security_answer: a ",
    "security_answer=a, ",
    "password: ",
    "Cookie: a=",
    "Cookie: a=b; ",
    "\"Cookie\":\"a=b;",
    "set-cookie=expires=a,",
    "set-cookie=a=b;path=",
    "set-cookie=a=b;",
    "path=a;",
    "set-cookie=",
    "Authorization: ",
    "authorization=digest a=\"",
    "Authorization: Digest ",
    "Bearer ",
    "Bearer a1",
    "Basic ",
    "Basic a",
    "eyJ",
    "eyJ.",
    "eyJhbGciOiJub25lIn0.",
    "://",
    "://a:b",
    "://a:b@",
    "://a@",
    ":\\/\\/a:",
    "@",
    "ghp_",
    "AKIA",
    "passwords=[a ",
    "password=[",
    "API key: ",
    "sig=a%2F",
    "sig=%3D",
    "sig%3Da%2F",
    "sk-",
    "SG.",
    "a.aB3dE6gH9jKlM2nP5qR",
    "re_aaaaaaaaaaaaaaaaaaaa_",
    "EAAaaaaaaaaaaaaaaaaaaaa-",
    "eyJhbGciOiJI-",
    "sl.a.",
    ":AA",
    "1:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "==--0123456789abcdef0123456789abcdef01234567",
    "a==--0123456789abcdef0123456789abcdef0123456g",
    "LS0tLS1CRUdJTi",
    "%3A%2F%2Fa%3A",
    "%3A%2F%2Fa%3Ab%40",
    "://a:b/c@d/",
    "sip:a:b?",
    "@tcp(",
    "a:@tcp(",
    "jdbc:oracle:thin:a/b",
    "jdbc:oracle:thin:a/b@c@",
    "getConnection(\"a\",\"b\",",
    ".login('a',",
    "/reset/aaaaaaaaaaaaaaaaaaaa",
    "hooks.slack.com/services/a/b/",
    "?code=aaaaaaaaaaaaaaaa1&state=",
    "&state=aaaaaaaaaaaaaaaaaaaa1",
    "\"kty\":",
    "{\"kty\":\"d\":\"",
    "Private-Lines: 1 ",
    "prime1:",
    "IBAAKCAQEA",
    "MIIEIBAAKCAQEA+",
    "-----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\nAAAA\",",
    "-----BEGIN PRIVATE KEY-----\n1 a\n2 b\n",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\\n",
    "PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----\nA\n",
    "-----END ",
    "--password ",
    "--password",
    "key_",
    "apiKey",
    "a.token",
    "password",
    "[REDACTED:",
    "[REDACTED:password]",
    "password=[REDACTED:password]",
    "password=[",
    "password=${",
    "password=<",
    "password=Some(",
    "password=********",
    "password=x",
    "a",
    "\n",
    "\0",
    "\u{fc}",
    "AUTH \"a\" ",
    "AUTH\\r\\n$1\\r\\na",
    "> PASS a ",
    "a1 LOGIN a b",
    "login('a',",
    "nickserv identify ",
    "requirepass \"",
    "setuser a >b ",
    "send \"",
    "$6$a",
    "snmp community ",
    "key-string 7 ",
    ":5432:a:b:",
    "setenv a_password ",
    "insert into a(password,b) values ('a',",
    "(password,",
    "into(password,",
    "identified by ",
    "password in ('a',",
    "where password in ('a',",
    "password is ",
    "password \"",
    "password for a ",
    "password to a",
    "123456 is your ",
    "code: 123 ",
    "crypt('",
    "pragma key='",
    "curl ",
    "curl \"",
    "curl -u ",
    "curl '",
    "mysql \\\"",
    "echo a|",
    "echo 'a",
    "echo a|password=\"password='",
    "net use \\\\a ",
    "password\n",
    "\"password\" ",
    "password]",
    "4111 ",
    "4111-1111-",
    "1",
    "123-45-6789 ",
    "DE89",
    "DE89 ",
    "DE89 3704 0044 0532 0130 ",
    "%20",
    "\u{a0}1",
    "a@",
    "@b.com",
    "a@b.",
    "a@b.com",
    "a%40",
    "//a:b@c.com",
    "\u{fc}@\u{fc}.",
    "card ",
    "card: 4111111111111111,",
    "<password>",
    "<password>a",
    "<password a=",
    "&lt;password&gt;",
    "\\u003cpassword\\u003e",
    "<a name=\"password\" ",
    "<a name=\"password\">",
    ">password</td><td>",
    "Password: <b>",
    "\"name\":\"password\",",
    "\"name\":\"password\",\"a\":\"",
    ",\"name\":\"password\"",
    "\"value\":\"a\",\"name\":\"password\"",
    "{\"value\":\"\",\"a\":1,",
    "name=password ",
    "cs1Label=password ",
    "[\"password\",",
    "[\"password\",\"a",
    "(password,a),",
    "(\"password\", Some(",
    "\"password\";s:1:\"",
    "password,",
    "password,a\n",
    "password;\"",
    "| password ",
    "| password | a ",
    "|password|\n",
    "id,password\n",
    "id  password  ",
    "id  password\n--\n",
    "\tpassword\t",
    "password: |\n  a\n",
    "password:\n  - a\n",
    "password: [\n",
    "password: <<EOF\n",
    "- name: password\n",
    "<password>\n",
    "<key>password</key>\n",
    "form-data; name=\"password\"\n\n",
    "form-data; name=\"password\"\\r\\n\\r\\n",
    "DB_PASSWORD\n",
    "cGFzc3dvcmQ9eDEmYT0x",
    "cGFzc3dvcmQ9\u{fc}",
    "70617373776f72643d7831",
    "70 61 73 73 77 6f 72 64 3d 78 20 ",
    "112, 97, 115, ",
    "\\x70\\x61",
    "7061 7373 ",
    "p\0a\0",
    "00000000  70 61 73 73 77 6f 72 64  3d 78 20 61 61 61 61 61  |password=x aaaaa|\n",
    "0000: 7061",
    "\0",
    "password....",
    "password.....a",
];
/// The same for what stands several times on a line and is found in one look.
const CHAINS: &[&str] = &[
    "1 2.3 4111 1111-",
    "%4111111111111111 ",
    "cGFzc3dvcmQ9eDEmYT0x________________________",
    "70617373776f72643d7831null",
    "Private-Lines: 1 AAAAAAAAAAAAAAAAAAAAAAAA ",
    "IBAAKCAQEA-",
    "IBAAKCAQEA\\/",
    "MIIEIBAAKCAQEAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"",
];
const LEN: usize = 2048;
/// Where a longer text shows what a search does that looks at bytes again and again: it needs 64
/// times the work for eight times the text.
const TIMES: usize = 8;
/// What is allowed: eight times, and half as much again for where the repetition happens to end.
const ALLOWED: usize = 12;
/// What is allowed in any case: 16 looks at each byte of the longer text, since a change at its end
/// may make it looked at once more.
const SMALL: usize = 16 * TIMES * LEN;
/// Looks at each byte, all stages and passes together.
const PER_BYTE: usize = 200;

/// What a trap may stand behind: values that are being read, in each of the ways to read one.
const STARTS: &[&str] = &[
    "",
    "password=",
    "password=\"",
    "pin=\"",
    "secret=[\"a\",",
    "{\"secret\":{\"a\":",
    "Cookie: a=",
    "security_answer: a",
    "curl ",
    "insert into a(b,password) values ('a',",
    "update a set b=?, password=? ",
    "update a set b=?, password=?\nParameters: ",
    "-----BEGIN PRIVATE KEY-----\n",
    "id,password\n",
    "{\"name\":\"password\",\"value\":\"",
];

thread_local!(static POLICY: Policy = Policy::default());

/// The work for `trap` repeated to the length of `len`, between `start` and a letter.
fn work(start: &str, trap: &str, len: usize) -> usize {
    let text = format!("{start}{}x", trap.repeat(len.div_ceil(trap.len())));
    POLICY.with(|policy| steps::count(|| drop(policy.redact(text.as_bytes()))))
}

fn is_in_proportion(short: usize, long: usize) -> bool {
    long <= short.saturating_mul(ALLOWED).saturating_add(SMALL)
}

/// Compares the work for a trap with that for one so many times as long.
fn check(start: &str, trap: &str, len: usize) {
    let (short, long) = (
        work(start, trap, len),
        work(start, trap, len.saturating_mul(TIMES)),
    );
    assert!(
        is_in_proportion(short, long),
        "{start:?} {trap:?}: {short}, then {long}"
    );
    assert!(
        short <= len.saturating_mul(PER_BYTE),
        "{start:?} {trap:?}: {short}"
    );
}

/// RD-04: the work for each trap grows as its length does: by itself, and behind one of the starts,
/// which take turns.
#[test]
fn longer_text_takes_work_in_proportion() {
    for (trap, start) in TRAPS.iter().chain(CHAINS).zip(STARTS.iter().cycle()) {
        check("", trap, LEN);
        check(start, trap, LEN);
    }
}

/// RD-04: the same behind each of the starts.
#[test]
#[ignore = "minutes"]
fn longer_text_behind_any_start_takes_work_in_proportion() {
    for start in STARTS {
        for trap in TRAPS.iter().chain(CHAINS) {
            check(start, trap, LEN);
        }
    }
}

/// RD-04: the same for a megabyte of each, beside an eighth of it.
#[test]
#[ignore = "minutes"]
fn a_megabyte_of_each_trap_takes_work_in_proportion() {
    const MEGABYTE: usize = 1024 * 1024;
    for trap in TRAPS.iter().chain(CHAINS) {
        let (part, whole) = (work("", trap, MEGABYTE / TIMES), work("", trap, MEGABYTE));
        assert!(
            is_in_proportion(part, whole),
            "{trap:?}: {part}, then {whole}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// RD-04: the same for traps put together, the same ones at each run.
    #[test]
    fn any_mixture_takes_work_in_proportion(
        start in select(STARTS),
        traps in prop::collection::vec(select(TRAPS), 1..6),
    ) {
        let trap = traps.concat();
        let (short, long) = (work(start, &trap, LEN), work(start, &trap, TIMES * LEN));
        prop_assert!(is_in_proportion(short, long), "{:?} {:?}: {}, then {}", start, trap, short, long);
    }
}
