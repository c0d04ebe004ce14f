//! [regorus](https://docs.rs/regorus): Rego, compiled for its virtual machine.

use std::collections::BTreeMap;

use regorus::{Engine, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use super::{
    Decider,
    world::{Question, World},
};

/// The roles are looked up by subject and tenant, the permissions by role: no rule goes through all
/// of anything. What a role inherits was put into its permissions beforehand.
const POLICY: &str = r#"
package authz

default allow := false

allow if {
    granted
    not denied
}

granted if {
    some role in data.roles[input.subject][input.tenant]
    data.allow[role][input.permission]
}

denied if {
    some role in data.roles[input.subject][input.tenant]
    data.deny[role][input.permission]
}
"#;

pub struct Machine {
    machine: RegoVM,
    keys: [Value; 3],
}

impl Machine {
    pub fn new(world: &World) -> Self {
        let mut engine = Engine::new();
        let added = engine.add_policy("authz.rego".to_owned(), POLICY.to_owned());
        added.expect("a policy");
        let rule = "data.authz.allow";
        let compiled = engine
            .compile_with_entrypoint(&rule.into())
            .expect("compiles");
        let program = Compiler::compile_from_policy(&compiled, &[rule]).expect("compiles");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data(world)).expect("data");
        Self {
            machine,
            keys: ["subject", "tenant", "permission"].map(Value::from),
        }
    }
}

fn object(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
    Value::from(entries.collect::<BTreeMap<Value, Value>>())
}

fn permissions(names: &[String]) -> Value {
    object(names.iter().map(|name| (name.clone(), Value::from(true))))
}

fn data(world: &World) -> Value {
    let allow = (0..world.roles).map(|role| {
        let own = ["read", "write"].map(|action| format!("doc{role}:{action}"));
        let inherited = ["help:read", "wiki:write"].map(str::to_owned);
        (format!("r{role}"), permissions(&[own, inherited].concat()))
    });
    let deny = [(
        "limited".to_owned(),
        permissions(&["wiki:write".to_owned()]),
    )];
    let roles = (0..world.users).map(|user| {
        let mut roles = vec![Value::from(format!("r{}", world.role_of(user)))];
        if world.is_limited(user) {
            roles.push("limited".into());
        }
        let tenant = format!("t{}", world.tenant_of(user));
        (format!("u{user}"), object([(tenant, Value::from(roles))]))
    });
    object([
        ("allow".to_owned(), object(allow)),
        ("deny".to_owned(), object(deny)),
        ("roles".to_owned(), object(roles)),
    ])
}

impl Decider for Machine {
    fn decide(&mut self, question: &Question) -> bool {
        let [subject, tenant, permission] = self.keys.clone();
        let input = BTreeMap::from([
            (subject, Value::from(&*question.subject)),
            (tenant, Value::from(&*question.tenant)),
            (permission, Value::from(&*question.permission)),
        ]);
        self.machine.set_input(Value::from(input));
        let allowed = self.machine.execute().expect("a decision");
        allowed == Value::from(true)
    }
}
