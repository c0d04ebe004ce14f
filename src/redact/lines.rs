//! What a secret's name opens and later lines go on with.
//!
//! A grammar that reaches the end of its line before the value comes leaves something in
//! [`Openings`]. What is open stands in [`Follow`], and judges each line that comes, until one shows
//! that it is over.

pub(super) mod below;
mod lead;
pub(super) mod part;

use core::ops::Range;

use super::{
    bytes::{line_feed, without_return},
    elements,
    keys::Names,
    members, rules,
    spans::Spans,
    sql::bound,
    tables,
};

pub(super) use lead::Lead;

/// What is open: one of each kind, the newest.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Follow {
    below: Option<below::Below>,
    member: Option<members::Member>,
    element: Option<elements::Element>,
    part: Option<part::Part>,
    table: Option<tables::Table>,
    bound: Option<bound::Bound>,
}

/// What a line opens.
#[derive(Debug)]
enum What {
    Below(below::Below),
    Member(members::Member),
    Element(elements::Element),
    Part(part::Part),
    Column(tables::Column),
    Bound(bound::Bound),
}

/// What a line opens, in the order in which it is found.
#[derive(Debug, Default)]
pub(super) struct Openings(Vec<What>);

impl Openings {
    pub(super) fn below(&mut self, below: below::Below) {
        self.0.push(What::Below(below));
    }

    pub(super) fn member(&mut self, member: members::Member) {
        self.0.push(What::Member(member));
    }

    pub(super) fn element(&mut self, element: elements::Element) {
        self.0.push(What::Element(element));
    }

    pub(super) fn part(&mut self, part: part::Part) {
        self.0.push(What::Part(part));
    }

    pub(super) fn column(&mut self, column: tables::Column) {
        self.0.push(What::Column(column));
    }

    pub(super) fn bound(&mut self, bound: bound::Bound) {
        self.0.push(What::Bound(bound));
    }
}

/// Whether what judged a line waits for the next one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Goes {
    On,
    Over,
}

/// Lets what is open judge a line, then opens what the line opens.
pub(super) fn follow(
    text: &[u8],
    openings: Openings,
    names: &Names,
    open: &mut Follow,
    spans: &mut Spans,
) {
    if openings.0.is_empty() && *open == Follow::default() {
        return;
    }
    let line = 0..without_return(text, 0..line_feed(text, 0));
    let is_row = open.judge(text, line.clone(), names, spans);
    let mut columns = Vec::new();
    for what in openings.0 {
        match what {
            What::Below(below) => open.below = Some(below),
            What::Member(member) => open.member = Some(member),
            What::Element(element) => open.element = Some(element),
            What::Part(part) => open.part = Some(part),
            What::Column(column) => columns.push(column),
            What::Bound(bound) => open.bound = Some(bound),
        }
    }
    if !columns.is_empty() && !is_row {
        open.table = tables::header(text, line, &columns).or(open.table.take());
    }
}

impl Follow {
    /// Lets all that is open judge a line, and says whether it is the row of a table.
    fn judge(&mut self, text: &[u8], line: Range<usize>, names: &Names, spans: &mut Spans) -> bool {
        let here = || line.clone();
        if let Some(mut below) = self.below.take()
            && below.judge(text, here(), names, spans.by(rules::KEYED)) == Goes::On
        {
            self.below = Some(below);
        }
        if let Some(mut member) = self.member.take() {
            match member.judge(text, here(), names, spans.by(rules::MEMBER)) {
                members::Next::On => self.member = Some(member),
                members::Next::Below(below) => self.below = Some(below),
                members::Next::Over => {}
            }
        }
        if let Some(mut element) = self.element.take()
            && element.judge(text, here(), names, spans.by(rules::ELEMENT)) == Goes::On
        {
            self.element = Some(element);
        }
        if let Some(mut part) = self.part.take()
            && part.judge(text, here(), names, spans.by(rules::KEYED)) == Goes::On
        {
            self.part = Some(part);
        }
        if let Some(mut bound) = self.bound.take()
            && bound.judge(text, here(), spans.by(rules::SQL)) == Goes::On
        {
            self.bound = Some(bound);
        }
        let Some(mut table) = self.table.take() else {
            return false;
        };
        let goes = table.judge(text, here(), names, spans.by(rules::TABLE));
        if goes == Goes::On {
            self.table = Some(table);
        }
        goes == Goes::On
    }
}
