//! The forms in which programs write a secret.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::super::bytes::{plus, rest, slice};

type Bytes = Zeroizing<Vec<u8>>;

/// Of a secret of several lines a shorter line says nothing: `-----END`, a brace.
const MIN_LINE: usize = 16;
/// What percent-encoding leaves as it is beside letters and digits, and what it makes of a blank:
/// RFC 3986 §2.3, `encodeURIComponent`, HTML's forms.
const PLAIN: &[(&[u8], &[u8])] = &[(b"-._~", b"%20"), (b"-._~!'()*", b"%20"), (b"-._*", b"+")];
/// What JSON may write as codes, to be safe in HTML: Go, Rails.
const HTML: &[&[u8]] = &[b"<>&", b"<>&'"];

/// All forms of a secret, each once.
pub(super) fn of(secret: &[u8]) -> Vec<Bytes> {
    let mut forms = Forms(BTreeSet::new());
    let lines = || secret.split(|b| *b == b'\n' || *b == b'\r');
    for line in lines().filter(|line| line.len() >= MIN_LINE || line.len() == secret.len()) {
        forms.add(line.to_vec());
    }
    let plain = [
        json(secret, b"", false),
        json(secret, b"/", false),
        json(secret, b"", true),
    ];
    let safe = HTML.iter().map(|escaped| json(secret, escaped, false));
    for form in plain.into_iter().chain(safe) {
        forms.add(json(&form, b"", false).to_vec());
        forms.add(form.to_vec());
    }
    for (plain, blank) in PLAIN {
        for upper in [true, false] {
            let once = percent(secret, plain, blank, upper);
            forms.add(percent(&once, plain, blank, upper).to_vec());
            forms.add(once.to_vec());
        }
    }
    for alphabet in [STANDARD, URL_SAFE] {
        (0..3).for_each(|before| forms.add(base64(secret, before, alphabet)));
    }
    for upper in [true, false] {
        let mut form = Vec::with_capacity(secret.len().saturating_mul(2));
        form.extend(secret.iter().flat_map(|b| hex(*b, upper)));
        forms.add(form);
    }
    for (quote, apostrophe) in [("&quot;", "&#39;"), ("&#34;", "&apos;"), ("&quot;", "'")] {
        forms.add(html(secret, quote, apostrophe));
    }
    forms.add(doubled(secret, b'\''));
    forms.add(doubled(secret, b'"'));
    forms.0.into_iter().map(Zeroizing::new).collect()
}

/// What is not taken over is wiped, too.
struct Forms(BTreeSet<Vec<u8>>);

impl Forms {
    fn add(&mut self, form: Vec<u8>) {
        // A form over several lines stands in no line.
        if form.contains(&b'\n') || self.0.contains(&form) {
            drop(Zeroizing::new(form));
        } else {
            self.0.insert(form);
        }
    }
}

/// As a JSON string has it, without the quotes: also with `escaped` behind a backslash (`/`) or as
/// a code, and with everything outside ASCII as codes.
fn json(text: &[u8], escaped: &[u8], ascii: bool) -> Bytes {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(6)));
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut utf8 = [0; 4];
            let bytes = c.encode_utf8(&mut utf8).as_bytes();
            match *bytes {
                [b @ (b'"' | b'\\')] => out.extend([b'\\', b]),
                [b'/'] if escaped.contains(&b'/') => out.extend(br"\/"),
                [b'\n'] => out.extend(br"\n"),
                [b'\r'] => out.extend(br"\r"),
                [b'\t'] => out.extend(br"\t"),
                [b] if b < b' ' || escaped.contains(&b) => code(u16::from(b), &mut out),
                [_] => out.extend(bytes),
                _ if ascii => c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| code(*unit, &mut out)),
                _ => out.extend(bytes),
            }
        }
        out.extend(chunk.invalid());
    }
    out
}

fn code(unit: u16, out: &mut Vec<u8>) {
    out.extend(br"\u");
    out.extend(unit.to_be_bytes().into_iter().flat_map(|b| hex(b, false)));
}

fn percent(text: &[u8], plain: &[u8], blank: &[u8], upper: bool) -> Bytes {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(3)));
    for b in text {
        match b {
            b' ' => out.extend(blank),
            b if b.is_ascii_alphanumeric() || plain.contains(b) => out.push(*b),
            b => {
                out.push(b'%');
                out.extend(hex(*b, upper));
            }
        }
    }
    out
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Those characters of base64 that the secret alone determines when `before` bytes of something
/// else stand before it in the group of three that it begins in.
fn base64(secret: &[u8], before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(secret.len().saturating_mul(2));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for b in core::iter::repeat_n(&0, before).chain(secret) {
        bits = (bits << 8) | u32::from(*b);
        held = held.saturating_add(8);
        while held >= 6 {
            held = held.saturating_sub(6);
            let sextet = bits.wrapping_shr(held) & 0x3f;
            let char = usize::try_from(sextet).ok().and_then(|i| alphabet.get(i));
            out.extend(char);
        }
    }
    // The characters in which the bits of what stands before are.
    let foreign = before.saturating_mul(8).div_ceil(6);
    let own = rest(&out, foreign).to_vec();
    drop(Zeroizing::new(out));
    own
}

fn hex(byte: u8, upper: bool) -> [u8; 2] {
    let digits: &[u8; 16] = if upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let digit = |n: u8| digits.get(usize::from(n)).copied().unwrap_or_default();
    [digit(byte >> 4), digit(byte & 0xf)]
}

fn html(text: &[u8], quote: &str, apostrophe: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().saturating_mul(6));
    for b in text {
        match b {
            b'&' => out.extend(b"&amp;"),
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            b'"' => out.extend(quote.as_bytes()),
            b'\'' => out.extend(apostrophe.as_bytes()),
            b => out.push(*b),
        }
    }
    out
}

/// As SQL and CSV have it.
fn doubled(text: &[u8], quote: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().saturating_mul(2));
    for b in text {
        out.extend(core::iter::repeat_n(*b, if *b == quote { 2 } else { 1 }));
    }
    out
}

/// A form in pieces of at most two lengths, none shorter than one, unless the form is.
pub(super) fn pieces(form: &[u8], len: usize) -> impl Iterator<Item = &[u8]> {
    let count = form.len().checked_div(len).unwrap_or_default().max(1);
    (0..count).map(move |i| {
        let start = i.saturating_mul(len);
        let end = if plus(i, 1) == count {
            form.len()
        } else {
            plus(start, len)
        };
        slice(form, start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10, and what base64 makes of it behind one and two bytes.
    #[test]
    fn keeps_the_characters_that_are_the_secrets_own() {
        assert_eq!(base64(b"foobar", 0, STANDARD), b"Zm9vYmFy");
        // base64("xfoobar") is eGZvb2Jhcg==, base64("xxfoobar") is eHhmb29iYXI=
        assert_eq!(base64(b"foobar", 1, STANDARD), b"Zvb2Jhc");
        assert_eq!(base64(b"foobar", 2, STANDARD), b"mb29iYX");
        assert_eq!(base64(b"\xfb\xff", 0, URL_SAFE), b"-_");
    }

    #[test]
    fn cuts_a_form_into_pieces_that_cover_it() {
        let of = |n: usize| -> Vec<usize> { pieces(&vec![b'a'; n], 48).map(<[u8]>::len).collect() };
        assert_eq!(of(8), [8]);
        assert_eq!(of(95), [95]);
        assert_eq!(of(96), [48, 48]);
        assert_eq!(of(150), [48, 48, 54]);
    }
}
