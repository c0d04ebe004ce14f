//! TOML and JSON.
