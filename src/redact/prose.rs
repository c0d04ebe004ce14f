//! Sentences: what people and templates write around a secret.
//!
//! `The password for ada is …`, `token … expired`, `your code is 123456`, `changed from … to …`. A
//! sentence tells a secret from a word in few ways: the value is quoted, or no word of a language,
//! because a digit, a sign or a capital stands inside it. What is a word stays: `the password is
//! required`.

mod codes;
mod looks;
mod said;
mod set;
mod turned;
mod words;

use super::{
    bytes::{before, byte, is_blank, is_name, lead, plus, skip_blanks, slice},
    finding::Kind,
    keyed::Named,
    keys::{Demand, Names},
    spans::Spans,
    values::{self, Around, Quote},
};

pub(super) use codes::read as code;
use looks::Looks;
pub(super) use words::is_no_word;

/// What codes are looked for by.
pub(super) const OPENERS: &[&str] = codes::OPENERS;

/// The longest of them.
const MAX_WORD: usize = 40;

/// How far before a prompt the name of a user at a host begins.
const MAX_PROMPT: usize = 96;
/// The shortest word that is taken for the password of a user who was named.
const MIN_TOLD: usize = 8;
/// Words before a name that let the value follow at once.
const WITH: &[&str] = &["with", "using", "mit", "avec", "con"];

/// Reads the value that a sentence gives to a name, and says how far it was replaced.
pub(super) fn read(named: &Named<'_>, names: &Names, spans: &mut Spans) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    if matches!(
        named.key.demand,
        Demand::Authorization | Demand::Cookies | Demand::SetCookie
    ) {
        return None;
    }
    let sentence = Sentence { text, named, names };
    if let Some(end) = sentence.option(spans) {
        return Some(end);
    }
    if let Some(end) = turned::put(&sentence, spans) {
        return Some(end);
    }
    if !sentence.is_word() {
        return None;
    }
    sentence
        .prompted(spans)
        .or_else(|| sentence.asked(spans))
        .or_else(|| sentence.requested(spans))
        .or_else(|| sentence.direct(spans))
        .or_else(|| sentence.said(spans))
        .or_else(|| sentence.remarked(spans))
        .or_else(|| turned::before(&sentence, spans))
}

struct Sentence<'a, 't> {
    text: &'t [u8],
    named: &'a Named<'t>,
    names: &'a Names,
}

impl Sentence<'_, '_> {
    /// `-Password x`, as PowerShell and Java's tools take options.
    fn option(&self, spans: &mut Spans) -> Option<usize> {
        let name = slice(self.text, self.named.name.clone());
        let is_option = name.starts_with(b"-")
            && !name.starts_with(b"--")
            && before(self.text, self.named.name.start).is_none_or(is_blank);
        let at = skip_blanks(self.text, self.named.name.end);
        if !is_option || at == self.named.name.end {
            return None;
        }
        match Quote::at(self.text, at) {
            Some((quote, from)) => self.quoted(quote, from, Looks::Set, spans),
            None if values::is_sentence(
                self.text,
                at..values::bare_end(looks::near(self.text, at), at, Around::default()),
            ) =>
            {
                None
            }
            None => self.bare(at, Looks::Option, spans),
        }
    }

    /// Whether the name stands as a word in a sentence, not in a path or in code.
    fn is_word(&self) -> bool {
        let ends = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
        let name = slice(self.text, self.named.name.clone());
        !name.starts_with(b"-")
            && name.last().copied().is_some_and(ends)
            && before(self.text, self.named.name.start).is_none_or(|b| {
                is_blank(b)
                    || (b == b':' && name.starts_with(b"_"))
                    || matches!(b, b'"' | b'\'' | b'(' | b'[' | b',' | b'`')
            })
    }

    /// `password "x"`, `with password x`, `token x expired`.
    fn direct(&self, spans: &mut Spans) -> Option<usize> {
        let at = skip_blanks(self.text, self.named.name.end);
        if let Some(end) = self.set(at, spans) {
            return Some(end);
        }
        // The scheme of a header has its own stage.
        if self.named.key.demand == Demand::Opaque || at == self.named.name.end {
            return None;
        }
        let (with, of_user) = self.announced();
        let lead = self.lead();
        // The verb: one may pass anything.
        let name = slice(self.text, self.named.name.clone());
        let is_verb = || name.to_ascii_lowercase().ends_with(b"pass");
        if !of_user && is_verb() {
            return None;
        }
        let is_once = lead.ends_with(b"one-time ") || lead.ends_with(b"one time ");
        if let Some(end) =
            values::digits_end(self.text, at).filter(|_| is_once || name.ends_with(b"OTP"))
            && !looks::counts(self.text, at..end)
        {
            spans.add(at..end, Kind::Code);
            return Some(end);
        }
        // A key word of SQL lets it follow, too.
        let announced = with || of_user || name == b"PASSWORD";
        if let Some((quote, from)) = Quote::at(self.text, at) {
            let looks = if announced {
                Looks::Said.quoted()
            } else {
                Looks::Quoted
            };
            return self.quoted(quote, from, looks, spans);
        }
        match (with || of_user, at.saturating_sub(self.named.name.end)) {
            _ if of_user => self.bare(at, Looks::OfUser, spans),
            (true, _) => self.bare(at, Looks::Said, spans),
            (false, 1) if !name.contains(&b'-') => self.bare(at, Looks::Beside, spans),
            _ => None,
        }
    }

    /// `AWS Secret Access Key [None]: x`: a prompt that shows what it has, in brackets.
    fn asked(&self, spans: &mut Spans) -> Option<usize> {
        let end = plus(self.named.name.end, MAX_WORD).min(self.text.len());
        let near = slice(self.text, self.named.name.end..end);
        near.starts_with(b" [").then_some(())?;
        let close = near.windows(3).position(|w| w == b"]: ")?;
        let shown = slice(near, " [".len()..close);
        let is_known = shown.eq_ignore_ascii_case(b"none") || shown.starts_with(b"*");
        is_known.then_some(())?;
        let at = plus(self.named.name.end, plus(close, 3));
        self.bare(at, Looks::Set, spans)
    }

    /// `Enter passphrase for key '/home/ada/k': x`: what a prompt asks for, where a line begins with it.
    fn requested(&self, spans: &mut Spans) -> Option<usize> {
        const VERBS: &[&[u8]] = &[b"enter", b"please enter", b"enter the", b"enter your"];
        let lead = self.lead_of(MAX_WORD);
        let is_first = lead.len() == self.named.name.start.saturating_sub(self.named.line.start);
        let verb = lead.trim_ascii().to_ascii_lowercase();
        let end = plus(self.named.name.end, MAX_PROMPT).min(self.text.len());
        let near = slice(self.text, self.named.name.end..end);
        let is_asked = near.starts_with(b" for ") || near.starts_with(b" (");
        if !is_first || !is_asked || !VERBS.contains(&verb.as_slice()) || self.is_wrong() {
            return None;
        }
        let colon = near.windows(2).rposition(|w| w == b": ")?;
        self.bare(
            plus(self.named.name.end, plus(colon, 2)),
            Looks::Told,
            spans,
        )
    }

    /// `ada@db's password: two words`: all that a person types at the prompt of a remote shell.
    fn prompted(&self, spans: &mut Spans) -> Option<usize> {
        let lead = self.lead_of(MAX_PROMPT).strip_suffix(b"'s ")?;
        let user = lead
            .iter()
            .rposition(|b| is_blank(*b))
            .map_or(0, |at| plus(at, 1));
        let is_user = slice(lead, user..lead.len()).contains(&b'@');
        let typed = slice(self.text, self.named.name.end..self.text.len()).strip_prefix(b": ")?;
        let value = typed.trim_ascii();
        if !is_user || value.len() > looks::MAX_VALUE || values::is_placeholder(value) {
            return None;
        }
        let at = skip_blanks(self.text, plus(self.named.name.end, 2));
        spans.add(at..plus(at, value.len()), self.named.key.kind);
        Some(plus(at, value.len()))
    }

    /// `root password: x (changed on Friday)`, `security answer given: two words`.
    fn remarked(&self, spans: &mut Spans) -> Option<usize> {
        let at = skip_blanks(self.text, plus(self.named.name.end, 1));
        let is_password = self.named.key.kind == Kind::Password;
        if byte(self.text, self.named.name.end) != Some(b':') || !is_password || self.is_wrong() {
            return None;
        }
        let near = looks::near(self.text, at);
        let end = values::bare_end(near, at, Around::default());
        let remark = slice(self.text, end..plus(end, 3));
        matches!(remark, [b' ', b'(', b'a'..=b'z']).then(|| self.bare(at, Looks::Said, spans))?
    }

    /// Whether the words before the name let the value follow: `with password`, `user ada password`.
    fn announced(&self) -> (bool, bool) {
        const USERS: &[&[u8]] = &[
            b"user",
            b"login",
            b"username",
            b"as",
            b"benutzer",
            b"account",
            b"usuario",
        ];
        const JOINTS: &[&[u8]] = &[b"and", b"und", b"with", b"or", b"oder", b"y", b"et"];
        const NOBODY: &[&[u8]] = &[
            b"the",
            b"an",
            b"your",
            b"new",
            b"default",
            b"wrong",
            b"current",
            b"user",
            b"username",
            b"no",
            b"invalid",
        ];
        let lead = self.lead();
        let mut words = lead
            .split(|b| matches!(b, b' ' | b',' | b'/' | b'"' | b'\'' | b'('))
            .filter(|w| !w.is_empty() && !JOINTS.contains(w))
            .rev();
        // `with`, and one word of a title: `with the password x`, `with user password x`.
        let mut last = lead.split(|b| *b == b' ').rev().filter(|w| !w.is_empty());
        let with = last
            .by_ref()
            .take(2)
            .any(|word| WITH.iter().any(|w| w.as_bytes() == word));
        let user = words.next().filter(|w| w.len() > 1 && !NOBODY.contains(w));
        let of_user = user.is_some() && words.next().is_some_and(|w| USERS.contains(&w));
        (with, of_user)
    }

    fn quoted(&self, quote: Quote, from: usize, looks: Looks, spans: &mut Spans) -> Option<usize> {
        let near = looks::near(self.text, from);
        let (to, end) = quote.close(near, from);
        let value = slice(self.text, from..to);
        let is_set = matches!(looks, Looks::Set | Looks::Directive);
        let is_name = || {
            let is_word = |b: &u8| is_name(*b) && !(is_set && b.is_ascii_digit());
            self.names.judge(value).is_some() && value.iter().all(is_word)
        };
        if to == end || is_name() || !looks::fit(value, self.named.key, looks.quoted()) {
            return None;
        }
        spans.add(from..to, self.named.key.kind);
        Some(end)
    }

    fn bare(&self, at: usize, looks: Looks, spans: &mut Spans) -> Option<usize> {
        let near = looks::near(self.text, at);
        let end = match looks::grouped_end(near, at).filter(|_| self.is_code()) {
            Some(end) => end,
            None => looks::trimmed(near, at..looks::value_end(near, at)),
        };
        let value = slice(self.text, at..end);
        let is_code = match value {
            [b'#', colour @ ..] => colour.iter().all(u8::is_ascii_hexdigit),
            value => matches!(
                value.first(),
                Some(b'-' | b'(' | b'[' | b'{' | b'<' | b'\\')
            ),
        };
        let is_last = skip_blanks(self.text, end) >= self.text.len();
        let is_given = is_last || (value.len() >= MIN_TOLD && self.gives_user());
        let looks = match looks {
            // Of a sentence that goes on, it may be the next word.
            Looks::Told if !is_given => Looks::Said,
            looks => looks,
        };
        if is_code
            || !looks::fit(value, self.named.key, looks)
            || looks::counts(self.text, at..end)
            || (matches!(looks, Looks::OfUser | Looks::Set) && !looks::is_over(self.text, end))
        {
            return None;
        }
        spans.add(at..end, self.named.key.kind);
        Some(end)
    }

    fn is_code(&self) -> bool {
        matches!(self.named.key.kind, Kind::Code | Kind::Pin)
    }

    /// What stands before the name on its line, at most so much.
    fn lead_of(&self, most: usize) -> &[u8] {
        let Named { line, name, .. } = self.named;
        lead(self.text, line.start, name.start, most)
    }

    /// The words just before the name, in lower case.
    fn lead(&self) -> Vec<u8> {
        self.lead_of(MAX_WORD).to_ascii_lowercase()
    }
}
