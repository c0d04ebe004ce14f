//! Portcullis's streams beside bare ciphers: 64 MiB in chunks of 16 KiB, on one thread and on all.

use std::{
    hint::black_box,
    io::{self, Read, Write},
    num::NonZeroUsize,
    thread,
    time::{Duration, Instant},
};

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, aead::inout::InOutBuf};
use cpu_time::ThreadTime;
use portcullis::{
    Timestamp,
    field::{
        Context, Key, Keyring,
        stream::{Place, Reader, Writer, decrypt, encrypt},
    },
};
use ring::aead;

use crate::measure::median;

const LEN: usize = 64 * 1024 * 1024;
const CHUNK: usize = 16 * 1024;
const TAG: usize = 16;
/// How much a program reads or writes at once.
const PIECE: usize = 16 * 1024;
const KEY: [u8; 32] = [7; 32];

/// One way to go through 64 MiB.
struct Way<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    fn new(name: impl Into<String>, run: impl FnMut() + 'a) -> Self {
        let (name, run) = (name.into(), Box::new(run));
        Self { name, run }
    }
}

/// Times them and prints the tables.
pub fn compare(quick: bool) {
    let rounds = if quick { 3 } else { 41 };
    let now = Timestamp::now();
    let ring = Keyring::new(Key::from_bytes(KEY), now);
    let place = Place::new("backup", Context::new().tenant("acme").row(42));
    let plaintext: Vec<u8> = (0..LEN).map(|i| (i % 251) as u8).collect();
    let writer = || Writer::new(io::sink(), &ring, &place, now).expect("a primary key");
    let stream = {
        let mut writer = Writer::new(Vec::new(), &ring, &place, now).expect("a primary key");
        writer.write_all(&plaintext).expect("memory");
        writer.finish().expect("memory")
    };
    let reader = || Reader::new(black_box(&stream[..]), &ring, &place).expect("genuine");
    let bare = bare_sealed(&plaintext);

    println!("\nstreams: median of {rounds} rounds of 64 MiB, processor time of one thread");
    let mut piece = vec![0; PIECE];
    let mut ways = [
        Way::new("bare aes-gcm, seal", || seal_bare(black_box(&plaintext))),
        Way::new("Writer", || {
            let mut writer = writer();
            for piece in black_box(&plaintext).chunks(PIECE) {
                writer.write_all(piece).expect("a sink");
            }
            writer.finish().expect("a sink");
        }),
        Way::new("ring, seal", || seal_ring(black_box(&plaintext))),
        Way::new("bare aes-gcm, open", || open_bare(black_box(&bare))),
        Way::new("bare aes-gcm, read and opened", || {
            open_read(black_box(&bare[..]));
        }),
        Way::new("Reader", || {
            let mut reader = reader();
            while reader.read(&mut piece).expect("genuine") > 0 {}
        }),
    ];
    print(&mut ways, rounds, |run| {
        let start = ThreadTime::now();
        run();
        start.elapsed()
    });

    println!("\nstreams: the same, time by the clock");
    let all = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut ways = vec![
        Way::new("bare aes-gcm, seal", || seal_bare(black_box(&plaintext))),
        Way::new("bare aes-gcm, open", || open_bare(black_box(&bare))),
    ];
    for threads in [NonZeroUsize::MIN, all] {
        ways.push(Way::new(format!("encrypt on {threads}"), {
            let plaintext = &plaintext[..];
            move || {
                encrypt(black_box(plaintext), writer(), threads).expect("a sink");
            }
        }));
        ways.push(Way::new(format!("decrypt on {threads}"), move || {
            decrypt(reader(), io::sink(), threads).expect("genuine");
        }));
    }
    print(&mut ways, rounds, |run| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
}

/// Times the ways in turn, each as often the first as the last.
fn print(ways: &mut [Way<'_>], rounds: usize, time: fn(&mut dyn FnMut()) -> Duration) {
    let mut samples = vec![Vec::new(); ways.len()];
    for round in 0..=rounds {
        for turn in 0..ways.len() {
            let at = (round + turn) % ways.len();
            let taken = time(&mut ways[at].run);
            if round > 0 {
                samples[at].push(taken);
            }
        }
    }
    println!("\n| | ms | GB/s |\n|---|--:|--:|");
    for (way, samples) in ways.iter().zip(samples) {
        let seconds = median(samples).unwrap_or_default().as_secs_f64();
        let rate = LEN as f64 / seconds / 1e9;
        println!("| {} | {:.2} | {rate:.2} |", way.name, seconds * 1e3);
    }
}

fn nonce(number: usize) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&(number as u64).to_be_bytes());
    nonce
}

/// Each chunk into the same memory, as something else would write it from there.
fn seal_bare(plaintext: &[u8]) {
    let cipher = Aes256Gcm::new(&KEY.into());
    let mut out = vec![0; CHUNK];
    for (number, chunk) in plaintext.chunks_exact(CHUNK).enumerate() {
        let buffer = InOutBuf::new(chunk, &mut out).expect("as long");
        let tag = cipher.encrypt_inout_detached(&nonce(number).into(), b"", buffer);
        black_box((&out, tag.expect("not too long")));
    }
}

fn bare_sealed(plaintext: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&KEY.into());
    let mut sealed = Vec::new();
    for (number, chunk) in plaintext.chunks_exact(CHUNK).enumerate() {
        let mut chunk = chunk.to_vec();
        let nonce = nonce(number).into();
        let tag = cipher.encrypt_inout_detached(&nonce, b"", chunk.as_mut_slice().into());
        sealed.extend_from_slice(&chunk);
        sealed.extend_from_slice(&tag.expect("not too long"));
    }
    sealed
}

fn open_bare(sealed: &[u8]) {
    let cipher = Aes256Gcm::new(&KEY.into());
    let mut out = vec![0; CHUNK];
    for (number, chunk) in sealed.chunks_exact(CHUNK + TAG).enumerate() {
        let (ciphertext, tag) = chunk.split_at(CHUNK);
        let buffer = InOutBuf::new(ciphertext, &mut out).expect("as long");
        let tag = tag.try_into().expect("its length");
        cipher
            .decrypt_inout_detached(&nonce(number).into(), b"", buffer, tag)
            .expect("genuine");
        black_box(&out);
    }
}

/// The same of an input that gives its bytes by `Read`, as a file does and as our reader takes it.
fn open_read(mut input: &[u8]) {
    let cipher = Aes256Gcm::new(&KEY.into());
    let (mut chunk, mut out) = (vec![0; CHUNK + TAG], vec![0; CHUNK]);
    for number in 0.. {
        if input.read_exact(black_box(&mut chunk)).is_err() {
            break;
        }
        let (ciphertext, tag) = chunk.split_at(CHUNK);
        let buffer = InOutBuf::new(ciphertext, &mut out).expect("as long");
        let tag = tag.try_into().expect("its length");
        cipher
            .decrypt_inout_detached(&nonce(number).into(), b"", buffer, tag)
            .expect("genuine");
        black_box(&out);
    }
}

/// In place, as it cannot write elsewhere: the copy is part of the time.
fn seal_ring(plaintext: &[u8]) {
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, &KEY).expect("its length");
    let key = aead::LessSafeKey::new(key);
    let mut out = vec![0; CHUNK];
    for (number, chunk) in plaintext.chunks_exact(CHUNK).enumerate() {
        out.copy_from_slice(chunk);
        let nonce = aead::Nonce::assume_unique_for_key(nonce(number));
        let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::empty(), &mut out);
        black_box((&out, tag.is_ok()));
    }
}
