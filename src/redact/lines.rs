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
    bytes::{line_feed, slice, without_return},
    delimited, elements,
    keys::{Key, Names},
    members, rules,
    spans::Spans,
    sql::bound,
    tables,
};

pub(super) use lead::{Lead, is_record};

/// As many of one kind are open at most, behind prefixes of several processes: one for each line that
/// may come before the value does, so that those lines open nothing that has no room.
const MAX_OPEN: usize = lead::MAX_OTHERS as usize + 1;

/// What is open.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Follow {
    below: Waiting<below::Below>,
    member: Waiting<members::Member>,
    element: Waiting<elements::Element>,
    part: Waiting<part::Part>,
    table: Waiting<tables::Table>,
    bound: Option<bound::Bound>,
}

impl Follow {
    pub(super) fn is_none(&self) -> bool {
        let Self {
            below,
            member,
            element,
            part,
            table,
            bound,
        } = self;
        below.0.is_empty()
            && member.0.is_empty()
            && element.0.is_empty()
            && part.0.is_empty()
            && table.0.is_empty()
            && bound.is_none()
    }
}

/// What is open of one kind: of each prefix the newest.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Waiting<T>(Vec<T>);

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Waiting<T> {
    /// One that waits for its value makes room for none.
    fn open(&mut self, what: T, lead: fn(&T) -> &Lead) {
        self.0.retain(|older| !lead(older).is_of(lead(&what)));
        if self.0.len() < MAX_OPEN {
            self.0.push(what);
        }
    }

    /// Lets each judge a line.
    fn judge(&mut self, mut judge: impl FnMut(&mut T) -> Goes) {
        self.0.retain_mut(|what| judge(what) == Goes::On);
    }
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

impl What {
    fn column(&self) -> Option<&tables::Column> {
        match self {
            Self::Column(column) => Some(column),
            _ => None,
        }
    }
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

/// A line that what is open judges.
pub(super) struct Later<'l> {
    /// The text up to the end of the line.
    pub(super) text: &'l [u8],
    pub(super) line: Range<usize>,
    pub(super) names: &'l Names,
}

impl Later<'_> {
    /// How far the line is indented, and where its own text begins; where something else than the lead
    /// stands before it, whether to wait for the next one.
    pub(super) fn inner(&self, lead: &mut Lead) -> Result<(usize, usize), Goes> {
        lead.inner(self.text, self.line.clone())
    }

    /// Replaces a part of the line that stands under a name which opened it, if it is a secret.
    pub(super) fn replace(&self, content: Range<usize>, key: Key, spans: &mut Spans) -> bool {
        delimited::replace(self.text, content, key, self.names, None, spans)
    }
}

/// Lets what is open judge a line, then opens what the line opens.
pub(super) fn follow(
    text: &[u8],
    openings: Openings,
    names: &Names,
    open: &mut Follow,
    spans: &mut Spans,
) {
    if openings.0.is_empty() && open.is_none() {
        return;
    }
    let line = 0..without_return(text, 0..line_feed(text, 0));
    let columns: Vec<_> = openings.0.iter().filter_map(What::column).collect();
    let header = tables::header(text, line.clone(), &columns);
    let later = Later {
        text: slice(text, 0..line.end),
        line,
        names,
    };
    open.judge(&later, header, spans);
    for what in openings.0 {
        match what {
            What::Below(below) => open.below.open(below, below::Below::lead),
            What::Member(member) => open.member.open(member, members::Member::lead),
            What::Element(element) => open.element.open(element, elements::Element::lead),
            What::Part(part) => open.part.open(part, part::Part::lead),
            What::Column(_) => {}
            What::Bound(bound) => open.bound = Some(bound),
        }
    }
}

impl Follow {
    /// Lets all that is open judge a line, which may be the `header` of a table.
    fn judge(&mut self, later: &Later<'_>, header: Option<tables::Table>, spans: &mut Spans) {
        self.below
            .judge(|below| below.judge(later, spans.by(rules::KEYED)));
        let below = &mut self.below;
        self.member.judge(
            |member| match member.judge(later, spans.by(rules::MEMBER)) {
                members::Next::On => Goes::On,
                members::Next::Below(next) => {
                    below.open(next, below::Below::lead);
                    Goes::Over
                }
                members::Next::Over => Goes::Over,
            },
        );
        self.element
            .judge(|element| element.judge(later, spans.by(rules::ELEMENT)));
        self.part
            .judge(|part| part.judge(later, spans.by(rules::KEYED)));
        if let Some(mut bound) = self.bound.take()
            && bound.judge(later.text, later.line.clone(), spans.by(rules::SQL)) == Goes::On
        {
            self.bound = Some(bound);
        }
        let header = header.map(|header| self.table.0.iter().fold(header, tables::Table::after));
        let mut is_row = false;
        self.table.judge(|table| {
            let rival = header.as_ref().filter(|h| h.lead().is_of(table.lead()));
            let goes = table.judge(later, rival, spans.by(rules::TABLE));
            is_row |= rival.is_some() && goes == Goes::On;
            goes
        });
        if let Some(header) = header.filter(|_| !is_row) {
            self.table.open(header, tables::Table::lead);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lead, MAX_OPEN, Waiting};

    /// RD-01: memory is bounded, and what waits for a value is not what gives way.
    #[test]
    fn keeps_the_oldest_of_what_is_open() {
        let mut leads = (b'a'..=b'z').filter_map(|name| Lead::of(&[name], 0..1));
        let mut waiting = Waiting::default();
        let oldest: Vec<_> = leads.by_ref().take(MAX_OPEN).collect();
        for lead in oldest.iter().cloned().chain(leads) {
            waiting.open(lead, |lead| lead);
        }
        assert_eq!(waiting.0, oldest);
    }
}
