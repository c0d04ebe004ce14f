//! Streams over inputs and outputs that give and take little, wait or fail; on several threads.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod field_stream_support;

use std::{
    collections::VecDeque,
    io::{self, BufRead, ErrorKind, Read, Write},
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use field_stream_support::*;
use portcullis::field::{
    Error,
    stream::{Writer, decrypt, encrypt},
};
use proptest::prelude::*;

/// What an input or output does next.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// Gives or takes at most so many bytes.
    Bytes(usize),
    Fails(ErrorKind),
}

/// Bytes that come, or go, by a script; when that is at its end, all at once.
#[derive(Debug)]
struct Scripted<T> {
    bytes: T,
    turns: VecDeque<Turn>,
}

impl<T> Scripted<T> {
    fn new(bytes: T, turns: impl IntoIterator<Item = Turn>) -> Self {
        let turns = turns.into_iter().collect();
        Self { bytes, turns }
    }

    fn turn(&mut self, wanted: usize) -> io::Result<usize> {
        match self.turns.pop_front() {
            Some(Turn::Bytes(most)) => Ok(wanted.min(most)),
            Some(Turn::Fails(kind)) => Err(kind.into()),
            None => Ok(wanted),
        }
    }
}

impl<R: Read> Read for Scripted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.turn(out.len())?;
        self.bytes.read(&mut out[..most])
    }
}

impl<W: Write> Write for Scripted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.turn(bytes.len())?;
        self.bytes.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.bytes.flush()
    }
}

/// Reads to the end, and goes on when it would have to wait.
fn read_all(mut input: impl Read) -> io::Result<Vec<u8>> {
    let (mut all, mut some) = (Vec::new(), vec![0; 20_000]);
    loop {
        match input.read(&mut some) {
            Ok(0) => return Ok(all),
            Ok(len) => all.extend_from_slice(&some[..len]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// What an input may do without losing anything. No read of no bytes: that is the end.
fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        3 => (1..3 * CHUNK).prop_map(Turn::Bytes),
        2 => (1..20_usize).prop_map(Turn::Bytes),
        1 => Just(Turn::Fails(ErrorKind::Interrupted)),
        1 => Just(Turn::Fails(ErrorKind::WouldBlock)),
    ];
    prop::collection::vec(turn, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// CR-10: a short read is not the last chunk; an interruption or a wait loses nothing.
    #[test]
    fn reads_from_an_input_that_gives_little(len in 0..6 * CHUNK, turns in turns()) {
        let plaintext = pattern(len);
        let sealed = seal(&plaintext);
        let (header, chunks) = sealed.split_at(HEADER);
        // The header is waited for.
        let input = header.chain(Scripted::new(chunks, turns));
        prop_assert!(read_all(reader(input).unwrap()).unwrap() == plaintext);
    }

    /// CR-10: the same for an output that takes little. What it did not take is written later, once.
    #[test]
    fn writes_to_an_output_that_takes_little(
        len in 0..6 * CHUNK,
        turns in turns(),
        cut in 1..3 * CHUNK,
    ) {
        let plaintext = pattern(len);
        let out = Scripted::new(Vec::new(), turns);
        let mut writer = Writer::new(out, &ring(), &place(), NOW).unwrap();
        let mut rest = &plaintext[..];
        while !rest.is_empty() {
            match writer.write(&rest[..cut.min(rest.len())]) {
                Ok(0) => panic!("nothing taken"),
                Ok(taken) => rest = &rest[taken..],
                Err(error) => prop_assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        while writer.flush().is_err() {}
        let written = writer.finish();
        prop_assume!(!matches!(&written, Err(error) if error.kind() == ErrorKind::WouldBlock));
        prop_assert!(open(&written.unwrap().bytes[..]) == (plaintext, Ok(())));
    }

    /// CR-10: any number of threads writes the same bytes and opens them, also from the middle of
    /// what one thread began.
    #[test]
    fn is_the_same_on_several_threads(
        len in 0..40 * CHUNK,
        begun in 0..3 * CHUNK,
        threads in 1..6_usize,
        turns in turns(),
    ) {
        let threads = NonZeroUsize::new(threads).unwrap();
        let quiet = |turn: &Turn| !matches!(turn, Turn::Fails(ErrorKind::WouldBlock));
        let turns: Vec<_> = turns.into_iter().filter(quiet).collect();
        let plaintext = pattern(len);
        let (first, rest) = plaintext.split_at(begun.min(len));

        let mut writer = Writer::new(Vec::new(), &ring(), &place(), NOW).unwrap();
        writer.write_all(first).unwrap();
        let sealed = encrypt(Scripted::new(rest, turns.clone()), writer, threads).unwrap();
        prop_assert!(open(&sealed[..]) == (plaintext.clone(), Ok(())));

        let mut reader = reader(Scripted::new(&sealed[..], turns)).unwrap();
        let mut opened = vec![0; begun.min(len)];
        reader.read_exact(&mut opened).unwrap();
        let opened = decrypt(reader, opened, threads).unwrap();
        prop_assert!(opened == plaintext);
    }
}

/// CR-10: at every length around a border of chunks and batches, on every number of threads.
#[test]
fn opens_on_several_threads_what_several_sealed() {
    for len in LENGTHS {
        for threads in [1, 2, 3, 100].map(|n| NonZeroUsize::new(n).unwrap()) {
            let plaintext = pattern(len);
            let writer = Writer::new(Vec::new(), &ring(), &place(), NOW).unwrap();
            let sealed = encrypt(&plaintext[..], writer, threads).unwrap();
            assert!(open(&sealed[..]) == (plaintext.clone(), Ok(())), "{len}");
            let opened = decrypt(reader(&sealed[..]).unwrap(), Vec::new(), threads).unwrap();
            assert!(opened == plaintext, "{len} on {threads}");
        }
    }
}

/// CR-10: several threads hand over what one does: all before the bad chunk, and nothing of it.
#[test]
fn several_threads_stop_at_the_bad_chunk() {
    let plaintext = pattern(50 * CHUNK + 7);
    let sealed = seal(&plaintext);
    let bad_at = |at: usize| {
        let mut bad = sealed.clone();
        bad[at] ^= 1;
        bad
    };
    for chunk in [0, 1, 15, 16, 17, 31, 32, 49, 50] {
        let bad = bad_at(HEADER + chunk * SEALED);
        for threads in [1, 2, 4] {
            let mut out = Vec::new();
            let threads = NonZeroUsize::new(threads).unwrap();
            let refused = decrypt(reader(&bad[..]).unwrap(), &mut out, threads).unwrap_err();
            assert_eq!(refusal(&refused), Error::Open, "{chunk}");
            assert!(out == plaintext[..chunk * CHUNK], "{chunk} on {threads}");
        }
    }
    for chunk in [1, 16, 32, 50] {
        let cut = &sealed[..HEADER + chunk * SEALED];
        let mut out = Vec::new();
        let threads = NonZeroUsize::new(2).unwrap();
        let refused = decrypt(reader(cut).unwrap(), &mut out, threads).unwrap_err();
        assert_eq!(refusal(&refused), Error::Truncated, "{chunk}");
        assert!(out == plaintext[..chunk * CHUNK]);
    }
}

/// CR-10: an error of the input is passed on, and is the last word of the stream.
#[test]
fn an_error_of_the_input_is_final() {
    let sealed = seal(&pattern(3 * CHUNK));
    let failing = [
        Turn::Bytes(HEADER),
        Turn::Bytes(SEALED),
        Turn::Fails(ErrorKind::ConnectionReset),
    ];
    let turns = [
        &[Turn::Bytes(10), Turn::Bytes(24), Turn::Bytes(32)],
        &failing[1..],
    ]
    .concat();
    let mut reader = reader(Scripted::new(&sealed[..], turns)).unwrap();
    reader.read_exact(&mut [0; CHUNK]).unwrap();
    for len in [1, CHUNK, 1] {
        let error = reader.read(&mut vec![0; len]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    let error = reader.fill_buf().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let error = decrypt(reader, Vec::new(), NonZeroUsize::MIN).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    // While the header is read, too.
    let input = Scripted::new(&sealed[..], failing[2..].to_vec());
    let error = field_stream_support::reader(input).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

/// CR-10: after an error of the output nothing more is written and nothing finished: a caller who
/// overlooks the error has no whole stream with a gap.
#[test]
fn an_error_of_the_output_is_final() {
    for fails in [Turn::Fails(ErrorKind::StorageFull), Turn::Bytes(0)] {
        let mut out = Vec::new();
        let scripted = Scripted::new(&mut out, [Turn::Bytes(1000), fails]);
        let mut writer = Writer::new(scripted, &ring(), &place(), NOW).unwrap();
        let kind = match fails {
            Turn::Fails(kind) => kind,
            Turn::Bytes(_) => ErrorKind::WriteZero,
        };
        let error = writer.write_all(&pattern(20 * CHUNK)).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(writer.write(b"more").unwrap_err().kind(), kind);
        assert_eq!(writer.flush().unwrap_err().kind(), kind);
        assert_eq!(writer.finish().unwrap_err().kind(), kind);
        assert_eq!(out.len(), 1000);
    }
}

/// CR-10: several threads pass on the first error, of the input or the output, and end.
#[test]
fn several_threads_pass_on_the_first_error() {
    let plaintext = pattern(90 * CHUNK);
    let sealed = seal(&plaintext);
    let batch = 16 * SEALED;
    for threads in [1, 2, 5].map(|n| NonZeroUsize::new(n).unwrap()) {
        let writer = |out| Writer::new(out, &ring(), &place(), NOW).unwrap();
        let failing = || {
            [
                Turn::Bytes(batch),
                Turn::Bytes(batch),
                Turn::Fails(ErrorKind::TimedOut),
            ]
        };
        let input = Scripted::new(&plaintext[..], failing());
        let error = encrypt(input, writer(Vec::new()), threads).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);

        let out = Scripted::new(Vec::new(), failing());
        let writer = Writer::new(out, &ring(), &place(), NOW).unwrap();
        let error = encrypt(&plaintext[..], writer, threads).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);

        let input = Scripted::new(&sealed[HEADER..], failing());
        let mut out = Vec::new();
        let from = reader(sealed[..HEADER].chain(input)).unwrap();
        let error = decrypt(from, &mut out, threads).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(plaintext.starts_with(&out));

        let out = Scripted::new(Vec::new(), failing());
        let error = decrypt(reader(&sealed[..]).unwrap(), out, threads)
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}

/// Counts the reads, and panics at one of them.
struct Panics<'a>(&'a AtomicUsize, usize);

impl Read for Panics<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        assert!(
            self.0.fetch_add(1, Ordering::Relaxed) != self.1,
            "as the test wants"
        );
        Ok(out.len())
    }
}

impl Write for Panics<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Panics(self.0, self.1).read(&mut vec![0; bytes.len()])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// CR-10: a panic of an input or an output ends all threads; none waits for ever.
#[test]
fn a_panic_ends_all_threads() {
    for threads in [1, 2, 4].map(|n| NonZeroUsize::new(n).unwrap()) {
        for at in [0, 1, 5] {
            let (ring, place) = (ring(), place());
            let count = AtomicUsize::new(0);
            let ended = catch_unwind(AssertUnwindSafe(|| {
                let writer = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
                encrypt(Panics(&count, at), writer, threads)
            }));
            assert!(ended.is_err());
            // Nothing is read after the panic.
            assert_eq!(count.load(Ordering::Relaxed), at + 1);

            let count = AtomicUsize::new(0);
            let writer = Writer::new(Panics(&count, at + 1), &ring, &place, NOW).unwrap();
            let ended = catch_unwind(AssertUnwindSafe(|| {
                encrypt(io::repeat(7), writer, threads).map(|_| ())
            }));
            assert!(ended.is_err());
        }
    }
}

/// CR-10: after a failure several threads do not read on, however much there is.
#[test]
fn an_endless_input_is_not_read_after_a_failure() {
    let out = Scripted::new(
        Vec::new(),
        [Turn::Bytes(HEADER), Turn::Fails(ErrorKind::BrokenPipe)],
    );
    let writer = Writer::new(out, &ring(), &place(), NOW).unwrap();
    let error = encrypt(io::repeat(7), writer, NonZeroUsize::new(3).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
}

/// CR-10: the input is not asked again after it has said its end, as a terminal may then give more.
#[test]
fn an_input_that_has_ended_is_not_read_again() {
    struct Resumes<'a>(&'a [u8], bool);
    impl Read for Resumes<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = self.0.read(out)?;
            assert!(
                len > 0 || !core::mem::replace(&mut self.1, true),
                "read after the end"
            );
            Ok(len)
        }
    }
    for len in [0, 5, CHUNK, 16 * CHUNK, 20 * CHUNK + 5] {
        let plaintext = pattern(len);
        let sealed = seal(&plaintext);
        let mut reader = reader(Resumes(&sealed, false)).unwrap();
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        assert!(out == plaintext);
        let from = field_stream_support::reader(Resumes(&sealed, false)).unwrap();
        let out = decrypt(from, Vec::new(), NonZeroUsize::new(2).unwrap()).unwrap();
        assert!(out == plaintext);
    }
}

/// CR-10: what has failed does not go on on several threads either.
#[test]
fn several_threads_do_not_take_up_what_has_failed() {
    let two = NonZeroUsize::new(2).unwrap();
    let out = Scripted::new(Vec::new(), [Turn::Fails(ErrorKind::StorageFull)]);
    let mut writer = Writer::new(out, &ring(), &place(), NOW).unwrap();
    assert!(writer.flush().is_err());
    let error = encrypt(&b"more"[..], writer, two).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);

    let mut sealed = seal(&pattern(20 * CHUNK));
    sealed[HEADER] ^= 1;
    let mut reader = reader(&sealed[..]).unwrap();
    assert!(reader.read(&mut [0]).is_err());
    let refused = decrypt(reader, Vec::new(), two).unwrap_err();
    assert_eq!(refusal(&refused), Error::Open);
}

/// CR-10: no more than 64 threads, so no more than so many batches are held while one is written.
#[test]
fn uses_64_threads_at_most() {
    struct Counts<'a>(&'a AtomicUsize);
    impl Read for Counts<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let batches = self.0.fetch_add(1, Ordering::SeqCst);
            Ok(if batches < 90 { out.len() } else { 0 })
        }
    }
    struct Waits<'a>(&'a AtomicUsize);
    impl Write for Waits<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // The first batch is written when all other threads have had the time to take theirs.
            if bytes.len() > SEALED && self.0.load(Ordering::SeqCst) < 1000 {
                while self.0.load(Ordering::SeqCst) < 64 {
                    thread::yield_now();
                }
                for _ in 0..2000 {
                    thread::yield_now();
                }
                let taken = self.0.swap(1000, Ordering::SeqCst);
                assert!(taken <= 64 || taken >= 1000, "{taken}");
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (ring, place, taken) = (ring(), place(), AtomicUsize::new(0));
    let writer = Writer::new(Waits(&taken), &ring, &place, NOW).unwrap();
    encrypt(Counts(&taken), writer, NonZeroUsize::new(80).unwrap()).unwrap();
}

/// Says that it gave or took more than it was asked to.
struct Boasts<T>(T);

impl<R: Read> Read for Boasts<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.0.read(out)?;
        Ok(if len == 0 { 0 } else { len + 1 })
    }
}

impl<W: Write> Write for Boasts<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.0.write(bytes)? + 1)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// CR-10: an input that says more than it gave would be cut where it was believed, and a stream
/// over an output that says more than it took would have a gap: neither is finished.
#[test]
fn believes_no_number_that_cannot_be() {
    let plaintext = pattern(40 * CHUNK);
    let (ring, place) = (ring(), place());
    let writer = Writer::new(Vec::new(), &ring, &place, NOW).unwrap();
    let two = NonZeroUsize::new(2).unwrap();
    let error = encrypt(Boasts(&plaintext[..]), writer, two).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    let sealed = seal(&plaintext);
    let input = io::Cursor::new(&sealed[..HEADER]).chain(Boasts(&sealed[HEADER..]));
    let error = read_all(reader(input).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    let mut writer = Writer::new(Boasts(Vec::new()), &ring, &place, NOW).unwrap();
    let error = writer.write_all(&plaintext).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(writer.finish().is_err());
}
