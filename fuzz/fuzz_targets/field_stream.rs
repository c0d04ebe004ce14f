//! What a stream hands over is a beginning of what was sealed, and it says the end only of the
//! whole, however its bytes were changed, cut, moved or mixed with another stream's, and however
//! they are read.
//!
//! The first bytes of the input choose what the stream is made of: bytes of the input, or two real
//! streams whose pieces are changed and put together; the rest says how it is read.
#![no_main]

use std::{
    io::{self, BufRead, Cursor, Read, Seek, SeekFrom, Write},
    num::NonZeroUsize,
    sync::LazyLock,
};

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{
        Context, Key, Keyring,
        stream::{Place, Reader, Writer, decrypt},
    },
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const CHUNK: usize = 16_384;
const HEADER: usize = 66;

/// A plaintext and its stream.
struct Real {
    plaintext: Vec<u8>,
    stream: Vec<u8>,
}

/// Of one key and one place: one that ends in a short chunk, one of whole chunks.
static REAL: LazyLock<[Real; 2]> = LazyLock::new(|| {
    [(3 * CHUNK + 100, 7), (2 * CHUNK, 5)].map(|(len, step)| {
        let plaintext: Vec<u8> = (0..len).map(|i| (i * step % 251) as u8).collect();
        let stream = sealed(&[&plaintext]);
        Real { plaintext, stream }
    })
});
static RING: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::new(Key::from_bytes([7; Key::LEN]), NOW));

fn place() -> Place {
    Place::new("backup", Context::new().tenant("acme").row(42))
}

fn sealed(pieces: &[&[u8]]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &RING, &place(), NOW).expect("a primary key");
    for piece in pieces {
        writer.write_all(piece).expect("memory");
    }
    writer.finish().expect("memory")
}

/// Takes what it needs from the input; zeros when that is used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// A place in `bytes`: anywhere, or near a border of chunks.
    fn place(&mut self, bytes: &[u8]) -> usize {
        let number = self.number();
        let at = match self.byte() % 3 {
            0 => number,
            1 => HEADER + number % 4 * (CHUNK + 16),
            _ => (HEADER + number % 4 * (CHUNK + 16) + number / 256 % 40).saturating_sub(20),
        };
        at.min(bytes.len())
    }
}

/// Streams that somebody made of real ones.
fn forged(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut stream = REAL[usize::from(choices.byte() % 2)].stream.clone();
    for _ in 0..choices.byte() % 8 {
        let at = choices.place(&stream);
        match choices.byte() % 5 {
            0 => {
                if let Some(byte) = stream.get_mut(at) {
                    *byte ^= choices.byte();
                }
            }
            1 => stream.truncate(at),
            2 => {
                // moved, or repeated
                let (a, b) = (choices.place(&stream), choices.place(&stream));
                let piece = stream[a.min(b)..a.max(b)].to_vec();
                if choices.byte() % 2 == 0 {
                    stream.drain(a.min(b)..a.max(b));
                }
                let at = at.min(stream.len());
                stream.splice(at..at, piece);
            }
            3 => {
                let other = &REAL[usize::from(choices.byte() % 2)].stream;
                let from = choices.place(other);
                stream.truncate(at);
                stream.extend_from_slice(&other[from..]);
            }
            _ => stream.extend_from_slice(&choices.0[..choices.0.len().min(at % 50)]),
        }
    }
    stream
}

/// Gives as much at a time as the input says, and is interrupted at times.
struct Slow<'a, 'b> {
    bytes: Cursor<&'a [u8]>,
    choices: Choices<'b>,
}

impl Read for Slow<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = match self.choices.byte() {
            0 => out.len(),
            1 => return Err(io::ErrorKind::Interrupted.into()),
            few @ 2..64 => usize::from(few),
            many => usize::from(many) * 256,
        };
        let most = most.min(out.len());
        self.bytes.read(&mut out[..most])
    }
}

impl Seek for Slow<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Everything that the stream hands over, and whether it said the end.
fn read_through(mut reader: Reader<impl Read>, choices: &mut Choices<'_>) -> (Vec<u8>, bool) {
    let (mut out, mut piece) = (Vec::new(), vec![0; 3 * CHUNK]);
    loop {
        let most = match choices.byte() {
            0 => piece.len(),
            few @ 1..64 => usize::from(few),
            many => usize::from(many) * 128,
        };
        let read = if choices.byte().is_multiple_of(4) {
            let held = reader
                .fill_buf()
                .map(|held| held[..held.len().min(most)].to_vec());
            held.inspect(|held| reader.consume(held.len()))
        } else {
            let read = reader.read(&mut piece[..most]);
            read.map(|len| piece[..len].to_vec())
        };
        let again = |mut reader: Reader<_>| reader.read(&mut [0]);
        match read {
            Ok(handed_over) if handed_over.is_empty() => {
                assert_eq!(again(reader).ok(), Some(0), "the end stays the end");
                return (out, true);
            }
            Ok(handed_over) => out.extend_from_slice(&handed_over),
            Err(_) => {
                assert!(again(reader).is_err(), "a refusal is final");
                return (out, false);
            }
        }
    }
}

fn hands_over_what_was_sealed(stream: &[u8], choices: &mut Choices<'_>) {
    let script = choices.0;
    let open = || {
        let input = Slow {
            bytes: Cursor::new(stream),
            choices: Choices(script),
        };
        Reader::new(input, &RING, &place())
    };
    let Ok(reader) = open() else {
        return;
    };
    // Its header is verified, so it is one of ours.
    let real = REAL
        .iter()
        .find(|real| stream.starts_with(&real.stream[..HEADER]));
    let real = real.expect("no other header is genuine");
    let whole = stream == real.stream;

    let (out, ended) = read_through(reader, &mut Choices(script));
    assert!(real.plaintext.starts_with(&out));
    assert_eq!(ended, whole);
    assert!(!ended || out == real.plaintext);

    let mut several = Vec::new();
    let threads = NonZeroUsize::new(2).expect("not zero");
    let reader = open().expect("as before");
    assert_eq!(decrypt(reader, &mut several, threads).is_ok(), whole);
    assert!(several == out, "several threads hand over what one does");

    let mut reader = open().expect("as before");
    for _ in 0..choices.byte() % 8 {
        let by = choices.number() as i64;
        let to = match choices.byte() % 4 {
            0 => SeekFrom::Start(by as u64),
            1 => SeekFrom::Current(by),
            2 => SeekFrom::Current(-by),
            _ => SeekFrom::End(-by),
        };
        let Ok(at) = reader.seek(to) else { continue };
        assert_eq!(reader.stream_position().ok(), Some(at));
        let mut piece = vec![0; choices.number() % 20_000];
        let Ok(len) = reader.read(&mut piece) else {
            continue;
        };
        let expected = real.plaintext.get(at as usize..).unwrap_or_default();
        assert!(expected.starts_with(&piece[..len]));
        assert!(len > 0 || piece.is_empty() || expected.is_empty());
    }
}

fn round_trips(choices: &mut Choices<'_>) {
    let plaintext = choices.0.repeat(1 + choices.number() % 64);
    let (first, rest) = plaintext.split_at(choices.number().min(plaintext.len()));
    let (second, third) = rest.split_at(choices.number().min(rest.len()));
    let stream = sealed(&[first, second, third]);
    let mut out = Vec::new();
    let mut reader = Reader::new(&stream[..], &RING, &place()).expect("just sealed");
    reader.read_to_end(&mut out).expect("just sealed");
    assert!(out == plaintext);
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    match choices.byte() % 4 {
        0 => {
            let bytes = choices.0;
            hands_over_what_was_sealed(bytes, &mut choices);
        }
        1 => round_trips(&mut choices),
        _ => {
            let stream = forged(&mut choices);
            hands_over_what_was_sealed(&stream, &mut choices);
        }
    }
});
