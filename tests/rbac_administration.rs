//! Nobody gives what they do not have, and nobody takes what holds them.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_administration/delegation.rs"]
mod delegation;
#[path = "rbac_administration/fields.rs"]
mod fields;
#[path = "rbac_administration/glass.rs"]
mod glass;
#[path = "rbac_administration/refusals.rs"]
mod refusals;
#[path = "rbac_administration/scenarios.rs"]
mod scenarios;
#[path = "rbac_administration/soundness.rs"]
mod soundness;
#[path = "rbac_administration/support.rs"]
mod support;
#[path = "rbac_administration/terms.rs"]
mod terms;
#[path = "rbac_administration/withdrawal.rs"]
mod withdrawal;
