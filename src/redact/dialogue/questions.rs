//! Answers to security questions, behind the question: `…maiden name? A: x`, `maiden name of mother
//! = x`, `"question":"…?","answer":"x"`.

use super::{
    super::{
        bytes::{Starts, byte, has_any, lead, plus, rest, run, search, skip_blanks, slice},
        finding::Kind,
        phrases::Phrase,
        spans::{self, Spans},
        values,
    },
    words::token,
};

/// What the questions and their answers are searched for by, in lower case.
pub(in super::super) const OPENERS: &[&str] = &[
    "\"answer\"",
    "? a: ",
    "? answer: ",
    "maiden name",
    "first pet",
    "name of your first ",
    "you were born",
    "were you born",
    "you grow up",
    "you grew up",
    "childhood friend",
    "childhood nickname",
    "favourite teacher",
    "favorite teacher",
    "geburtsname der mutter",
    "name ihres ersten ",
    "nom de jeune fille",
    "apellido de soltera",
];
/// What security questions ask for, in lower case.
const ASKED: &[&[u8]] = &[
    b"maiden",
    b"first pet",
    b"pet's name",
    b"first school",
    b"elementary school",
    b"primary school",
    b"high school",
    b"childhood",
    b"favorite",
    b"favourite",
    b"were you born",
    b"birthplace",
    b"grow up",
    b"first car",
    b"first job",
    b"first teacher",
    b"nickname",
    b"best friend",
    b"middle name",
    "mädchenname".as_bytes(),
    b"haustier",
    b"lieblings",
    b"geburtsort",
    b"jeune fille",
    b"animal",
    b"soltera",
    b"mascota",
];
/// What stands between a question and its answer.
static JOINTS: Starts = Starts::new(&[
    b"= ",
    b"=\"",
    b"='",
    b": ",
    b"?: ",
    b"? = ",
    b"? => ",
    b"? -> ",
    b"?=",
    b"? ",
    b"?\" = \"",
    b"?\" => \"",
    b"?\": \"",
    b"?\":\"",
    b"?\" \"",
    b"?' => '",
    b"?': '",
    b"?\",\"answer\":\"",
    b"?\",\"value\":\"",
    b"=",
]);
/// Words that follow in the name of a field, which no question mark ends.
const LABEL: &[&str] = &[
    "answer", "is", "mother", "mother's", "mothers", "my", "name", "of", "pet", "school",
    "teacher", "the", "was", "your",
];
/// The most that is looked at for a value.
const MAX_VALUE: usize = 128;
/// An answer of more words is a sentence.
const MAX_WORDS: usize = 5;
/// How far before its answer a question stands.
const MAX_QUESTION: usize = 96;
/// How much of a question follows what it is known by.
const MAX_REST: usize = 40;

/// Reads the answer to a question.
pub(in super::super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let line = slice(phrase.text, 0..phrase.line.end);
    let text = slice(line, 0..plus(phrase.at, MAX_VALUE).min(line.len()));
    let is_whole = text.len() == line.len();
    let (from, may_be_more) = match byte(text, phrase.at)? {
        b'"' => (member(text, phrase)?, false),
        b'?' => (marked(text, phrase)?, true),
        _ => (asked(text, phrase.at)?, true),
    };
    let value = match token(text, from).filter(|t| t.quoted) {
        Some(quoted) => quoted.content,
        None if may_be_more && is_whole => {
            let value = slice(text, from..text.len()).trim_ascii_end();
            // The end of the string that it stands in.
            let end = run(value, 0, |b| !b"\"';|&]})".contains(&b));
            let words = slice(value, 0..end).split(|b| *b == b' ').count();
            (words <= MAX_WORDS).then_some(from..plus(from, end))?
        }
        None => return None,
    };
    let content = slice(text, value.clone());
    let is_sentence = values::is_sentence(text, from..run(text, from, |b| b > b' '));
    let is_mark = search(text, value.clone(), spans::OPENING).is_some();
    if content.is_empty() || is_mark || values::is_placeholder(content) || is_sentence {
        return None;
    }
    let end = value.end;
    spans.add(value, Kind::SecurityAnswer);
    Some(end)
}

/// Where the answer of `"question":"…?","answer":"x"` begins.
fn member(text: &[u8], phrase: &Phrase<'_>) -> Option<usize> {
    let colon = skip_blanks(text, plus(phrase.at, "\"answer\"".len()));
    let from = skip_blanks(text, plus(colon, 1));
    let is_quoted = matches!(byte(text, from), Some(b'"' | b'\''));
    let is_asked = byte(text, colon) == Some(b':') && is_quoted && asks(text, phrase);
    is_asked.then_some(from)
}

/// Where the answer of `…? A: x` begins.
fn marked(text: &[u8], phrase: &Phrase<'_>) -> Option<usize> {
    let colon = run(text, phrase.at, |b| b != b':');
    asks(text, phrase).then(|| skip_blanks(text, plus(colon, 1)))
}

/// Whether what stands before a phrase asks a security question.
fn asks(text: &[u8], phrase: &Phrase<'_>) -> bool {
    let question = lead(text, phrase.line.start, phrase.at, MAX_QUESTION);
    has_any(&question.to_ascii_lowercase(), ASKED)
}

fn starts_with(text: &[u8], at: usize, start: &str) -> bool {
    slice(text, at..plus(at, start.len())).eq_ignore_ascii_case(start.as_bytes())
}

/// Where the answer begins to the question that is known by what stands at `at`.
fn asked(text: &[u8], at: usize) -> Option<usize> {
    let near = slice(text, 0..plus(at, MAX_REST).min(text.len()));
    let end = run(near, at, |b| b.is_ascii_alphabetic() || b" '-".contains(&b));
    let end = plus(at, slice(near, at..end).trim_ascii_end().len());
    let from = skip_blanks(text, end);
    let joint = rest(text, from);
    let stem = OPENERS.iter().find(|o| starts_with(text, at, o))?;
    let words = slice(text, plus(at, stem.len())..end).to_ascii_lowercase();
    let mut words = words.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let mut is_label = || words.all(|word| LABEL.iter().any(|l| l.as_bytes() == word));
    let is_question = joint.starts_with(b"?");
    // `name of your first …`: of what?
    let asked = slice(text, at..end).to_ascii_lowercase();
    if stem.ends_with(' ') && !has_any(&asked, ASKED) {
        return None;
    }
    (JOINTS.of(joint).is_some() && (is_question || is_label())).then_some(())?;
    let answer = run(text, from, |b| b" ?=:>-,\"'".contains(&b));
    // A quote before the answer belongs to it.
    let is_quoted = matches!(byte(text, answer.checked_sub(1)?), Some(b'"' | b'\''));
    let label = [
        "a: ",
        "answer: ",
        "answer\":\"",
        "value\":\"",
        "A: ",
        "Answer: ",
    ];
    let label = label
        .iter()
        .find(|l| rest(text, answer).starts_with(l.as_bytes()));
    match label {
        Some(label) if label.ends_with('"') => Some(plus(answer, label.len()).saturating_sub(1)),
        Some(label) => Some(plus(answer, label.len())),
        None => Some(answer.saturating_sub(usize::from(is_quoted))),
    }
}
