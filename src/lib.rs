#![cfg_attr(feature = "full", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "full"),
    doc = "The promises of a security page as small, pure modules. The whole story stands in the README, and here when every feature is on."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "ffi"), forbid(unsafe_code))]
#![deny(unsafe_code)]

pub mod time;

#[cfg(feature = "account")]
pub mod account;
#[cfg(feature = "attempts")]
pub mod attempts;
#[cfg(all(feature = "serde", any(feature = "rbac", feature = "redact")))]
mod compound;
#[cfg(any(
    feature = "attempts",
    feature = "field",
    feature = "password",
    feature = "rbac",
    feature = "session",
    feature = "totp"
))]
#[cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "each module uses its own part")
)]
pub mod encoding;
#[cfg(feature = "ffi")]
pub mod ffi;
#[cfg(feature = "field")]
pub mod field;
#[cfg(any(
    feature = "attempts",
    feature = "field",
    feature = "pseudonym",
    feature = "totp"
))]
mod mac;
#[cfg(all(feature = "serde", any(feature = "rbac", feature = "redact")))]
mod map_key;
#[cfg(any(feature = "pseudonym", feature = "rbac", feature = "redact"))]
pub mod mask;
#[cfg(any(feature = "attempts", feature = "rbac"))]
#[cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "each module uses its own part")
)]
mod network;
#[cfg(feature = "password")]
pub mod password;
#[cfg(any(
    feature = "attempts",
    feature = "field",
    feature = "password",
    feature = "pseudonym",
    feature = "session",
    feature = "totp"
))]
#[cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "each module uses its own part")
)]
mod random;
#[cfg(feature = "rbac")]
pub mod rbac;
#[cfg(feature = "redact")]
pub mod redact;
#[cfg(any(
    feature = "attempts",
    feature = "field",
    feature = "password",
    feature = "pseudonym",
    feature = "session",
    feature = "totp"
))]
#[cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "each module uses its own part")
)]
mod secret;
#[cfg(feature = "session")]
pub mod session;
#[cfg(feature = "store")]
pub mod store;
#[cfg(any(feature = "attempts", feature = "totp"))]
#[cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "each module uses its own part")
)]
mod table;
#[cfg(feature = "totp")]
pub mod totp;

pub use time::Timestamp;
