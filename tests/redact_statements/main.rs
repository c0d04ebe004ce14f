//! Secrets that stand in statements: command lines, databases, dialogues, sentences.
#![cfg(feature = "redact")]
#![allow(
    unreachable_pub,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

mod commands;
mod dialogues;
mod marks;
mod sentences;
mod sql;
