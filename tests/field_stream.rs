//! Streams: what is sealed opens, and nothing else does.
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
    io::{BufRead, ErrorKind, Read, Write},
    time::Duration,
};

use field_stream_support::*;
use portcullis::field::{
    Context, Error, Key, Keyring, Padding, Part, Policy, Purpose, Scope, Suite,
    stream::{self, Place, Reader, Writer},
};
use proptest::prelude::*;

/// CR-10: what was written comes out, however it was cut when it was written and read.
#[test]
fn opens_what_was_written_at_every_length() {
    for len in LENGTHS {
        let plaintext = pattern(len);
        let sealed = seal(&plaintext);
        assert_eq!(open(&sealed[..]), (plaintext, Ok(())), "{len}");
    }
}

/// CR-10: the overhead that the documentation states.
#[test]
fn is_82_bytes_longer_and_16_more_for_each_full_chunk() {
    for (len, sealed_len) in [
        (0, 82),
        (1, 83),
        (16_383, 16_465),
        (16_384, 16_482),
        (65_536, 65_682),
    ] {
        assert_eq!(seal(&pattern(len)).len(), sealed_len, "{len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// CR-10: the cuts of writing and reading are not in the stream.
    #[test]
    fn does_not_depend_on_how_it_is_cut(
        len in 0..5 * CHUNK,
        writes in prop::collection::vec((0..3 * CHUNK, any::<bool>()), 0..12),
        reads in prop::collection::vec(0..3 * CHUNK, 1..12),
    ) {
        let plaintext = pattern(len);
        let mut writer = Writer::new(Vec::new(), &ring(), &place(), NOW).unwrap();
        let mut rest = &plaintext[..];
        for (cut, flush) in writes {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            writer.write_all(now).unwrap();
            if flush {
                writer.flush().unwrap();
            }
            rest = later;
        }
        writer.write_all(rest).unwrap();
        let sealed = writer.finish().unwrap();

        let mut reader = reader(&sealed[..]).unwrap();
        let mut opened = Vec::new();
        for cut in reads.iter().cycle() {
            let mut buffer = vec![0; *cut];
            let len = reader.read(&mut buffer).unwrap();
            opened.extend_from_slice(&buffer[..len]);
            if len == 0 && *cut > 0 || reads.iter().all(|cut| *cut == 0) {
                break;
            }
        }
        reader.read_to_end(&mut opened).unwrap();
        prop_assert!(opened == plaintext);
    }
}

/// CR-10: lines are read as from a file.
#[test]
fn is_read_by_lines() {
    let lines = (0..5000).map(|n| format!("line {n}\n")).collect::<String>();
    let sealed = seal(lines.as_bytes());
    let read: Vec<_> = reader(&sealed[..])
        .unwrap()
        .lines()
        .map(Result::unwrap)
        .collect();
    assert!(
        read.iter()
            .enumerate()
            .all(|(n, line)| *line == format!("line {n}"))
    );
    assert_eq!(read.len(), 5000);
}

/// CR-10: a prefix is refused, whether it ends in the header, in a chunk or between two: every one
/// around the borders, and some hundreds of the rest. What came before the bad chunk is handed over,
/// and nothing of it.
#[test]
fn refuses_every_prefix() {
    let plaintext = pattern(2 * CHUNK + 100);
    let sealed = seal(&plaintext);
    let borders = [HEADER, HEADER + SEALED, HEADER + 2 * SEALED, sealed.len()];
    let near =
        |len: &usize| len.is_multiple_of(97) || borders.iter().any(|b| len.abs_diff(*b) < 40);
    for len in (0..sealed.len()).filter(near) {
        let (handed_over, result) = open(&sealed[..len]);
        let chunks = len.saturating_sub(HEADER) / SEALED;
        assert!(handed_over == plaintext[..chunks * CHUNK], "cut at {len}");
        let at_a_border = len < HEADER || (len - HEADER) % SEALED < 16;
        let error = if at_a_border {
            Error::Truncated
        } else {
            Error::Open
        };
        assert_eq!(result, Err(error), "cut at {len}");
    }
}

/// CR-10: a stream of whole chunks only has an empty last one, and is refused without it.
#[test]
fn refuses_a_stream_that_ends_after_a_whole_chunk() {
    let plaintext = pattern(3 * CHUNK);
    let sealed = seal(&plaintext);
    assert_eq!(sealed.len(), HEADER + 3 * SEALED + 16);
    let cut = &sealed[..sealed.len() - 16];
    assert_eq!(open(cut), (plaintext, Err(Error::Truncated)));
}

/// CR-10: nothing that follows the last chunk is passed over, however long it is.
#[test]
fn refuses_what_is_appended() {
    for len in [0, 100, CHUNK - 1, CHUNK] {
        let plaintext = pattern(len);
        let sealed = seal(&plaintext);
        for more in [1, 15, 16, 17, SEALED - 16 - len % CHUNK, SEALED, 2 * SEALED] {
            let (handed_over, result) = open(&[&sealed[..], &vec![0; more]].concat()[..]);
            assert!(matches!(result, Err(Error::Open)), "{len} and {more}");
            assert!(handed_over == plaintext[..len / CHUNK * CHUNK]);
        }
        // Itself once more, with and without its header.
        for more in [&sealed[..], &sealed[HEADER..]] {
            let (_, result) = open(&[&sealed[..], more].concat()[..]);
            assert!(matches!(result, Err(Error::Open)));
        }
    }
}

/// CR-10: every byte counts; of the chunk in which one is changed nothing is handed over.
#[test]
fn refuses_every_changed_byte() {
    let plaintext = pattern(CHUNK + 40);
    let sealed = seal(&plaintext);
    let near = |at: &usize| at.is_multiple_of(31) || *at < 100 || at.abs_diff(HEADER + SEALED) < 60;
    for at in (0..sealed.len()).filter(near) {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (at % 8);
        let (handed_over, result) = open(&changed[..]);
        assert!(result.is_err(), "byte {at}");
        let first_chunk = at >= HEADER + SEALED;
        let expected = if first_chunk { CHUNK } else { 0 };
        assert!(handed_over == plaintext[..expected], "byte {at}");
    }
}

/// The chunks of a stream.
fn chunks(sealed: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (header, chunks) = sealed.split_at(HEADER);
    (
        header.to_vec(),
        chunks.chunks(SEALED).map(<[u8]>::to_vec).collect(),
    )
}

/// CR-10: no chunk opens in another's place, nor twice, nor is one missed.
#[test]
fn refuses_chunks_that_are_swapped_repeated_or_left_out() {
    let plaintext = pattern(4 * CHUNK + 9);
    let (header, genuine) = chunks(&seal(&plaintext));
    let join = |chunks: &[Vec<u8>]| [header.clone(), chunks.concat()].concat();
    for i in 0..4 {
        for j in i + 1..4 {
            let mut swapped = genuine.clone();
            swapped.swap(i, j);
            let expected = (plaintext[..i * CHUNK].to_vec(), Err(Error::Open));
            assert!(open(&join(&swapped)[..]) == expected, "{i} and {j}");
        }
        let mut repeated = genuine.clone();
        repeated.insert(i, genuine[i].clone());
        let expected = (plaintext[..(i + 1) * CHUNK].to_vec(), Err(Error::Open));
        assert!(open(&join(&repeated)[..]) == expected, "{i} twice");

        let mut without = genuine.clone();
        without.remove(i);
        let expected = (plaintext[..i * CHUNK].to_vec(), Err(Error::Open));
        assert!(open(&join(&without)[..]) == expected, "without {i}");
    }
}

/// CR-10: chunks of two streams under one key and one place do not mix, though their numbers fit.
#[test]
fn refuses_a_chunk_of_another_stream() {
    let plaintext = pattern(3 * CHUNK + 9);
    let (header, mine) = chunks(&seal(&plaintext));
    let (_, others) = chunks(&seal(&plaintext));
    for i in 0..4 {
        let mut spliced = mine.clone();
        spliced[i].clone_from(&others[i]);
        let (handed_over, result) = open(&[header.clone(), spliced.concat()].concat()[..]);
        assert_eq!(result, Err(Error::Open), "chunk {i}");
        assert!(handed_over == plaintext[..i * CHUNK]);
    }
    let foreign = [header, others.concat()].concat();
    assert_eq!(open(&foreign[..]), (vec![], Err(Error::Open)));
}

/// CR-10, CR-02: a stream opens in its place only, before a byte is handed over.
#[test]
fn opens_in_its_own_place_only() {
    let (ring, sealed) = (ring(), seal(b"dump"));
    let acme = || Context::new().tenant("acme").row("2026-11-22");
    for other in [
        Place::new("log", acme()),
        Place::new("backup", acme().tenant("other")),
        Place::new("backup", acme().without_tenant()),
        Place::new("backup", acme().row("2026-11-21")),
        Place::new("backup", acme().row(20_261_122)),
        Place::new("backup", acme().without_row()),
        Place::new("backup", acme().environment("test")),
        Place::new("backup", acme().subject("person-7")),
    ] {
        let refused = Reader::new(&sealed[..], &ring, &other).unwrap_err();
        assert_eq!(refusal(&refused), Error::Open, "{other:?}");
    }
    let same = Place::new("backup", acme().table("ignored").column("ignored"));
    assert!(Reader::new(&sealed[..], &ring, &same).is_ok());
}

/// CR-10: a place that leaves open whose stream it is seals nothing and opens nothing.
#[test]
fn needs_a_tenant_and_an_item_or_neither_on_purpose() {
    let (ring, sealed) = (ring(), seal(b"dump"));
    for (context, error) in [
        (Context::new().row(1), "context does not say its tenant"),
        (
            Context::new().tenant("acme"),
            "context does not say its row",
        ),
        (
            Context::new().tenant("").row(1),
            "context has an empty tenant",
        ),
    ] {
        let place = Place::new("backup", context);
        let refused = Writer::new(Vec::new(), &ring, &place, NOW).unwrap_err();
        assert_eq!(refused.to_string(), error);
        let refused = Reader::new(&sealed[..], &ring, &place).unwrap_err();
        assert_eq!(refused.to_string(), error);
    }
}

/// CR-10: a padding is refused, not ignored: a stream's length is not hidden.
#[test]
fn refuses_a_padding() {
    let padded = Padding::to_multiple_of(64);
    let place = |padding| {
        let context = Context::new().without_tenant().row(1).padding(padding);
        Place::new("backup", context)
    };
    let ring = ring();
    let refused = Writer::new(Vec::new(), &ring, &place(padded), NOW).err();
    assert_eq!(refused, Some(Error::StreamPadding));
    let sealed = Writer::new(Vec::new(), &ring, &place(Padding::none()), NOW);
    let sealed = sealed.unwrap().finish().unwrap();
    let refused = Reader::new(&sealed[..], &ring, &place(padded)).unwrap_err();
    assert_eq!(refused.to_string(), Error::StreamPadding.to_string());
}

/// CR-10: a stream and an envelope are never taken for each other, though one key seals both.
#[test]
fn is_no_envelope_and_no_envelope_is_a_stream() {
    let ring = ring();
    let cell = Context::new()
        .tenant("acme")
        .row("2026-11-22")
        .table("portcullis/stream")
        .column("backup");
    let envelope = ring.seal(&cell, b"dump", NOW).unwrap();
    assert_eq!(open(&envelope[..]).1, Err(Error::NotAStream));
    let sealed = seal(b"dump");
    assert_eq!(ring.open(&cell, &sealed).err(), Some(Error::NotAnEnvelope));
    // Nor with the other's beginning: it is authenticated.
    let relabelled = [&sealed[..10], &envelope[5..]].concat();
    assert_eq!(open(&relabelled[..]).1, Err(Error::Open));
    let relabelled = [&envelope[..5], &sealed[10..]].concat();
    assert_eq!(ring.open(&cell, &relabelled).err(), Some(Error::Open));
}

/// CR-10: what the header says is looked at before a key is.
#[test]
fn refuses_a_header_that_there_is_not() {
    let sealed = seal(b"dump");
    let with = |at: usize, byte: u8| {
        let mut changed = sealed.clone();
        changed[at] = byte;
        (
            open(&changed[..]).1.unwrap_err(),
            stream::key_version(&changed),
        )
    };
    for at in 0..4 {
        assert_eq!(with(at, b'x'), (Error::NotAStream, Err(Error::NotAStream)));
    }
    for (at, byte) in [(4, 0), (4, 2), (5, 0xFA), (5, 0)] {
        let unsupported = Error::UnsupportedStream;
        assert_eq!(with(at, byte), (unsupported.clone(), Err(unsupported)));
    }
    assert_eq!(with(9, 0), (Error::NotAStream, Err(Error::NotAStream)));
    let (refused, version) = with(9, 2);
    assert_eq!(refused, Error::UnknownKey(version.unwrap()));
    assert_eq!(open(&b"plain text"[..]).1, Err(Error::NotAStream));
    assert_eq!(open(&b""[..]).1, Err(Error::Truncated));
}

/// CR-10, S1-06: the key is named in the header and chosen by it, never tried.
#[test]
fn opens_with_the_key_that_it_names() {
    let (mut ring, place) = (ring(), place());
    let first = ring.primary();
    let old = seal_with(&ring, &place, b"old");
    let second = ring.stage_key(Key::from_bytes([9; 32]), NOW).unwrap();
    ring.promote(second, NOW).unwrap();
    let new = seal_with(&ring, &place, b"new");
    for (sealed, version, stale) in [(&old, first, Some(first)), (&new, second, None)] {
        assert_eq!(stream::key_version(&sealed[..10]), Ok(version));
        let reader = Reader::new(&sealed[..], &ring, &place).unwrap();
        assert_eq!((reader.key_version(), reader.stale()), (version, stale));
    }
    let mut relabelled = old.clone();
    relabelled[9] = 2;
    let refused = Reader::new(&relabelled[..], &ring, &place).unwrap_err();
    assert_eq!(refusal(&refused), Error::Open);
    let others = Keyring::new(Key::from_bytes([8; 32]), NOW);
    let refused = Reader::new(&old[..], &others, &place).unwrap_err();
    assert_eq!(refusal(&refused), Error::Open);
    ring.suspend(first, NOW).unwrap();
    let refused = Reader::new(&old[..], &ring, &place).unwrap_err();
    assert_eq!(refusal(&refused), Error::Suspended(first));
}

/// CR-10, CR-04: the ring's rules hold for streams: what its keys are for, whose they are, how old
/// they get, of which suite they are.
#[test]
fn keeps_to_the_rules_of_the_ring() {
    let for_backups = || Policy::new().for_purpose(Purpose::stream("backup"));
    let ring =
        |scope, policy| Keyring::new_for(Key::from_bytes([7; 32]), scope, policy, NOW).unwrap();
    let begin = |ring: &Keyring, place: &Place, now| Writer::new(Vec::new(), ring, place, now);
    let refused = |ring: &Keyring, place: &Place| {
        let unrestricted = ring_of([7; 32]);
        let sealed = seal_with(&unrestricted, place, b"dump");
        let error = begin(ring, place, NOW).unwrap_err();
        let opening = Reader::new(&sealed[..], ring, place).unwrap_err();
        assert_eq!(refusal(&opening), error);
        error
    };
    let acme = || Context::new().tenant("acme").row(1);

    let backups = ring(Scope::application(), for_backups());
    assert!(begin(&backups, &Place::new("backup", acme()), NOW).is_ok());
    let log = Place::new("log", acme());
    assert_eq!(refused(&backups, &log), Error::OutOfPurpose);
    let cell = acme().table("portcullis/stream").column("backup");
    assert_eq!(
        backups.seal(&cell, b"", NOW).err(),
        Some(Error::OutOfPurpose)
    );
    let cells = Policy::new().for_purpose(Purpose::column("portcullis/stream", "backup"));
    let cells = ring(Scope::application(), cells);
    assert_eq!(refused(&cells, &place()), Error::OutOfPurpose);

    let tenants = ring(Scope::tenant("acme"), Policy::new());
    assert!(begin(&tenants, &Place::new("backup", acme()), NOW).is_ok());
    let other = Place::new("backup", acme().tenant("other"));
    assert_eq!(refused(&tenants, &other), Error::OutOfScope(Part::Tenant));

    let aged = Policy::new().with_max_age(Duration::from_secs(60));
    let aged = ring(Scope::application(), aged);
    let later = NOW.saturating_add(Duration::from_secs(61));
    let overdue = begin(&aged, &place(), later).unwrap_err();
    assert_eq!(overdue, Error::Overdue(aged.primary()));

    let once = ring(Scope::application(), Policy::new().with_max_seals(1));
    let sealed = seal_with(&once, &place(), &pattern(5 * CHUNK));
    let exhausted = begin(&once, &place(), NOW).unwrap_err();
    assert_eq!(exhausted, Error::Exhausted(once.primary()));
    assert!(Reader::new(&sealed[..], &once, &place()).is_ok());

    let xaes = ring(
        Scope::application(),
        Policy::new().with_suite(Suite::Xaes256Gcm),
    );
    let version = xaes.primary();
    assert_eq!(refused(&xaes, &place()), Error::WrongSuite { version });
}

fn ring_of(key: [u8; 32]) -> Keyring {
    Keyring::new(Key::from_bytes(key), NOW)
}

/// CR-10: a writer that is dropped has written no whole stream, wherever it stood.
#[test]
fn what_is_not_finished_is_truncated() {
    for len in LENGTHS {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, &ring(), &place(), NOW).unwrap();
        writer.write_all(&pattern(len)).unwrap();
        writer.flush().unwrap();
        drop(writer);
        let (handed_over, result) = open(&out[..]);
        assert_eq!(result, Err(Error::Truncated), "{len}");
        assert!(handed_over == pattern(len)[..len / CHUNK * CHUNK]);
    }
}

/// CR-10: a refusal is final. No later read gives anything, nor the end.
#[test]
fn refuses_for_ever_after_the_first_refusal() {
    let mut sealed = seal(&pattern(3 * CHUNK));
    sealed[HEADER + SEALED] ^= 1;
    let mut reader = reader(&sealed[..]).unwrap();
    let mut out = [0; CHUNK];
    reader.read_exact(&mut out).unwrap();
    for len in [1, CHUNK, 100, CHUNK] {
        let refused = reader.read(&mut out[..len]).unwrap_err();
        assert_eq!(refusal(&refused), Error::Open);
        // Not `UnexpectedEof`, which many loops take for the end.
        assert_eq!(refused.kind(), ErrorKind::InvalidData);
    }
    assert_eq!(refusal(&reader.fill_buf().unwrap_err()), Error::Open);
}

/// CR-10: a chunk that is not genuine leaves the caller's bytes as they were.
#[test]
fn writes_nothing_of_a_bad_chunk_into_the_callers_buffer() {
    let mut sealed = seal(&pattern(CHUNK + 3));
    sealed[HEADER + CHUNK - 1] ^= 1;
    let mut out = [0xAA; CHUNK];
    assert!(reader(&sealed[..]).unwrap().read(&mut out).is_err());
    assert!(out.iter().all(|byte| *byte == 0xAA));
}

/// CR-10: a truncated stream is told by `InvalidData`, too.
#[test]
fn a_truncation_is_no_unexpected_end() {
    let sealed = seal(&pattern(CHUNK));
    for len in [0, 5, 30, HEADER, HEADER + 3, HEADER + SEALED] {
        let read =
            reader(&sealed[..len]).and_then(|mut reader| reader.read_to_end(&mut Vec::new()));
        let refused = read.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidData, "{len}");
        assert_eq!(refusal(&refused), Error::Truncated, "{len}");
        assert_eq!(refused.to_string(), "stream ends before its last chunk");
    }
}

/// CR-10: an empty buffer is no question for the end.
#[test]
fn an_empty_read_reads_nothing() {
    let sealed = seal(b"dump");
    let mut reader = reader(&sealed[..HEADER]).unwrap();
    assert_eq!(reader.read(&mut []).unwrap(), 0);
    assert_eq!(
        refusal(&reader.read(&mut [0]).unwrap_err()),
        Error::Truncated
    );
}

/// CR-10: the end stays the end, and is asked of the input once.
#[test]
fn says_the_end_again() {
    let sealed = seal(b"dump");
    let mut reader = reader(&sealed[..]).unwrap();
    let mut out = Vec::new();
    reader.read_to_end(&mut out).unwrap();
    for len in [1, CHUNK, 2 * CHUNK] {
        assert_eq!(reader.read(&mut vec![0; len]).unwrap(), 0);
    }
    assert_eq!(out, b"dump");
}

/// CR-10: what was written by another implementation opens.
#[test]
fn opens_the_golden_stream() {
    let ring = Keyring::new(Key::from_bytes(core::array::from_fn(|i| i as u8)), NOW);
    let sealed = &include_bytes!("vectors/field/stream.bin")[..];
    let mut opened = Vec::new();
    let mut reader = Reader::new(sealed, &ring, &place()).unwrap();
    reader.read_to_end(&mut opened).unwrap();
    let expected: Vec<_> = (0..CHUNK + 5).map(|i| (i * 7 % 251) as u8).collect();
    assert!(opened == expected);
}

/// CR-10: neither prints what it holds.
#[test]
fn prints_no_plaintext() {
    let mut writer = Writer::new(Vec::new(), &ring(), &place(), NOW).unwrap();
    writer.write_all(b"hunter2").unwrap();
    assert_eq!(
        format!("{writer:?}"),
        "Writer { key_version: KeyVersion(1), chunks: 0, failure: Failure(None), .. }"
    );
    let sealed = writer.finish().unwrap();
    let mut reader = reader(&sealed[..]).unwrap();
    reader.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(
        format!("{reader:?}"),
        "Reader { key_version: KeyVersion(1), position: 3, ended: true, failure: Failure(None), .. }"
    );
    assert_eq!(
        format!("{:?}", place()),
        "Place { context: Context {Tenant, Table, Column, Row} }"
    );
}
