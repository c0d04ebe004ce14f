//! The one policy that all of them get, and the questions about it.
//!
//! - `r0`, `r1`, …: each may read and write a document of its own, and inherits `member`.
//! - `member`: reads the help and writes in the wiki.
//! - `limited`: must not write in the wiki, whatever else allows it.
//!
//! A user has one of the numbered roles in one of five tenants; every tenth user has `limited`, too.

/// How many tenants there are. Roles whose numbers differ by this are used in the same tenant.
pub const TENANTS: usize = 5;

pub struct World {
    pub roles: usize,
    pub users: usize,
}

/// What somebody asks, in the words of all of them.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "decisions"),
    allow(dead_code, reason = "not all take it the same way")
)]
pub struct Question {
    pub subject: String,
    pub tenant: String,
    pub resource: String,
    pub action: &'static str,
    /// Resource and action.
    pub permission: String,
}

#[derive(Clone, Copy)]
pub enum Kind {
    Allowed,
    NoGrant,
    Denied,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Allowed, Self::NoGrant, Self::Denied];

    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NoGrant => "denied: nothing allows it",
            Self::Denied => "denied: by a rule",
        }
    }

    pub fn allowed(self) -> bool {
        matches!(self, Self::Allowed)
    }
}

impl World {
    pub fn new(roles: usize, users: usize) -> Self {
        assert!(roles > TENANTS && roles.is_multiple_of(TENANTS));
        Self { roles, users }
    }

    pub fn role_of(&self, user: usize) -> usize {
        user % self.roles
    }

    pub fn tenant_of(&self, user: usize) -> usize {
        user % TENANTS
    }

    pub fn is_limited(&self, user: usize) -> bool {
        user / 3 % 10 == 3
    }

    /// Of users drawn at random; the same for the same `seed`.
    pub fn questions(&self, kind: Kind, count: usize, seed: u64) -> Vec<Question> {
        let mut draw = Draw(0x9E37_79B9_7F4A_7C15 ^ (seed << 8));
        let limited = matches!(kind, Kind::Denied);
        let mut users = std::iter::repeat_with(|| draw.below(self.users))
            .filter(|user| self.is_limited(*user) == limited);
        let mut question = || {
            let user = users.next().unwrap_or_default();
            match kind {
                Kind::Allowed => self.write(user, format!("doc{}", self.role_of(user))),
                // a role of the same tenant
                Kind::NoGrant => {
                    let other = (self.role_of(user) + TENANTS) % self.roles;
                    self.write(user, format!("doc{other}"))
                }
                Kind::Denied => self.write(user, "wiki".to_owned()),
            }
        };
        (0..count).map(|_| question()).collect()
    }

    fn write(&self, user: usize, resource: String) -> Question {
        Question {
            subject: format!("u{user}"),
            tenant: format!("t{}", self.tenant_of(user)),
            permission: format!("{resource}:write"),
            resource,
            action: "write",
        }
    }
}

/// The numbers of Marsaglia, "Xorshift RNGs" (2003).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as usize % bound
    }
}
