//! The algebra against the enumeration of every permission over a small alphabet.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use proptest::prelude::*;

use super::{Budget, Cell, Index, Region, widest};
use crate::rbac::{Pattern, Permission};

/// Every permission of up to three segments over the literals of the patterns and one more, and the
/// two longest that there are, for tails.
fn universe() -> Vec<String> {
    let mut all = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..3 {
        let longer = last
            .iter()
            .flat_map(|p| ["a", "b", "c"].map(|s| format!("{p}:{s}")));
        last = longer.collect();
        all.extend(last.clone());
    }
    all.push(":a".repeat(15));
    all.push(":b".repeat(16));
    all.iter()
        .map(|p| p.trim_start_matches(':').to_owned())
        .collect()
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let segment = prop::sample::select(vec!["a", "b", "*", "a,b"]);
    let segments = prop::collection::vec(segment, 0..=3);
    (segments, any::<bool>()).prop_map(|(mut segments, tail)| {
        if tail || segments.is_empty() {
            segments.push("**");
        }
        Pattern::parse(&segments.join(":")).unwrap()
    })
}

fn parse(text: &str) -> Permission<'_> {
    Permission::parse(text).unwrap()
}

fn left<'p>(of: &'p Pattern, without: &'p [Pattern]) -> Vec<Cell<'p>> {
    let cells: Vec<_> = without.iter().map(Cell::from).collect();
    let mut budget = Budget::new(1_000_000);
    Cell::from(of).without(&cells, &mut budget).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// RB-08, RB-09: what is left of a pattern is what it matches and the others do not, each
    /// permission in one cell.
    #[test]
    fn what_is_left_is_what_the_others_do_not_match(of in pattern(), without in prop::collection::vec(pattern(), 0..5)) {
        let left = left(&of, &without);
        for text in universe() {
            let asked = parse(&text);
            let expected = of.matches(&asked) && !without.iter().any(|p| p.matches(&asked));
            let found = left.iter().filter(|cell| cell.matches(&text)).count();
            prop_assert_eq!(found, usize::from(expected), "{}", text);
        }
    }

    /// RB-08: nothing is said to be left where nothing is. Patterns of up to three segments that
    /// differ, differ in permissions of up to five, with a literal that neither names.
    #[test]
    fn something_is_left_exactly_where_a_permission_is(of in pattern(), without in prop::collection::vec(pattern(), 0..5)) {
        let mut all = universe();
        for longer in [4, 5] {
            for head in ["a", "b", "c"] {
                for second in ["a", "b", "c"] {
                    for third in ["a", "b", "c"] {
                        all.push(format!("{head}:{second}:{third}{}", ":c".repeat(longer - 3)));
                    }
                }
            }
        }
        let exists = all.iter().map(|p| parse(p)).any(|p| of.matches(&p) && !without.iter().any(|w| w.matches(&p)));
        prop_assert_eq!(!left(&of, &without).is_empty(), exists);
    }

    /// RB-08.
    #[test]
    fn an_intersection_has_what_both_match(one in pattern(), two in pattern()) {
        let both = Cell::from(&one).and(&Cell::from(&two));
        for text in universe() {
            let asked = parse(&text);
            let found = both.as_ref().is_some_and(|cell| cell.matches(&text));
            prop_assert_eq!(found, one.matches(&asked) && two.matches(&asked), "{}", text);
        }
        prop_assert_eq!(Cell::from(&one).overlaps(&Cell::from(&two)), both.is_some());
        prop_assert_eq!(both, Cell::from(&two).and(&Cell::from(&one)));
    }

    /// RB-08: of cells, too, that no pattern can say.
    #[test]
    fn a_cell_contains_another_where_nothing_of_it_is_left(one in pattern(), hole in pattern(), two in pattern()) {
        for cell in left(&one, &[hole]) {
            for (of, other) in [(cell.clone(), Cell::from(&two)), (Cell::from(&two), cell)] {
                let rest = other.without([&of], &mut Budget::new(1_000)).unwrap();
                prop_assert_eq!(of.contains(&other), rest.is_empty(), "{} {}", of, other);
            }
        }
    }

    /// RB-09: a region has what is left, and says so in patterns.
    #[test]
    fn regions_and_their_text_have_what_is_left(of in pattern(), without in prop::collection::vec(pattern(), 0..5)) {
        let cells: Vec<_> = without.iter().map(Cell::from).collect();
        let regions = Region::without(&Cell::from(&of), &cells, &mut Budget::new(1_000_000)).unwrap();
        let read: Vec<(Pattern, Vec<Pattern>)> = regions.iter().map(|region| {
            let except = region.except().map(|p| Pattern::parse(&p).unwrap());
            (Pattern::parse(&region.pattern()).unwrap(), except.collect())
        }).collect();
        for text in universe() {
            let asked = parse(&text);
            let expected = of.matches(&asked) && !without.iter().any(|p| p.matches(&asked));
            prop_assert_eq!(regions.iter().any(|region| region.contains(&asked)), expected, "{}", text);
            let said = read.iter().any(|(of, except)| of.matches(&asked) && !except.iter().any(|p| p.matches(&asked)));
            prop_assert_eq!(said, expected, "{}", text);
        }
    }

    /// RB-08: an index leaves nothing out.
    #[test]
    fn an_index_finds_what_overlaps(all in prop::collection::vec(pattern(), 0..8), hole in pattern(), of in pattern()) {
        let cells: Vec<_> = all.iter().map(Cell::from).collect();
        let index = Index::of(&cells);
        for cell in left(&of, &[hole]) {
            let near = index.near(&cell, &mut Budget::new(1_000)).unwrap();
            let overlap: Vec<_> = (0..).zip(&cells).filter(|(_, other)| cell.and(other).is_some()).map(|(i, _)| i).collect();
            prop_assert_eq!(near, overlap);
        }
    }

    /// RB-08.
    #[test]
    fn the_widest_have_all_and_none_lies_in_another(patterns in prop::collection::vec(pattern(), 0..6)) {
        let cells: Vec<_> = patterns.iter().map(Cell::from).collect();
        let widest = widest(cells.clone(), &mut Budget::new(1_000)).unwrap();
        prop_assert!(cells.iter().all(|cell| widest.iter().any(|wide| wide.contains(cell))));
        let within = |i: usize, j: usize| i != j && widest.get(i).zip(widest.get(j)).is_some_and(|(a, b)| a.contains(b));
        prop_assert!((0..widest.len()).all(|i| (0..widest.len()).all(|j| !within(i, j))));
    }
}

/// RB-08: a permission has at most sixteen segments, so a tail ends there.
#[test]
fn nothing_follows_the_sixteenth_segment() {
    let fifteen = vec!["*"; 15].join(":");
    let open = Pattern::parse(&format!("{fifteen}:**")).unwrap();
    let both = [&fifteen, &format!("{fifteen}:*")].map(|text| Pattern::parse(text).unwrap());
    assert_eq!(left(&open, &both), []);
    // without the shorter, only the longest; without the longest, only the shorter
    let longest = left(&open, both.get(..1).unwrap());
    assert!(matches!(&longest[..], [one] if Cell::from(both.get(1).unwrap()).contains(one)));
    assert_eq!(
        left(&open, both.get(1..).unwrap()),
        [Cell::from(both.first().unwrap())]
    );
}

/// RB-09.
#[test]
fn a_region_is_said_in_as_few_patterns_as_it_takes() {
    for (of, without, said) in [
        ("a:b,c", &["a:c"][..], "`a:b`"),
        ("a:b,c,d", &["a:c", "b:**"], "`a:b,d`"),
        ("a:*", &["a:c"], "`a:*` except `a:c`"),
        ("a:*", &["*:d,c", "a:c"], "`a:*` except `a:c,d`"),
        ("a:**", &["a:*:**"], "`a`"),
        ("**", &["a:b", "b"], "`**` except `a:b`, `b`"),
    ] {
        let without: Vec<_> = without.iter().map(|p| Pattern::parse(p).unwrap()).collect();
        let cells: Vec<_> = without.iter().map(Cell::from).collect();
        let of = Pattern::parse(of).unwrap();
        let regions = Region::without(&Cell::from(&of), &cells, &mut Budget::new(1_000)).unwrap();
        let regions: Vec<_> = regions.iter().map(Region::to_string).collect();
        assert_eq!(regions, [said]);
    }
}

/// RB-08: what is not known is not guessed.
#[test]
fn without_a_budget_nothing_is_said() {
    let (of, other) = (
        Pattern::parse("a:*").unwrap(),
        Pattern::parse("a:b").unwrap(),
    );
    let others = [Cell::from(&other)];
    let mut budget = Budget::new(10);
    assert!(Cell::from(&of).without(&others, &mut budget).is_some());
    assert!(Cell::from(&of).without(&others, &mut budget).is_none());
    let two = [&of, &other].map(Cell::from).to_vec();
    assert_eq!(widest(two, &mut Budget::new(0)), None);
}
