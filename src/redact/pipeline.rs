//! From text to spans: all stages look at a text, and look again until nothing is found.

use std::borrow::Cow;

use super::{
    Policy,
    gate::Gate,
    jwt, keyed,
    keys::Names,
    open::Open,
    pem, phrases, rules,
    spans::{self, Span, Spans},
    tokens, urls,
};

/// How often a text is looked at, at most.
const PASSES: usize = 8;

/// For each look at a text, what goes on in the next line.
pub(super) type Opens = [Open; PASSES];

/// Where secrets may be.
pub(super) struct Gates {
    names: Gate,
    phrases: Gate,
    tokens: Gate,
}

impl Gates {
    pub(super) fn new(names: &Names) -> Self {
        Self {
            names: Gate::new(&names.stems()),
            phrases: phrases::gate(),
            tokens: tokens::gate(),
        }
    }
}

impl Policy {
    /// Redacts `text`, which starts at the start of a line, until nothing is found any more, and
    /// reports each span. `opens` is what goes on from the text before, and then what
    /// goes on after it.
    ///
    /// What is replaced may end a name or a token that reached into it, and so make a secret of
    /// what follows: few texts take a second look that finds something, contrived ones a third.
    pub(super) fn settle<'a>(
        &self,
        text: &'a [u8],
        opens: &mut Opens,
        mut found: impl FnMut(&Span),
    ) -> Cow<'a, [u8]> {
        let mut text = Cow::Borrowed(text);
        for pass in 0..PASSES {
            let later = opens.get_mut(pass..).unwrap_or_default();
            let alike = later.iter().all(|open| Some(open) == later.first());
            let mut open = later.first().cloned().unwrap_or_default();
            let spans = self.scan(&text, &mut open);
            if spans.is_empty() && alike && !self.output.changes(&text) {
                // A further look would see the same.
                later.fill(open);
                break;
            }
            later.iter_mut().take(1).for_each(|o| o.clone_from(&open));
            spans.iter().for_each(&mut found);
            let mut out = Vec::with_capacity(text.len());
            spans::emit(&text, &spans, &self.output, &mut out);
            text = Cow::Owned(out);
        }
        text
    }

    /// Finds everything in `text`, which starts at the start of a line. `open` is what goes
    /// on from the text before, and then what goes on after it.
    pub(super) fn scan(&self, text: &[u8], open: &mut Open) -> Vec<Span> {
        let mut spans = Spans::default();
        let lower = text.to_ascii_lowercase();
        keyed::find(
            text,
            &lower,
            &self.gates.names,
            &self.names,
            open,
            &mut spans,
        );
        phrases::find(text, &lower, &self.gates.phrases, &mut spans);
        tokens::find(text, &self.gates.tokens, &mut spans);
        jwt::find(text, spans.by(rules::JWT));
        urls::find(text, spans.by(rules::URL));
        pem::find(text, &mut open.pem, spans.by(rules::PRIVATE_KEY));
        spans.merged(text, &self.rules)
    }
}
