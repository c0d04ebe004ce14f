//! Encrypts files, backups and segments of a log, of any length and at constant memory.
//!
//! [`Writer`] seals what is written to it, [`Reader`] opens it again: verified chunks only, in
//! order, and the end only where it is the end. [`encrypt`] and [`decrypt`] do the same on several
//! threads. A stream is bound to its [`Place`] as a value is to its cell, and names the key of the
//! ring that it needs.
//!
//! It is 82 bytes longer than the plaintext, and 16 more for each full 16 KiB. After a header it is a
//! message of C2SP [chunked-encryption](https://c2sp.org/chunked-encryption), Cobblestone-256:
//! chunks of AES-256-GCM that each open alone. [`format`](super::format) says it byte by byte.
//!
//! # What this does not do
//!
//! - It hides neither the length nor when something was written. What is compressed before it is
//!   encrypted tells by its length what was in it.
//! - An older stream that is put in the place of a newer one opens, if both are the same item: name
//!   the item by date or number.
//! - Chunks are handed over as they are verified, before the end is known: **whoever uses them must
//!   be able to take that back until the reader has said the end**: write to a file that gets its
//!   name afterwards. `age` and Tink ask the same of their callers.
//! - A key that sealed streams is still needed by them: keep a list of your backups and their keys
//!   ([`key_version`]) before a key is destroyed.
//!
//! # Security
//!
//! - Threat: whoever can read and write the place where the stream is stored or through which it
//!   passes. A chunk that is changed, dropped, repeated or moved, or that comes from another stream,
//!   is refused before any of its bytes is handed over: its number is in its nonce, its key is this
//!   stream's alone.
//! - The last chunk is the only one shorter than 16 KiB. A stream that was cut at the border of two
//!   chunks has none and is refused with [`Error::Truncated`]; one that was cut elsewhere, or to which
//!   something was appended, ends in a chunk that nobody sealed, and that is [`Error::Open`]. A [`Writer`] that is dropped without [`finish`](Writer::finish) never wrote
//!   the last chunk.
//! - Every refusal is an [`io::Error`](std::io::Error) of kind `InvalidData` around an [`Error`]
//!   (`get_ref()` and `downcast_ref()` give it), never `UnexpectedEof`, which callers take for the
//!   end. It is final: reader and writer give nothing more but errors.
//! - Seeking trusts no length that it has not verified: the last chunk is opened first.
//!
//! # Example
//!
//! ```
//! use std::io::{Read, Write};
//! use portcullis::{Timestamp, field::{Context, Keyring, stream::{Place, Reader, Writer}}};
//!
//! let now = Timestamp::now();
//! let ring = Keyring::generate(now)?;
//! let place = Place::new("backup", Context::new().tenant("acme").row("2026-11-22"));
//! let mut writer = Writer::new(Vec::new(), &ring, &place, now)?;
//! writer.write_all(b"dump")?;
//! let stored = writer.finish()?;
//!
//! let mut plaintext = Vec::new();
//! Reader::new(&stored[..], &ring, &place)?.read_to_end(&mut plaintext)?;
//! assert_eq!(plaintext, b"dump");
//! # Ok::<(), std::io::Error>(())
//! ```

mod buffer;
mod chunk;
mod chunks;
mod failure;
mod header;
mod parallel;
mod reader;
mod seek;
mod writer;

use super::{Context, Error};
pub use header::key_version;
pub use parallel::{decrypt, encrypt};
pub use reader::Reader;
pub use writer::Writer;

/// What the context of every stream names as its table.
const TABLE: &str = "portcullis/stream";

/// Where a stream belongs. It is not stored: whoever opens the stream says it again, and it opens
/// only where every part is the same.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Place {
    context: Context,
}

impl Place {
    /// The streams of this name, such as `backup`, and the one of them that `context` names: the
    /// tenant and, as row, the item (a date, a number, a file's name), or neither on purpose
    /// ([`Context::without_tenant`], [`Context::without_row`]). Its table and column are the stream's
    /// own. One with a padding is refused when the stream is written or read
    /// ([`Error::StreamPadding`]).
    pub fn new(name: &str, context: Context) -> Self {
        Self {
            context: context.table(TABLE).column(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use data_encoding::HEXLOWER;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::{
        Timestamp,
        field::{Key, Keyring},
    };

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn places() -> [Place; 2] {
        let others = Context::new()
            .application(0x40, &[0, 1])
            .environment("production")
            .subject("person-7")
            .without_row()
            .without_tenant();
        let acme = Context::new().tenant("acme").row("2026-11-22");
        [Place::new("backup", acme), Place::new("backup", others)]
    }

    /// A ring whose primary key is that of the golden streams, with this version.
    fn ring(version: u32) -> Keyring {
        let key = Key::from_bytes(core::array::from_fn(|i| u8::try_from(i).unwrap()));
        if version == 1 {
            return Keyring::new(key, NOW);
        }
        let mut ring = Keyring::generate(NOW).unwrap();
        for _ in 2..version {
            ring.stage(NOW).unwrap();
        }
        let last = ring.stage_key(key, NOW).unwrap();
        ring.promote(last, NOW).unwrap();
        ring
    }

    /// CR-10, CR-03: the golden streams were written by another implementation, in Python; sealing
    /// with their salts gives the same bytes, and they open.
    #[test]
    fn seals_the_bytes_of_the_golden_streams() {
        let golden = include_str!("../../tests/vectors/field/stream.txt");
        let cases: Vec<_> = golden.split("\n\n").skip(1).collect();
        assert_eq!(cases.len(), 9);
        for case in cases {
            let get = |name: &str| case.lines().find_map(|line| line.strip_prefix(name));
            let hex = |name: &str| HEXLOWER.decode(get(name).unwrap().as_bytes()).unwrap();
            let ring = ring(get("version ").unwrap().parse().unwrap());
            let context = hex("context ");
            let mut places = places().into_iter();
            let place = places.find(|place| place.context.encoded().unwrap() == context);
            let place = place.unwrap();
            let len = get("length ").unwrap().parse().unwrap();
            let plaintext: Vec<u8> = (0_usize..len)
                .map(|i| u8::try_from(i * 7 % 251).unwrap())
                .collect();
            let salt = hex("salt ").try_into().unwrap();

            let mut writer = Writer::with_salt(Vec::new(), &ring, &place, NOW, &salt).unwrap();
            writer.write_all(&plaintext).unwrap();
            let sealed = writer.finish().unwrap();
            let digest = HEXLOWER.encode(&Sha256::digest(&sealed));
            assert_eq!(
                get("sealed ").unwrap(),
                format!("{} {digest}", sealed.len())
            );
            if get("stream ").is_some() {
                assert_eq!(sealed, hex("stream "));
            }
            let mut opened = Vec::new();
            let mut reader = Reader::new(&sealed[..], &ring, &place).unwrap();
            reader.read_to_end(&mut opened).unwrap();
            assert!(opened == plaintext, "{case}");
        }
    }
}
