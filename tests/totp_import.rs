//! Secrets that somebody else made: what is weak is said, and what anybody can guess is refused.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use Weakness::{Below112Bits, Below128Bits, Published, Repetitive};
use portcullis::{
    Timestamp,
    totp::{Error, Import, Policy, Uri, Weakness},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn uri(secret: &str) -> Uri {
    let text = format!("otpauth://totp/Example:ada?secret={secret}");
    text.parse().unwrap()
}

fn weaknesses(import: Import, secret: &str) -> Result<Vec<Weakness>, Error> {
    let policy = Policy::back_office().with_import(import);
    let imported = policy.import(&uri(secret), NOW)?;
    Ok(imported.weaknesses().to_vec())
}

/// The first `len` bytes of a secret that pyotp made, in base32.
fn random(len: usize) -> &'static str {
    match len {
        10 => "2XGARX5XHYJDNNYX",
        13 => "2XGARX5XHYJDNNYXAPHSQ",
        14 => "2XGARX5XHYJDNNYXAPHSRGI",
        15 => "2XGARX5XHYJDNNYXAPHSRGJQ",
        16 => "2XGARX5XHYJDNNYXAPHSRGJQGA",
        _ => "2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB",
    }
}

/// TO-09: 80 bits are taken with a warning, by the numbers of NIST and of RFC 4226.
#[test]
fn a_short_secret_is_taken_and_said_to_be_short() {
    let found = |len| weaknesses(Import::default(), random(len));
    assert_eq!(found(10), Ok(vec![Below112Bits, Below128Bits]));
    assert_eq!(found(13), Ok(vec![Below112Bits, Below128Bits]));
    assert_eq!(found(14), Ok(vec![Below128Bits]));
    assert_eq!(found(15), Ok(vec![Below128Bits]));
    assert_eq!(found(16), Ok(vec![]));
    assert_eq!(found(20), Ok(vec![]));
}

/// TO-09: and refused by a policy that asks for more.
#[test]
fn a_policy_may_refuse_short_secrets() {
    let found = |import, len| weaknesses(import, random(len)).map(drop);
    let (nist, rfc) = (Import::RefuseBelow112Bits, Import::RefuseBelow128Bits);
    assert_eq!(found(nist, 13), Err(Error::Weak(Below112Bits)));
    assert_eq!(found(nist, 14), Ok(()));
    assert_eq!(found(rfc, 13), Err(Error::Weak(Below112Bits)));
    assert_eq!(found(rfc, 15), Err(Error::Weak(Below128Bits)));
    assert_eq!(found(rfc, 16), Ok(()));
    for import in [nist, rfc] {
        let published = weaknesses(import, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(published, Err(Error::Weak(Published)));
    }
}

/// TO-09: what stands in a standard or in somebody's documentation is no secret, however it is
/// written.
#[test]
fn a_published_example_is_refused() {
    let seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for secret in [
        seed,
        &format!("{seed}GEZDGNBVGY3TQOJQGEZA"),
        &format!("{seed}{seed}{seed}GEZDGNA"),
        "JBSWY3DPEHPK3PXP",
        "jbswy3dpehpk3pxp",
        "JBSW%20Y3DP%20EHPK%203PXP",
        "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ",
        "base32secret3232",
        "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD",
        "US3WHSG7X5KAPV27VANWKQHF3SH3HULL",
        "GAXGGYT2OU2DEOJR",
        "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TFOQ",
    ] {
        let refused = weaknesses(Import::default(), secret);
        assert_eq!(refused, Err(Error::Weak(Published)), "{secret}");
        let taken = weaknesses(Import::DangerRefuseNone, secret);
        assert_eq!(taken.unwrap()[0], Published, "{secret}");
    }
}

/// TO-09: a secret that repeats itself, whole or cut, or that counts, is guessed.
#[test]
fn a_repetitive_secret_is_refused() {
    for secret in [
        "AAAAAAAAAAAAAAAA",                 // zeros
        "77777777777777777777777777777777", // ones
        "MFRGGZDFMFRGGZDF",                 // abcdeabcde
        "MFRGGZDFMFRGGZDFMFRGG",            // abcdeabcdeabc
        "MFQWCYLBMFQWCYLB",                 // aaaaaaaaaa
        "MFRGGZDFMZTWQ2LK",                 // abcdefghij
        "JJEUQR2GIVCEGQSB",                 // JIHGFEDCBA
        "74AACAQDAQCQMBYI",                 // 255, 0, 1, 2, 3, 4, 5, 6, 7, 8
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    ] {
        let refused = weaknesses(Import::default(), secret);
        assert_eq!(refused, Err(Error::Weak(Repetitive)), "{secret}");
        let taken = weaknesses(Import::DangerRefuseNone, secret).unwrap();
        assert!(taken.contains(&Repetitive), "{secret}");
    }
    // six of ten bytes again, and a single byte out of the row
    for secret in ["MFRGGZDFMZQWEY3E", "MFRGGZDFMZTWQ2LM"] {
        assert!(weaknesses(Import::default(), secret).is_ok(), "{secret}");
    }
}

/// TO-04, TO-09: an imported secret awaits its first code like any other, with its own parameters.
#[test]
fn an_imported_secret_awaits_its_first_code() {
    let policy = Policy::back_office();
    let uri: Uri = format!(
        "otpauth://totp/ada?secret={}&digits=8&period=60",
        random(20)
    )
    .parse()
    .unwrap();
    let imported = policy.import(&uri, NOW).unwrap();
    assert!(!imported.state().is_confirmed());
    assert_eq!(imported.state().parameters(), uri.parameters());
    let state = imported.into_state();
    assert!(policy.confirm(&state, &uri.code_at(NOW), NOW).is_ok());
}

/// TO-01: of the secrets that this library makes, nothing is weak.
#[test]
fn nothing_is_weak_about_a_generated_secret() {
    for _ in 0..100 {
        let (_, uri) = Policy::back_office().enrol("Example", "ada", NOW).unwrap();
        let policy = Policy::back_office().with_import(Import::RefuseBelow128Bits);
        assert_eq!(policy.import(&uri, NOW).unwrap().weaknesses(), []);
    }
}
