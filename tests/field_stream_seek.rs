//! Seeking in streams.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod field_stream_support;

use std::{
    cell::Cell,
    io::{self, BufRead, Cursor, ErrorKind, Read, Seek, SeekFrom},
    rc::Rc,
};

use field_stream_support::*;
use portcullis::field::{Error, stream::Reader};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Seek(SeekFrom),
    Read(usize),
    /// By lines, as far as a buffer goes.
    Consume(usize),
}

/// In as few reads as there can be.
fn read_up_to(input: &mut impl Read, len: usize) -> Vec<u8> {
    let (mut bytes, mut filled) = (vec![0; len], 0);
    while filled < len {
        match input.read(&mut bytes[filled..]).unwrap() {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    bytes
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let far = 6 * CHUNK as i64;
    let step = prop_oneof![
        (0..6 * CHUNK as u64).prop_map(|n| Step::Seek(SeekFrom::Start(n))),
        (-far..far).prop_map(|n| Step::Seek(SeekFrom::Current(n))),
        (-300..300_i64).prop_map(|n| Step::Seek(SeekFrom::Current(n))),
        (-far..far).prop_map(|n| Step::Seek(SeekFrom::End(n))),
        (0..3 * CHUNK).prop_map(Step::Read),
        (0..40_usize).prop_map(Step::Read),
        (0..2 * CHUNK).prop_map(Step::Consume),
    ];
    prop::collection::vec(step, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// CR-10: seeks and reads as a cursor over the plaintext does, also where the stream does not
    /// begin where its input does.
    #[test]
    fn seeks_as_in_the_plaintext(
        len in prop_oneof![0..5 * CHUNK, (0..5_usize).prop_map(|n| n * CHUNK)],
        before in 0..100_usize,
        steps in steps(),
    ) {
        let plaintext = pattern(len);
        let stored = [vec![0; before], seal(&plaintext)].concat();
        let mut input = Cursor::new(&stored[..]);
        input.set_position(before as u64);
        let mut reader = reader(input).unwrap();
        let mut oracle = Cursor::new(&plaintext[..]);
        for step in steps {
            match step {
                Step::Seek(to) => {
                    let (ours, theirs) = (reader.seek(to), oracle.seek(to));
                    prop_assert_eq!(ours.is_ok(), theirs.is_ok());
                    if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                        prop_assert_eq!(ours, theirs);
                    }
                }
                Step::Read(len) => {
                    let ours = read_up_to(&mut reader, len);
                    let theirs = read_up_to(&mut oracle, len);
                    prop_assert!(ours == theirs);
                }
                Step::Consume(len) => {
                    let ours = reader.fill_buf().unwrap();
                    let len = len.min(ours.len());
                    prop_assert!(oracle.fill_buf().unwrap().starts_with(&ours[..len]));
                    reader.consume(len);
                    oracle.consume(len);
                }
            }
            prop_assert_eq!(reader.stream_position().unwrap(), oracle.position());
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        reader.rewind().unwrap();
        reader.read_to_end(&mut ours).unwrap();
        oracle.rewind().unwrap();
        oracle.read_to_end(&mut theirs).unwrap();
        prop_assert!(ours == theirs);
    }
}

fn at(sealed: &[u8]) -> Reader<Cursor<&[u8]>> {
    reader(Cursor::new(sealed)).unwrap()
}

/// CR-10: a seek to the end finds the end, at lengths that are multiples of a chunk, too, and
/// nothing is read there.
#[test]
fn finds_the_end() {
    for len in LENGTHS {
        let sealed = seal(&pattern(len));
        let mut reader = at(&sealed);
        assert_eq!(reader.seek(SeekFrom::End(0)).unwrap(), len as u64);
        assert_eq!(reader.read(&mut [0; CHUNK]).unwrap(), 0, "{len}");
        assert_eq!(reader.seek(SeekFrom::Start(u64::MAX)).unwrap(), u64::MAX);
        assert_eq!(reader.read(&mut [0; CHUNK]).unwrap(), 0, "{len}");
    }
}

/// CR-10: no seek goes by a length that somebody changed: the first one opens the last chunk, in
/// whatever direction it goes. A reader that did not seek had handed over what it could.
#[test]
fn refuses_to_seek_in_a_stream_of_another_length() {
    let sealed = seal(&pattern(3 * CHUNK + 100));
    let cut = |len: usize| sealed[..sealed.len() - len].to_vec();
    let appended = |len: usize| [&sealed[..], &vec![0; len]].concat();
    for (changed, error) in [
        (cut(1), Error::Open),
        (cut(99), Error::Open),
        (cut(101), Error::Truncated),
        (cut(116), Error::Truncated),
        (cut(116 + 10), Error::Open),
        (cut(116 + SEALED), Error::Truncated),
        (sealed[..HEADER + SEALED - 1].to_vec(), Error::Open),
        (sealed[..HEADER].to_vec(), Error::Truncated),
        (appended(1), Error::Open),
        (appended(SEALED), Error::Open),
        (appended(SEALED - 116), Error::Truncated),
    ] {
        for to in [
            SeekFrom::Start(0),
            SeekFrom::Start(5),
            SeekFrom::Start(1 << 60),
            SeekFrom::Current(0),
            SeekFrom::End(0),
            SeekFrom::End(-200),
        ] {
            let mut reader = at(&changed);
            let refused = reader.seek(to).unwrap_err();
            assert_eq!(refusal(&refused), error, "{to:?} in {}", changed.len());
            // and that is final
            let refused = reader.read(&mut [0; 1]).unwrap_err();
            assert_eq!(refusal(&refused), error);
            assert!(reader.seek(SeekFrom::Start(0)).is_err());
        }
    }
}

/// CR-10: a bad chunk is refused when it is read, wherever one came from, and the others are not
/// reached any more.
#[test]
fn refuses_a_bad_chunk_after_a_seek() {
    let mut sealed = seal(&pattern(4 * CHUNK));
    sealed[HEADER + 2 * SEALED + 5] ^= 1;
    let mut reader = at(&sealed);
    let mut byte = [0];
    reader.seek(SeekFrom::Start(3 * CHUNK as u64)).unwrap();
    reader.read_exact(&mut byte).unwrap();
    reader.seek(SeekFrom::Current(-2)).unwrap();
    assert_eq!(refusal(&reader.read(&mut byte).unwrap_err()), Error::Open);
    let refused = reader.seek(SeekFrom::Start(0)).unwrap_err();
    assert_eq!(refusal(&refused), Error::Open);
}

/// CR-10: chunks that change places are refused by their numbers after a seek, too.
#[test]
fn refuses_swapped_chunks_after_a_seek() {
    let mut sealed = seal(&pattern(3 * CHUNK));
    let (first, second) = sealed[HEADER..HEADER + 2 * SEALED].split_at_mut(SEALED);
    first.swap_with_slice(second);
    for chunk in [0, 1] {
        let mut reader = at(&sealed);
        reader.seek(SeekFrom::Start(chunk * CHUNK as u64)).unwrap();
        assert_eq!(refusal(&reader.read(&mut [0]).unwrap_err()), Error::Open);
    }
}

/// CR-10: a place before the beginning is a mistake that changes nothing.
#[test]
fn a_seek_before_the_beginning_changes_nothing() {
    let plaintext = pattern(2 * CHUNK);
    let sealed = seal(&plaintext);
    let mut reader = at(&sealed);
    reader.read_exact(&mut [0; 100]).unwrap();
    for to in [
        SeekFrom::Current(-101),
        SeekFrom::End(-(2 * CHUNK as i64) - 1),
    ] {
        assert_eq!(reader.seek(to).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(reader.stream_position().unwrap(), 100);
    }
    reader.seek(SeekFrom::Start(u64::MAX)).unwrap();
    assert_eq!(
        reader.seek(SeekFrom::Current(1)).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    reader.seek(SeekFrom::Start(100)).unwrap();
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(rest == plaintext[100..]);
}

/// Counts what is read, and fails to seek when it is told to.
struct Counted<'a> {
    input: Cursor<&'a [u8]>,
    read: Rc<Cell<usize>>,
    fails: Rc<Cell<Option<ErrorKind>>>,
}

impl<'a> Counted<'a> {
    fn new(sealed: &'a [u8]) -> Self {
        Self {
            input: Cursor::new(sealed),
            read: Rc::default(),
            fails: Rc::default(),
        }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(out)?;
        self.read.set(self.read.get() + len);
        Ok(len)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self.fails.get() {
            Some(kind) => Err(kind.into()),
            None => self.input.seek(to),
        }
    }
}

/// CR-10: what is passed over is not read, and what is opened is not opened again for a small step.
#[test]
fn reads_little_to_seek_far() {
    let sealed = seal(&pattern(1000 * CHUNK));
    let input = Counted::new(&sealed);
    let read = Rc::clone(&input.read);
    let mut reader = reader(input).unwrap();
    reader.seek(SeekFrom::Start(900 * CHUNK as u64)).unwrap();
    reader.read_exact(&mut [0; 1000]).unwrap();
    let so_far = read.get();
    assert!(so_far < 20 * SEALED, "{so_far}");
    for step in [-900, 500, 10_000, -10_600] {
        reader.seek(SeekFrom::Current(step)).unwrap();
        reader.read_exact(&mut [0; 10]).unwrap();
    }
    assert_eq!(read.get(), so_far);
}

/// CR-10: what is still held of a chunk is not gone on from where the reader has meanwhile passed
/// over it, by chunks that it opened into the caller's buffer.
#[test]
fn goes_on_after_the_chunk_it_sought() {
    let plaintext = pattern(4 * CHUNK);
    let sealed = seal(&plaintext);
    let mut reader = at(&sealed);
    // the first one opens the last chunk
    reader.rewind().unwrap();
    reader.read_exact(&mut [0; 10]).unwrap();
    reader.read_exact(&mut vec![0; CHUNK - 10]).unwrap();
    reader.read_exact(&mut vec![0; 2 * CHUNK]).unwrap();
    reader.seek(SeekFrom::Start(5)).unwrap();
    assert!(read_up_to(&mut reader, 2 * CHUNK) == plaintext[5..2 * CHUNK + 5]);
}

/// CR-10: an input that cannot seek any more leaves no doubt about where the reader is: it gives
/// nothing more.
#[test]
fn a_seek_that_fails_is_final() {
    for kind in [ErrorKind::Other, ErrorKind::WouldBlock] {
        let sealed = seal(&pattern(3 * CHUNK));
        let input = Counted::new(&sealed);
        let fails = Rc::clone(&input.fails);
        let mut reader = reader(input).unwrap();
        reader.read_exact(&mut [0; 10]).unwrap();
        fails.set(Some(kind));
        assert_eq!(
            reader
                .seek(SeekFrom::Start(CHUNK as u64))
                .unwrap_err()
                .kind(),
            kind
        );
        fails.set(None);
        assert_eq!(reader.read(&mut [0; 10]).unwrap_err().kind(), kind);
        assert_eq!(reader.seek(SeekFrom::Start(0)).unwrap_err().kind(), kind);
    }
}

/// Says that it ends, or stands, where it does not.
struct Lies<'a> {
    input: Cursor<&'a [u8]>,
    end: u64,
    position: Option<u64>,
}

impl Read for Lies<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.input.read(out)
    }
}

impl Seek for Lies<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::End(_) => Ok(self.end),
            SeekFrom::Current(_) => Ok(self.position.unwrap_or(self.input.position())),
            to => self.input.seek(to),
        }
    }
}

/// CR-10: an input that says another end than it has, because it grew or was cut meanwhile, does not
/// lead a seek astray, though every chunk of it is genuine.
#[test]
fn refuses_an_input_that_changes_its_length() {
    let sealed = seal(&pattern(3 * CHUNK + 100));
    let header = HEADER as u64;
    for (end, position, error) in [
        (header + SEALED as u64 + 50, None, Some(Error::Open)),
        (header - 1, None, Some(Error::Truncated)),
        (sealed.len() as u64, Some(SEALED as u64 - 1), None),
    ] {
        let input = Lies {
            input: Cursor::new(&sealed[..]),
            end,
            position,
        };
        let mut reader = reader(input).unwrap();
        reader.read_exact(&mut [0; CHUNK]).unwrap();
        let refused = reader.seek(SeekFrom::End(0)).unwrap_err();
        match error {
            Some(error) => assert_eq!(refusal(&refused), error),
            None => assert_eq!(refused.kind(), ErrorKind::InvalidInput),
        }
        assert!(reader.read(&mut [0]).is_err());
    }
}

/// CR-10: no more is consumed than is held.
#[test]
fn consumes_what_is_held_at_most() {
    let sealed = seal(&pattern(CHUNK + 5));
    let mut reader = at(&sealed);
    assert_eq!(reader.fill_buf().unwrap().len(), CHUNK);
    reader.consume(usize::MAX);
    assert_eq!(reader.stream_position().unwrap(), CHUNK as u64);
    assert!(reader.fill_buf().unwrap() == &pattern(CHUNK + 5)[CHUNK..]);
}
