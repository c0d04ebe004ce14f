//! A secret comes in and goes out whole, in a URI that other programs write and read.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    totp::{Algorithm, Error, Parameters, Policy, Secret, Uri, hotp},
};
use proptest::prelude::*;

/// The seed of RFC 4226 and of RFC 6238 for SHA-1, in base32.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn uri(parameters: &str) -> Uri {
    let text = format!("otpauth://totp/Example:ada?secret={SEED}{parameters}");
    text.parse().unwrap()
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
            format!("otpauth://totp/ada?{secret}&digits=0"),
            Error::Digits,
        ),
        (
            format!("otpauth://totp/ada?{secret}&algorithm=SHA-1"),
            Error::Algorithm,
        ),
        (
            format!("otpauth://totp/ada?{secret}&period=030"),
            Error::Period,
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
        format!("otpauth://totp/Example:ada?secret={SEED}&image=x&image=y&codeDetail=1&ISSUER=z"),
        format!("otpauth://totp/Example:ada?secret={SEED}%3D%3D"),
        format!("otpauth://totp/Example:ada?secret={SEED}=="),
    ] {
        assert_eq!(text.parse::<Uri>().as_ref(), Ok(&plain), "{text}");
    }
}

fn lines(kind: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let all = [
        include_str!("vectors/totp/documents.txt"),
        include_str!("vectors/totp/npm.txt"),
        include_str!("vectors/totp/python.txt"),
    ];
    let lines = all.into_iter().flat_map(str::lines);
    let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    fields.filter(move |fields| fields[0] == kind)
}

fn algorithm(name: &str) -> Algorithm {
    match name {
        "SHA1" => Algorithm::Sha1,
        "SHA256" => Algorithm::Sha256,
        "SHA512" => Algorithm::Sha512,
        _ => panic!("{name}"),
    }
}

/// The URIs of either kind that these fields describe, as this library writes them.
fn written(fields: &[&str]) -> Result<Uri, hotp::Uri> {
    let [kind, issuer, account, name, digits, factor, secret] = fields[..] else {
        panic!("{fields:?}");
    };
    let (algorithm, digits) = (algorithm(name), digits.parse().unwrap());
    let secret = Secret::from_base32(secret).unwrap();
    if kind == "hotp" {
        let parameters = hotp::Parameters::new(algorithm, digits).unwrap();
        let counter = factor.parse().unwrap();
        Err(hotp::Uri::new(issuer, account, parameters, secret, counter).unwrap())
    } else {
        let period = Duration::from_secs(factor.parse().unwrap());
        let parameters = Parameters::new(algorithm, digits, period).unwrap();
        Ok(Uri::new(issuer, account, parameters, secret).unwrap())
    }
}

/// TO-09: pyotp, django-otp, otpauth, otplib, speakeasy, Google's page, Keycloak, pquerna's otp and
/// GitHub: read as it was meant, written again and read alike.
#[test]
fn reads_what_other_libraries_write() {
    let mut seen = 0;
    for fields in lines("uri") {
        let [.., text] = fields[..] else { panic!() };
        match written(&fields[2..9]) {
            Ok(totp) => {
                assert_eq!(text.parse().as_ref(), Ok(&totp), "{text}");
                assert_eq!(totp.expose_secret().parse().as_ref(), Ok(&totp), "{text}");
                assert_eq!(text.parse::<hotp::Uri>(), Err(Error::Scheme), "{text}");
            }
            Err(hotp) => {
                assert_eq!(text.parse().as_ref(), Ok(&hotp), "{text}");
                assert_eq!(hotp.expose_secret().parse().as_ref(), Ok(&hotp), "{text}");
                assert_eq!(text.parse::<Uri>(), Err(Error::Scheme), "{text}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 7 + 25 + 15);
}

/// TO-09: a `+` for a space, another issuer in the label than in the parameter, a space, and no
/// counter have more than one meaning, and are refused whoever writes them.
#[test]
fn refuses_what_some_libraries_write() {
    let mut seen = 0;
    for fields in lines("refused") {
        let [_, _, why, text] = fields[..] else {
            panic!("{fields:?}");
        };
        let why = match why {
            "IssuersDiffer" => Error::IssuersDiffer,
            "NoCounter" => Error::NoCounter,
            "UriEncoding" => Error::UriEncoding,
            _ => panic!("{why}"),
        };
        let read = if text.starts_with("otpauth://hotp/") {
            text.parse::<hotp::Uri>().map(drop)
        } else {
            text.parse::<Uri>().map(drop)
        };
        assert_eq!(read, Err(why), "{text}");
        seen += 1;
    }
    assert_eq!(seen, 4 + 6);
}

/// TO-09: what pyotp and otpauth read in our URIs is what we wrote.
#[test]
fn other_libraries_read_what_this_one_writes() {
    let mut seen = 0;
    for fields in lines("read") {
        let text = match written(&fields[2..9]) {
            Ok(totp) => totp.expose_secret().to_owned(),
            Err(hotp) => hotp.expose_secret().to_owned(),
        };
        assert_eq!(text, fields[9]);
        seen += 1;
    }
    assert_eq!(seen, 2 * 14);
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
            .enrol(issuer, account, Timestamp::EPOCH)
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

proptest! {
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
}
