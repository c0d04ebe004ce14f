//! Program text where a value would stand: calls, members, types, objects, expressions.

use super::{
    super::{
        bytes::{Starts, Words, byte, is_blank, plus, rest, run, slice},
        keys::Names,
    },
    placeholder::DIRECTORIES,
};

/// How far an expression is looked at.
const MAX_CODE: usize = 96;

/// Types as programs declare them; a value of this name is none.
static TYPES: Words = Words::new(&[
    "str",
    "String",
    "string",
    "shift",
    "bool",
    "boolean",
    "Boolean",
    "int",
    "Int",
    "Integer",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "f64",
    "bytes",
    "Bytes",
    "byte",
    "char",
    "Char",
    "CharField",
    "CharSequence",
    "text",
    "Text",
    "TEXT",
    "CHAR",
    "VARCHAR",
    "VARBINARY",
    "BLOB",
    "NVARCHAR",
    "Optional",
    "Option",
    "List",
    "Vec",
    "Array",
    "Dict",
    "Map",
    "Set",
    "Union",
    "any",
    "Any",
    "object",
    "Object",
    "unknown",
    "undefined",
    "void",
    "never",
    "symbol",
    "number",
    "Number",
    "float",
    "double",
    "uuid",
    "UUID",
    "Uuid",
    "SecretStr",
    "SecretString",
    "SecretBox",
    "Zeroizing",
    "NoneType",
    "null",
    "nil",
    "None",
    "fn",
    "func",
    "impl",
    "dyn",
    "Box",
    "Arc",
    "Rc",
    "Cow",
    "Callable",
    "Promise",
    "Future",
    "Literal",
    "Annotated",
    "Field",
    "binary",
]);
/// Words that an expression or a statement begins with.
static KEYWORDS: Words = Words::new(&[
    "await", "new", "function", "lambda", "return", "async", "typeof", "not", "try", "if", "def",
    "let", "const", "mut", "dyn", "impl", "static", "struct", "unsigned", "char", "shift", "var",
    "val", "yield", "raise", "throw", "match", "switch", "unless",
]);
/// Objects that members are read from.
static ROOTS: Words = Words::new(&[
    "app",
    "args",
    "argv",
    "body",
    "cfg",
    "client",
    "conf",
    "config",
    "configuration",
    "context",
    "cookies",
    "credentials",
    "creds",
    "ctx",
    "data",
    "env",
    "environ",
    "environment",
    "event",
    "flags",
    "form",
    "github",
    "headers",
    "inputs",
    "local",
    "module",
    "obj",
    "options",
    "opts",
    "os",
    "params",
    "payload",
    "process",
    "props",
    "query",
    "req",
    "request",
    "res",
    "response",
    "secrets",
    "self",
    "session",
    "settings",
    "state",
    "steps",
    "sys",
    "system",
    "this",
    "user",
    "values",
    "var",
    "vars",
    "Values",
    "System",
    "Rails",
    "input",
    "import",
]);
/// References that a tool resolves where it runs, by their beginning.
static REFERENCES: Starts = Starts::new(&[
    b"vault:",
    b"ref+",
    b"op://",
    b"arn:aws",
    b"ssm:",
    b"env:",
    b"env://",
    b"file:",
    b"file://",
    b"awssm://",
    b"gcpsm://",
    b"secretsmanager:",
    b"keyvault:",
    b"keyring:",
    b"bao:",
    b"doppler://",
    b"@Microsoft.KeyVault",
    b"{resolve:",
    b"ENC[",
    b"!vault",
    b"!secret",
    b"!ref",
    b"!Ref",
    b"!Sub",
    b"!env",
    b"!ENV",
    b"!encrypted",
    b"!reference",
    b"!ImportValue",
    b"!GetAtt",
    b"!lookup",
    b"{cipher}",
    b"$(aws ",
    b"$(cat ",
]);
/// How patterns begin that match a value.
static PATTERNS: Starts = Starts::new(&[
    b"([^", b"[^", b"(.", b".*", b".+", b"(?", br"\S", br"\s", br"\w", br"\d", b"(\\", b"[\\",
    b"[A-Z", b"[a-z", b"[[:", b"&[", b"&'", b"[]", br"\(", b"[u8",
]);

/// Whether what stands unquoted at `at` is program text, or points to a value elsewhere.
pub(in super::super) fn is_code(text: &[u8], at: usize, names: &Names) -> bool {
    let text = slice(text, 0..plus(at, MAX_CODE).min(text.len()));
    let here = rest(text, at);
    let tables = [&REFERENCES, &PATTERNS, &DIRECTORIES];
    if tables.iter().any(|table| table.of(here).is_some()) {
        return true;
    }
    let sigil = run(text, at, |b| matches!(b, b'&' | b'*' | b'$' | b'@'));
    is_expression(text, sigil, sigil > at, names)
}

/// Whether a statement's value may end at `at`.
fn ends(text: &[u8], at: usize) -> bool {
    let is_end = |b: u8| is_blank(b) || b")}]>\"'`".contains(&b);
    match byte(text, at) {
        Some(b',' | b';') => byte(text, plus(at, 1)).is_none_or(is_end),
        next => next.is_none_or(is_end),
    }
}

/// A path of names, and what the byte after it says.
fn is_expression(text: &[u8], at: usize, sigil: bool, names: &Names) -> bool {
    let Some(path) = Path::at(text, at) else {
        return false;
    };
    let whole = slice(text, at..path.end);
    let is_one_of = |table: &Words| table.has(whole);
    let next = byte(text, path.end);
    let is_known = || {
        let root = slice(text, at..path.first);
        let is_root = path.first < path.end && ROOTS.has(root);
        let has_digit = whole.iter().any(u8::is_ascii_digit);
        let is_path = path.first < path.end;
        let is_name = || names.judge(whole).is_some() || (is_path && names.judge(root).is_some());
        is_root || (!has_digit && is_name())
    };
    match next {
        Some(b'(') => is_call(text, &path, at),
        Some(b'[') => {
            let inner = plus(path.end, 1);
            let is_key = byte(text, inner).is_some_and(|b| matches!(b, b'"' | b'\'' | b':' | b'$'));
            is_key || is_one_of(&TYPES) || is_one_of(&ROOTS)
        }
        Some(b'<') if is_one_of(&TYPES) => {
            let inner = run(text, path.end, |b| b != b'>' && b != b'\n');
            byte(text, inner) == Some(b'>')
        }
        Some(b'!' | b'?') if is_one_of(&TYPES) => ends(text, plus(path.end, 1)),
        // A constructor: `Token{…`.
        Some(b'{') if !sigil => {
            whole.iter().any(u8::is_ascii_lowercase)
                && byte(text, at).is_some_and(|b| b.is_ascii_uppercase())
        }
        // A member of a hash, a call of a macro.
        Some(b'{') if sigil => true,
        Some(b'!') if matches!(byte(text, plus(path.end, 1)), Some(b'(' | b'[' | b'{')) => true,
        // An object's identity: `com.example.Token@1f2e3d`.
        Some(b'@') => {
            let hex = run(text, plus(path.end, 1), |b| b.is_ascii_hexdigit());
            path.first < path.end && hex > plus(path.end, 1) && ends(text, hex)
        }
        Some(b' ') if is_one_of(&KEYWORDS) => {
            byte(text, plus(path.end, 1)).is_some_and(|b| b.is_ascii_alphabetic())
        }
        _ if !ends(text, path.end) => false,
        _ => is_one_of(&TYPES) || sigil && path.is_word(whole) || is_constant(whole) || is_known(),
    }
}

/// `SECRET_KEY_BYTES`.
fn is_constant(name: &[u8]) -> bool {
    name.contains(&b'_') && name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_')
}

/// Names joined by dots, arrows and double colons.
struct Path {
    /// Where the first name ends.
    first: usize,
    end: usize,
}

impl Path {
    fn at(text: &[u8], at: usize) -> Option<Self> {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'$';
        let starts = |at| byte(text, at).is_some_and(|b| is_part(b) && !b.is_ascii_digit());
        let first = starts(at).then(|| run(text, at, is_part))?;
        let mut end = first;
        loop {
            let joint: &[&[u8]] = &[b"?.", b"!.", b".", b"->", b"::"];
            let here = rest(text, end);
            let Some(joint) = joint.iter().find(|j| here.starts_with(j)) else {
                break;
            };
            let next = plus(end, joint.len());
            if !starts(next) {
                break;
            }
            end = run(text, next, is_part);
        }
        Some(Self { first, end })
    }

    /// Whether it is one word of small letters, as variables of shells and PHP are.
    fn is_word(&self, whole: &[u8]) -> bool {
        whole.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
    }
}

/// Syllables of functions that make or measure something of a given length.
const FUNCTIONS: &[&[u8]] = &[
    b"alnum", b"anoid", b"lid", b"alpha", b"base", b"bin", b"bit", b"byte", b"call", b"char",
    b"chr", b"col", b"create", b"crypt", b"dec", b"enc", b"env", b"field", b"fill", b"from",
    b"func", b"gen", b"get", b"hash", b"hex", b"input", b"int", b"key", b"len", b"letter", b"make",
    b"max", b"md5", b"min", b"new", b"num", b"ord", b"pad", b"pass", b"pick", b"pwd", b"rand",
    b"read", b"repeat", b"rnd", b"round", b"salt", b"secret", b"sha", b"size", b"sleep", b"str",
    b"sub", b"take", b"text", b"time", b"token", b"uid", b"uuid", b"val", b"var", b"word",
];

/// Whether a name has such a syllable.
fn is_function(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |part: &&[u8]| name.windows(part.len()).any(|w| w == *part);
    FUNCTIONS.iter().any(has)
}

/// Whether the parentheses after a path are those of a call: nothing but more of the expression or
/// the end of the statement follows them.
fn is_call(text: &[u8], path: &Path, at: usize) -> bool {
    let inner = plus(path.end, 1);
    let close = run(text, inner, |b| b != b')');
    let is_path = path.first < path.end;
    let has_quote = slice(text, inner..close)
        .iter()
        .any(|b| b"\"'`=,".contains(b));
    let name = slice(text, at..path.end);
    let is_word = name.len() > 2 && !name.iter().any(u8::is_ascii_digit);
    let after = plus(close, 1);
    let goes_on = ends(text, after) || byte(text, after).is_some_and(|b| b".-[?".contains(&b));
    // `LjQ(740)` is no call of a function that anybody would name so.
    let is_number =
        close > plus(inner, 1) && slice(text, inner..close).iter().all(u8::is_ascii_digit);
    let is_known = TYPES.has(name) || is_function(name);
    (is_path || is_word || has_quote)
        && (!is_number || is_path || is_known)
        && (byte(text, close).is_none() || goes_on)
}
