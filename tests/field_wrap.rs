//! Key rings at rest: wrapped under a key that lives elsewhere, for one scope, never an older one.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

mod kms;

use data_encoding::HEXLOWER;
use kms::{Fault, Kms};
use portcullis::{
    Timestamp, encoding,
    field::{
        Context, Error, ExposeSecret, Key, KeyWrapper, Keyring, LocalKek, Policy, Scope, WrapError,
        WrappedKeyring, rewrap,
    },
};
use proptest::{collection::vec, prelude::*};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);
const DAMAGED: Error = Error::Encoding(encoding::Error::Damaged);

fn scope() -> Scope {
    Scope::tenant("acme")
}

fn ring_of(scope: Scope) -> Keyring {
    Keyring::new_for(Key::from_bytes([7; 32]), scope, Policy::new(), NOW).unwrap()
}

fn ring() -> Keyring {
    ring_of(scope())
}

fn kek() -> LocalKek {
    LocalKek::new("2026-11", Key::from_bytes([0xAA; 32])).unwrap()
}

fn place() -> Context {
    let context = Context::new().tenant("acme").table("contact");
    context.column("email").row(42)
}

fn open(bytes: &[u8], wrapper: &impl KeyWrapper) -> Result<Keyring, Error> {
    Keyring::open_wrapped(bytes, &scope(), wrapper, 0)
}

/// What was written by another implementation, in Python: a value of the case with this name.
fn golden(case: &str, name: &str) -> Vec<u8> {
    let golden = include_str!("vectors/field/wrapped.txt");
    let case = golden
        .split("\n\n")
        .find(|text| text.starts_with(&format!("# {case}\n")));
    let line = case.unwrap().lines().find_map(|l| l.strip_prefix(name));
    HEXLOWER.decode(line.unwrap().trim().as_bytes()).unwrap()
}

/// CR-14: the golden files were written by another implementation, in Python.
#[test]
fn reads_the_rings_and_keks_of_the_golden_files() {
    let file = golden("key-encryption keys", "file");
    let kek = LocalKek::decode(&file).unwrap();
    assert_eq!(kek.encode().expose_secret(), file);
    assert_eq!(kek.ids().collect::<Vec<_>>(), ["2026-12", "2026-11"]);
    let person = Scope::subject("acme", "person-7");
    let older = "a ring under an older key-encryption key";
    for (case, scope, generation, kek_id) in [
        ("a ring", person, 21, "2026-12"),
        (older, Scope::application(), 1, "2026-11"),
    ] {
        let wrapped = golden(case, "wrapped");
        let header = WrappedKeyring::parse(&wrapped).unwrap();
        assert_eq!((header.kek_id(), header.generation()), (kek_id, generation));
        let ring = Keyring::open_wrapped(&wrapped, &scope, &kek, generation).unwrap();
        assert_eq!(ring.encode().expose_secret(), golden(case, "ring"));
    }
}

/// CR-14: what lies on the disk is neither a key nor the ring, and another one each time.
#[test]
fn a_wrapped_ring_opens_what_the_ring_sealed_and_shows_no_key() {
    let (ring, kek) = (ring(), kek());
    let sealed = ring.seal(&place(), b"ada@example.org", NOW).unwrap();
    let wrapped = ring.wrap_with(&kek).unwrap();
    let plain = ring.encode();
    let fingerprint = Key::from_bytes([7; 32]).fingerprint();
    for piece in [
        &[7; 6][..],
        &fingerprint.as_bytes()[..6],
        b"tenant",
        b"acme",
    ] {
        assert!(!wrapped.windows(piece.len()).any(|window| window == piece));
    }
    let read = open(&wrapped, &kek).unwrap();
    assert_eq!(read.encode().expose_secret(), plain.expose_secret());
    let opened = read.open(&place(), &sealed).unwrap();
    assert_eq!(opened.expose_secret(), b"ada@example.org");
    let again = ring.wrap_with(&kek).unwrap();
    assert_eq!(again.len(), wrapped.len());
    let same = again.iter().zip(&wrapped).filter(|(a, b)| a == b).count();
    assert!(same < wrapped.len() / 2, "{same} of {}", wrapped.len());
}

/// CR-14: the KEK's name and the generation can be read without it.
#[test]
fn a_wrapped_ring_says_which_kek_it_needs() {
    let wrapped = ring().wrap_with(&kek()).unwrap();
    let read = WrappedKeyring::parse(&wrapped).unwrap();
    assert_eq!(read.kek_id(), "2026-11");
    assert_eq!(read.generation(), ring().generation());
    assert!(read.is_for(&scope()));
    assert!(!read.is_for(&Scope::tenant("globex")));
}

/// CR-14: every byte counts, and every length.
#[test]
fn every_changed_byte_and_every_prefix_of_a_wrapped_ring_is_refused() {
    let (ring, kek) = (ring(), kek());
    let wrapped = ring.wrap_with(&kek).unwrap();
    assert!(open(&wrapped, &kek).is_ok());
    for at in 0..wrapped.len() {
        for bit in [0x01, 0x80] {
            let mut changed = wrapped.clone();
            changed[at] ^= bit;
            assert!(open(&changed, &kek).is_err(), "byte {at}");
        }
        assert!(open(&wrapped[..at], &kek).is_err(), "cut at {at}");
    }
    let longer = [&wrapped[..], &[0]].concat();
    assert_eq!(open(&longer, &kek).err(), Some(DAMAGED));
}

/// CR-14: a wrapper that does not bind what it wraps does not make the header another's.
#[test]
fn the_header_is_bound_to_the_ring_even_where_the_wrapper_binds_nothing() {
    struct Careless(LocalKek);
    impl KeyWrapper for Careless {
        fn kek_id(&self) -> &str {
            self.0.kek_id()
        }
        fn wrap_key(&self, _: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
            self.0.wrap_key(b"", key)
        }
        fn unwrap_key(&self, _: &str, _: &[u8], wrapped: &[u8]) -> Result<Key, WrapError> {
            self.0.unwrap_key(self.0.kek_id(), b"", wrapped)
        }
    }
    let careless = Careless(kek());
    let wrapped = ring().wrap_with(&careless).unwrap();
    assert!(open(&wrapped, &careless).is_ok());
    // content, generation, scope, the KEK's name
    let header = 5..5 + 1 + 8 + 32 + 4 + 7;
    for at in header {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        assert!(open(&changed, &careless).is_err(), "byte {at}");
    }
    let mut later = wrapped.clone();
    later[6..14].copy_from_slice(&u64::MAX.to_be_bytes());
    assert_eq!(open(&later, &careless).err(), Some(Error::Open));
}

/// CR-14
#[test]
fn a_ring_of_another_scope_is_refused_before_the_wrapper_is_asked() {
    let kms = Kms::new(kek());
    let wrapped = ring().wrap_with(&kms).unwrap();
    let before = kms.calls();
    for other in [
        Scope::tenant("globex"),
        Scope::application(),
        Scope::subject("acme", "ada"),
        Scope::credential("acme", "ada"),
    ] {
        let refused = Keyring::open_wrapped(&wrapped, &other, &kms, 0);
        assert_eq!(refused.err(), Some(Error::OtherScope));
    }
    assert_eq!(kms.calls(), before);
    let mut relabelled = wrapped.clone();
    let other = ring_of(Scope::tenant("globex")).wrap_with(&kms).unwrap();
    relabelled[14..46].copy_from_slice(&other[14..46]);
    let opened = Keyring::open_wrapped(&relabelled, &Scope::tenant("globex"), &kms, 0);
    assert_eq!(opened.err(), Some(Error::Wrap(WrapError::Refused)));
}

/// CR-14: an old ring that is put back does not bring back what was changed since.
#[test]
fn an_older_generation_is_refused_before_the_wrapper_is_asked() {
    let kms = Kms::new(kek());
    let mut ring = ring();
    let old = ring.wrap_with(&kms).unwrap();
    let found = ring.generation();
    ring.stage(NOW).unwrap();
    let least = ring.generation();
    assert!(least > found);
    let new = ring.wrap_with(&kms).unwrap();
    let before = kms.calls();
    let refused = Keyring::open_wrapped(&old, &scope(), &kms, least);
    assert_eq!(refused.err(), Some(Error::RolledBack { found, least }));
    assert_eq!(kms.calls(), before);
    assert!(Keyring::open_wrapped(&new, &scope(), &kms, least).is_ok());
    assert!(Keyring::open_wrapped(&old, &scope(), &kms, found).is_ok());
    // nor by writing the later number on it
    let mut relabelled = old.clone();
    relabelled[6..14].copy_from_slice(&new[6..14]);
    assert!(Keyring::open_wrapped(&relabelled, &scope(), &kms, least).is_err());
}

/// CR-14: retry, gone for good and refused are three answers, and each denies.
#[test]
fn what_the_service_says_is_what_the_caller_is_told() {
    let kms = Kms::new(kek());
    let wrapped = ring().wrap_with(&kms).unwrap();
    for (fault, error) in [
        (Fault::Unavailable, WrapError::Unavailable),
        (Fault::Gone, WrapError::Gone),
        (Fault::Refused, WrapError::Refused),
    ] {
        kms.fails(fault);
        assert_eq!(open(&wrapped, &kms).err(), Some(Error::Wrap(error)));
        assert_eq!(ring().wrap_with(&kms), Err(Error::Wrap(error)));
        assert_eq!(rewrap(&wrapped, &kms, &kek()), Err(Error::Wrap(error)));
        assert_eq!(rewrap(&wrapped, &kek(), &kms), Err(Error::Wrap(error)));
    }
    kms.fails(Fault::AnotherKey);
    assert_eq!(open(&wrapped, &kms).err(), Some(Error::Open));
    kms.fails(None);
    assert!(open(&wrapped, &kms).is_ok());
}

/// CR-14: a ring that nobody could open again, or that anybody could, is not handed out for storing.
#[test]
fn a_service_that_answers_wrongly_wraps_no_ring() {
    let kms = Kms::new(kek());
    for fault in [
        Fault::AnotherKey,
        Fault::Nothing,
        Fault::TooMuch,
        Fault::Clear,
    ] {
        kms.fails(fault);
        let refused = Err(Error::Wrap(WrapError::Refused));
        assert_eq!(ring().wrap_with(&kms), refused, "{fault:?}");
    }
    let long: &str = Box::leak("a".repeat(513).into_boxed_str());
    for name in ["", "two words", "tab\t", "line\n", "é", long] {
        kms.fails(Fault::Name(name));
        assert_eq!(ring().wrap_with(&kms), Err(Error::KekId), "{name:?}");
    }
}

/// CR-14: one call to wrap and one to see that it can be undone; one to open. No name reaches it.
#[test]
fn the_service_is_called_once_a_ring_and_learns_no_names() {
    let kms = Kms::new(kek());
    let wrapped = ring().wrap_with(&kms).unwrap();
    assert_eq!(kms.calls(), (1, 1));
    let opened = open(&wrapped, &kms).unwrap();
    assert_eq!(kms.calls(), (1, 2));
    let sealed = opened.seal(&place(), b"value", NOW).unwrap();
    assert!(opened.open(&place(), &sealed).is_ok());
    assert_eq!(kms.calls(), (1, 2));
    for context in kms.contexts() {
        assert_eq!(context.len(), 32);
    }
}

/// CR-14: the KEK is rotated; rings and columns stay.
#[test]
fn the_kek_is_rotated_without_touching_a_column() {
    let ring = ring();
    let sealed = ring.seal(&place(), b"value", NOW).unwrap();
    let old = kek();
    let wrapped = ring.wrap_with(&old).unwrap();

    let both = old.clone().rotate("2026-12").unwrap();
    assert_eq!(both.kek_id(), "2026-12");
    assert!(open(&wrapped, &both).is_ok(), "the old one still opens");
    let anew = rewrap(&wrapped, &both, &both).unwrap();
    let header = WrappedKeyring::parse(&anew).unwrap();
    assert_eq!(header.kek_id(), "2026-12");
    assert_eq!(header.generation(), ring.generation());

    let new = both.without("2026-11").unwrap();
    let read = open(&anew, &new).unwrap();
    assert_eq!(read.encode().expose_secret(), ring.encode().expose_secret());
    assert!(read.open(&place(), &sealed).is_ok());
    let gone = Some(Error::Wrap(WrapError::Gone));
    assert_eq!(open(&wrapped, &new).err(), gone);
    assert_eq!(open(&anew, &old).err(), gone);
}

/// CR-14: a KEK opens what it wrapped, for the context it was wrapped for, under its name.
#[test]
fn a_local_kek_refuses_another_context_name_key_and_byte() {
    let (kek, key) = (kek(), Key::from_bytes([3; 32]));
    let wrapped = kek.wrap_key(b"context", &key).unwrap();
    assert_eq!(wrapped.len(), 104);
    assert_eq!(kek.unwrap_key("2026-11", b"context", &wrapped), Ok(key));
    let refused = Err(WrapError::Refused);
    assert_eq!(kek.unwrap_key("2026-11", b"contexu", &wrapped), refused);
    assert_eq!(
        kek.unwrap_key("2026-12", b"context", &wrapped),
        Err(WrapError::Gone)
    );
    let renamed = LocalKek::new("2026-12", Key::from_bytes([0xAA; 32])).unwrap();
    assert_eq!(renamed.unwrap_key("2026-12", b"context", &wrapped), refused);
    // the name ends where its length says
    let shifted = LocalKek::new("2026-11c", Key::from_bytes([0xAA; 32])).unwrap();
    assert_eq!(shifted.unwrap_key("2026-11c", b"ontext", &wrapped), refused);
    for at in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        assert_eq!(kek.unwrap_key("2026-11", b"context", &changed), refused);
        assert_eq!(
            kek.unwrap_key("2026-11", b"context", &wrapped[..at]),
            refused
        );
    }
}

/// CR-14: what a KEK wrapped is a key and nothing else.
#[test]
fn keks_are_told_apart_by_name_and_by_key() {
    let (kek, other) = (kek(), || Key::from_bytes([0xBB; 32]));
    let duplicate = Some(Error::DuplicateKek);
    assert_eq!(kek.clone().with_old("2026-11", other()).err(), duplicate);
    let same_key = Key::from_bytes([0xAA; 32]);
    assert_eq!(kek.clone().with_old("2025-11", same_key).err(), duplicate);
    assert_eq!(kek.clone().rotate("2026-11").err(), duplicate);
    for name in ["", "a b", "a\n", "\u{7f}", "ü"] {
        assert_eq!(LocalKek::generate(name).err(), Some(Error::KekId));
        assert_eq!(kek.clone().rotate(name).err(), Some(Error::KekId));
    }
    assert_eq!(kek.clone().without("2026-11").err(), Some(Error::KekInUse));
    let gone = Some(Error::Wrap(WrapError::Gone));
    assert_eq!(kek.clone().without("2020-01").err(), gone);
    let mut many = kek;
    for n in 1..16 {
        many = many.rotate(&format!("kek-{n}")).unwrap();
    }
    assert_eq!(many.ids().count(), 16);
    assert_eq!(
        many.clone().rotate("kek-16").err(),
        Some(Error::TooManyKeks)
    );
    let stored = many.encode();
    assert_eq!(
        LocalKek::decode(stored.expose_secret())
            .unwrap()
            .ids()
            .count(),
        16
    );
}

/// CR-14: a file of KEKs that was cut off, mistyped or written by another version is told as such.
#[test]
fn a_text_of_keks_is_read_whole_or_not_at_all() {
    let keks = kek().rotate("2026-12").unwrap();
    let text = keks.encode();
    let text = text.expose_secret();
    let read = LocalKek::decode(text).unwrap();
    assert_eq!(read.ids().collect::<Vec<_>>(), ["2026-12", "2026-11"]);
    assert_eq!(read.encode().expose_secret(), text);
    for cut in "portcullis-kek 1".len()..text.len() {
        assert_eq!(
            LocalKek::decode(&text[..cut]).err(),
            Some(Error::Checksum),
            "cut at {cut}"
        );
    }
    for at in 0..text.len() {
        let mut changed = text.to_vec();
        changed[at] ^= 1;
        assert!(LocalKek::decode(&changed).is_err(), "byte {at}");
    }
    for changed in [
        [text, b"\n"].concat(),
        [text, b" "].concat(),
        [b"\n", text].concat(),
        String::from_utf8_lossy(text).replace('\n', "\r\n").into(),
    ] {
        assert!(LocalKek::decode(&changed).is_err());
    }
    let version = |line: &str| {
        let rest = text.splitn(2, |b| *b == b'\n').nth(1).unwrap();
        LocalKek::decode(&[line.as_bytes(), b"\n", rest].concat()).err()
    };
    let unknown = Error::Encoding(encoding::Error::UnknownVersion(2));
    assert_eq!(version("portcullis-kek 2"), Some(unknown));
    for line in [
        "portcullis-kek 01",
        "portcullis-kek x",
        "portcullis-kek 999",
    ] {
        assert_eq!(version(line), Some(DAMAGED), "{line}");
    }
    assert_eq!(LocalKek::decode(&vec![b'a'; 20_000]).err(), Some(DAMAGED));
}

/// CR-14: whole by its checksum, and still not a file of KEKs.
#[test]
fn a_text_of_keks_with_a_right_checksum_is_still_checked() {
    let signed = |lines: &str| {
        use sha2::{Digest, Sha256};
        let text = format!("portcullis-kek 1\n{lines}");
        let sum = HEXLOWER.encode(&Sha256::digest(&text));
        LocalKek::decode(format!("{text}sha256 {sum}\n").as_bytes()).map(|kek| kek.ids().count())
    };
    let (a, b) = ("A".repeat(43), "B".repeat(42) + "A");
    assert_eq!(signed(&format!("one {a}\ntwo {b}\n")), Ok(2));
    assert_eq!(signed(""), Err(DAMAGED));
    assert_eq!(
        signed(&format!("one {a}\none {b}\n")),
        Err(Error::DuplicateKek)
    );
    assert_eq!(
        signed(&format!("one {a}\ntwo {a}\n")),
        Err(Error::DuplicateKek)
    );
    assert_eq!(signed(&format!(" {a}\n")), Err(Error::KekId));
    let short = "A".repeat(42);
    for line in [
        &format!("one {short}"),
        &format!("one  {a}"),
        &format!("one {a}="),
        "one",
        "",
    ] {
        assert_eq!(signed(&format!("{line}\n")), Err(DAMAGED), "{line:?}");
    }
    // the last character has bits that no byte takes
    assert_eq!(
        signed(&format!("one {}\n", "A".repeat(42) + "B")),
        Err(DAMAGED)
    );
    let many: String = (0..17)
        .map(|n| {
            format!(
                "k{n} {}{}\n",
                "A".repeat(41),
                [
                    "AA", "AE", "AI", "AM", "AQ", "AU", "AY", "Ac", "Ag", "Ak", "Ao", "As", "Aw",
                    "A0", "A4", "A8", "BA"
                ][n]
            )
        })
        .collect();
    assert_eq!(signed(&many), Err(Error::TooManyKeks));
    let long = "a".repeat(512);
    let lines = (0..40).map(|n| format!("{long}{n} {a}\n"));
    assert_eq!(signed(&lines.collect::<String>()), Err(DAMAGED));
}

/// CO-03
#[test]
fn a_kek_is_not_printed() {
    let kek = LocalKek::new("2026-11", Key::from_bytes([0x41; 32])).unwrap();
    for printed in [format!("{kek:?}"), format!("{kek:#?}")] {
        assert!(printed.contains("2026-11"), "{printed}");
        for secret in ["65, 65", "AAAA", "4141", "QUFB"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

/// CR-14: stands in for a service, by reference, shared or boxed.
#[test]
fn a_wrapper_may_be_chosen_at_run_time() {
    let boxed: Box<dyn KeyWrapper + Send + Sync> = Box::new(kek());
    let wrapped = ring().wrap_with(&boxed).unwrap();
    assert!(open(&wrapped, &std::sync::Arc::new(boxed)).is_ok());
    assert!(open(&wrapped, &&kek()).is_ok());
    assert!(Keyring::open_wrapped(&wrapped, &scope(), &kek() as &dyn KeyWrapper, 0).is_ok());
}

/// The largest length that a field can say does not make anybody reserve it.
#[test]
fn lengths_that_nothing_has_are_refused() {
    let wrapped = ring().wrap_with(&kek()).unwrap();
    let name = 5 + 1 + 8 + 32;
    let key = name + 4 + 7;
    for at in [name, key, key + 4 + 104] {
        let mut changed = wrapped.clone();
        changed[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(WrappedKeyring::parse(&changed).err(), Some(DAMAGED));
    }
    let mut empty = wrapped[..key].to_vec();
    empty.extend([0; 4]);
    empty.extend(&wrapped[key + 4 + 104..]);
    assert_eq!(WrappedKeyring::parse(&empty).err(), Some(DAMAGED));
    let mut named = wrapped.clone();
    named[name + 4] = b' ';
    assert_eq!(WrappedKeyring::parse(&named).err(), Some(Error::KekId));
    // of a form that a ring could have, and longer than any
    let mut long = wrapped[..key + 4 + 104].to_vec();
    let body: u32 = 16 * 1024 * 1024 + 64 * 1024;
    long.extend(body.to_be_bytes());
    long.resize(long.len() + body as usize, 0);
    assert_eq!(WrappedKeyring::parse(&long).err(), Some(DAMAGED));
    let mut version = wrapped;
    version[4] = 2;
    let unknown = Error::Encoding(encoding::Error::UnknownVersion(2));
    assert_eq!(WrappedKeyring::parse(&version).err(), Some(unknown));
}

proptest! {
    #[test]
    fn nothing_that_was_not_wrapped_opens(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(open(&bytes, &kek()).is_err());
        prop_assert!(open(&[b"PCWR\x01\x01", &bytes[..]].concat(), &kek()).is_err());
        prop_assert!(LocalKek::decode(&bytes).is_err());
    }
}
