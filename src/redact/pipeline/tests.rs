//! What the gate passes over, no stage would have found.

use super::*;

/// Lines with and without secrets.
const LINES: &[&str] = &[
    include_str!("../../../tests/vectors/redact/keyed.txt"),
    include_str!("../../../tests/vectors/redact/keyed.clean.txt"),
    include_str!("../../../tests/vectors/redact/structures.txt"),
    include_str!("../../../tests/vectors/redact/clean.log"),
];
/// Numbers of persons, and secrets in encoded text.
const FORMS: &[&str] = &[
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "3782 822463 10005",
    "078-05-1120",
    "SSN 078051120",
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "eyJwYXNzd29yZCI6Imh1bnRlcjIyIiwidXNlciI6ImFkYSJ9",
    "70617373776f72643d68756e7465723232",
    "70 61 73 73 77 6f 72 64 3d 68 75 6e 74 65 72",
    "[112, 97, 115, 115, 119, 111, 114, 100, 61, 104, 117, 110, 116]",
];
/// What stands before them: nothing, and so much that they lie differently on the steps of the gate.
const BEFORE: &[&str] = &[
    "",
    "- ",
    "id 4 ",
    "the session of 12:30:05 ",
    "user=ada max_tokens=12 10.0.0.1 ",
];

/// A token as its sample says: `{h12}` is twelve hexadecimal digits.
fn token(sample: &str) -> String {
    let mut token = String::new();
    for part in sample.split_inclusive('}') {
        let (text, drawn) = part.split_once('{').unwrap_or((part, ""));
        token.push_str(text);
        let (kind, len) = drawn.trim_end_matches('}').split_at(drawn.len().min(1));
        let letters = match kind {
            "h" => "3f9a1c",
            "u" => "K7Q2ZP",
            "l" => "k7q2zp",
            _ => "k7Q2zP",
        };
        token.extend(letters.chars().cycle().take(len.parse().unwrap_or(0)));
    }
    token
}

/// What is found in a line in which each digit, each word and each name of the gate is looked at.
fn found_without_filters(policy: &Policy, line: &[u8]) -> Vec<Span> {
    let mut hits = Vec::new();
    policy.hits(line, &mut hits);
    let mut push = |at, stage| hits.push(Hit { at, stage, row: 0 });
    let digits = line.iter().enumerate().filter(|(_, b)| b.is_ascii_digit());
    digits.for_each(|(at, _)| push(at, Stage::Number));
    push(0, Stage::Token);
    push(0, Stage::Encoded);
    hits.sort();
    let hits = Hits {
        all: &hits,
        base: 0,
    };
    let mut spans = Spans::default();
    policy.scan(line, hits, &mut Open::default(), &mut spans);
    spans.found().to_vec()
}

/// RD-04: names, numbers, tokens and encoded text are found in a line that the gate alone has judged as
/// in one of which everything is looked at.
#[test]
fn finds_what_it_would_find_if_it_looked_at_everything() {
    for policy in [Policy::default(), Policy::default().with_key("d")] {
        let tokens = tokens::samples().map(|(_, sample)| token(&sample));
        let lines = LINES
            .iter()
            .flat_map(|lines| lines.lines())
            .chain(FORMS.iter().copied());
        for text in lines.map(str::to_owned).chain(tokens) {
            for before in BEFORE {
                let line = format!("{before}{}\n", text.replace(['«', '»'], ""));
                let found = policy.spans(line.as_bytes());
                let all = found_without_filters(&policy, line.as_bytes());
                assert_eq!(found, all, "{line}");
            }
        }
    }
}

/// RD-04: the same wherever a number or an encoded secret falls on the steps of the gate.
#[test]
fn finds_it_wherever_it_stands() {
    let policy = Policy::default();
    for form in FORMS {
        let alone = policy.spans(format!("{form}\n").as_bytes());
        for lead in 0..70 {
            let before = " ".repeat(lead);
            let found = policy.spans(format!("{before}{form}\n").as_bytes());
            let moved: Vec<_> = alone.iter().map(|span| span.clone().behind(lead)).collect();
            assert_eq!(found, moved, "{before}{form}");
        }
    }
}
