//! A value opens in a place only if the place is the one it was sealed for, part by part; and only
//! places that say where they are seal at all.
//!
//! The input is two lists of parts, said one after another: a byte that chooses the part, a length,
//! and as many bytes. A part said again takes the place of what was said before. The model is a table
//! of parts.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{Context, Error, Key, Keyring, Padding, Row},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

static RING: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::new(Key::from_bytes([7; Key::LEN]), NOW));

/// What was said of a part last, and whether it can be.
type Table = BTreeMap<u8, (Vec<u8>, bool)>;

fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn say(context: Context, table: &mut Table, part: u8, bytes: &[u8]) -> Context {
    let text = text_of(bytes);
    let right = (1..=1024).contains(&text.len());
    let tagged = |kind: u8, value: &[u8]| [&[kind], value].concat();
    let named = (text.clone().into_bytes(), right);
    let (key, said, context) = match part % 12 {
        0 => (1, named, context.tenant(&text)),
        1 => (1, (Vec::new(), true), context.without_tenant()),
        2 => (2, named, context.table(&text)),
        3 => (3, named, context.column(&text)),
        4 => {
            let right = (1..1024).contains(&text.len());
            (4, (tagged(2, text.as_bytes()), right), context.row(text))
        }
        5 => {
            let right = (1..1024).contains(&bytes.len());
            (
                4,
                (tagged(4, bytes), right),
                context.row(Row::Bytes(bytes.to_vec())),
            )
        }
        6 => {
            let number = i64::try_from(bytes.len()).expect("short") - 2;
            let said = tagged(1, &i128::from(number).to_be_bytes());
            (4, (said, true), context.row(number))
        }
        7 => (4, (Vec::new(), true), context.without_row()),
        8 => (5, named, context.subject(&text)),
        9 => (6, named, context.environment(&text)),
        10 => {
            let multiple = bytes.first().map_or(0, |byte| u16::from(*byte) * 40);
            let context = context.padding(Padding::to_multiple_of(multiple));
            let right = (2..=4096).contains(&multiple);
            (8, (multiple.to_be_bytes().to_vec(), right), context)
        }
        _ => {
            let tag = bytes.first().copied().unwrap_or_default();
            let right = tag >= 0x40 && (1..=1024).contains(&bytes.len());
            // A tag that no encoding has is a part of its own, whatever else has that number.
            let context = context.application(tag, bytes);
            table.insert(tag.max(0x10), (bytes.to_vec(), right));
            return context;
        }
    };
    table.insert(key, said);
    context
}

fn place(mut input: &[u8]) -> (Context, Table) {
    let (mut context, mut table) = (Context::new(), Table::new());
    while let [part, len, rest @ ..] = input {
        // Some parts longer than any may be.
        let len = usize::from(*len) * if *part >= 0x80 { 9 } else { 1 };
        let (bytes, after) = rest.split_at(len.min(rest.len()));
        context = say(context, &mut table, *part, bytes);
        input = after;
    }
    (context, table)
}

fuzz_target!(|data: &[u8]| {
    let Some((at, rest)) = data.split_first() else {
        return;
    };
    let (first, second) = rest.split_at(usize::from(*at).min(rest.len()));
    let ((here, said), (there, other)) = (place(first), place(second));
    let right = |table: &Table| {
        (1..=4).all(|part| table.contains_key(&part)) && table.values().all(|(_, right)| *right)
    };
    let sealed = RING.seal(&here, b"value", NOW);
    assert_eq!(sealed.is_ok(), right(&said), "{here:?}");
    let Ok(sealed) = sealed else {
        return;
    };
    assert!(RING.open(&here, &sealed).is_ok());
    assert!(RING.open(&here.clone(), &sealed).is_ok());
    match RING.open(&there, &sealed) {
        Ok(_) => assert_eq!(said, other, "{here:?} {there:?}"),
        Err(error) => assert_eq!(error == Error::Open, right(&other) && said != other),
    }
});
