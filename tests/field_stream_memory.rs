//! What streams hold in memory: a fixed amount, and nothing of a key or a plaintext when they are
//! gone.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

mod field_stream_support;
mod held;

use std::{
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    num::NonZeroUsize,
};

use field_stream_support::*;
use portcullis::field::{
    Key, Keyring,
    stream::{Reader, Writer, decrypt, encrypt},
};

const KIB: usize = 1024;
/// What the test harness may hold beside. The streams differ by 120 chunks of 16 KiB.
const NOISE: usize = 16 * KIB;

/// CR-10: what is held does not grow with the stream, in whatever direction it goes.
#[test]
fn holds_the_same_whatever_the_length() {
    let _alone = held::alone();
    let (ring, place) = (ring(), place());
    let most = |run: &dyn Fn(usize), len| held::most(|| run(len));
    let write = |len: usize| {
        let mut writer = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
        io::copy(&mut io::repeat(7).take(len as u64), &mut writer).unwrap();
        writer.finish().unwrap();
    };
    let short = most(&write, 40 * CHUNK);
    assert!((40 * KIB..80 * KIB).contains(&short), "{short}");
    assert!(short.abs_diff(most(&write, 160 * CHUNK)) < NOISE);

    let streams = [40, 160].map(|chunks| seal(&vec![7; chunks * CHUNK]));
    let read = |which: usize| {
        let mut reader = Reader::new(&streams[which][..], &ring, &place).unwrap();
        let mut some = [0; 5000];
        while reader.read(&mut some).unwrap() > 0 {}
    };
    let short = most(&read, 0);
    assert!((40 * KIB..80 * KIB).contains(&short), "{short}");
    assert!(short.abs_diff(most(&read, 1)) < NOISE);

    let sought = |which: usize| {
        let mut reader = Reader::new(Cursor::new(&streams[which]), &ring, &place).unwrap();
        for at in 0..40 {
            reader.seek(SeekFrom::Start(at * 9973)).unwrap();
            reader.read_exact(&mut [0; 100]).unwrap();
        }
    };
    assert!(most(&sought, 0).abs_diff(most(&sought, 1)) < NOISE);
}

/// CR-10: a thread holds half a MiB; on all of them together it is no more for a longer stream.
#[test]
fn holds_half_a_mebibyte_a_thread() {
    let _alone = held::alone();
    let (ring, place) = (ring(), place());
    for threads in [1, 2, 4] {
        let number = NonZeroUsize::new(threads).unwrap();
        for chunks in [150, 300] {
            let input = io::repeat(7).take((chunks * CHUNK) as u64);
            let held = held::most(|| {
                let writer = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
                encrypt(input, writer, number).unwrap();
            });
            let most = threads * 530 * KIB + 200 * KIB;
            assert!((500 * KIB..most).contains(&held), "{held} on {threads}");
        }
        let sealed = seal(&vec![7; 300 * CHUNK]);
        let held = held::most(|| {
            let reader = Reader::new(&sealed[..], &ring, &place).unwrap();
            decrypt(reader, io::sink(), number).unwrap();
        });
        let most = threads * 530 * KIB + 200 * KIB;
        assert!((500 * KIB..most).contains(&held), "{held} on {threads}");
    }
}

/// A key, and part of a plaintext.
const CANARY: &[u8; 32] = b"planted-canary-0123456789abcdefg";

/// CO-03, CR-10: neither the key nor the plaintext is in what is freed, however far a stream got.
#[test]
fn leaves_nothing_behind() {
    let _alone = held::alone();
    let mut plaintext = vec![b'.'; 20 * CHUNK];
    for at in [0, CHUNK - 16, 5 * CHUNK, 16 * CHUNK + 3, 20 * CHUNK - 32] {
        plaintext[at..at + 32].copy_from_slice(CANARY);
    }
    let key = || Keyring::new(Key::from_bytes(*CANARY), NOW);
    let (ring, place) = (key(), place());
    let sealed = seal_with(&ring, &place, &plaintext);
    let mut bad = sealed.clone();
    bad[HEADER + 17 * SEALED] ^= 1;
    let mut out = vec![0; 3 * CHUNK];
    // The control: the allocator sees what is left.
    assert_eq!(held::left(|| drop(plaintext[..50].to_vec())), 1);
    let left = held::left(|| {
        let mut writer = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
        for piece in plaintext.chunks(1000) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap();
        let mut dropped = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
        dropped.write_all(&plaintext[..1000]).unwrap();
        drop(dropped);
        for sealed in [&sealed, &bad] {
            let mut reader = Reader::new(Cursor::new(sealed), &ring, &place).unwrap();
            while reader.read(&mut out[..999]).is_ok_and(|len| len > 0) {}
            let mut reader = Reader::new(Cursor::new(sealed), &ring, &place).unwrap();
            while reader.read(&mut out).is_ok_and(|len| len > 0) {}
            let mut reader = Reader::new(Cursor::new(sealed), &ring, &place).unwrap();
            reader.seek(SeekFrom::End(-32)).unwrap();
            reader.read_exact(&mut out[..32]).unwrap();
            for threads in [1, 3].map(|n| NonZeroUsize::new(n).unwrap()) {
                let reader = Reader::new(&sealed[..], &ring, &place).unwrap();
                let _ = decrypt(reader, io::sink(), threads);
            }
        }
        for threads in [1, 3].map(|n| NonZeroUsize::new(n).unwrap()) {
            let mut writer = Writer::new(io::sink(), &ring, &place, NOW).unwrap();
            writer.write_all(&plaintext[..1000]).unwrap();
            encrypt(&plaintext[1000..], writer, threads).unwrap();
        }
        drop(key());
    });
    assert_eq!(left, 0);
}
