//! The files that say what the corpus is made of. What is in them, and how a line is added, stands
//! at the head of each.

use std::{collections::BTreeMap, fs, path::Path};

/// What a secret is, for the figure that it counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Credential,
    Personal,
    Block,
}

/// How far a format is from what services print when they mean well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ordinary,
    Hard,
}

/// A kind of secret: the names that it stands under, and how it looks.
#[derive(Debug)]
pub struct Kind {
    pub name: String,
    pub class: Class,
    pub level: Level,
    /// How often it is drawn where a format takes any kind.
    pub weight: usize,
    pub keys: Vec<String>,
    pub styles: Vec<Style>,
}

#[derive(Debug)]
pub struct Style {
    pub name: String,
    /// Its own names, where it has some.
    pub keys: Vec<String>,
    pub template: String,
}

/// A line, or a text of several, by name.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    /// The file that it is in.
    pub file: &'static str,
    pub level: Level,
    pub template: String,
}

#[derive(Debug)]
pub struct Data {
    pub atoms: BTreeMap<String, String>,
    pub kinds: Vec<Kind>,
    pub formats: Vec<Line>,
    pub clean: Vec<Line>,
    pub lookalikes: Vec<Line>,
}

impl Data {
    /// The same kinds and lines, printed in the formats of this file alone.
    pub fn in_formats(self, file: &Path) -> Self {
        let text =
            fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self {
            formats: lines("formats", &text),
            ..self
        }
    }

    /// What the files in this folder say.
    pub fn load(folder: &Path) -> Self {
        let file = |name: &str| {
            let path = folder.join(name).with_extension("txt");
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let lines = |name| lines(name, &file(name));
        Self {
            atoms: entries(&file("atoms"))
                .map(|(_, name, template)| (name, template))
                .collect(),
            kinds: kinds(&file("secrets")),
            formats: ["formats", "dumps", "commands", "blocks"]
                .into_iter()
                .flat_map(lines)
                .collect(),
            clean: lines("clean"),
            lookalikes: lines("lookalikes"),
        }
    }
}

/// The entries of a file, `name = template`, each with the header in square brackets above it.
fn entries(file: &str) -> impl Iterator<Item = (&str, String, String)> {
    let mut header = "";
    file.lines().filter_map(move |line| {
        if line.is_empty() || line.starts_with("# ") || line == "#" {
            return None;
        }
        if let Some(inside) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            header = inside;
            return None;
        }
        let (name, template) = line
            .split_once(" = ")
            .unwrap_or_else(|| panic!("no entry: {line}"));
        Some((header, name.to_owned(), shown(template)))
    })
}

/// What stands for a character that a text file could not show.
fn shown(template: &str) -> String {
    template
        .replace('⏎', "\n")
        .replace('␍', "\r")
        .replace('␉', "\t")
        .replace('␛', "\u{1b}")
        .replace('␀', "\0")
}

fn lines(name: &'static str, file: &str) -> Vec<Line> {
    let file_name = name;
    let line = |(header, name, template)| Line {
        name,
        file: file_name,
        level: if header == "hard" {
            Level::Hard
        } else {
            Level::Ordinary
        },
        template,
    };
    entries(file).map(line).collect()
}

fn kinds(file: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for (header, name, template) in entries(file) {
        let mut words = header.split(' ');
        let kind = words.next().unwrap_or_default();
        if kinds.last().is_none_or(|last| last.name != kind) {
            kinds.push(Kind {
                name: kind.to_owned(),
                class: match words.next() {
                    Some("credential") => Class::Credential,
                    Some("personal") => Class::Personal,
                    Some("block") => Class::Block,
                    other => panic!("no class: {other:?}"),
                },
                weight: words.next().unwrap().parse().unwrap(),
                level: if words.next() == Some("hard") {
                    Level::Hard
                } else {
                    Level::Ordinary
                },
                keys: Vec::new(),
                styles: Vec::new(),
            });
        }
        let kind = kinds.last_mut().unwrap();
        let list = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        if name == "keys" {
            kind.keys.extend(list(&template));
            continue;
        }
        let (name, keys) = match name.split_once(" (") {
            Some((name, keys)) => (name.to_owned(), list(keys.trim_end_matches(')'))),
            None => (name, Vec::new()),
        };
        kind.styles.push(Style {
            name,
            keys,
            template,
        });
    }
    kinds
}
