//! A writer on any bytes in writes of any size, to one that fails and takes little, with a limit on
//! lines: nothing is lost, nothing is written twice, and what comes out is what comes out of one
//! write to one that takes everything.
#![no_main]

use std::{
    io::{self, Write},
    sync::LazyLock,
};

use portcullis::redact::{Policy, Writer};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(([limit, seed], text)) = data.split_first_chunk().map(|(h, t)| (*h, t)) else {
        return;
    };
    let max = usize::from(limit) * 8;
    let whole = at_once(text, max);
    let mut random = Random(u32::from(seed) + 1);
    let inner = Faulty {
        taken: Vec::new(),
        random: Random(u32::from(seed) * 2 + 1),
    };
    let mut writer = Writer::new(POLICY.clone(), inner).with_max_line(max);
    let mut left = text;
    while !left.is_empty() {
        let part = random.below(97).min(left.len());
        match writer.write(&left[..part]) {
            Ok(taken) => left = &left[taken..],
            // Nothing of the part was taken.
            Err(e) => assert_eq!(e.kind(), io::ErrorKind::Other),
        }
        if random.below(8) == 0 {
            let _failed = writer.flush();
        }
    }
    // What is ready has to be taken before the end: `finish` loses what the inner writer does not.
    let ready = loop {
        if writer.flush().is_ok() {
            break writer.get_ref().taken.clone();
        }
    };
    assert!(whole.starts_with(&ready), "something else was written");
    let lines = text.iter().filter(|b| **b == b'\n').count();
    let is_over = |line: &&[u8]| line.len() > max;
    assert_eq!(writer.counts().lines(), lines as u64);
    let complete = text
        .split_inclusive(|b| *b == b'\n')
        .filter(|l| l.ends_with(b"\n"));
    let withheld = complete.map(|l| &l[..l.len() - 1]).filter(is_over).count();
    // A line that does not settle is withheld too, and one with carriage returns only in part.
    if !text.contains(&b'\r') {
        assert!(writer.counts().withheld() >= withheld as u64);
    }
    assert_eq!(
        whole.iter().filter(|b| **b == b'\n').count(),
        lines,
        "lines were lost or made"
    );
});

fn at_once(text: &[u8], max: usize) -> Vec<u8> {
    let mut writer = Writer::new(POLICY.clone(), Vec::new()).with_max_line(max);
    writer.write_all(text).expect("a vector takes everything");
    writer.finish().expect("a vector takes everything").0
}

/// Takes some of what it is given, and fails now and then.
struct Faulty {
    taken: Vec<u8>,
    random: Random,
}

impl Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.random.below(5) {
            0 => Err(io::ErrorKind::Other.into()),
            1 => Err(io::ErrorKind::Interrupted.into()),
            _ => {
                let taken = (self.random.below(40) + 1).min(bytes.len());
                self.taken.extend_from_slice(&bytes[..taken]);
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Numbers that look drawn (Marsaglia's xorshift).
struct Random(u32);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % limit
    }
}
