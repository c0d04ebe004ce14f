//! The texts: those with secrets, lines without, and what only looks like a secret.

use super::{
    data::{Data, Kind, Line},
    random::Random,
    text::{Maker, Text},
};

/// How often each line of the files is used.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub per_format: usize,
    /// How many formats each style of secret is shown in, beside those that drew it.
    pub per_style: usize,
    pub per_clean: usize,
}

impl Size {
    /// What a test in a debug build has time for.
    pub const SAMPLE: Self = Self {
        per_format: 12,
        per_style: 6,
        per_clean: 4,
    };
    /// The same for the second set.
    pub const HELD: Self = Self {
        per_format: 5,
        per_style: 4,
        per_clean: 2,
    };
    /// And for the third, which has few formats.
    pub const THIRD: Self = Self {
        per_format: 24,
        per_style: 4,
        per_clean: 1,
    };
    /// One of each, for what does not ask for figures.
    pub const FEW: Self = Self {
        per_format: 1,
        per_style: 1,
        per_clean: 1,
    };

    pub fn times(self, n: usize) -> Self {
        Self {
            per_format: self.per_format * n,
            per_style: self.per_style * n,
            per_clean: self.per_clean * n,
        }
    }
}

#[derive(Debug)]
pub struct Corpus<'a> {
    pub secret: Vec<Text<'a>>,
    pub clean: Vec<Text<'a>>,
    pub lookalikes: Vec<Text<'a>>,
}

impl<'a> Corpus<'a> {
    /// The same for the same seed. Each line of the files has random numbers of its own.
    pub fn new(data: &'a Data, seed: u64, size: Size) -> Self {
        let secret = data
            .formats
            .iter()
            .flat_map(|line| copies(data, seed, line, size.per_format));
        let mut secret: Vec<_> = secret.collect();
        for kind in &data.kinds {
            let open: Vec<&Line> = data
                .formats
                .iter()
                .filter(|line| takes(line, kind))
                .collect();
            if open.is_empty() {
                continue;
            }
            for style in &kind.styles {
                let name = format!("{}/{}", kind.name, style.name);
                let mut random = Random::named(seed, &name);
                let mut maker = Maker::new(data, seed, &name);
                let made = std::iter::repeat_with(|| {
                    maker.make_with(random.pick::<&Line>(&open), kind, style)
                });
                secret.extend(made.take(size.per_style * 3).flatten().take(size.per_style));
            }
        }
        let plain = |lines: &'a [Line]| {
            lines
                .iter()
                .flat_map(|line| copies(data, seed, line, size.per_clean))
                .collect()
        };
        Self {
            secret,
            clean: plain(&data.clean),
            lookalikes: plain(&data.lookalikes),
        }
    }
}

/// Whether a format may show a secret of this kind.
fn takes(line: &Line, kind: &Kind) -> bool {
    let named = |before: char| line.template.contains(&format!("{before}{}", kind.name));
    match kind.weight {
        0 => line.template.contains("«secret:") && (named(':') || named(',')),
        _ => line.template.contains("«secret|") || line.template.contains("«secret»"),
    }
}

fn copies<'a>(data: &'a Data, seed: u64, line: &'a Line, n: usize) -> Vec<Text<'a>> {
    let mut maker = Maker::new(data, seed, &line.template);
    (0..n).filter_map(|_| maker.make(line)).collect()
}
