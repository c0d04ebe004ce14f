//! From what a file says to what a decision needs: names become places, the hierarchy becomes for
//! each role the list of roles that it comes down to, and their rules one list that can be searched.

use std::collections::{HashMap, HashSet};

use super::{
    closure::{Edge, closures, inherited_first},
    condition::Conditions,
    duty::{Separation, Terms},
    file::{Draft, Found, Mention, RoleDraft, SightDraft},
    finding::{Name, Problem, meant},
    matches::{PatternId, Patterns},
    permission::{Pattern, Permission},
    requirements::{AllConditions, Collected, ConditionsId},
    rules::{ByRole, Effect, Rules, Stated},
    table::Table,
    version::Version,
};
use crate::mask::Kind;

/// Alternatives of segments, on both sides, that are looked at in comparisons of denials with what
/// is allowed; what is left then is taken as meant. It is enforced all the same.
const MAX_COMPARED: usize = 16_000_000;
/// Findings beyond this number are mostly not listed; suggestions for them are not looked for.
const SUGGESTIONS: usize = 100;

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Compiled {
    /// Sorted by name.
    pub(super) roles: Box<[Role]>,
    by_name: Table<RoleId>,
    /// Sorted by name.
    pub(super) fields: Box<[Field]>,
    /// Sorted by name.
    pub(super) classes: Box<[Class]>,
    /// Sorted.
    pub(super) separations: Box<[Separation]>,
    pub(super) patterns: Patterns,
    pub(super) rules: Rules,
    pub(super) conditions: AllConditions,
    pub(super) version: Version,
}

impl Compiled {
    pub(super) fn role_id(&self, name: &str) -> Option<RoleId> {
        self.by_name.get(name).copied()
    }

    pub(super) fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(id.index())
    }
}

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Role {
    pub(super) name: Box<str>,
    /// The roles that it names as inherited. Ascending.
    pub(super) inherits: Box<[RoleId]>,
    /// This role and all that it inherits, at once or through others; ascending.
    pub(super) comes_down_to: Box<[RoleId]>,
    /// What all these require.
    pub(super) require: ConditionsId,
    /// What this role requires by itself.
    pub(super) own_require: Conditions,
    pub(super) terms: Terms,
}

/// A role, by its place among the names of all, sorted.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct RoleId(u32);

impl RoleId {
    /// The ids of so many roles.
    pub(super) fn first(count: usize) -> impl Iterator<Item = Self> {
        (0..).map(Self).take(count)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A field that the policy knows.
#[derive(Debug, Eq, PartialEq)]
pub struct Field {
    pub(super) name: Box<str>,
    class: Option<Box<str>>,
    /// How it is masked; None where the value tells.
    pub(super) kind: Option<Kind>,
    pub(super) read: Permission<'static>,
    /// What its own lists say.
    pub(super) sight: Sight,
    /// What they and those of its class come to.
    pub(super) with_class: Sight,
}

/// Which roles see something, and how. Each ascending, no role in two.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Sight {
    pub(super) show: Box<[RoleId]>,
    pub(super) mask: Box<[RoleId]>,
    pub(super) pseudonym: Box<[RoleId]>,
}

/// What holds of the fields of a class of which nothing else is said.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Class {
    pub(super) name: Box<str>,
    pub(super) sight: Sight,
}

impl Field {
    /// The name, such as `contact.email`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class that the policy gives it, such as `pii`.
    #[must_use]
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }

    /// The permission whose denial hides this field, as does the denial of a part of it from
    /// `contact:read` on: `contact:read:email`. Whether somebody sees the field, ask
    /// [`Policy::visibility`](super::Policy::visibility), not
    /// [`Policy::decide`](super::Policy::decide): an allowance of this shows nothing.
    #[must_use]
    pub fn read_permission(&self) -> &Permission<'static> {
        &self.read
    }
}

/// Compiles what was read; None where it makes no sense, which is then among the `found`.
pub(super) fn compile(mut draft: Draft<'_>, found: &mut Found) -> Option<Compiled> {
    // the order of a TOML table depends on a feature of `toml` that any crate may have turned on
    draft.roles.sort_by_key(|role| role.name);
    draft.fields.sort_by_key(|field| field.name);
    draft.classes.sort_by_key(|class| class.name);
    let names = Names::of(&draft.roles);
    let edges = names.edges(&draft.roles, found);
    let classes = names.classes(&draft, found);
    let fields = names.fields(&draft, &classes, found);
    let separations = names.separations(&draft, found);
    let terms = names.terms(&draft.roles, found);
    let order = inherited_first(&draft.roles, &edges, found);
    if !draft.partial {
        denials_of_nothing(&draft, found);
    }
    let order = order?;
    let closures = closures(&draft.roles, &edges, &order, found)?;
    let mut conditions = Collected::of_rules(&draft.roles);
    let required = conditions.required(&draft.roles, &edges, &order, found)?;
    let patterns = interned(&draft);
    let stated = stated(&draft, &patterns, &mut conditions)?;
    let rules = match Rules::new(stated, &closures) {
        Ok(rules) => rules,
        Err(role) => {
            let role = draft.roles.get(role.index())?;
            let problem = Problem::TooManyRules(Name::new(role.name));
            found.push((role.at, problem));
            return None;
        }
    };
    if !found.is_empty() {
        return None;
    }
    let all = &rules;
    let stated = RoleId::first(draft.roles.len()).flat_map(|role| {
        [Effect::Allow, Effect::Deny]
            .into_iter()
            .flat_map(move |effect| {
                let own = all.own(role, effect).iter();
                own.map(move |rule| (rule.pattern, effect))
            })
    });
    let patterns = Patterns::new(patterns, stated);
    let mut compiled = Compiled {
        by_name: names.owned(),
        roles: roles(&mut draft.roles, &edges, closures, required, terms),
        classes,
        separations,
        patterns,
        fields,
        rules,
        conditions: conditions.finish(),
        version: Version::NONE,
    };
    compiled.version = Version::of(&compiled);
    Some(compiled)
}

fn roles(
    drafts: &mut [RoleDraft<'_>],
    edges: &[Vec<Edge>],
    closures: Vec<Box<[RoleId]>>,
    required: Vec<ConditionsId>,
    terms: Vec<Terms>,
) -> Box<[Role]> {
    let direct = edges
        .iter()
        .map(|edges| edges.iter().map(|edge| edge.to).collect());
    let parts = drafts.iter_mut().zip(direct).zip(closures).zip(required);
    let roles = parts.zip(terms);
    let roles = roles.map(
        |((((role, inherits), comes_down_to), require), terms)| Role {
            name: role.name.into(),
            inherits,
            comes_down_to,
            require,
            own_require: core::mem::take(&mut role.require),
            terms,
        },
    );
    roles.collect()
}

/// The patterns of all rules, each once, sorted.
fn interned(draft: &Draft<'_>) -> Box<[Pattern]> {
    let rules = draft
        .roles
        .iter()
        .flat_map(|role| role.allow.iter().chain(&role.deny));
    let distinct: HashSet<_> = rules.map(|rule| &rule.pattern).collect();
    let mut patterns: Vec<_> = distinct.into_iter().cloned().collect();
    patterns.sort_unstable();
    patterns.into()
}

/// What each role states, by the places of its patterns and conditions.
fn stated(draft: &Draft<'_>, patterns: &[Pattern], conditions: &mut Collected) -> Option<ByRole> {
    let places = (0..).map(PatternId::at);
    let places: HashMap<_, _> = patterns.iter().zip(places).collect();
    let mut table = ByRole::default();
    for (by, role) in RoleId::first(draft.roles.len()).zip(&draft.roles) {
        for (effect, rules) in [(Effect::Allow, &role.allow), (Effect::Deny, &role.deny)] {
            let mut stated = Vec::with_capacity(rules.len());
            for rule in rules {
                let pattern = *places.get(&rule.pattern)?;
                let when = conditions.id(&rule.when);
                stated.push(Stated { pattern, when, by });
            }
            stated.sort_unstable();
            table.push(effect, &stated);
        }
    }
    Some(table)
}

/// The names of the roles, sorted, and the id of each.
struct Names<'d> {
    sorted: Vec<&'d str>,
    ids: HashMap<&'d str, RoleId>,
}

impl<'d> Names<'d> {
    fn of(roles: &[RoleDraft<'d>]) -> Self {
        let sorted: Vec<_> = roles.iter().map(|role| role.name).collect();
        let ids = RoleId::first(sorted.len());
        let ids = sorted.iter().copied().zip(ids).collect();
        Self { sorted, ids }
    }

    fn owned(&self) -> Table<RoleId> {
        let ids = self.ids.iter();
        ids.map(|(name, id)| (Box::from(*name), *id)).collect()
    }

    fn resolve(&self, mention: &Mention<'_>, found: &mut Found) -> Option<RoleId> {
        let role = self.ids.get(mention.name).copied();
        if role.is_none() {
            let problem = Problem::UnknownRole {
                name: Name::new(mention.name),
                meant: self.suggest(mention.name, found),
            };
            found.push((mention.at, problem));
        }
        role
    }

    fn suggest(&self, name: &str, found: &Found) -> Option<Name> {
        if found.len() >= SUGGESTIONS {
            return None;
        }
        meant(name, self.sorted.iter().copied())
    }

    fn edges(&self, roles: &[RoleDraft<'_>], found: &mut Found) -> Vec<Vec<Edge>> {
        let mut edges = Vec::with_capacity(roles.len());
        for role in roles {
            let resolved = role.inherits.iter().filter_map(|mention| {
                let to = self.resolve(mention, found)?;
                Some(Edge { to, at: mention.at })
            });
            let mut resolved: Vec<_> = resolved.collect();
            // what is made of them must not depend on the order of the file
            resolved.sort_unstable_by_key(|edge| edge.to);
            edges.push(resolved);
        }
        edges
    }

    fn all(&self, mentions: &[Mention<'_>], found: &mut Found) -> Box<[RoleId]> {
        let resolved = mentions.iter().filter_map(|role| self.resolve(role, found));
        let mut roles: Vec<_> = resolved.collect();
        roles.sort_unstable();
        roles.into()
    }

    fn sight(&self, sight: &SightDraft<'_>, found: &mut Found) -> Sight {
        Sight {
            show: self.all(&sight.show, found),
            mask: self.all(&sight.mask, found),
            pseudonym: self.all(&sight.pseudonym, found),
        }
    }

    fn fields(&self, draft: &Draft<'_>, classes: &[Class], found: &mut Found) -> Box<[Field]> {
        let fields = draft.fields.iter().map(|field| {
            // a file that defines no class uses them as labels
            let class = field.class.and_then(|class| class_of(class.name, classes));
            if let Some(unknown) = field.class
                && !classes.is_empty()
                && class.is_none()
            {
                found.push((unknown.at, unknown_class(unknown.name, draft, found)));
            }
            let sight = self.sight(&field.sight, found);
            Field {
                name: field.name.into(),
                class: field.class.map(|class| class.name.into()),
                kind: field.kind,
                read: field.read.clone(),
                with_class: class.map_or_else(|| sight.clone(), |class| sight.with(&class.sight)),
                sight,
            }
        });
        fields.collect()
    }

    fn classes(&self, draft: &Draft<'_>, found: &mut Found) -> Box<[Class]> {
        let classes = draft.classes.iter().map(|class| Class {
            name: class.name.into(),
            sight: self.sight(&class.sight, found),
        });
        classes.collect()
    }

    fn separations(&self, draft: &Draft<'_>, found: &mut Found) -> Box<[Separation]> {
        let mut seen = HashSet::new();
        let mut separations = Vec::new();
        for draft in &draft.separations {
            let separation = Separation {
                kind: draft.kind,
                roles: self.all(&draft.roles, found),
                n: draft.n,
            };
            if seen.insert(separation.clone()) {
                separations.push(separation);
            } else {
                found.push((draft.at, Problem::Repeated(Name::new("separation"))));
            }
        }
        separations.sort_unstable();
        separations.into()
    }

    fn terms(&self, roles: &[RoleDraft<'_>], found: &mut Found) -> Vec<Terms> {
        let terms = roles.iter().map(|role| Terms {
            max_grant: role.max_grant,
            needs: role.grant_needs,
            min_members: role.min_members,
            max_members: role.max_members,
            prerequisites: self.all(&role.prerequisites, found),
        });
        terms.collect()
    }
}

fn class_of<'c>(name: &str, classes: &'c [Class]) -> Option<&'c Class> {
    let at = classes.binary_search_by(|class| (*class.name).cmp(name));
    classes.get(at.ok()?)
}

fn unknown_class(name: &str, draft: &Draft<'_>, found: &Found) -> Problem {
    let classes = draft.classes.iter().map(|class| class.name);
    let looked_for = found.len() < SUGGESTIONS;
    Problem::UnknownClass {
        name: Name::new(name),
        meant: looked_for.then(|| meant(name, classes)).flatten(),
    }
}

/// Denials that change nothing, because nothing is allowed or shown that they match: most often a
/// slip of the pen in the one rule that was to protect something.
fn denials_of_nothing(draft: &Draft<'_>, found: &mut Found) {
    let rules = draft.roles.iter().flat_map(|role| &role.allow);
    let allowed = rules.map(|rule| Target::Allowed(&rule.pattern));
    let shown = draft.fields.iter().map(|field| Target::Shown(&field.read));
    let targets = Targets::of(allowed.chain(shown));
    let mut left = MAX_COMPARED;
    for rule in draft.roles.iter().flat_map(|role| &role.deny) {
        if targets.untouched_by(&rule.pattern, &mut left) {
            let name = Name::new(&rule.pattern.to_string());
            found.push((rule.at, Problem::DeniesNothing(name)));
        }
    }
}

/// What a denial may be about.
#[derive(Clone, Copy)]
enum Target<'d> {
    Allowed(&'d Pattern),
    /// A field, by the permission to read it.
    Shown(&'d Permission<'static>),
}

impl<'d> Target<'d> {
    /// What its first segment may be; nothing where that is anything.
    fn heads(self) -> impl Iterator<Item = &'d str> {
        let (literals, head): (&[Box<str>], _) = match self {
            Self::Allowed(pattern) => (pattern.heads(), None),
            Self::Shown(read) => (&[], Some(read.head())),
        };
        literals.iter().map(|literal| &**literal).chain(head)
    }

    fn alternatives(self) -> usize {
        match self {
            Self::Allowed(pattern) => pattern.alternatives(),
            Self::Shown(read) => read.segments().count(),
        }
    }

    fn is_touched_by(self, denial: &Pattern) -> bool {
        match self {
            Self::Allowed(pattern) => denial.overlaps(pattern),
            Self::Shown(read) => denial.hides_within(read.segments()),
        }
    }
}

/// What is allowed or shown, by what it begins with.
#[derive(Default)]
struct Targets<'d> {
    by_head: HashMap<&'d str, Vec<Target<'d>>>,
    any_head: Vec<Target<'d>>,
}

impl<'d> Targets<'d> {
    fn of(all: impl Iterator<Item = Target<'d>>) -> Self {
        let mut targets = Self::default();
        for target in all {
            for head in target.heads() {
                targets.by_head.entry(head).or_default().push(target);
            }
            if target.heads().next().is_none() {
                targets.any_head.push(target);
            }
        }
        targets
    }

    fn untouched_by(&self, denial: &Pattern, left: &mut usize) -> bool {
        let own = denial.alternatives();
        let mut touches = |target: &Target<'_>| {
            let cost = own.saturating_add(target.alternatives());
            match left.checked_sub(cost) {
                Some(rest) => {
                    *left = rest;
                    target.is_touched_by(denial)
                }
                None => true,
            }
        };
        let heads = denial.heads();
        let mut named = heads.iter().filter_map(|head| self.by_head.get(&**head));
        let touched = self.any_head.iter().any(&mut touches)
            || named.any(|targets| targets.iter().any(&mut touches))
            || heads.is_empty() && self.by_head.values().flatten().any(&mut touches);
        !touched
    }
}
