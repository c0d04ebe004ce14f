//! A code is accepted once, in its window, and a secret comes in and goes out whole.
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

use portcullis::{
    Timestamp, encoding,
    totp::{Algorithm, Error, Import, Parameters, Policy, Secret, State, Uri, recovery},
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

/// TO-04, S0-05: the way of every person: enrol, confirm, and then sign in with the next code.
#[test]
fn the_code_seen_at_set_up_fails_at_the_first_sign_in() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", at(0)).unwrap();
    assert!(!pending.is_confirmed());
    let code = uri.code_at(at(0));
    assert_eq!(
        policy.verify(&pending, &code, at(0)),
        Err(Error::NotConfirmed)
    );
    let confirmed = policy.confirm(&pending, &code, at(0)).unwrap();
    assert!(confirmed.is_confirmed());
    assert_eq!(
        policy.verify(&confirmed, &code, at(1)),
        Err(Error::Replayed)
    );
    let next = policy
        .verify(&confirmed, &uri.code_at(at(30)), at(30))
        .unwrap();
    assert_eq!(next.step(), NINE / 30 + 1);
    assert!(next.into_state().is_confirmed());
}

/// TO-04: ten minutes, and not a millisecond more.
#[test]
fn an_enrolment_that_was_not_confirmed_in_time_is_dead() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", at(0)).unwrap();
    let last = Timestamp::from_millis(at(600).as_millis() - 1);
    assert!(policy.confirm(&pending, &uri.code_at(last), last).is_ok());
    let code = uri.code_at(at(600));
    assert_eq!(
        policy.confirm(&pending, &code, at(600)),
        Err(Error::EnrolmentExpired)
    );
    let short = policy.with_enrolment_time(Duration::from_secs(60)).unwrap();
    let pending = import(&short, &uri, at(0));
    let code = uri.code_at(at(60));
    assert_eq!(
        short.confirm(&pending, &code, at(60)),
        Err(Error::EnrolmentExpired)
    );
}

/// TO-04: a factor is not confirmed over again, which would bring used codes back.
#[test]
fn a_confirmed_factor_is_not_confirmed_again() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let again = Policy::back_office().confirm(&state, &uri.code_at(at(60)), at(60));
    assert_eq!(again, Err(Error::AlreadyConfirmed));
}

/// TO-02, TO-11: and a right code that was used is told apart from a wrong one.
#[test]
fn refuses_a_code_used_before() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let code = uri.code_at(at(60));
    let state = policy.verify(&state, &code, at(60)).unwrap().into_state();
    assert_eq!(policy.verify(&state, &code, at(60)), Err(Error::Replayed));
    assert_eq!(policy.verify(&state, &code, at(89)), Err(Error::Replayed));
    assert_eq!(policy.verify(&state, "000000", at(89)), Err(Error::Wrong));
}

/// TO-02: an older code of the window is no better than the newest one.
#[test]
fn refuses_a_code_older_than_one_used_before() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let state = policy
        .verify(&state, &uri.code_at(at(90)), at(90))
        .unwrap()
        .into_state();
    let older = policy.verify(&state, &uri.code_at(at(60)), at(90));
    assert_eq!(older, Err(Error::Replayed));
}

/// TO-02: a clock that goes back accepts nothing old.
#[test]
fn a_clock_that_goes_back_accepts_no_code_again() {
    let (policy, uri) = (Policy::back_office(), uri(""));
    let state = confirmed(&uri, at(0));
    let state = policy
        .verify(&state, &uri.code_at(at(3600)), at(3600))
        .unwrap()
        .into_state();
    for seconds in [0, 30, 1800, 3570] {
        let back = policy.verify(&state, &uri.code_at(at(seconds)), at(seconds));
        assert_eq!(back, Err(Error::Replayed), "{seconds} s");
    }
}

/// TO-05: one step back and one ahead by default, past and future apart.
#[test]
fn accepts_the_steps_of_the_window_and_no_others() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let now = at(600);
    let accepted = |policy: &Policy| -> Vec<i64> {
        let steps = -12..=12_i64;
        let right = |step: &i64| {
            let code = uri.code_at(Timestamp::from_secs(
                now.as_secs().saturating_add_signed(step * 30),
            ));
            policy.verify(&state, &code, now).is_ok()
        };
        steps.filter(right).collect()
    };
    let policy = Policy::back_office();
    assert_eq!(accepted(&policy), [-1, 0, 1]);
    assert_eq!(accepted(&narrow()), [0]);
    assert_eq!(
        accepted(&policy.clone().with_window(3, 0).unwrap()),
        [-3, -2, -1, 0]
    );
    assert_eq!(
        accepted(&policy.clone().with_window(0, 2).unwrap()),
        [0, 1, 2]
    );
    let widest = policy.clone().with_window(10, 10).unwrap();
    assert_eq!(accepted(&widest), (-10..=10).collect::<Vec<_>>());
    assert_eq!(policy.clone().with_window(11, 0), Err(Error::Window));
    assert_eq!(policy.with_window(0, 11), Err(Error::Window));
}

/// TO-03: steps 62075368 and 62075369 of the seed have the same code (found with Python's hmac): the
/// newer of the two is the one that counts, so that the code is spent for both.
#[test]
fn of_two_steps_with_one_code_the_newer_counts() {
    let (policy, uri, code) = (Policy::back_office(), uri(""), "235522");
    let older = Timestamp::from_secs(62_075_368 * 30);
    let newer = Timestamp::from_secs(62_075_369 * 30);
    assert_eq!(
        (uri.code_at(older).as_str(), uri.code_at(newer).as_str()),
        (code, code)
    );
    let state = confirmed(&uri, at(0));
    for now in [older, newer] {
        let accepted = policy.verify(&state, code, now).unwrap();
        assert_eq!(accepted.step(), 62_075_369);
        assert_eq!(
            policy.verify(accepted.state(), code, newer),
            Err(Error::Replayed)
        );
    }
    // the older one was used under a narrow window: the newer one has not been
    let used = narrow().verify(&state, code, older).unwrap();
    assert_eq!(used.step(), 62_075_368);
    assert_eq!(
        policy.verify(used.state(), code, newer).unwrap().step(),
        62_075_369
    );
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
        format!("{right}\t"),
        format!("{right}\n"),
        format!("{}-{}", &right[..3], &right[3..]),
        format!("{}\u{a0}{}", &right[..3], &right[3..]),
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

/// TO-01: apps show `123 456`, and that is what people type.
#[test]
fn spaces_in_and_around_a_code_are_no_part_of_it() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let right = uri.code_at(at(60));
    let (first, last) = right.split_at(3);
    for code in [
        format!("{first} {last}"),
        format!("  {right} "),
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

/// TO-09: a secret as people write it.
#[test]
fn reads_base32_in_any_case_with_spaces_and_padding() {
    let secret = Secret::from_base32("GEZDGNBVGY3TQOJQGE").unwrap();
    assert_eq!(secret.bits(), 88);
    for text in [
        "gezdgnbvgy3tqojqge",
        "gezd gnbv GY3T qojq ge",
        "  GEZDGNBVGY3TQOJQGE  ",
        "GEZDGNBVGY3TQOJQGE======",
        "GEZD GNBV GY3T QOJQ GE== ====",
    ] {
        assert_eq!(Secret::from_base32(text).as_ref(), Ok(&secret), "{text}");
    }
    assert_eq!(secret.expose_base32(), "GEZDGNBVGY3TQOJQGE");
}

/// TO-09.
#[test]
fn refuses_what_is_not_base32_or_has_a_length_that_base32_never_has() {
    let sixteen = "GEZDGNBVGY3TQOJQ";
    assert_eq!(Secret::from_base32(sixteen).unwrap().bits(), 80);
    for text in ["1", "0", "8", "-", "+", "é", "=A", "\u{a0}", "%41", "\n"] {
        let text = format!("{sixteen}{text}");
        assert_eq!(
            Secret::from_base32(&text),
            Err(Error::SecretEncoding),
            "{text}"
        );
    }
    for rest in [1, 3, 6] {
        let text = format!("{sixteen}{}", "A".repeat(rest));
        assert_eq!(
            Secret::from_base32(&text),
            Err(Error::SecretEncoding),
            "{text}"
        );
    }
    for text in ["", " ", "====", "GE"] {
        assert_eq!(
            Secret::from_base32(text),
            Err(Error::SecretLength),
            "{text}"
        );
    }
}

/// TO-09: 80 bits at the least, 128 bytes at the most.
#[test]
fn secrets_have_bounds() {
    assert_eq!(
        Secret::from_base32(&"A".repeat(15)),
        Err(Error::SecretLength)
    ); // 9 bytes
    assert!(Secret::from_base32(&"A".repeat(16)).is_ok()); // 10 bytes
    assert_eq!(Secret::from_base32(&"A".repeat(205)).unwrap().bits(), 1024);
    assert_eq!(
        Secret::from_base32(&"A".repeat(207)),
        Err(Error::SecretLength)
    ); // 129 bytes
    assert_eq!(
        Secret::from_base32(&"A".repeat(1_000_000)),
        Err(Error::SecretLength)
    );
    let spaces = |n| format!("{}{}", " ".repeat(n), "A".repeat(16));
    assert!(Secret::from_base32(&spaces(496)).is_ok());
    assert_eq!(Secret::from_base32(&spaces(497)), Err(Error::SecretLength));
}

/// TO-01: 160 bits, and not twice the same.
#[test]
fn new_secrets_have_160_bits_and_differ() {
    let secret = || Secret::generate().unwrap();
    assert_eq!(secret().bits(), 160);
    let many: HashSet<_> = (0..100).map(|_| secret().expose_base32()).collect();
    assert_eq!(many.len(), 100);
}

/// TO-09: what is written is frozen: defaults are left out, a space is %20, the issuer stands twice.
#[test]
fn writes_the_uri_that_apps_read() {
    let secret = || Secret::from_base32(SEED).unwrap();
    let plain = Uri::new("Example", "ada", Parameters::default(), secret()).unwrap();
    assert_eq!(
        plain.expose_secret(),
        format!("otpauth://totp/Example:ada?secret={SEED}&issuer=Example")
    );
    let parameters = Parameters::new(Algorithm::Sha512, 8, Duration::from_secs(60)).unwrap();
    let full = Uri::new("Ex & Co", "a+b@c.de:1%", parameters, secret()).unwrap();
    assert_eq!(
        full.expose_secret(),
        format!(
            "otpauth://totp/Ex%20%26%20Co:a%2Bb%40c.de%3A1%25?secret={SEED}\
             &issuer=Ex%20%26%20Co&algorithm=SHA512&digits=8&period=60"
        )
    );
}

/// TO-09: the label's colon may be encoded, spaces may follow it, and each half is decoded once.
#[test]
fn splits_the_label_at_the_first_colon_and_decodes_once() {
    for (label, issuer, account) in [
        ("Example:ada", Some("Example"), "ada"),
        ("Example%3Aada", Some("Example"), "ada"),
        ("Example%3aada", Some("Example"), "ada"),
        ("Example:%20%20ada", Some("Example"), "ada"),
        ("Example%3A%20ada:b", Some("Example"), "ada:b"),
        ("Example:ada%3Ab", Some("Example"), "ada:b"),
        ("Ex%2541:a%2525", Some("Ex%41"), "a%25"),
        ("Ex+ample:a+b", Some("Ex+ample"), "a+b"),
        ("ada", None, "ada"),
        ("ada%253Ab", None, "ada%3Ab"),
        ("a/b@c", None, "a/b@c"),
    ] {
        let uri: Uri = format!("otpauth://totp/{label}?secret={SEED}")
            .parse()
            .unwrap();
        assert_eq!((uri.issuer(), uri.account()), (issuer, account), "{label}");
        let again: Uri = uri.expose_secret().parse().unwrap();
        assert_eq!(again, uri, "{label}");
    }
}

/// TO-09: the issuer may stand in the label, in a parameter, or in both and then be the same.
#[test]
fn the_issuer_of_label_and_parameter_must_agree() {
    let read = |text: &str| format!("otpauth://totp/{text}&secret={SEED}").parse::<Uri>();
    assert_eq!(read("ada?issuer=X%20Y").unwrap().issuer(), Some("X Y"));
    assert_eq!(
        read("X%20Y:ada?issuer=X%20Y").unwrap().issuer(),
        Some("X Y")
    );
    assert_eq!(read("X:ada?issuer=x"), Err(Error::IssuersDiffer));
    assert_eq!(read("X:ada?issuer=X+Y"), Err(Error::IssuersDiffer));
    assert_eq!(read("X:ada?issuer="), Err(Error::IssuersDiffer));
    assert_eq!(read("ada?issuer="), Err(Error::Issuer));
    assert_eq!(read("ada?issuer=X%3AY"), Err(Error::Issuer));
}

/// TO-09: one reason for each thing that a URI can have wrong.
#[test]
fn refuses_uris_by_what_is_wrong_with_them() {
    let secret = format!("secret={SEED}");
    let long = "x".repeat(2100);
    for (text, error) in [
        (String::new(), Error::Scheme),
        (
            format!("otpauth://hotp/ada?{secret}&counter=0"),
            Error::Scheme,
        ),
        (format!("otpauth://totp?{secret}"), Error::Scheme),
        (format!("https://totp/ada?{secret}"), Error::Scheme),
        (format!(" otpauth://totp/ada?{secret}"), Error::Scheme),
        (
            format!("otpauth://totp/ada?{secret}&image={long}"),
            Error::UriLength,
        ),
        (format!("otpauth://totp/a da?{secret}"), Error::UriEncoding),
        (format!("otpauth://totp/ädä?{secret}"), Error::UriEncoding),
        (format!("otpauth://totp/ada?{secret}#x"), Error::UriEncoding),
        (format!("otpauth://totp/ada?{secret}\n"), Error::UriEncoding),
        (format!("otpauth://totp/a%da?{secret}"), Error::UriEncoding),
        (format!("otpauth://totp/ada%2?{secret}"), Error::UriEncoding),
        (format!("otpauth://totp/ada%?{secret}"), Error::UriEncoding),
        (
            format!("otpauth://totp/ada%FF?{secret}"),
            Error::UriEncoding,
        ),
        (format!("otpauth://totp/?{secret}"), Error::Account),
        (format!("otpauth://totp/X:?{secret}"), Error::Account),
        (format!("otpauth://totp/X:%20?{secret}"), Error::Account),
        (format!("otpauth://totp/ada%20?{secret}"), Error::Account),
        (format!("otpauth://totp/ada%0Ab?{secret}"), Error::Account),
        (
            format!("otpauth://totp/{}?{secret}", "a".repeat(257)),
            Error::Account,
        ),
        (format!("otpauth://totp/:ada?{secret}"), Error::Issuer),
        (format!("otpauth://totp/%20X:ada?{secret}"), Error::Issuer),
        (
            format!("otpauth://totp/{}:ada?{secret}", "x".repeat(129)),
            Error::Issuer,
        ),
        ("otpauth://totp/ada".to_owned(), Error::NoSecret),
        ("otpauth://totp/ada?Secret=x".to_owned(), Error::NoSecret),
        ("otpauth://totp/ada?secret".to_owned(), Error::SecretLength),
        (
            "otpauth://totp/ada?secret=GEZD".to_owned(),
            Error::SecretLength,
        ),
        (
            format!("otpauth://totp/ada?{secret}1"),
            Error::SecretEncoding,
        ),
        (
            format!("otpauth://totp/ada?secret=GEZD+{SEED}"),
            Error::SecretEncoding,
        ),
        (
            format!("otpauth://totp/ada?{secret}&{secret}"),
            Error::Repeated("secret"),
        ),
        (
            format!("otpauth://totp/ada?{secret}&issuer=x&issuer=x"),
            Error::Repeated("issuer"),
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits=6&digits=6"),
            Error::Repeated("digits"),
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=30&period=30"),
            Error::Repeated("period"),
        ),
        (
            format!("otpauth://totp/ada?{secret}&algorithm=SHA1&algorithm=SHA1"),
            Error::Repeated("algorithm"),
        ),
        (
            format!("otpauth://totp/ada?{secret}&algorithm=MD5"),
            Error::Algorithm,
        ),
        (
            format!("otpauth://totp/ada?{secret}&algorithm="),
            Error::Algorithm,
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits=5"),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits=06"),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits=+6"),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits=262"),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&digits="),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=0"),
            Error::Period,
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=86401"),
            Error::Period,
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=4294967326"),
            Error::Period,
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=-30"),
            Error::Period,
        ),
    ] {
        assert_eq!(text.parse::<Uri>(), Err(error), "{text}");
    }
}

/// TO-09: what others add is no harm: unknown parameters, another case, encoded spaces in a secret.
#[test]
fn reads_what_other_generators_write() {
    let plain = uri("");
    for text in [
        format!("OTPAUTH://TOTP/Example:ada?secret={SEED}"),
        format!(
            "otpauth://totp/Example:ada?issuer=Example&secret={}",
            SEED.to_lowercase()
        ),
        format!("otpauth://totp/Example:ada?secret={SEED}&image=https://x.example/y.png&&a&b=c=d"),
        format!(
            "otpauth://totp/Example:ada?counter=7&secret={SEED}&algorithm=sha1&digits=6&period=30"
        ),
        "otpauth://totp/Example:ada?secret=GEZD%20GNBV%20GY3T%20QOJQ%20GEZD%20GNBV%20GY3T%20QOJQ"
            .to_owned(),
        format!("otpauth://totp/Example:ada?secret={SEED}%3D%3D"),
        format!("otpauth://totp/Example:ada?secret={SEED}=="),
    ] {
        assert_eq!(text.parse::<Uri>().as_ref(), Ok(&plain), "{text}");
    }
}

/// TO-09: the longest names and the longest secret make a URI that is read again.
#[test]
fn the_longest_uri_is_read_again() {
    let secret = Secret::from_base32(&"A".repeat(205)).unwrap();
    let parameters = Parameters::new(Algorithm::Sha512, 8, Duration::from_secs(86_400)).unwrap();
    let (issuer, account) = ("é".repeat(64), "é".repeat(128));
    let uri = Uri::new(&issuer, &account, parameters, secret).unwrap();
    assert_eq!(uri.expose_secret().parse(), Ok(uri));
}

/// TO-09: names that an app cannot show are refused when they come in.
#[test]
fn refuses_names_that_a_label_cannot_hold() {
    let enrol = |issuer: &str, account: &str| {
        Policy::back_office()
            .enrol(issuer, account, at(0))
            .map(drop)
    };
    assert_eq!(enrol("Example", "urn:ada"), Ok(()));
    for issuer in ["", " ", "a:b", " a", "a\n", "a\0b", &"é".repeat(65)] {
        assert_eq!(enrol(issuer, "ada"), Err(Error::Issuer), "{issuer:?}");
    }
    for account in ["", " ", " a", "a ", "a\u{7f}b", &"é".repeat(129)] {
        assert_eq!(
            enrol("Example", account),
            Err(Error::Account),
            "{account:?}"
        );
    }
}

/// TO-07 in kind, CO-03: nothing prints a secret, and a state has no way to it.
#[test]
fn nothing_prints_a_secret() {
    let uri = uri("");
    let state = confirmed(&uri, at(0));
    let (codes, shown) = recovery::generate().unwrap();
    let accepted = Policy::back_office()
        .verify(&state, &uri.code_at(at(60)), at(60))
        .unwrap();
    let redeemed = codes.redeem(shown[0].expose_secret()).unwrap();
    let printed = format!("{uri:?}{state:?}{:?}{accepted:?}", uri.secret());
    assert!(
        !printed.contains("GEZD") && !printed.contains("49, 50, 51"),
        "{printed}"
    );
    let printed = format!("{codes:?}{shown:?}{redeemed:?}");
    assert!(
        !printed.contains(&shown[0].expose_secret()[..4]),
        "{printed}"
    );
    assert!(
        !printed.contains("0x") && !printed.contains(", 1"),
        "{printed}"
    );
    assert_eq!(format!("{uri:?}"), "[redacted]");
    assert_eq!(format!("{:?}", shown[0]), "[redacted]");
}

/// TO-04: a state outlives an upgrade.
#[test]
fn a_known_state_reads_and_writes_as_it_always_did() {
    let uri: Uri = "otpauth://totp/a?secret=MFRGGZDFMZTWQ2LK&algorithm=SHA256&digits=8&period=60"
        .parse()
        .unwrap();
    let pending = import(&Policy::back_office(), &uri, Timestamp::from_millis(1));
    let bytes = b"\x01\x02\x08\0\0\0\x3c\0\0\0\x0aabcdefghij\0\0\0\0\0\0\x09\x27\xc1";
    assert_eq!(pending.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(pending));

    let state = confirmed(&uri, Timestamp::from_secs(60 * 0x0102_0304));
    let bytes = b"\x01\x02\x08\0\0\0\x3c\0\0\0\x0aabcdefghij\x01\0\0\0\0\x01\x02\x03\x04";
    assert_eq!(state.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(state));
}

/// CO-04: what cannot be read is an error, and never a factor that asks for nothing.
#[test]
fn a_damaged_or_newer_state_is_an_error() {
    let bytes = confirmed(&uri(""), at(0)).encode();
    for cut in 0..bytes.len() {
        assert_eq!(
            State::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged),
            "cut at {cut}"
        );
    }
    let damaged = |at: usize, byte| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        State::decode(&bytes)
    };
    assert_eq!(damaged(0, 2), Err(encoding::Error::UnknownVersion(2)));
    for (at, byte) in [
        (1, 0),
        (1, 4),
        (2, 5),
        (2, 9),
        (3, 1),
        (10, 9),
        (10, 21),
        (31, 2),
        (31, 3),
    ] {
        assert_eq!(
            damaged(at, byte),
            Err(encoding::Error::Damaged),
            "{byte} at {at}"
        );
    }
    let long = [bytes.as_slice(), &[0]].concat();
    assert_eq!(State::decode(&long), Err(encoding::Error::Damaged));
}

/// TO-08: ten codes of 120 bits, in groups that people can type.
#[test]
fn recovery_codes_are_ten_and_differ() {
    let (state, codes) = recovery::generate().unwrap();
    assert_eq!((state.remaining(), codes.len()), (10, 10));
    let texts: HashSet<_> = codes.iter().map(recovery::Code::expose_secret).collect();
    assert_eq!(texts.len(), 10);
    for text in texts {
        let groups: Vec<_> = text.split('-').collect();
        assert_eq!(groups.len(), 6);
        for group in groups {
            assert_eq!(group.len(), 4);
            let plain =
                |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !"ILOU".contains(c));
            assert!(group.chars().all(plain), "{text}");
        }
    }
}

/// TO-08: in any order, each once, with the count that is left.
#[test]
fn a_recovery_code_is_redeemed_once_and_in_any_order() {
    let (mut state, codes) = recovery::generate().unwrap();
    for (left, n) in [(9, 7), (8, 0), (7, 9), (6, 3)] {
        let redeemed = state.redeem(codes[n].expose_secret()).unwrap();
        assert_eq!(redeemed.remaining(), left);
        state = redeemed.into_state();
        assert_eq!(state.remaining(), left);
        assert_eq!(state.redeem(codes[n].expose_secret()), Err(Error::Wrong));
    }
    assert!(state.redeem(codes[1].expose_secret()).is_ok());
}

/// TO-08: as people type and dictate them.
#[test]
fn a_recovery_code_may_be_typed_in_any_way() {
    let (state, codes) = recovery::generate().unwrap();
    for code in &codes {
        let code = code.expose_secret();
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            code.replace('-', "\u{2013}"),
            format!("  {code}\r\n"),
            code.replace('0', "O").replace('1', "l"),
            code.replace('0', "o").replace('1', "I").replace('-', ""),
            code.replace('1', "i"),
        ] {
            assert_eq!(state.redeem(&typed).unwrap().remaining(), 9, "{typed}");
        }
    }
}

/// TO-08: what cannot be a code is told apart from a wrong one; the next set knows none of the last.
#[test]
fn a_recovery_code_of_another_set_is_wrong_and_others_are_malformed() {
    let (state, codes) = recovery::generate().unwrap();
    let (other, _) = recovery::generate().unwrap();
    let code = codes[0].expose_secret();
    assert_eq!(other.redeem(code), Err(Error::Wrong));
    assert_eq!(
        state.redeem("0000-0000-0000-0000-0000-0000"),
        Err(Error::Wrong)
    );
    let with = |c: char| format!("{c}{}", &code[1..]);
    for text in [
        String::new(),
        code[1..].to_owned(),
        format!("{code}0"),
        with('U'),
        with('_'),
        with('é'),
        with('\0'),
        with('\u{130}'),
    ] {
        assert_eq!(state.redeem(&text), Err(Error::Malformed), "{text:?}");
    }
}

/// TO-08: what is stored contains no code, and equal codes of two sets are not stored alike.
#[test]
fn recovery_codes_are_stored_as_keyed_hashes() {
    let (state, codes) = recovery::generate().unwrap();
    let stored = state.encode();
    assert_eq!(stored.len(), 1 + 32 + 4 + 10 * 32);
    for code in &codes {
        let plain = code.expose_secret().replace('-', "");
        assert!(
            !stored
                .windows(plain.len())
                .any(|window| window == plain.as_bytes())
        );
    }
    // the same digests under another key are other codes
    let mut rekeyed = stored.clone();
    rekeyed[1] ^= 1;
    let rekeyed = recovery::State::decode(&rekeyed).unwrap();
    assert_eq!(rekeyed.redeem(codes[0].expose_secret()), Err(Error::Wrong));
}

/// CO-04.
#[test]
fn a_damaged_or_newer_set_of_recovery_codes_is_an_error() {
    let (state, _) = recovery::generate().unwrap();
    let bytes = state.encode();
    assert_eq!(recovery::State::decode(&bytes), Ok(state));
    for cut in 0..bytes.len() {
        assert_eq!(
            recovery::State::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged)
        );
    }
    let mut newer = bytes.clone();
    newer[0] = 9;
    assert_eq!(
        recovery::State::decode(&newer),
        Err(encoding::Error::UnknownVersion(9))
    );
    let mut many = [bytes.as_slice(), &[7; 32]].concat();
    many[36] = 11;
    assert_eq!(
        recovery::State::decode(&many),
        Err(encoding::Error::Damaged)
    );
}

#[cfg(feature = "store")]
mod under_threads {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use portcullis::store::{self, Change, Entry, Memory, update};

    use super::*;

    const KEY: &[u8] = b"ada";

    fn keep(bytes: Vec<u8>) -> Memory {
        let store = Memory::new(1);
        let put = Change::Put(Entry::new(bytes));
        update(&store, KEY, |_| Ok::<_, store::Error>((put.clone(), ()))).unwrap();
        store
    }

    /// How many of `threads` that run at the same moment succeed; the others must say `refusal`.
    fn successes(
        threads: usize,
        refusal: Error,
        attempt: impl Fn() -> Result<(), Failure> + Sync,
    ) -> usize {
        let (barrier, won) = (Barrier::new(threads), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    barrier.wait();
                    match attempt() {
                        Ok(()) => {
                            won.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => assert_eq!(error, Failure::Totp(refusal.clone())),
                    }
                });
            }
        });
        won.into_inner()
    }

    #[derive(Debug, PartialEq)]
    enum Failure {
        Totp(Error),
        Store(store::Error),
    }

    impl From<store::Error> for Failure {
        fn from(error: store::Error) -> Self {
            Self::Store(error)
        }
    }

    /// TO-02: 1,000 tries with one code at the same moment, one success.
    #[test]
    fn a_code_is_redeemed_once_by_a_thousand_threads() {
        let (policy, uri) = (Policy::back_office(), uri(""));
        let store = keep(confirmed(&uri, at(0)).encode());
        let code = uri.code_at(at(60));
        let won = successes(1000, Error::Replayed, || {
            update(&store, KEY, |value| {
                let state = State::decode(value.unwrap()).unwrap();
                let accepted = policy
                    .verify(&state, &code, at(60))
                    .map_err(Failure::Totp)?;
                Ok((Change::Put(Entry::new(accepted.into_state().encode())), ()))
            })
        });
        assert_eq!(won, 1);
    }

    /// TO-08: the same of a recovery code.
    #[test]
    fn a_recovery_code_is_redeemed_once_by_a_hundred_threads() {
        let (state, codes) = recovery::generate().unwrap();
        let store = keep(state.encode());
        let won = successes(100, Error::Wrong, || {
            update(&store, KEY, |value| {
                let state = recovery::State::decode(value.unwrap()).unwrap();
                let redeemed = state
                    .redeem(codes[4].expose_secret())
                    .map_err(Failure::Totp)?;
                Ok((Change::Put(Entry::new(redeemed.into_state().encode())), ()))
            })
        });
        assert_eq!(won, 1);
    }
}

proptest! {
    /// TO-02, TO-03, TO-05, TO-11 against a set of used steps, under a clock that goes both ways.
    #[test]
    fn agrees_with_a_naive_list(
        (past, future) in (0_u8..4, 0_u8..4),
        tries in prop::collection::vec((-200_i64..400, -6_i64..6), 1..25),
    ) {
        let policy = Policy::back_office().with_window(past, future).unwrap();
        let uri = uri("&digits=8");
        let mut state = confirmed(&uri, at(0));
        let mut used = NINE / 30;
        let mut now = NINE + 3000;
        for (seconds, offset) in tries {
            now = now.checked_add_signed(seconds).unwrap();
            let step = now / 30;
            let tried = step.checked_add_signed(offset).unwrap();
            let code = uri.code_at(Timestamp::from_secs(tried * 30 + 29));
            let in_window = (-i64::from(past)..=i64::from(future)).contains(&offset);
            let expected = match (in_window, tried > used) {
                (false, _) => Err(Error::Wrong),
                (true, false) => Err(Error::Replayed),
                (true, true) => Ok(tried),
            };
            let outcome = policy.verify(&state, &code, Timestamp::from_secs(now));
            prop_assert_eq!(outcome.as_ref().map(|a| a.step()).map_err(Clone::clone), expected);
            if let Ok(accepted) = outcome {
                state = State::decode(&accepted.into_state().encode()).unwrap();
                used = tried;
            }
        }
    }

    /// TO-09: whatever is built is read again as it was.
    #[test]
    fn a_uri_that_is_built_is_read_again(
        issuer in "[^:\\p{Cc}\\s]([^:\\p{Cc}]{0,10}[^:\\p{Cc}\\s])?",
        account in "[^\\p{Cc}\\s](\\PC{0,20}[^\\p{Cc}\\s])?",
        secret in "([A-Z2-7]{8}){2,25}",
        (digits, period) in (6_u8..=8, 1_u64..=86_400),
        algorithm in prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)],
    ) {
        let parameters = Parameters::new(algorithm, digits, Duration::from_secs(period)).unwrap();
        let secret = Secret::from_base32(&secret).unwrap();
        let uri = Uri::new(&issuer, &account, parameters, secret.clone()).unwrap();
        let read: Uri = uri.expose_secret().parse().unwrap();
        prop_assert_eq!(read.issuer(), Some(issuer.as_str()));
        prop_assert_eq!(read.account(), account.as_str());
        prop_assert_eq!(read.parameters(), parameters);
        prop_assert_eq!(read.secret(), &secret);
        prop_assert_eq!(&read, &uri);
    }

    /// TO-09: any text is a URI or an error; one that is read is written and read alike.
    #[test]
    fn any_text_is_a_uri_or_an_error(
        label in "(%3A|%20|%C3%A9|[a-c:/+%?&=]){0,12}",
        query in "(issuer=|digits=|period=|&|secret=GEZDGNBVGY3TQOJQ|[0-9a-c%=+]){0,12}",
    ) {
        let texts = [
            format!("otpauth://totp/{label}?{query}"),
            format!("otpauth://totp/{label}?secret=GEZDGNBVGY3TQOJQ&{query}"),
        ];
        for text in texts {
            if let Ok(uri) = text.parse::<Uri>() {
                prop_assert_eq!(uri.expose_secret().parse::<Uri>(), Ok(uri));
            }
        }
    }

    /// CO-04: any bytes are a state or an error; one that is read is written alike.
    #[test]
    fn any_bytes_are_a_state_or_an_error(
        secret in prop::collection::vec(any::<u8>(), 8..22),
        status in 0_u8..3,
        last in any::<u64>(),
    ) {
        let len = u8::try_from(secret.len()).unwrap();
        let head = [1, 1, 6, 0, 0, 0, 30, 0, 0, 0, len];
        let bytes = [head.as_slice(), &secret, &[status], &last.to_be_bytes()].concat();
        match State::decode(&bytes) {
            Ok(state) => prop_assert_eq!(state.encode(), bytes),
            Err(_) => prop_assert!(secret.len() < 10 || status > 1),
        }
    }
}
