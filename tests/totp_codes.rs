//! Codes are those of RFC 4226 and RFC 6238 and of other implementations, whoever types them.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::HashSet, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use portcullis::{
    Timestamp,
    totp::{Algorithm, Error, Import, Parameters, Policy, Secret, State, Uri, hotp},
};
use proptest::prelude::*;

/// The seed of RFC 4226 and of RFC 6238 for SHA-1, in base32.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// 2026-11-21T09:00:00Z, the start of a step of 30 seconds.
const NINE: u64 = 1_795_251_600;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(NINE + seconds)
}

fn uri(parameters: &str) -> Uri {
    let text = format!("otpauth://totp/Example:ada?secret={SEED}{parameters}");
    text.parse().unwrap()
}

/// A policy that accepts the present step alone.
fn narrow() -> Policy {
    Policy::back_office().with_window(0, 0).unwrap()
}

/// A factor that awaits its first code, of whatever secret.
fn import(policy: &Policy, uri: &Uri, now: Timestamp) -> State {
    let policy = policy.clone().with_import(Import::DangerRefuseNone);
    policy.import(uri, now).unwrap().into_state()
}

/// A factor that was confirmed by the code of the step of `now`.
fn confirmed(uri: &Uri, now: Timestamp) -> State {
    let policy = narrow();
    let pending = import(&policy, uri, now);
    policy.confirm(&pending, &uri.code_at(now), now).unwrap()
}

fn lines(vectors: &'static str) -> impl Iterator<Item = &'static str> {
    vectors.lines().filter(|line| !line.starts_with('#'))
}

/// TO-01: RFC 4226, through the step that has the counter's number.
#[test]
fn agrees_with_rfc_4226() {
    let mut seen = 0;
    for line in lines(include_str!("vectors/totp/rfc4226.txt")) {
        let (count, code) = line.split_once(' ').unwrap();
        let now = Timestamp::from_secs(count.parse::<u64>().unwrap() * 30);
        let pending = import(&narrow(), &uri(""), now);
        assert!(narrow().confirm(&pending, code, now).is_ok(), "{line}");
        seen += 1;
    }
    assert_eq!(seen, 10);
}

/// TO-01: RFC 6238, all three algorithms with their own seeds.
#[test]
fn agrees_with_rfc_6238() {
    let mut seen = 0;
    for line in lines(include_str!("vectors/totp/rfc6238.txt")) {
        let [time, algorithm, code] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let secret = match algorithm {
            "SHA1" => SEED.to_owned(),
            "SHA256" => format!("{SEED}{}", "GEZDGNBVGY3TQOJQGEZA"),
            _ => format!("{SEED}{SEED}{SEED}GEZDGNA"),
        };
        let uri: Uri = format!("otpauth://totp/a?secret={secret}&algorithm={algorithm}&digits=8")
            .parse()
            .unwrap();
        let now = Timestamp::from_secs(time.parse().unwrap());
        let pending = import(&narrow(), &uri, now);
        assert!(narrow().confirm(&pending, code, now).is_ok(), "{line}");
        let before = Timestamp::from_secs(now.as_secs() - 30);
        assert_eq!(narrow().confirm(&pending, code, before), Err(Error::Wrong));
        seen += 1;
    }
    assert_eq!(seen, 18);
}

/// TO-01, TO-09: codes and URIs of another implementation, with its percent-encoding.
#[test]
fn agrees_with_pyotp() {
    let mut seen = 0;
    for line in lines(include_str!("vectors/totp/pyotp.txt")) {
        let [issuer, account, algorithm, digits, period, time, code, text] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let uri: Uri = text.parse().unwrap();
        assert_eq!(
            (uri.issuer(), uri.account()),
            (Some(issuer), account),
            "{line}"
        );
        let algorithm = match algorithm {
            "SHA1" => Algorithm::Sha1,
            "SHA256" => Algorithm::Sha256,
            _ => Algorithm::Sha512,
        };
        let period = Duration::from_secs(period.parse().unwrap());
        let parameters = Parameters::new(algorithm, digits.parse().unwrap(), period).unwrap();
        assert_eq!(uri.parameters(), parameters, "{line}");
        let now = Timestamp::from_secs(time.parse().unwrap());
        assert_eq!(uri.code_at(now), code, "{line}");
        assert!(
            narrow()
                .confirm(&import(&narrow(), &uri, now), code, now)
                .is_ok()
        );
        let secret = text
            .split("secret=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap();
        assert_eq!(uri.secret().expose_base32(), secret);
        let again = Uri::new(
            issuer,
            account,
            parameters,
            Secret::from_base32(secret).unwrap(),
        );
        assert_eq!(again.unwrap(), uri);
        seen += 1;
    }
    assert_eq!(seen, 42);
}

fn algorithm(name: &str) -> Algorithm {
    match name {
        "SHA1" => Algorithm::Sha1,
        "SHA256" => Algorithm::Sha256,
        "SHA512" => Algorithm::Sha512,
        _ => panic!("{name}"),
    }
}

/// The code of a count, or of the second that has its number where each second has one.
fn codes_at(secret: &Secret, algorithm: Algorithm, digits: u8, count: u64) -> [Option<String>; 2] {
    let parameters = hotp::Parameters::new(algorithm, digits).unwrap();
    let token = hotp::Uri::new("x", "a", parameters, secret.clone(), 0).unwrap();
    let every_second = Parameters::new(algorithm, digits, Duration::from_secs(1)).unwrap();
    let clock = Uri::new("x", "a", every_second, secret.clone()).unwrap();
    let second = Timestamp::from_secs(count);
    let representable = second.as_secs() == count;
    [
        Some(token.code_at(count)),
        representable.then(|| clock.code_at(second)),
    ]
}

/// TO-01: codes of pyotp, of OATH's own oathtool and of three libraries for JavaScript.
#[test]
fn agrees_with_other_implementations() {
    let mut seen = 0;
    let vectors = lines(include_str!("vectors/totp/python.txt"))
        .chain(lines(include_str!("vectors/totp/npm.txt")));
    for line in vectors.filter(|line| line.starts_with("code\t")) {
        let [_, _, name, digits, secret, count, code] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let secret = Secret::from_base32(secret).unwrap();
        let (digits, count) = (digits.parse().unwrap(), count.parse().unwrap());
        for ours in codes_at(&secret, algorithm(name), digits, count) {
            assert!(ours.is_none_or(|ours| ours == code), "{line}");
        }
        seen += 1;
    }
    assert_eq!(seen, 150 + 135);
}

/// RFC 4226 §5.3 and §5.4 as they stand there, over another HMAC than the one under test: the code of
/// a count as a number of so many digits.
fn rfc_4226<M: Mac + KeyInit>(secret: &[u8], digits: u32, count: u64) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(secret).unwrap();
    mac.update(&count.to_be_bytes());
    let hs = mac.finalize().into_bytes();
    let offset = usize::from(hs[hs.len() - 1] & 0xf);
    let p = &hs[offset..offset + 4];
    let bin_code = (u64::from(p[0]) & 0x7f) << 24
        | u64::from(p[1]) << 16
        | u64::from(p[2]) << 8
        | u64::from(p[3]);
    let number = (bin_code % 10_u64.pow(digits)).to_string();
    "0".repeat(digits as usize - number.len()) + &number
}

proptest! {
    /// TO-01: whatever the secret, the algorithm, the digits and the count.
    #[test]
    fn agrees_with_the_text_of_rfc_4226(
        bytes in prop::collection::vec(any::<u8>(), 10..=128),
        (algorithm, digits) in (0_usize..3, 6_u8..=8),
        count in prop_oneof![any::<u64>(), 0_u64..100, u64::MAX - 100..=u64::MAX],
    ) {
        let secret = Secret::from_base32(&data_encoding::BASE32_NOPAD.encode(&bytes)).unwrap();
        let (algorithm, rfc) = match algorithm {
            0 => (Algorithm::Sha1, rfc_4226::<Hmac<sha1::Sha1>>(&bytes, digits.into(), count)),
            1 => (Algorithm::Sha256, rfc_4226::<Hmac<sha2::Sha256>>(&bytes, digits.into(), count)),
            _ => (Algorithm::Sha512, rfc_4226::<Hmac<sha2::Sha512>>(&bytes, digits.into(), count)),
        };
        for ours in codes_at(&secret, algorithm, digits, count) {
            prop_assert!(ours.is_none_or(|ours| ours == rfc));
        }
    }

    /// TO-01, TO-05: of all codes of six digits, those of the window's three steps are accepted and
    /// no others: the comparison is of the whole code.
    #[test]
    fn accepts_the_codes_of_the_window_and_no_others(
        bytes in prop::collection::vec(any::<u8>(), 20),
        step in 1_u64..600_000_000,
        other in 0_u32..1_000_000,
    ) {
        let text = data_encoding::BASE32_NOPAD.encode(&bytes);
        let uri: Uri = format!("otpauth://totp/a?secret={text}").parse().unwrap();
        let now = Timestamp::from_secs(step * 30 + 7);
        let policy = Policy::back_office();
        let pending = import(&policy, &uri, now);
        let confirm = |code: &str| policy.confirm(&pending, code, now).is_ok();
        let steps = [step - 1, step, step + 1];
        let codes = steps.map(|step| rfc_4226::<Hmac<sha1::Sha1>>(&bytes, 6, step));
        for code in &codes {
            prop_assert!(confirm(code));
        }
        let other = format!("{other:06}");
        prop_assert_eq!(confirm(&other), codes.contains(&other));
        // one digit off, at each place
        for place in 0..6 {
            let mut digits = codes[1].clone().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + 1) % 10;
            let near = String::from_utf8(digits).unwrap();
            prop_assert_eq!(confirm(&near), codes.contains(&near));
        }
    }
}

/// TO-01: what is not exactly as many ASCII digits is no code, and is told apart from a wrong one.
#[test]
fn what_is_not_a_code_is_malformed() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let right = uri.code_at(at(60));
    let others = [
        String::new(),
        right[1..].to_owned(),
        format!("{right}0"),
        format!("{right}."),
        format!("{}_{}", &right[..3], &right[3..]),
        format!("{}\u{200b}{}", &right[..3], &right[3..]),
        format!("{}{right}", " ".repeat(27)),
        " ".repeat(6),
        format!("+{}", &right[1..]),
        format!("{}\u{661}", &right[..4]), // six bytes, the last two an Arabic digit
        "９９９９９９".to_owned(),
        "abcdef".to_owned(),
        "0".repeat(1_000_000),
    ];
    for code in others {
        let refused = Policy::back_office().verify(&state, &code, at(60));
        assert_eq!(refused, Err(Error::Malformed));
    }
    assert!(Policy::back_office().verify(&state, &right, at(60)).is_ok());
}

/// TO-01: apps show `123 456`, and that is what people type; what they paste brings a line end along.
#[test]
fn white_space_and_dashes_in_and_around_a_code_are_no_part_of_it() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let right = uri.code_at(at(60));
    let (first, last) = right.split_at(3);
    for code in [
        format!("{first} {last}"),
        format!("  {right} "),
        format!("{right}\r\n"),
        format!("\t{first}-{last}"),
        format!("{first}\u{a0}{last}"),
        format!("{first}\u{2013}{last}"),
        format!(" {} {}  {last}", &first[..1], &first[1..]),
        format!("{}{right}", " ".repeat(26)),
    ] {
        assert!(Policy::back_office().verify(&state, &code, at(60)).is_ok());
    }
    let wrong = Policy::back_office().verify(&state, "000 000", at(60));
    assert_eq!(wrong, Err(Error::Wrong));
}

/// TO-01: no time and no period overflows or panics; at the ends there is a code like everywhere.
#[test]
fn the_ends_of_time_have_codes() {
    let policy = Policy::back_office().with_window(10, 10).unwrap();
    for (parameters, last_step) in [
        ("&period=1", 18_446_744_073_709_551),
        ("", 614_891_469_123_651),
        ("&period=86400", 213_503_982_334),
    ] {
        let uri = uri(parameters);
        let state = confirmed(&uri, Timestamp::EPOCH);
        let first = policy.verify(&state, &uri.code_at(Timestamp::EPOCH), Timestamp::EPOCH);
        assert_eq!(first, Err(Error::Replayed));
        let last = policy.verify(&state, &uri.code_at(Timestamp::MAX), Timestamp::MAX);
        assert_eq!(last.unwrap().step(), last_step);
        let never = import(&policy, &uri, Timestamp::MAX);
        let code = uri.code_at(Timestamp::MAX);
        assert_eq!(
            policy.confirm(&never, &code, Timestamp::MAX),
            Err(Error::EnrolmentExpired)
        );
    }
}

/// TO-01.
#[test]
fn parameters_have_bounds() {
    let new = |digits, millis| {
        Parameters::new(Algorithm::Sha1, digits, Duration::from_millis(millis)).map(drop)
    };
    assert_eq!((new(6, 1000), new(8, 86_400_000)), (Ok(()), Ok(())));
    for digits in [0, 5, 9, 255] {
        assert_eq!(new(digits, 30_000), Err(Error::Digits));
    }
    for millis in [0, 999, 1500, 86_401_000, u64::MAX] {
        assert_eq!(new(6, millis), Err(Error::Period));
    }
    let time = |seconds| {
        Policy::back_office()
            .with_enrolment_time(Duration::from_secs(seconds))
            .map(drop)
    };
    assert_eq!((time(60), time(86_400)), (Ok(()), Ok(())));
    assert_eq!(
        (time(59), time(86_401)),
        (Err(Error::EnrolmentTime), Err(Error::EnrolmentTime))
    );
}

/// TO-01: 160 bits, and not twice the same.
#[test]
fn new_secrets_have_160_bits_and_differ() {
    let secret = || Secret::generate().unwrap();
    assert_eq!(secret().bits(), 160);
    let many: HashSet<_> = (0..100).map(|_| secret().expose_base32()).collect();
    assert_eq!(many.len(), 100);
}
