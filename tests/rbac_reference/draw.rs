//! Random policies, grants and questions. The alphabets are small and the questions are made from the
//! rules, so that most of them hit something.

use std::{mem, net::IpAddr};

use crate::naive::{Condition, Grant, MINUTE, Policy, Question, Role, Sees, Time};

const LITERALS: [&str; 5] = ["a", "b", "c", "read", "9"];
const TENANTS: [&str; 3] = ["t1", "t2", "t3"];
pub const SUBJECTS: [&str; 4] = ["ann", "ben", "Ann", ""];
const ENVIRONMENTS: [&str; 3] = ["prod", "test", ""];
const ATTRIBUTES: [&str; 3] = ["x", "y", "resource.x"];
const VALUES: [&str; 4] = ["1", "2", "1 2", ""];
const NETWORKS: [(&str, u32); 13] = [
    ("10.0.0.0", 8),
    ("10.0.0.0", 15),
    ("10.1.0.0", 16),
    ("10.2.0.0", 15),
    ("10.1.2.3", 32),
    ("128.0.0.0", 1),
    ("::ffff:10.1.2.0", 120),
    ("2001:db8::", 32),
    ("2001:db8::", 64),
    ("2001:db8::1", 128),
    ("2000::", 3),
    ("2001:db9::", 32),
    ("fe80::", 10),
];
const ADDRESSES: [&str; 14] = [
    "9.255.255.255",
    "10.0.0.1",
    "10.1.2.3",
    "10.1.2.4",
    "10.3.0.0",
    "10.4.0.0",
    "200.0.0.0",
    "::ffff:10.1.2.3",
    "2001:db8::1",
    "2001:db8::2",
    "2001:db8:1::",
    "2001:db9::",
    "2001:dba::",
    "fe80::1",
];
/// Two of them enclose others.
pub const FIELDS: [&str; 7] = ["a.b", "a.b.c", "a.9", "b", "b.c", "read.*", "read.a"];
const CLASSES: [&str; 2] = ["pii", "secret"];
/// And some that no policy names.
pub const PATHS: [&str; 5] = ["a", "a.b.9", "b.c.a.a", "a.bc", "read.b"];
const HOUR: u64 = 60 * MINUTE;

/// SplitMix64 (Steele, Lea, Flood 2014): one number follows from the seed and the place.
pub struct Draw(pub u64);

impl Draw {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn text(&mut self, all: &[&str]) -> String {
        (*self.pick(all)).to_owned()
    }

    /// Up to `most`, each drawn by `one`, none twice.
    fn some<T: Ord>(&mut self, most: usize, one: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut all: Vec<T> = (0..self.below(most + 1)).map(|_| one(self)).collect();
        all.sort();
        all.dedup();
        all
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }
}

/// One policy in a hundred has patterns with large sets, one in twenty-five has so many patterns over
/// few permissions that most of them match at once.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Shape {
    Plain,
    Crowded,
    Wide,
}

pub fn policy(d: &mut Draw) -> Policy {
    let shape = match d.below(100) {
        0 => Shape::Wide,
        1..=4 => Shape::Crowded,
        _ => Shape::Plain,
    };
    // conditions of one kind meet in a line of inheritance
    let usual = d.below(KINDS);
    let requiring = *d.pick(&[1, 4, 8]);
    let mut policy = Policy::default();
    for i in 0..2 + d.below(6) {
        let inherits = d.some(2, |d| d.below(6)).into_iter().filter(|j| *j < i);
        let rules = match shape {
            Shape::Crowded => 80,
            _ => 4,
        };
        let mut allow = d.some(rules, |d| (pattern(d, shape), conditions(d, 3, usual)));
        // conditions of the same kinds may say the same in two ways, and nothing may stand twice
        let kinds = |when: &[Condition]| when.iter().map(mem::discriminant).collect::<Vec<_>>();
        allow.dedup_by(|one, next| one.0 == next.0 && kinds(&one.1) == kinds(&next.1));
        d.shuffle(&mut allow);
        let denials = if d.one_in(3) { rules / 2 } else { 0 };
        let require = if d.one_in(requiring) {
            conditions(d, 1, usual)
        } else {
            Vec::new()
        };
        let role = Role {
            inherits: inherits.map(|j| format!("r{j}")).collect(),
            allow,
            deny: d.some(denials, |d| pattern(d, shape)),
            require,
        };
        policy.roles.insert(format!("r{i}"), role);
    }
    // so that no denial denies nothing
    let everything = vec![("**".to_owned(), Vec::new())];
    let root = Role {
        allow: everything,
        ..Role::default()
    };
    policy.roles.insert("root".into(), root);
    for name in FIELDS {
        if !d.one_in(3) {
            let own = sees(d, &policy);
            let class = d.one_in(3).then(|| d.text(&CLASSES));
            policy.fields.insert(name.into(), (own, class));
        }
    }
    for name in CLASSES {
        let own = sees(d, &policy);
        policy.classes.insert(name.into(), own);
    }
    policy
}

/// Each role stands in one of the lists, or in none.
fn sees(d: &mut Draw, policy: &Policy) -> Sees {
    let mut sees = Sees::default();
    for name in policy.roles.keys() {
        let list = match d.below(6) {
            0 => &mut sees.show,
            1 => &mut sees.mask,
            2 => &mut sees.pseudonym,
            _ => continue,
        };
        list.push(name.clone());
    }
    sees
}

/// In the form that is printed: sets sorted, `**` for `*:**`.
fn pattern(d: &mut Draw, shape: Shape) -> String {
    let (least, spread) = match shape {
        Shape::Plain => (0, 4),
        Shape::Crowded => (6, 2),
        Shape::Wide => (3, 2),
    };
    let mut segments: Vec<String> = (0..least + d.below(spread))
        .map(|_| segment(d, shape))
        .collect();
    let tail = segments.is_empty() || d.one_in(4);
    if tail && segments == ["*"] {
        segments.clear();
    }
    if tail {
        segments.push("**".into());
    }
    segments.join(":")
}

fn segment(d: &mut Draw, shape: Shape) -> String {
    let set = match (shape, d.below(6)) {
        (_, 0..=1) => return "*".into(),
        (Shape::Crowded, 2..=4) => return "a".into(),
        (Shape::Wide, 2..) => {
            let mut set: Vec<_> = (0..9 + d.below(30)).map(|i| format!("l{i}")).collect();
            set.push(d.text(&LITERALS));
            set
        }
        (_, 2) => d.some(3, |d| d.text(&LITERALS)),
        _ => Vec::new(),
    };
    let mut set = if set.is_empty() {
        vec![d.text(&LITERALS)]
    } else {
        set
    };
    set.sort();
    set.join(",")
}

/// Numbers that stand for kinds of conditions, some for the same.
const KINDS: usize = 9;

/// Mostly none; else some that one table can hold.
fn conditions(d: &mut Draw, sparse: usize, usual: usize) -> Vec<Condition> {
    if d.below(sparse + 1) > 1 {
        return Vec::new();
    }
    let mut all = Vec::new();
    for _ in 0..=d.below(3) {
        let kind = if d.one_in(2) { usual } else { d.below(KINDS) };
        let new = condition(d, kind);
        let same = |old: &Condition| match (old, &new) {
            (Condition::Attribute(old, _), Condition::Attribute(new, _)) => old == new,
            (Condition::Equal(..), Condition::Equal(..)) => *old == new,
            _ => mem::discriminant(old) == mem::discriminant(&new),
        };
        if !all.iter().any(same) {
            all.push(new);
        }
    }
    all.sort();
    all
}

fn condition(d: &mut Draw, kind: usize) -> Condition {
    match kind {
        0 => Condition::Owner,
        1..=3 => Condition::Mfa(*d.pick(&[1, 60, 12 * 60])),
        4 => {
            let mut networks = vec![network(d)];
            networks.extend(d.some(2, network));
            networks.sort();
            networks.dedup();
            Condition::Address(networks)
        }
        5 => Condition::Time(time(d)),
        6 => {
            let all = [["prod"].as_slice(), &["test"], &["prod", "test"]];
            Condition::Environment(d.pick(&all).iter().map(|name| (*name).to_owned()).collect())
        }
        7 => Condition::Attribute(d.text(&ATTRIBUTES), d.text(&VALUES[..3])),
        _ => {
            // in order: the other way round it is the same
            let (one, other) = *d.pick(&[(0, 1), (0, 2), (1, 2)]);
            Condition::Equal(ATTRIBUTES[one].into(), ATTRIBUTES[other].into())
        }
    }
}

fn network(d: &mut Draw) -> (IpAddr, u32) {
    // often those that lie in one another
    let all = if d.one_in(3) {
        &NETWORKS[7..10]
    } else {
        &NETWORKS
    };
    let (address, bits) = d.pick(all);
    (address.parse().unwrap(), *bits)
}

fn time(d: &mut Draw) -> Time {
    const FROM: [i64; 4] = [0, 8 * 60, 12 * 60, 22 * 60];
    const UNTIL: [i64; 6] = [0, 6 * 60, 8 * 60 + 30, 18 * 60, 22 * 60, 24 * 60];
    loop {
        let time = Time {
            days: d
                .one_in(2)
                .then(|| d.some(4, |d| d.below(7) as i64))
                .filter(|days| !days.is_empty()),
            from: d.one_in(2).then(|| *d.pick(&FROM)),
            until: d.one_in(2).then(|| *d.pick(&UNTIL)),
            offset: d.one_in(3).then(|| *d.pick(&[0, 60, -330, 14 * 60])),
        };
        let (from, until) = (time.from.unwrap_or(0), time.until.unwrap_or(1440));
        let limits = time.days.is_some() || time.from.is_some() || time.until.is_some();
        if limits && from % 1440 != until % 1440 {
            return time;
        }
    }
}

pub fn grants(d: &mut Draw, policy: &Policy) -> Vec<Grant> {
    let base = moment(d);
    let names: Vec<&String> = policy.roles.keys().collect();
    let count = if d.one_in(20) { 60 } else { d.below(6) };
    let mut all: Vec<Grant> = Vec::new();
    for _ in 0..count {
        let role = match d.below(12) {
            0 => "gone".to_owned(),
            _ => (*d.pick(&names)).clone(),
        };
        let hours = |d: &mut Draw| base + d.below(72) as u64 * HOUR;
        let grant = Grant {
            role,
            tenant: (!d.one_in(4)).then(|| d.text(&TENANTS[..2])),
            from: if d.one_in(2) { hours(d) } else { 0 },
            until: d.one_in(2).then(|| hours(d) + 24 * HOUR),
        };
        if !all.contains(&grant) {
            all.push(grant);
        }
    }
    all
}

/// Midnight of a day: of the first ones that there are, or of ones in 2026.
fn moment(d: &mut Draw) -> u64 {
    let week = d.below(7) as u64;
    (d.pick(&[0, 20_500]) + week) * 24 * HOUR
}

pub fn question(d: &mut Draw, policy: &Policy, grants: &[Grant]) -> Question {
    let mut q = Question {
        subject: d.text(&SUBJECTS),
        tenant: tenant(d, grants),
        permission: permission(d, policy, grants),
        owner: (!d.one_in(3)).then(|| d.text(&SUBJECTS)),
        address: (!d.one_in(4)).then(|| d.pick(&ADDRESSES).parse().unwrap()),
        environment: (!d.one_in(4)).then(|| d.text(&ENVIRONMENTS)),
        attributes: (0..d.below(5))
            .map(|_| (d.text(&ATTRIBUTES), d.text(&VALUES)))
            .collect(),
        now: now(d, policy, grants),
        factor_at: None,
    };
    if !d.one_in(3) {
        let within = *d.pick(&[1, 60, 12 * 60]) * MINUTE;
        let age = d
            .pick(&[0, within, within + 1, 30 * MINUTE, 20 * HOUR])
            .saturating_sub(d.below(3) as u64);
        q.factor_at = Some(q.now.saturating_sub(age));
        if d.one_in(9) {
            q.factor_at = Some(q.now + 1);
        }
    }
    q
}

/// Mostly one in which a role is held.
fn tenant(d: &mut Draw, grants: &[Grant]) -> String {
    let held: Vec<&String> = grants.iter().filter_map(|g| g.tenant.as_ref()).collect();
    if held.is_empty() || d.one_in(3) {
        d.text(&TENANTS)
    } else {
        (*d.pick(&held)).clone()
    }
}

/// The edge of a grant's time or of a condition's hours, or some hour, and a millisecond beside it.
fn now(d: &mut Draw, policy: &Policy, grants: &[Grant]) -> u64 {
    let times = grants
        .iter()
        .flat_map(|g| [Some(g.from), g.until])
        .flatten();
    let mut edges: Vec<u64> = times.filter(|at| *at > 0).collect();
    let base = edges.iter().copied().min().unwrap_or_else(|| moment(d));
    edges.extend((0..6).map(|_| base + d.below(72 * 4) as u64 * 15 * MINUTE));
    let day = base - base % (24 * HOUR) + (1 + d.below(7) as u64) * 24 * HOUR;
    for time in policy.roles.values().flat_map(times_of) {
        for minutes in [time.from, time.until].into_iter().flatten() {
            let minutes = minutes - time.offset.unwrap_or(0);
            edges.push(day.saturating_add_signed(minutes * MINUTE as i64));
        }
    }
    (d.pick(&edges) + d.below(3) as u64).saturating_sub(1)
}

fn times_of(role: &Role) -> impl Iterator<Item = &Time> {
    let all = role
        .allow
        .iter()
        .flat_map(|(_, when)| when)
        .chain(&role.require);
    all.filter_map(|condition| match condition {
        Condition::Time(time) => Some(time),
        _ => None,
    })
}

/// What a rule matches, mostly one of a role that is held, and sometimes something beside it.
fn permission(d: &mut Draw, policy: &Policy, grants: &[Grant]) -> String {
    let held = grants.iter().flat_map(|grant| policy.line(&grant.role));
    let mut roles: Vec<&Role> = held.map(|(_, role)| role).collect();
    if roles.is_empty() || d.one_in(4) {
        roles = policy.roles.values().collect();
    }
    let patterns = |role: &&Role| {
        let allow = role.allow.iter().map(|(pattern, _)| pattern);
        allow.chain(&role.deny).cloned().collect::<Vec<_>>()
    };
    let mut rules: Vec<String> = roles.iter().flat_map(patterns).collect();
    rules.push("*".into());
    let mut segments: Vec<String> = Vec::new();
    for segment in d.pick(&rules).split(':') {
        match segment {
            "*" if d.one_in(2) => segments.push("a".into()),
            "*" => segments.push(d.text(&LITERALS)),
            "**" => segments.extend((0..d.below(3)).map(|_| d.text(&LITERALS))),
            set => segments.push(d.text(&set.split(',').collect::<Vec<_>>())),
        }
    }
    match d.below(8) {
        0 if !segments.is_empty() => {
            let at = d.below(segments.len());
            segments[at] = d.text(&LITERALS);
        }
        1 => segments.push(d.text(&LITERALS)),
        2 => drop(segments.pop()),
        _ => {}
    }
    if segments.is_empty() {
        segments.push(d.text(&LITERALS));
    }
    segments.join(":")
}
