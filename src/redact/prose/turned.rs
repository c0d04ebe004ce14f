//! Values that stand before their name, or behind the path that ends in it.

use super::{
    super::{
        bytes::{
            Starts, before as byte_before, is_blank, is_name, plus, rest, run_back, skip_blanks,
            slice,
        },
        finding::Kind,
        keys::Demand,
        values::{self, Around},
    },
    Sentence, Spans,
    looks::{self, Looks},
};

/// How far before a name its value begins at most.
const MAX_LEAD: usize = 160;
/// Words between a value and its name: `x as my password`, `x is the OTP`.
const JOINTS: &[&[u8]] = &[b"as", b"is", b"<-", b"<--", b"<="];
/// Words between such a word and the name.
const ARTICLES: &[&[u8]] = &[
    b"my",
    b"the",
    b"your",
    b"his",
    b"her",
    b"their",
    b"our",
    b"a",
    b"an",
    b"new",
    b"one-time",
    b"api",
    b"access",
    b"auth",
    b"client",
    b"admin",
    b"login",
    b"secret",
    b"private",
];
/// Words behind a name that make another thing of it.
const ABOUT: &[&[u8]] = &[
    b"id", b"hash", b"length", b"name", b"type", b"field", b"prefix", b"algo", b"key", b"policy",
];
/// Stores, behind whose command any word is a value.
const STORES: &[&[u8]] = &[b"consul kv", b"etcdctl"];
/// Commands of stores that put a value under a path.
const PUTS: &[&[u8]] = &[b"put", b"set", b"create", b"setex", b"add"];

/// `x as my password`, `123456 is the OTP for …`, `x <- API key`.
pub(super) fn before(sentence: &Sentence<'_, '_>, spans: &mut Spans) -> Option<usize> {
    let (text, named) = (sentence.text, sentence.named);
    if byte_before(text, named.name.start) != Some(b' ') {
        return None;
    }
    let lead = sentence.lead_of(MAX_LEAD);
    let start = named.name.start.saturating_sub(lead.len());
    let mut end = lead.len();
    let mut joint: &[u8] = b"";
    let (mut is_title, has_arrow) = (true, lead.contains(&b'<'));
    for _ in 0..4 {
        let to = run_back(lead, end, is_blank);
        let from = run_back(lead, to, |b| !is_blank(b));
        let word = slice(lead, from..to);
        let is = |words: &[&[u8]]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
        end = from;
        // An arrow points from any name.
        if is(JOINTS) && (is_title || word.starts_with(b"<")) {
            joint = word;
            break;
        }
        is_title &= is(ARTICLES);
        (is_title || has_arrow && word.iter().all(u8::is_ascii_alphabetic)).then_some(())?;
    }
    let to = run_back(lead, end, is_blank);
    let from = run_back(lead, to, |b| {
        !is_blank(b) && !matches!(b, b'"' | b'\'' | b'`')
    });
    // A longer word is not looked at.
    if joint.is_empty()
        || (from == 0 && start > named.line.start)
        || byte_before(lead, from) == Some(b'=')
    {
        return None;
    }
    let value = slice(lead, from..to);
    let is_code = sentence.is_code() || named.key.demand == Demand::Digits;
    // `is` says what many things are; a number is said to be a code.
    let is_arrow = joint.starts_with(b"<");
    let fits = match joint {
        b"is" | b"IS" if named.key.kind == Kind::Password => is_whose(text, named.name.end),
        b"is" | b"IS" => is_code && value.iter().all(u8::is_ascii_digit),
        _ => !is_arrow || skip_blanks(text, named.name.end) >= text.len(),
    };
    let is_call = value.iter().any(|b| matches!(b, b'=' | b'{' | b',')) || value.starts_with(b"<");
    let after = skip_blanks(text, named.name.end);
    let after = slice(text, after..plus(after, 8).min(text.len()));
    let is_about = ABOUT.iter().any(|word| after.starts_with(word));
    if !fits
        || is_about
        || is_call
        || values::is_file(value)
        || !looks::fit(value, named.key, Looks::Said)
    {
        return None;
    }
    spans.add(plus(start, from)..plus(start, to), named.key.kind);
    Some(named.name.end)
}

/// Whether the words behind a name say whose it is: `x is the password of ada`.
fn is_whose(text: &[u8], at: usize) -> bool {
    static OF: Starts = Starts::new(&[b" of ", b" for ", b" to ", b" von "]);
    OF.of(rest(text, at)).is_some()
}

/// `consul kv put app/password x`, `set /app/api-key x`.
pub(super) fn put(sentence: &Sentence<'_, '_>, spans: &mut Spans) -> Option<usize> {
    let (text, named) = (sentence.text, sentence.named);
    let is_path = matches!(byte_before(text, named.name.start), Some(b'/' | b':'));
    let at = skip_blanks(text, named.name.end);
    if !is_path || at == named.name.end {
        return None;
    }
    let lead = sentence.lead_of(MAX_LEAD);
    let path = run_back(lead, lead.len(), |b| is_name(b) || matches!(b, b'/' | b':'));
    let to = run_back(lead, path, is_blank);
    let from = run_back(lead, to, |b| b.is_ascii_alphabetic());
    let word = slice(lead, from..to);
    if path == to || !PUTS.contains(&word) {
        return None;
    }
    match super::Quote::at(text, at) {
        Some((quote, from)) => sentence.quoted(quote, from, Looks::Set, spans),
        None => {
            let near = looks::near(text, at);
            let end = values::bare_end(near, at, Around::default());
            let value = slice(text, at..end);
            // `set /app/pin 123` at the prompt of ZooKeeper, and not the status of a request.
            let before = slice(lead, 0..from).trim_ascii_end();
            let is_prompt = before.is_empty() || before.ends_with(b">") || before.ends_with(b"]");
            let is_set = is_prompt && word == b"set";
            let is_status = value.len() <= 3 && value.iter().all(u8::is_ascii_digit) && !is_set;
            let is_last = skip_blanks(text, end) >= text.len();
            let is_option =
                value.starts_with(b"-") || value.starts_with(b"@") || value == b"HTTP/1.1";
            if is_status || is_option || !is_last {
                return None;
            }
            let is_store = |store: &&&[u8]| lead.windows(store.len()).any(|w| w == **store);
            let looks: &[Looks] = match STORES.iter().any(|store| is_store(&store)) {
                true => &[Looks::Set],
                false if is_set => &[Looks::Directive, Looks::Said],
                false => &[Looks::Said],
            };
            looks
                .iter()
                .find_map(|looks| sentence.bare(at, *looks, spans))
        }
    }
}
