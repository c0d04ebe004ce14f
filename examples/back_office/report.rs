//! What was promised, what was tried, what was seen.

use std::fmt::{self, Write as _};

/// A scene that stops says why; its promise is then broken.
pub type Played = Result<(), portcullis::account::Error>;

/// One sentence of a security page, put to the test.
pub struct Promise {
    ids: &'static str,
    page: &'static str,
    lines: Vec<(Mark, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Tried,
    Held,
    Broken,
}

/// A promise and the page's own words for it. `ids` are those of the promises it stands for.
pub fn promise(ids: &'static str, page: &'static str) -> Promise {
    Promise {
        ids,
        page,
        lines: Vec::new(),
    }
}

impl Promise {
    /// What is done now.
    pub fn tried(&mut self, what: impl Into<String>) -> &mut Self {
        self.lines.push((Mark::Tried, what.into()));
        self
    }

    /// What was seen, and whether it is what was promised.
    pub fn saw(&mut self, what: impl Into<String>, as_promised: bool) -> &mut Self {
        self.lines.push((
            if as_promised {
                Mark::Held
            } else {
                Mark::Broken
            },
            what.into(),
        ));
        self
    }

    /// A promise is kept when something was looked at and all of it held.
    pub fn kept(&self) -> bool {
        self.lines.iter().any(|(mark, _)| *mark == Mark::Held)
            && self.lines.iter().all(|(mark, _)| *mark != Mark::Broken)
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.kept() { "kept" } else { "BROKEN" };
        writeln!(f, "{verdict:<7}{}", self.ids)?;
        writeln!(f, "       “{}”", self.page)?;
        for (mark, text) in &self.lines {
            let sign = match mark {
                Mark::Tried => '·',
                Mark::Held => '✓',
                Mark::Broken => '✗',
            };
            let mut indented = String::new();
            for (n, line) in text.lines().enumerate() {
                let lead = if n == 0 { sign } else { ' ' };
                writeln!(indented, "       {lead} {line}")?;
            }
            f.write_str(&indented)?;
        }
        Ok(())
    }
}
