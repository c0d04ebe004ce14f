//! Policies as text: two formats, one canonical form, one version.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_text/formats.rs"]
mod formats;
#[path = "rbac_text/printing.rs"]
mod printing;
#[path = "rbac_text/random.rs"]
mod random;
