//! [Cedar](https://docs.rs/cedar-policy): three policies over a store of entities.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression,
};

use super::{
    Decider,
    world::{Question, TENANTS, World},
};

/// The relation stands in the entities; a policy for each permission would be evaluated each time.
const POLICIES: &str = r#"
permit (principal, action == Action::"read", resource) when { principal in resource.readers };
permit (principal, action == Action::"write", resource) when { principal in resource.writers };
forbid (principal, action == Action::"write", resource) when { principal in resource.barred };
"#;

pub struct Cedar {
    types: Types,
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

/// Read once.
struct Types {
    user: EntityTypeName,
    role: EntityTypeName,
    action: EntityTypeName,
    resource: EntityTypeName,
}

fn uid(type_name: &EntityTypeName, id: impl AsRef<str>) -> EntityUid {
    EntityUid::from_type_name_and_id(type_name.clone(), EntityId::new(id))
}

impl Cedar {
    pub fn new(world: &World) -> Self {
        let types = Types {
            user: "User".parse().expect("a type"),
            role: "Role".parse().expect("a type"),
            action: "Action".parse().expect("a type"),
            resource: "Resource".parse().expect("a type"),
        };
        let entities = Entities::from_entities(types.entities(world), None);
        Self {
            types,
            authorizer: Authorizer::new(),
            policies: POLICIES.parse().expect("policies"),
            entities: entities.expect("entities"),
        }
    }
}

impl Types {
    /// Roles are those of a tenant, as Cedar's guide has it for several tenants in one store.
    fn role(&self, tenant: usize, name: &str) -> EntityUid {
        uid(&self.role, format!("t{tenant}/{name}"))
    }

    fn entities(&self, world: &World) -> Vec<Entity> {
        let mut entities = Vec::new();
        for tenant in 0..TENANTS {
            let member = || vec![self.role(tenant, "member")];
            let limited = vec![self.role(tenant, "limited")];
            entities.push(self.resource(tenant, "help", member(), vec![], vec![]));
            entities.push(self.resource(tenant, "wiki", vec![], member(), limited));
        }
        for role in 0..world.roles {
            let tenant = role % TENANTS;
            let own = self.role(tenant, &format!("r{role}"));
            let members = HashSet::from([self.role(tenant, "member")]);
            let name = format!("doc{role}");
            let (readers, writers) = (vec![own.clone()], vec![own.clone()]);
            entities.push(self.resource(tenant, &name, readers, writers, vec![]));
            entities.push(Entity::new_no_attrs(own, members));
        }
        for user in 0..world.users {
            let tenant = world.tenant_of(user);
            let mut roles =
                HashSet::from([self.role(tenant, &format!("r{}", world.role_of(user)))]);
            if world.is_limited(user) {
                roles.insert(self.role(tenant, "limited"));
            }
            entities.push(Entity::new_no_attrs(
                uid(&self.user, format!("u{user}")),
                roles,
            ));
        }
        entities
    }

    fn resource(
        &self,
        tenant: usize,
        name: &str,
        readers: Vec<EntityUid>,
        writers: Vec<EntityUid>,
        barred: Vec<EntityUid>,
    ) -> Entity {
        let set = |roles: Vec<EntityUid>| {
            RestrictedExpression::new_set(
                roles.into_iter().map(RestrictedExpression::new_entity_uid),
            )
        };
        let attributes = HashMap::from([
            ("readers".to_owned(), set(readers)),
            ("writers".to_owned(), set(writers)),
            ("barred".to_owned(), set(barred)),
        ]);
        let uid = uid(&self.resource, format!("t{tenant}/{name}"));
        Entity::new(uid, attributes, HashSet::new()).expect("an entity")
    }
}

impl Decider for Cedar {
    fn decide(&mut self, question: &Question) -> bool {
        let resource = format!("{}/{}", question.tenant, question.resource);
        let request = Request::new(
            uid(&self.types.user, &question.subject),
            uid(&self.types.action, question.action),
            uid(&self.types.resource, resource),
            Context::empty(),
            None,
        );
        let request = request.expect("a request");
        let response = self
            .authorizer
            .is_authorized(&request, &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}
