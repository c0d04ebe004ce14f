//! Measures a redactor, given as a function, on a corpus.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use super::{
    corpus::Corpus,
    data::{Class, Level},
    random::Random,
    text::{Planted, Text},
};

/// What a redactor makes of a stream that comes in parts.
pub type Parts<'a> = &'a dyn Fn(&[&[u8]]) -> Vec<u8>;

/// What is measured.
pub struct Redactor<'a> {
    pub whole: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// The same for streams, where there is such a thing.
    pub parts: Option<Parts<'a>>,
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub bad: usize,
    pub of: usize,
}

impl Tally {
    fn add(&mut self, bad: usize, of: usize) {
        self.bad += bad;
        self.of += of;
    }

    pub fn percent(self) -> f64 {
        100.0 * self.bad as f64 / self.of.max(1) as f64
    }
}

/// What became of the texts of one format, or of the secrets of one kind.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub leaks: Tally,
    /// Secrets of which half can be read, and not enough to count as a leak.
    pub halves: usize,
    pub outside: Tally,
    /// The first texts that went wrong, and what was made of them.
    pub examples: Vec<(String, String)>,
}

/// The figures.
#[derive(Debug, Default)]
pub struct Score {
    pub credentials: Tally,
    pub credentials_hard: Tally,
    pub personal: Tally,
    pub personal_hard: Tally,
    pub blocks: Tally,
    pub outside: Tally,
    pub clean: Tally,
    /// Lines that speak of secrets: help, validation, documentation, code.
    pub about: Tally,
    pub lookalikes: Tally,
    pub json: Tally,
    pub twice: Tally,
    pub cuts: Tally,
    /// Texts of which something else is made when others stand before them.
    pub neighbours: Tally,
    /// Credentials by the file that the format is in.
    pub by_file: BTreeMap<String, Row>,
    pub by_format: BTreeMap<String, Row>,
    pub personal_by_format: BTreeMap<String, Row>,
    pub by_kind: BTreeMap<String, Row>,
    pub by_key: BTreeMap<String, Row>,
    pub by_clean: BTreeMap<String, Row>,
    /// Texts whose JSON broke, that a second pass changed, that depended on cuts.
    pub broken: Vec<(&'static str, String, String)>,
}

const EXAMPLES: usize = 4;
const MOST_BROKEN: usize = 20;

impl Score {
    pub fn of(corpus: &Corpus<'_>, redactor: &Redactor<'_>) -> Self {
        let mut score = Self::default();
        let mut random = Random::new(1);
        let mut done = Vec::new();
        for text in &corpus.secret {
            let output = (redactor.whole)(&text.bytes);
            score.secrets(text, &output);
            score.form(text, &output, redactor, &mut random);
            done.push((&*text.bytes, output));
        }
        for (texts, lookalike) in [(&corpus.clean, false), (&corpus.lookalikes, true)] {
            for text in texts {
                let output = (redactor.whole)(&text.bytes);
                score.innocent(text, &output, lookalike);
                score.form(text, &output, redactor, &mut random);
                done.push((&*text.bytes, output));
            }
        }
        score.streams(done, redactor, &mut random);
        score
    }

    /// Many texts one after the other: what is open at the end of one must not depend on cuts, and
    /// must not reach into the next. Each text comes with what is made of it alone.
    fn streams(
        &mut self,
        mut texts: Vec<(&[u8], Vec<u8>)>,
        redactor: &Redactor<'_>,
        random: &mut Random,
    ) {
        for i in (1..texts.len()).rev() {
            texts.swap(i, random.below(i + 1));
        }
        for texts in texts.chunks(50) {
            let stream: Vec<&[u8]> = texts.iter().map(|(text, _)| *text).collect();
            let stream = stream.join(&b"\n"[..]);
            let whole = (redactor.whole)(&stream);
            self.in_company(texts, &whole, redactor);
            let twice = (redactor.whole)(&whole);
            self.twice.add(usize::from(twice != whole), 1);
            if let Some(parts) = redactor.parts {
                let lines: Vec<&[u8]> = stream.split_inclusive(|b| *b == b'\n').collect();
                let bad = parts(&cuts(&stream, random)) != whole || parts(&lines) != whole;
                self.cuts.add(usize::from(bad), 1);
            }
        }
    }

    /// Compares what was made of each text among others with what is made of it alone.
    fn in_company(&mut self, texts: &[(&[u8], Vec<u8>)], output: &[u8], redactor: &Redactor<'_>) {
        let mut rest = output;
        for (i, (text, alone)) in texts.iter().enumerate() {
            let line_feeds = memchr::memchr_iter(b'\n', text).count();
            let end = memchr::memchr_iter(b'\n', rest).nth(line_feeds);
            let (here, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after.get(1..).unwrap_or_default();
            self.neighbours.add(usize::from(here != alone), 1);
            if here != alone && self.broken.len() < MOST_BROKEN {
                // The shortest run of texts before this one that makes the difference.
                let behind = |from: &usize| {
                    let stream: Vec<&[u8]> = texts[*from..=i].iter().map(|t| t.0).collect();
                    let whole = (redactor.whole)(&stream.join(&b"\n"[..]));
                    whole.ends_with(alone)
                };
                let from = (0..i).rev().find(|from| !behind(from)).unwrap_or(i);
                let behind = [texts[from].0, text, alone].join(&b"\n"[..]);
                self.note(true, "behind another", &behind, here);
            }
        }
    }

    fn secrets(&mut self, text: &Text<'_>, output: &[u8]) {
        let outside = outside(text, output);
        let kept = text.kept().iter().map(|part| part.len()).sum();
        self.outside.add(outside, kept);
        let mut leaked = false;
        for planted in &text.planted {
            let bad = planted.survives(&text.bytes, output);
            let half = !bad && planted.half_survives(&text.bytes, output);
            leaked |= bad;
            let tally = match (planted.class, text.level) {
                (Class::Block, _) => &mut self.blocks,
                (Class::Credential, Level::Ordinary) => &mut self.credentials,
                (Class::Credential, Level::Hard) => &mut self.credentials_hard,
                (Class::Personal, Level::Ordinary) => &mut self.personal,
                (Class::Personal, Level::Hard) => &mut self.personal_hard,
            };
            tally.add(usize::from(bad), 1);
            let mut rows = vec![match planted.class {
                Class::Personal => row(&mut self.personal_by_format, text.format),
                _ => row(&mut self.by_format, text.format),
            }];
            // Of hard formats and of command lines one does not learn which kinds are missed.
            if text.level == Level::Ordinary
                && let Some(key) = &planted.key
            {
                let kind = format!("{}/{}", planted.kind, planted.style);
                rows.push(row(&mut self.by_kind, &kind));
                rows.push(row(&mut self.by_key, key));
            }
            if planted.class == Class::Credential {
                let level = if text.level == Level::Hard {
                    ", hard"
                } else {
                    ""
                };
                rows.push(row(&mut self.by_file, &format!("{}{level}", text.file)));
            }
            for row in rows {
                row.leaks.add(usize::from(bad), 1);
                row.halves += usize::from(half);
                if bad && row.examples.len() < EXAMPLES {
                    row.examples.push(example(&text.bytes, output));
                }
            }
        }
        let row = row(&mut self.by_format, text.format);
        row.outside.add(outside, kept);
        if outside > 0 && !leaked && row.examples.len() < EXAMPLES {
            row.examples.push(example(&text.bytes, output));
        }
    }

    fn innocent(&mut self, text: &Text<'_>, output: &[u8], lookalike: bool) {
        let changed = usize::from(output != text.bytes);
        let (tally, prefix) = match (lookalike, text.level) {
            (true, _) => (&mut self.lookalikes, "look-alike "),
            (false, Level::Hard) => (&mut self.about, "about "),
            (false, Level::Ordinary) => (&mut self.clean, ""),
        };
        tally.add(changed, 1);
        let row = row(&mut self.by_clean, &format!("{prefix}{}", text.format));
        row.outside.add(changed, 1);
        if changed > 0 && row.examples.len() < EXAMPLES {
            row.examples.push(example(&text.bytes, output));
        }
    }

    /// What must hold whatever is secret.
    fn form(
        &mut self,
        text: &Text<'_>,
        output: &[u8],
        redactor: &Redactor<'_>,
        random: &mut Random,
    ) {
        if let Some(broken) = breaks_json(text, output) {
            self.json.add(usize::from(broken), 1);
            self.note(broken, "JSON broken", &text.bytes, output);
        }
        let twice = (redactor.whole)(output);
        self.twice.add(usize::from(twice != output), 1);
        self.note(twice != output, "second pass", output, &twice);
        if let Some(parts) = redactor.parts {
            let uncut = parts(&[&text.bytes]);
            let cut = parts(&cuts(&text.bytes, random));
            let bad = cut != uncut || uncut != output;
            self.cuts.add(usize::from(bad), 1);
            self.note(bad, "cut", &uncut, &cut);
        }
    }

    fn note(&mut self, bad: bool, what: &'static str, before: &[u8], after: &[u8]) {
        if bad && self.broken.len() < MOST_BROKEN {
            let (before, after) = example(before, after);
            self.broken.push((what, before, after));
        }
    }
}

fn row<'a>(rows: &'a mut BTreeMap<String, Row>, name: &str) -> &'a mut Row {
    rows.entry(name.to_owned()).or_default()
}

fn example(before: &[u8], after: &[u8]) -> (String, String) {
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    (shown(before), shown(after))
}

/// Whether what was JSON is none any more: the text, or one of its lines that is no secret as a
/// whole. None where it was none.
fn breaks_json(text: &Text<'_>, output: &[u8]) -> Option<bool> {
    if is_json(&text.bytes) {
        return Some(!is_json(output));
    }
    let lines = |text: &[u8]| -> Vec<bool> { text.split(|b| *b == b'\n').map(is_json).collect() };
    let mut start = 0;
    let is_kept = text.bytes.split(|b| *b == b'\n').map(|line| {
        let at = start..start + line.trim_ascii_end().len();
        start += line.len() + 1;
        let is_secret = |p: &Planted<'_>| p.cover.start <= at.start && at.end <= p.cover.end;
        is_json(line) && !text.planted.iter().any(is_secret)
    });
    let before: Vec<bool> = is_kept.collect();
    before.contains(&true).then(|| {
        let after = lines(output);
        after.len() != before.len()
            || before
                .iter()
                .zip(after)
                .any(|(before, after)| *before && !after)
    })
}

fn is_json(text: &[u8]) -> bool {
    text.starts_with(b"{") && serde_json::from_slice::<serde_json::Value>(text).is_ok()
}

/// `text` in one to six parts; a short one now and then byte by byte.
fn cuts<'a>(text: &'a [u8], random: &mut Random) -> Vec<&'a [u8]> {
    if text.len() < 200 && random.below(8) == 0 {
        return text.chunks(1).collect();
    }
    let mut places: Vec<usize> = (0..random.below(6))
        .map(|_| random.below(text.len() + 1))
        .collect();
    places.push(text.len());
    places.sort_unstable();
    let mut from = 0;
    places
        .into_iter()
        .map(|to| {
            let part = &text[from..to];
            from = to;
            part
        })
        .collect()
}

/// How many bytes that are no part of a secret are not in `output`, in their order.
fn outside(text: &Text<'_>, output: &[u8]) -> usize {
    let kept = text.kept();
    if in_order(&kept, output) {
        return 0;
    }
    let parts = text.kept();
    let before: Vec<&[u8]> = parts.iter().flat_map(|part| words(part)).collect();
    let after = words(output);
    let total: usize = before.iter().map(|word| word.len()).sum();
    total - common(&before, &after)
}

/// Whether `output` is these parts with something between them.
fn in_order(parts: &[&[u8]], output: &[u8]) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.iter().all(|only| *only == output);
    };
    let Some(mut rest) = output
        .strip_prefix(*first)
        .and_then(|rest| rest.strip_suffix(*last))
    else {
        return false;
    };
    middle
        .iter()
        .all(|part| match memchr::memmem::find(rest, part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
}

/// Words, and what stands between them byte by byte.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let joins = |a: &u8, b: &u8| {
        let word = |c: &u8| c.is_ascii_alphanumeric() || !c.is_ascii();
        word(a) && word(b)
    };
    text.chunk_by(joins).collect()
}

/// The length of the longest common subsequence, in bytes.
fn common(a: &[&[u8]], b: &[&[u8]]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (j, other) in b.iter().enumerate() {
            let above = row[j + 1];
            let matched = if word == other {
                diagonal + word.len()
            } else {
                0
            };
            row[j + 1] = matched.max(above).max(row[j]);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The tables, worst first.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table(f, "file", &self.by_file, 400)?;
        table(f, "format", &self.by_format, 400)?;
        table(f, "format of personal data", &self.personal_by_format, 400)?;
        table(f, "kind", &self.by_kind, 400)?;
        table(f, "name", &self.by_key, 60)?;
        table(f, "without a secret", &self.by_clean, 400)?;
        for (what, before, after) in &self.broken {
            writeln!(f, "{what}:\n  < {before}\n  > {after}")?;
        }
        Ok(())
    }
}

fn table(f: &mut impl Write, of: &str, rows: &BTreeMap<String, Row>, most: usize) -> fmt::Result {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.retain(|(_, row)| row.leaks.bad + row.halves + row.outside.bad > 0);
    rows.sort_by(|(_, a), (_, b)| {
        let worst = |row: &Row| (row.leaks.percent(), row.outside.percent());
        worst(b)
            .partial_cmp(&worst(a))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    writeln!(
        f,
        "\n{of:<34} {:>12} {:>7} {:>7} {:>9}",
        "leaks", "%", "halves", "outside%"
    )?;
    for (name, row) in rows.into_iter().take(most) {
        let leaks = format!("{}/{}", row.leaks.bad, row.leaks.of);
        let (percent, outside) = (row.leaks.percent(), row.outside.percent());
        writeln!(
            f,
            "{name:<34} {leaks:>12} {percent:>7.1} {:>7} {outside:>9.2}",
            row.halves
        )?;
    }
    Ok(())
}

/// The texts that went wrong, a few of each format.
pub fn examples(score: &Score, of: &str) -> String {
    let mut out = String::new();
    for (name, row) in [
        &score.by_format,
        &score.personal_by_format,
        &score.by_kind,
        &score.by_clean,
    ]
    .into_iter()
    .flatten()
    {
        if name.contains(of) {
            for (before, after) in &row.examples {
                let _ = writeln!(out, "{name}\n  < {before}\n  > {after}");
            }
        }
    }
    out
}
