//! Names that a data store may take for the name of a field that is not shown: most fold upper and
//! lower case.

use super::View;
use crate::rbac::{
    Pattern, Visibility,
    permission::{Segment, Tail},
    visibility::{ANY, READ, reading},
};

impl View<'_> {
    /// Whether a name is, ignoring case, that of a field which is not shown in full or which a denial
    /// hides, lies in one or encloses one. Linear in the fields and denials.
    pub(super) fn resembles_restricted(&self, name: &str) -> bool {
        let fields = self.fields.iter().zip(&self.levels);
        let mut restricted = fields.filter(|(_, level)| self.possible(**level) > Visibility::Show);
        restricted.any(|(field, _)| meet(field.name(), name))
            || self.denials.iter().any(|denial| may_hide(denial, name))
    }
}

/// Whether one is the other or lies in it.
fn meet(field: &str, name: &str) -> bool {
    let mut pairs = field.split('.').zip(name.split('.'));
    pairs.all(|(own, part)| own == ANY || own.eq_ignore_ascii_case(part))
}

/// As [`Pattern::hides_within`] has it, ignoring case.
fn may_hide(denial: &Pattern, name: &str) -> bool {
    let is_of_reading = denial.tail == Tail::Anything
        || matches!(denial.segments.get(1), Some(segment) if segment.contains(READ));
    let mut pairs = denial.segments.iter().zip(reading(name));
    is_of_reading && pairs.all(|(own, part)| may_contain(own, part))
}

fn may_contain(segment: &Segment, part: &str) -> bool {
    match segment {
        Segment::Any => true,
        Segment::OneOf(literals) => literals.iter().any(|own| own.eq_ignore_ascii_case(part)),
    }
}
