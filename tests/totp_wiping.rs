//! What a drawn QR code and a checked code leave in memory: an allocator looks at all that is freed.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod watch;

use std::cell::{Cell, RefCell};

use portcullis::{
    Timestamp,
    totp::{Policy, Qr, Uri, hotp},
};

thread_local! {
    static TRACES: RefCell<[Vec<u8>; 3]> = const { RefCell::new([const { Vec::new() }; 3]) };
    static FOUND: Cell<[usize; 3]> = const { Cell::new([0; 3]) };
}

fn look(freed: &[u8]) {
    TRACES.with_borrow(|traces| {
        let mut found = FOUND.get();
        for (found, trace) in found.iter_mut().zip(traces) {
            *found += usize::from(freed.windows(trace.len()).any(|window| window == trace));
        }
        FOUND.set(found);
    });
}

/// How often each trace was freed unwiped while `work` ran.
fn freed_by(work: impl FnOnce()) -> [usize; 3] {
    FOUND.set([0; 3]);
    watch::watch(look, work);
    FOUND.get()
}

/// The middle of a drawing, where no two codes are alike.
fn middle(bytes: &[u8]) -> Vec<u8> {
    bytes[bytes.len() / 2..][..48].to_vec()
}

/// The modules as the encoder packs them: eight a byte, row by row, the first in the lowest bit.
fn packed(drawn: &Qr) -> Vec<u8> {
    let rows = drawn.expose_secret().lines().flat_map(|line| {
        [['█', '▀'], ['█', '▄']].map(|drawn| {
            let row = line.chars().map(|c| !drawn.contains(&c));
            row.collect::<Vec<_>>()
        })
    });
    let rows: Vec<_> = rows.collect();
    let inside = 4..rows[0].len() - 4;
    let modules: Vec<_> = rows[inside.clone()]
        .iter()
        .flat_map(|row| row[inside.clone()].iter().map(|dark| u8::from(*dark)))
        .collect();
    let bytes = modules.chunks(8);
    bytes
        .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit))
        .collect()
}

/// TO-07: whoever reads the modules has the secret, so no memory keeps them.
#[test]
fn a_drawing_leaves_nothing_in_memory() {
    let enrolled = Policy::back_office().enrol("Example Ltd", "ada@example.com", Timestamp::EPOCH);
    let uri: Uri = enrolled.unwrap().1;
    let (svg, text) = (uri.qr_svg(), uri.qr_text());
    let traces = [
        middle(svg.expose_secret().as_bytes()),
        middle(text.expose_secret().as_bytes()),
        middle(&packed(&text)),
    ];
    TRACES.set(traces.clone());
    for trace in &traces {
        let seen = freed_by(|| drop(trace.clone()));
        assert_eq!(seen.iter().sum::<usize>(), 1, "the watch sees it");
    }
    let freed = freed_by(|| drop((svg, text, uri.qr_svg(), uri.qr_text())));
    assert_eq!(freed, [0; 3], "SVG, text, modules");
}

/// TO-07: from the URI to the second sign-in, neither the secret nor a right code stays behind.
#[test]
fn checking_codes_leaves_no_secret_in_memory() {
    let text = |kind, rest| {
        let secret = "2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB";
        format!("otpauth://{kind}/Example:ada?secret={secret}{rest}")
    };
    let (clock, token) = (text("totp", ""), text("hotp", "&counter=1"));
    let secret = b"2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB".to_vec();
    let bytes = data_encoding::BASE32.decode(&secret).unwrap();
    let at = |step: u64| Timestamp::from_secs(step * 30);
    let uri: Uri = clock.parse().unwrap();
    let codes: Vec<_> = (0..9).map(|step| uri.code_at(at(step))).collect();
    let traces = [secret, bytes, codes[3].clone().into_bytes()];
    TRACES.set(traces.clone());
    for trace in &traces {
        let seen = freed_by(|| drop(trace.clone()));
        assert_eq!(seen.iter().sum::<usize>(), 1, "the watch sees it");
    }
    let freed = freed_by(|| {
        let (uri, policy): (Uri, _) = (clock.parse().unwrap(), Policy::back_office());
        let pending = policy.import(&uri, at(1)).unwrap().into_state();
        let state = policy.confirm(&pending, &codes[1], at(1)).unwrap();
        let state = policy.verify(&state, &codes[3], at(3)).unwrap();
        drop(policy.resynchronise(state.state(), &codes[4], &codes[5], at(5)));
    });
    assert_eq!(freed, [0; 3], "text, bytes, code, by the clock");
    let freed = freed_by(|| {
        let policy = hotp::Policy::back_office();
        let uri: hotp::Uri = token.parse().unwrap();
        let pending = policy.import(&uri, at(1)).unwrap().into_state();
        let state = policy.confirm(&pending, &codes[1], at(1)).unwrap();
        let state = policy.verify(&state, &codes[3]).unwrap();
        drop(policy.resynchronise(state.state(), &codes[4], &codes[5]));
    });
    assert_eq!(freed, [0; 3], "text, bytes, code, by the counter");
}
