//! Sentences in which a verb stands between a name and its value: `the password for ada is …`,
//! `password changed from … to …`, `PIN entered: …`.

use super::{
    super::{
        bytes::{byte, has_any, is_name, plus, rest, run, skip_blanks, slice},
        finding::Kind,
        values::{self, Quote},
    },
    MAX_WORD, Sentence, Spans,
    looks::{self, Looks},
};

/// Words between a name and its value, at most.
const MAX_WORDS: usize = 8;
/// Words after which the value follows.
const IS: &[&str] = &[
    "is", "was", "are", "ist", "lautet", "war", "est", "es", "be", "è", "é",
];
/// Words after which it follows where the sentence has said that it changed.
const TO: &[&str] = &["to", "auf", "as", "from", "von", "à", "->"];
/// Words that are followed by whose secret it is.
const OF: &[&str] = &[
    "for", "of", "by", "für", "fuer", "pour", "para", "de", "del", "des", "user", "account", "the",
    "your", "on", "in",
];
/// Words that say what became of it.
const BECAME: &[&str] = &[
    "has",
    "been",
    "set",
    "changed",
    "reset",
    "updated",
    "now",
    "will",
    "would",
    "shall",
    "currently",
    "still",
    "successfully",
    "temporarily",
    "initially",
    "rotated",
    "wurde",
    "geändert",
    "gesetzt",
    "back",
    "manually",
    "value",
    "string",
];
/// Words that say that it came, where a colon follows them.
const GIVEN: &[&str] = &[
    "entered",
    "given",
    "provided",
    "received",
    "supplied",
    "submitted",
    "typed",
    "used",
    "sent",
    "generated",
    "collected",
    "provisoire",
    "temporaire",
    "provisional",
    "temporal",
    "temporanea",
    "provvisoria",
    "passed",
    "presented",
    "found",
    "leaked",
    "exposed",
    "displayed",
    "issued",
    "eingegeben",
];
/// Words of a user's title.
const TITLES: &[&str] = &[
    "my", "our", "his", "her", "their", "admin", "root", "service", "new",
];
/// How far before a password its user is given.
const MAX_USER: usize = 64;
/// Words that begin a clause about a name: `the PIN you chose is …`.
const SPEAKERS: &[&str] = &["you", "we", "i", "they", "he", "she", "that", "which"];
/// The most words of such a clause, and its verb.
const MAX_CLAUSE: usize = 4;
/// The most words that say whose it is.
const MAX_OWNER: usize = 4;

impl Sentence<'_, '_> {
    /// Whether the words before the name say that it became another: `changed password of ada`.
    fn is_changed(&self) -> bool {
        const CHANGED: &[&[u8]] = &[b"chang", b"reset", b"set ", b"updat", b"rotat", b"renew"];
        has_any(&self.lead(), CHANGED)
    }

    /// `password for ada is x`, `password changed from x to y`.
    pub(super) fn said(&self, spans: &mut Spans) -> Option<usize> {
        let mut at = self.named.name.end;
        let (mut said, mut became) = (None, false);
        let mut end = None;
        for _ in 0..MAX_WORDS {
            let word = skip_blanks(self.text, at);
            if word == at {
                break;
            }
            if let Some(looks) = said {
                let found = match Quote::at(self.text, word) {
                    Some((quote, from)) => self.quoted(quote, from, looks, spans),
                    None => self.bare(word, looks, spans),
                };
                if let Some(found) = found {
                    end = Some(found);
                    (at, said) = (self.after(found), None);
                    continue;
                }
            }
            let word_end = self.word_end(word)?;
            let lower = slice(self.text, word..word_end).to_ascii_lowercase();
            let is = |words: &[&str]| words.iter().any(|w| w.as_bytes() == lower);
            if end.is_some() && !is(TO) {
                break;
            }
            // In French, a blank stands before it.
            let sign = match rest(self.text, word_end) {
                [b' ', b':', b' ', ..] => plus(word_end, 1),
                _ => word_end,
            };
            let colon = byte(self.text, sign) == Some(b':');
            if is(OF) {
                (at, said) = self.whose(word_end);
                continue;
            }
            let given = colon && is(GIVEN);
            if is(SPEAKERS)
                && let Some(verb) = self.clause(word_end)
            {
                at = verb;
                continue;
            }
            if !(is(IS) || is(BECAME) || given || (is(TO) && (became || self.is_changed()))) {
                break;
            }
            became |= is(BECAME);
            let is_told = is(IS) && (colon || lower == b"lautet" || self.gives_user());
            said = match is(IS) || is(TO) || given {
                true if is_told => Some(Looks::Told),
                is_said => is_said.then_some(Looks::Said),
            };
            at = if colon { plus(sign, 1) } else { word_end };
            if given && let Some(end) = self.answer(at, spans) {
                return Some(end);
            }
            if lower == b"changed" {
                at = self.absent(at).unwrap_or(at);
            }
        }
        end
    }

    /// Where the verb of the sentence stands behind a clause such as `you chose`, if one is near.
    fn clause(&self, at: usize) -> Option<usize> {
        let mut at = at;
        for _ in 0..MAX_CLAUSE {
            let word = skip_blanks(self.text, at);
            let end = self.word_end(word)?;
            let lower = slice(self.text, word..end).to_ascii_lowercase();
            if IS.iter().any(|w| w.as_bytes() == lower) {
                return Some(at);
            }
            at = end;
        }
        None
    }

    /// Where the words end that say whose it is, `of` before them, and whether a colon ends them.
    fn whose(&self, of: usize) -> (usize, Option<Looks>) {
        let mut at = of;
        for words in 1..=MAX_OWNER {
            let word = skip_blanks(self.text, at);
            let Some(end) = self.word_end(word) else {
                break;
            };
            at = end;
            if byte(self.text, end) == Some(b':') {
                return (plus(end, 1), (!self.is_wrong()).then_some(Looks::Said));
            }
            let lower = slice(self.text, word..end).to_ascii_lowercase();
            let is = |words: &[&str]| words.iter().any(|w| w.as_bytes() == lower);
            // The name itself; the words of a title go on where a verb follows.
            let next = skip_blanks(self.text, end);
            let next = slice(self.text, next..self.word_end(next).unwrap_or(next));
            let verb = |w: &&str| next.eq_ignore_ascii_case(w.as_bytes());
            let follows = IS.iter().chain(BECAME).any(verb);
            if follows || !(is(OF) || is(TITLES) || words > 1) {
                break;
            }
        }
        (at, None)
    }

    /// Whether the words before the name say what the user's name is: `my login is ada and my …`.
    pub(super) fn gives_user(&self) -> bool {
        const USERS: &[&[u8]] = &[b"username is ", b"user is ", b"login is ", b"user name is "];
        has_any(&self.lead_of(MAX_USER).to_ascii_lowercase(), USERS)
    }

    /// Whether the words before the name say that it was none: `wrong password for ada: …`.
    pub(super) fn is_wrong(&self) -> bool {
        const WRONG: &[&[u8]] = &[
            b"wrong",
            b"bad ",
            b"invalid",
            b"incorrect",
            b"fail",
            b"missing",
            b"no ",
            b"error",
            b"expired",
            b"unknown",
            b"check",
            b"reject",
            b"deni",
            b"falsch",
            b"weak",
        ];
        has_any(&self.lead(), WRONG)
    }

    /// All that follows, where it answers a question.
    fn answer(&self, at: usize, spans: &mut Spans) -> Option<usize> {
        let at = skip_blanks(self.text, at);
        let end = plus(at, looks::MAX_VALUE).min(self.text.len());
        let value = slice(self.text, at..end).trim_ascii_end();
        let is_answer = self.named.key.kind == Kind::SecurityAnswer;
        if !is_answer || value.is_empty() || values::is_placeholder(value) {
            return None;
        }
        spans.add(at..plus(at, value.len()), Kind::SecurityAnswer);
        Some(plus(at, value.len()))
    }

    /// Where the `'absent' to` ends with which Puppet begins a change.
    fn absent(&self, at: usize) -> Option<usize> {
        let from = skip_blanks(self.text, at);
        let absent = ["'absent' ", "absent ", "'' ", "undef "];
        let here = rest(self.text, from);
        let word = absent.iter().find(|a| here.starts_with(a.as_bytes()))?;
        Some(plus(from, word.len()).saturating_sub(1))
    }

    /// Behind the quote that a value had.
    fn after(&self, at: usize) -> usize {
        run(
            slice(self.text, 0..plus(at, 2).min(self.text.len())),
            at,
            |b| matches!(b, b'"' | b'\'' | b'`'),
        )
    }

    /// Where the word at `at` ends, if it is one of a sentence; a quoted name of a user counts.
    fn word_end(&self, at: usize) -> Option<usize> {
        let near = slice(self.text, 0..plus(at, MAX_WORD).min(self.text.len()));
        let word = |b: u8| is_name(b) || matches!(b, b'@' | b'\\' | b'=' | b'>');
        let end = match Quote::at(near, at) {
            Some((quote, from)) => quote.close(near, from).1,
            None => run(near, at, word),
        };
        (end > at && end < plus(at, MAX_WORD)).then_some(end)
    }
}
