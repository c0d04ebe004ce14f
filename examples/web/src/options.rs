//! The command line.

use std::{net::SocketAddr, time::Duration};

use crate::duration;

pub const USAGE: &str = "\
usage: portcullis-web [--listen ADDRESS:PORT] [--store STORE] [--key FILE] [--demo]
                      [--proxy NETWORK]... [--grace TIME] [--idle TIME] [--absolute TIME]

  --listen    where to listen (127.0.0.1:8080); port 0 takes a free one
  --store     a file of SQLite (portcullis-web.sqlite), redis://HOST:PORT/, or memory
  --key       a file with the key that seals the store, made where there is none
              (portcullis-web.key); beside it, in FILE.devices, that of the devices
  --demo      an account `demo` with a new password, which is printed
  --proxy     a proxy whose X-Forwarded-For is believed: 10.0.0.7, 10.0.0.0/8
  --grace     how long the demo account may go without a second factor: 7d (not at all)
  --idle      sign out after this time without activity: 20s, 15m (15m)
  --absolute  sign out after this time in any case: 12h (12h)";

/// What the command line says.
#[derive(Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub store: String,
    pub key: String,
    pub demo: bool,
    pub proxies: Vec<String>,
    pub grace: Option<Duration>,
    pub idle: Option<Duration>,
    pub absolute: Option<Duration>,
}

impl Options {
    /// Reads the command line; None when it asks for help.
    pub fn read() -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            store: "portcullis-web.sqlite".into(),
            key: "portcullis-web.key".into(),
            demo: false,
            proxies: Vec::new(),
            grace: None,
            idle: None,
            absolute: None,
        };
        let time =
            |text: &str| duration::parse(text).ok_or("a number and s, m, h or d are expected");
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("listen") => options.listen = parser.value()?.parse()?,
                Long("store") => options.store = parser.value()?.string()?,
                Long("key") => options.key = parser.value()?.string()?,
                Long("demo") => options.demo = true,
                Long("proxy") => options.proxies.push(parser.value()?.string()?),
                Long("grace") => options.grace = Some(parser.value()?.parse_with(time)?),
                Long("idle") => options.idle = Some(parser.value()?.parse_with(time)?),
                Long("absolute") => options.absolute = Some(parser.value()?.parse_with(time)?),
                Short('h') | Long("help") => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}
