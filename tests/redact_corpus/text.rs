//! Makes a text of a template, and knows where its secrets went.
//!
//! `«name»` is an atom, `«~pattern»` random text by a pattern, `«key»` a name and `«secret»` a value
//! that stands under it, of the kinds named after a colon (`«secret:pin,otp»`) or of any. `«same»` is
//! the name once more, `«line»` another format of one line. `«atom|form|form»` and
//! `«|form|form:text»` write what they hold in forms, from the left to the right.

use std::{cell::OnceCell, ops::Range};

use super::{
    data::{Class, Data, Kind, Level, Line, Style},
    encode::encode,
    pattern,
    random::Random,
};

/// A text of the corpus.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    pub format: &'a str,
    /// The file that its format is in.
    pub file: &'static str,
    pub level: Level,
    pub bytes: Vec<u8>,
    pub planted: Vec<Planted<'a>>,
    /// What may be changed although it is no secret.
    pub may: Vec<Range<usize>>,
}

/// A secret in a text.
#[derive(Debug, Clone)]
pub struct Planted<'a> {
    pub kind: &'a str,
    pub style: &'a str,
    /// The name that it stands under, where the text has it.
    pub key: Option<String>,
    pub class: Class,
    pub level: Level,
    /// As it was before it was written in its form.
    pub plain: String,
    /// Where it is.
    pub span: Range<usize>,
    /// What may be changed because of it: a whole that is readable in no part, its quotes.
    pub cover: Range<usize>,
}

#[derive(Default)]
struct Piece<'a> {
    bytes: Vec<u8>,
    planted: Vec<Planted<'a>>,
    may: Vec<Range<usize>>,
}

/// A name with what stands under it.
struct Pair<'a> {
    kind: &'a Kind,
    style: &'a Style,
    key: &'a str,
    joined: &'static str,
    shown: bool,
    spent: bool,
}

const JOINED: &[&str] = &[
    "snake", "snake", "snake", "camel", "camel", "camel", "kebab", "pascal", "upper", "joined",
];

/// Makes texts.
pub struct Maker<'a> {
    data: &'a Data,
    inner: OnceCell<Vec<&'a Line>>,
    random: Random,
    pair: Option<Pair<'a>>,
    /// The secret that must be in the text.
    wanted: Option<(&'a Kind, &'a Style)>,
}

/// Words that the masks of redactors are made of.
const MASKS: &[u8] = b" [REDACTED] redacted password secret token masked hidden filtered removed ";

impl<'a> Maker<'a> {
    pub fn new(data: &'a Data, seed: u64, name: &str) -> Self {
        Self {
            data,
            inner: OnceCell::new(),
            random: Random::named(seed, name),
            pair: None,
            wanted: None,
        }
    }

    /// The formats of one line that stand in others. Few ask for them.
    fn inner(&self) -> &[&'a Line] {
        let fits = |f: &&Line| {
            f.level == Level::Ordinary
                && !f.template.contains(['\n', '\0'])
                && !f.template.contains("«line")
                && f.template.contains("«key")
        };
        self.inner
            .get_or_init(|| self.data.formats.iter().filter(fits).collect())
    }

    /// A text in this format; none in the rare case that no secret was found that fits.
    pub fn make(&mut self, line: &'a Line) -> Option<Text<'a>> {
        (0..40).find_map(|_| self.attempt(line))
    }

    /// A text in this format with a secret of this kind, if the format takes it.
    pub fn make_with(
        &mut self,
        line: &'a Line,
        kind: &'a Kind,
        style: &'a Style,
    ) -> Option<Text<'a>> {
        (0..4).find_map(|_| {
            self.wanted = Some((kind, style));
            let text = self.attempt(line);
            let met = self.wanted.take().is_none();
            text.filter(|_| met)
        })
    }

    fn attempt(&mut self, line: &'a Line) -> Option<Text<'a>> {
        self.pair = None;
        let piece = self.expand(&line.template)?;
        let hard = piece.planted.iter().any(|p| p.level == Level::Hard);
        let text = Text {
            format: &line.name,
            file: line.file,
            level: if hard { Level::Hard } else { line.level },
            bytes: piece.bytes,
            planted: piece.planted,
            may: piece.may,
        };
        text.is_sound().then_some(text)
    }

    fn expand(&mut self, template: &str) -> Option<Piece<'a>> {
        let mut out = Piece::default();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('«') {
            out.bytes.extend_from_slice(before.as_bytes());
            let (inside, after) = closed(after);
            out.append(self.part(inside)?);
            rest = after;
        }
        out.bytes.extend_from_slice(rest.as_bytes());
        Some(out)
    }

    /// What stands between the guillemets.
    fn part(&mut self, inside: &str) -> Option<Piece<'a>> {
        if let Some(pattern) = inside.strip_prefix('~') {
            return Some(Piece::plain(pattern::generate(pattern, &mut self.random)));
        }
        if let Some(group) = inside.strip_prefix('|') {
            let (forms, template) = group.split_once(':')?;
            let piece = self.expand(template)?;
            return forms
                .split('|')
                .try_fold(piece, |piece, form| piece.written(form));
        }
        let mut forms = inside.split('|');
        let atom = forms.next()?;
        let (atom, kinds) = atom.split_once(':').unwrap_or((atom, ""));
        let piece = match atom {
            "key" => {
                self.draw(kinds);
                self.key(&mut forms)
            }
            "same" => self.key(&mut forms),
            "secret" => self.secret(kinds)?,
            "line" => {
                let nth = self.random.below(self.inner().len());
                let line = self.inner()[nth];
                self.expand(&line.template)?
            }
            _ => {
                let data = self.data;
                let template = data
                    .atoms
                    .get(atom)
                    .unwrap_or_else(|| panic!("no atom {atom}"));
                self.expand(template)?
            }
        };
        forms.try_fold(piece, |piece, form| piece.written(form))
    }

    /// Chooses what the next secret is.
    fn draw(&mut self, kinds: &str) {
        let allowed = |kind: &Kind| match kinds {
            "" => kind.weight > 0,
            kinds => kinds.split(',').any(|name| name == kind.name),
        };
        let wanted = self.wanted.take_if(|(kind, _)| allowed(kind));
        let (kind, style) = wanted.unwrap_or_else(|| {
            let kinds: Vec<&Kind> = self.data.kinds.iter().filter(|k| allowed(k)).collect();
            let mut at = self
                .random
                .below(kinds.iter().map(|k| k.weight.max(1)).sum());
            let kind = kinds.iter().find(|kind| {
                let here = at < kind.weight.max(1);
                at = at.saturating_sub(kind.weight.max(1));
                here
            });
            let kind = *kind.unwrap();
            (kind, self.random.pick(&kind.styles))
        });
        let keys = if style.keys.is_empty() {
            &kind.keys
        } else {
            &style.keys
        };
        self.pair = Some(Pair {
            kind,
            style,
            key: if keys.is_empty() {
                "secret"
            } else {
                self.random.pick::<String>(keys)
            },
            joined: self.random.pick::<&str>(JOINED),
            shown: false,
            spent: false,
        });
    }

    fn key<'f>(&mut self, forms: &mut (impl Iterator<Item = &'f str> + Clone)) -> Piece<'a> {
        let pair = self.pair.as_mut().unwrap();
        pair.shown = true;
        let asked = forms.clone().next().and_then(|form| join(pair.key, form));
        if asked.is_some() {
            forms.next();
        }
        Piece::plain(asked.or_else(|| join(pair.key, pair.joined)).unwrap())
    }

    fn secret(&mut self, kinds: &str) -> Option<Piece<'a>> {
        // A second value without a name of its own stands under the first one's.
        let drawn = |pair: &Pair<'_>| !pair.spent || (pair.shown && kinds.is_empty());
        if !self.pair.as_ref().is_some_and(drawn) {
            self.draw(kinds);
        }
        let pair = self.pair.as_mut()?;
        pair.spent = true;
        let (kind, style) = (pair.kind, pair.style);
        let key = pair.shown.then(|| pair.key.to_owned());
        let value = self.expand(&style.template)?;
        let value = String::from_utf8(value.bytes).ok()?;
        // Where only the inside of a value is secret, marks say so.
        let (before, inside, after) = match value.split_once('‹') {
            Some((before, rest)) => {
                let (inside, after) = rest.split_once('›')?;
                (before, inside, after)
            }
            None => ("", value.as_str(), ""),
        };
        let mut piece = Piece::plain([before, inside, after].concat());
        piece.planted.push(Planted {
            kind: &kind.name,
            style: &style.name,
            key,
            class: kind.class,
            level: kind.level,
            plain: inside.to_owned(),
            span: before.len()..before.len() + inside.len(),
            cover: 0..piece.bytes.len(),
        });
        Some(piece)
    }
}

/// What stands before the guillemet that closes, and after it.
fn closed(text: &str) -> (&str, &str) {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '«' => depth += 1,
            '»' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..at], &text[at + c.len_utf8()..]);
        }
    }
    panic!("a guillemet that nothing closes: {text}")
}

/// Words as a name.
fn join(words: &str, form: &str) -> Option<String> {
    let list = || words.split(' ');
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars
            .next()
            .map(|c| c.to_uppercase().chain(chars).collect::<String>())
            .unwrap_or_default()
    };
    let pascal = || list().map(capital).collect::<String>();
    Some(match form {
        "snake" => words.replace(' ', "_"),
        "kebab" => words.replace(' ', "-"),
        "upper" => words.replace(' ', "_").to_uppercase(),
        "joined" => words.replace(' ', ""),
        "words" => words.to_owned(),
        "pascal" => pascal(),
        "header" => list().map(capital).collect::<Vec<_>>().join("-"),
        "camel" => {
            let first = words
                .chars()
                .next()
                .into_iter()
                .flat_map(char::to_lowercase);
            first.chain(pascal().chars().skip(1)).collect()
        }
        _ => return None,
    })
}

impl Piece<'_> {
    fn plain(text: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: text.into(),
            ..Self::default()
        }
    }
}

impl<'a> Piece<'a> {
    fn append(&mut self, other: Piece<'a>) {
        let by = self.bytes.len();
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        self.bytes.extend(other.bytes);
        self.may.extend(other.may.into_iter().map(shift));
        self.planted
            .extend(other.planted.into_iter().map(|planted| Planted {
                span: shift(planted.span.clone()),
                cover: shift(planted.cover.clone()),
                ..planted
            }));
    }

    fn written(mut self, form: &str) -> Option<Self> {
        let encoded = encode(form, &self.bytes)?;
        let moved = |range: &Range<usize>| {
            let start = encoded
                .at
                .get(range.start)
                .map_or(encoded.bytes.len(), |r| r.start);
            let end = range
                .end
                .checked_sub(1)
                .and_then(|last| encoded.at.get(last));
            start..end.map_or(start, |r| r.end)
        };
        for planted in &mut self.planted {
            let whole = planted.cover == (0..self.bytes.len());
            planted.span = moved(&planted.span);
            // Quotes that the form added may go with the secret.
            let whole = whole || encoded.blob;
            planted.cover = if whole {
                0..encoded.bytes.len()
            } else {
                moved(&planted.cover)
            };
        }
        self.may = self.may.iter().map(moved).collect();
        if form == "may" {
            self.may.push(0..encoded.bytes.len());
        }
        self.bytes = encoded.bytes;
        Some(self)
    }
}

impl Planted<'_> {
    /// What must not be seen: the secret and the form it has in `text`, each with the length of a
    /// run that is as good as the whole. Of a block every line counts.
    pub fn needles(&self, text: &[u8]) -> Vec<(Vec<u8>, usize)> {
        let forms = [self.plain.as_bytes(), &text[self.span.clone()]];
        let mut needles: Vec<Vec<u8>> = Vec::new();
        for form in forms {
            match self.class {
                Class::Block => {
                    let parts: Vec<&[u8]> = form
                        .split(|b| b"\r\n \\,\"'".contains(b))
                        .filter(|line| line.len() >= 24)
                        .collect();
                    // What stands in each line is the time in front of it and no secret.
                    let is_once =
                        |part: &&&[u8]| parts.iter().filter(|other| other == part).count() == 1;
                    needles.extend(parts.iter().filter(is_once).map(|part| part.to_vec()));
                }
                _ => needles.push(form.to_vec()),
            }
        }
        needles.sort();
        needles.dedup();
        needles
            .into_iter()
            .map(|n| (n.clone(), (n.len() * 4).div_ceil(5)))
            .collect()
    }

    /// Whether the secret can be read in `output`.
    pub fn survives(&self, text: &[u8], output: &[u8]) -> bool {
        self.needles(text)
            .iter()
            .any(|(needle, run)| seen(needle, *run, output))
    }

    /// Whether half of a longer secret can.
    pub fn half_survives(&self, text: &[u8], output: &[u8]) -> bool {
        let half =
            |needle: &[u8]| needle.len() >= 12 && seen(needle, needle.len().div_ceil(2), output);
        self.needles(text).iter().any(|(needle, _)| half(needle))
    }
}

/// Whether a run of this length of `needle` is in `text`.
fn seen(needle: &[u8], run: usize, text: &[u8]) -> bool {
    needle
        .windows(run)
        .any(|window| memchr::memmem::find(text, window).is_some())
}

impl Text<'_> {
    /// The text without its secrets: the parts in which nothing may change.
    pub fn kept(&self) -> Vec<&[u8]> {
        let covers = self.planted.iter().map(|planted| &planted.cover);
        self.without(covers.chain(&self.may).cloned().collect())
    }

    fn without(&self, mut covers: Vec<Range<usize>>) -> Vec<&[u8]> {
        covers.sort_by_key(|r| r.start);
        let mut from = 0;
        let mut parts = Vec::new();
        for cover in covers {
            parts.push(&self.bytes[from.min(cover.start)..cover.start]);
            from = from.max(cover.end);
        }
        parts.push(&self.bytes[from..]);
        parts
    }

    /// Whether each secret is in one place only, and in no word that a mask is made of.
    fn is_sound(&self) -> bool {
        let parts = self.without(
            self.planted
                .iter()
                .map(|planted| planted.cover.clone())
                .collect(),
        );
        let mut rest = parts.join(&b"\0\0"[..]);
        rest.extend_from_slice(MASKS);
        !self
            .planted
            .iter()
            .any(|planted| planted.survives(&self.bytes, &rest))
    }
}
