//! Random text by a pattern: literals, `[a-z0-9_]`, `\d`, `(one|two)`, `{n}`, `{n,m}`, `?`.

use super::random::Random;

enum Node {
    One(Vec<char>),
    Either(Vec<Vec<Node>>),
    Repeat(Box<Node>, usize, usize),
}

/// What `pattern` gives this time.
pub fn generate(pattern: &str, random: &mut Random) -> String {
    let mut chars = pattern.chars().collect::<Vec<_>>().into_iter().peekable();
    let nodes = sequence(&mut chars);
    assert!(
        chars.next().is_none(),
        "a pattern with a stray bracket: {pattern}"
    );
    let mut out = String::new();
    write(&nodes, random, &mut out);
    out
}

type Chars = std::iter::Peekable<std::vec::IntoIter<char>>;

fn sequence(chars: &mut Chars) -> Vec<Node> {
    let mut nodes = Vec::new();
    while let Some(&next) = chars.peek() {
        if next == '|' || next == ')' {
            break;
        }
        chars.next();
        let node = match next {
            '[' => Node::One(set(chars)),
            '(' => {
                let mut branches = vec![sequence(chars)];
                while chars.next_if_eq(&'|').is_some() {
                    branches.push(sequence(chars));
                }
                assert_eq!(chars.next(), Some(')'), "an open bracket");
                Node::Either(branches)
            }
            '\\' => match chars.next() {
                Some('d') => Node::One(('0'..='9').collect()),
                Some(other) => Node::One(vec![other]),
                None => panic!("a pattern that ends in a backslash"),
            },
            other => Node::One(vec![other]),
        };
        nodes.push(repeated(node, chars));
    }
    nodes
}

fn repeated(node: Node, chars: &mut Chars) -> Node {
    if chars.next_if_eq(&'?').is_some() {
        return Node::Repeat(Box::new(node), 0, 1);
    }
    if chars.next_if_eq(&'{').is_none() {
        return node;
    }
    let bounds: String = chars.by_ref().take_while(|c| *c != '}').collect();
    let (least, most) = bounds.split_once(',').unwrap_or((&bounds, &bounds));
    Node::Repeat(
        Box::new(node),
        least.parse().unwrap(),
        most.parse().unwrap(),
    )
}

fn set(chars: &mut Chars) -> Vec<char> {
    let inside: Vec<char> = chars.by_ref().take_while(|c| *c != ']').collect();
    let mut set = Vec::new();
    let mut rest = inside.as_slice();
    while let [first, ..] = rest {
        match rest {
            [from, '-', to, tail @ ..] => {
                set.extend(*from..=*to);
                rest = tail;
            }
            _ => {
                set.push(*first);
                rest = &rest[1..];
            }
        }
    }
    set
}

fn write(nodes: &[Node], random: &mut Random, out: &mut String) {
    for node in nodes {
        match node {
            Node::One(set) => out.push(*random.pick(set)),
            Node::Either(branches) => {
                let branch = random.below(branches.len());
                write(&branches[branch], random, out);
            }
            Node::Repeat(node, least, most) => {
                for _ in 0..least + random.below(most - least + 1) {
                    write(std::slice::from_ref(node), random, out);
                }
            }
        }
    }
}
