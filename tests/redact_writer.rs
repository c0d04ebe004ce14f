//! What a stream of lines through `redact` counts, keeps and gives back.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::{
    io::{self, ErrorKind, Write},
    sync::LazyLock,
};

use portcullis::redact::{Kind, Policy, Writer};
use proptest::{prelude::*, sample::select};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn written(max_line: usize, parts: &[&[u8]]) -> (String, portcullis::redact::Counts) {
    let mut writer = Writer::new(POLICY.clone(), Vec::new()).with_max_line(max_line);
    for part in parts {
        writer.write_all(part).unwrap();
    }
    let (safe, counts) = writer.finish().unwrap();
    (String::from_utf8_lossy(&safe).into_owned(), counts)
}

/// RD-04: progress that only returns to the start of its line is written, and a secret in it is not.
#[test]
fn writes_progress_that_ends_no_line() {
    let text = "10 %\r20 %\rpin=4071\r30 %\r40 %\rdone\nnext\n";
    let safe = "10 %\r20 %\rpin=[REDACTED:pin]\r30 %\r40 %\rdone\nnext\n";
    for max_line in [16, 20, 100] {
        let (out, counts) = written(max_line, &[text.as_bytes()]);
        assert_eq!(out, safe, "{max_line}");
        assert_eq!((counts.lines(), counts.withheld()), (2, 0));
    }
    let (out, counts) = written(16, &[b"10 %\r", &[b'x'; 40], b"\rtail\r\nnext\n"]);
    assert_eq!(out, "10 %\r[REDACTED:line]\nnext\n");
    assert_eq!((counts.lines(), counts.withheld()), (2, 1));
    let mut writer = Writer::new(POLICY.clone(), Vec::new()).with_max_line(8);
    writer.write_all(b"10 %\r20 %\r").unwrap();
    assert_eq!(writer.get_ref(), b"10 %\r");
}

/// RD-04: bytes that are no text pass through a stream as they are.
#[test]
fn leaves_bytes_that_are_no_text_alone() {
    let text = b"\x00\xff\xfe\n\xf0\x28\r\n\x00password=hunter2\x00\n\xed\xa0\x80";
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    for byte in text {
        writer.write_all(&[*byte]).unwrap();
    }
    let (safe, _) = writer.finish().unwrap();
    let expected =
        b"\x00\xff\xfe\n\xf0\x28\r\n\x00password=[REDACTED:password]\x00\n\xed\xa0\x80".to_vec();
    assert_eq!(safe, expected);
}

/// RD-11: what was replaced is counted by kind and by rule, as `detect` counts it.
#[test]
fn counts_by_kind_and_by_rule() {
    let text = "password=hunter2 pg://ada:s3cret@db/x\npin=4071\nok";
    let (_, counts) = written(100, &[text.as_bytes()]);
    assert_eq!(counts, POLICY.detect(text.as_bytes()));
    assert_eq!(
        counts.rules().collect::<Vec<_>>(),
        [("keyed", 2), ("url", 1)]
    );
    assert_eq!(counts.of(Kind::Password), 2);
}

/// Does what a script says, again and again: takes some bytes, or fails.
struct Scripted {
    script: Vec<Result<usize, ErrorKind>>,
    at: usize,
    taken: Vec<u8>,
}

impl Write for Scripted {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let step = self.script[self.at % self.script.len()];
        self.at += 1;
        let taken = step?.min(buf.len());
        self.taken.extend_from_slice(&buf[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// RD-04: short writes, interruptions and a full pipe lose nothing, write nothing twice and change
/// no order; what could not be written is reported once the caller can do something about it.
#[test]
fn survives_every_way_of_not_being_written() {
    let lines: String = (0..50)
        .map(|n| format!("{n} password=hunter{n}\n"))
        .collect();
    let safe: String = (0..50)
        .map(|n| format!("{n} password=[REDACTED:password]\n"))
        .collect();
    for script in [
        vec![Ok(1)],
        vec![Err(ErrorKind::Interrupted), Ok(7)],
        vec![
            Err(ErrorKind::WouldBlock),
            Ok(3),
            Err(ErrorKind::WouldBlock),
            Ok(100),
        ],
        vec![Ok(5), Err(ErrorKind::Other)],
    ] {
        let inner = Scripted {
            script: script.clone(),
            at: 0,
            taken: Vec::new(),
        };
        let mut writer = Writer::new(POLICY.clone(), inner);
        let mut rest = lines.as_bytes();
        while !rest.is_empty() {
            // An error means that nothing was taken.
            if let Ok(taken) = writer.write(&rest[..rest.len().min(9)]) {
                rest = &rest[taken..];
            }
        }
        while writer.flush().is_err() {}
        let (inner, counts) = writer.finish().unwrap();
        assert_eq!(String::from_utf8(inner.taken).unwrap(), safe, "{script:?}");
        assert_eq!(counts.lines(), 50);
    }
}

/// RD-04: an inner writer that takes nothing and says so is an error, not an endless loop.
#[test]
fn reports_a_writer_that_takes_nothing() {
    let inner = Scripted {
        script: vec![Ok(0)],
        at: 0,
        taken: Vec::new(),
    };
    let mut writer = Writer::new(POLICY.clone(), inner);
    writer.write_all(b"one\n").unwrap();
    assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::WriteZero);
}

/// RD-04: an interruption is nothing that the caller has to know of, at the end neither.
#[test]
fn tries_again_where_it_was_interrupted() {
    let inner = Scripted {
        script: vec![Err(ErrorKind::Interrupted), Ok(7)],
        at: 0,
        taken: Vec::new(),
    };
    let mut writer = Writer::new(POLICY.clone(), inner);
    writer.write_all(b"pin=4071\npin=40").unwrap();
    writer.flush().unwrap();
    let (inner, _) = writer.finish().unwrap();
    assert_eq!(inner.taken, b"pin=[REDACTED:pin]\npin=40");
}

/// RD-04: what is kept does not follow the caller's buffer, of which a part is taken at once.
#[test]
fn takes_a_long_text_in_parts() {
    let text = vec![b'x'; 1024 * 1024];
    let mut writer = Writer::new(POLICY.clone(), Vec::new());
    let taken = writer.write(&text).unwrap();
    assert!((1..=64 * 1024).contains(&taken), "{taken}");
}

/// RD-04: who ends a stream wants it written: the inner writer is flushed, too.
#[test]
fn flushes_the_inner_writer_at_the_end() {
    let mut written = Vec::new();
    let inner = io::BufWriter::with_capacity(1024, &mut written);
    let mut writer = Writer::new(POLICY.clone(), inner);
    writer.write_all(b"pin=4071").unwrap();
    let (inner, _) = writer.finish().unwrap();
    assert!(inner.buffer().is_empty());
}

/// RD-11: counts of several files add up, whatever was counted.
#[test]
fn adds_what_was_counted_elsewhere() {
    let (_, mut sum) = written(16, &[b"pin=4071\nhello world, hello\n"]);
    let (_, other) = written(16, &[b"pin=4072\npsql://a:b9@c/\nhello world, hello\n"]);
    sum.add_counts(&other);
    assert_eq!((sum.lines(), sum.withheld(), sum.total()), (5, 2, 3));
    assert_eq!(
        (sum.of(Kind::Pin), sum.by_rule("keyed"), sum.by_rule("url")),
        (2, 2, 1)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// RD-04: with lines around the limit, with and without returns, the output depends on the bytes
    /// and not on the cuts.
    #[test]
    fn writes_the_same_however_long_lines_are_cut(
        pieces in prop::collection::vec(select(vec!["pin=4071", "\r", "\n", "\r\n", "abc", "0123456789abcdef", " ", "password="]), 0..30),
        cuts in prop::collection::vec(0..20_usize, 0..12),
    ) {
        let text = pieces.concat();
        let (whole, counts) = written(16, &[text.as_bytes()]);
        let mut rest = text.as_bytes();
        let mut parts = Vec::new();
        for cut in cuts {
            let (part, after) = rest.split_at(cut.min(rest.len()));
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        prop_assert_eq!(written(16, &parts), (whole, counts));
    }
}
