//! Key rings from outside: which key seals, which opens, for what, until when and how often.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

mod watch;

use std::{
    io::Write as _,
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp, encoding,
    field::{
        BlindIndex, Cause, Context, Destroy, Error, ExposeSecret, Key, KeyRecord, KeyVersion,
        Keyring, MAX_PLAINTEXT_LEN, Normalizer, Opened, Origin, Part, Policy, Purpose, Scope,
        State, Suite, stream,
    },
};

const NINE: u64 = 1_795_251_600_000;
const NOW: Timestamp = Timestamp::from_millis(NINE);
const PLAINTEXT: &[u8] = b"ada@example.org";
const MINUTE: u64 = 60_000;
const DAY: Duration = Duration::from_secs(86_400);
const DAMAGED: Error = Error::Encoding(encoding::Error::Damaged);

/// So many milliseconds after nine.
fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn key(byte: u8) -> Key {
    Key::from_bytes([byte; 32])
}

fn ring() -> Keyring {
    Keyring::new(key(7), NOW)
}

fn ring_by(policy: Policy) -> Keyring {
    Keyring::new_for(key(7), Scope::application(), policy, NOW).unwrap()
}

fn email() -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(42)
}

fn version(version: u32) -> KeyVersion {
    KeyVersion::new(version).unwrap()
}

fn seal(ring: &Keyring) -> Vec<u8> {
    ring.seal(&email(), PLAINTEXT, NOW).unwrap()
}

fn refused(opened: Result<Opened, Error>) -> Error {
    opened.err().unwrap()
}

fn record(ring: &Keyring, version: u32) -> KeyRecord {
    let mut keys = ring.keys();
    keys.find(|key| key.version.get() == version).unwrap()
}

fn states(ring: &Keyring) -> Vec<(u32, State)> {
    let state = |key: KeyRecord| (key.version.get(), key.state);
    ring.keys().map(state).collect()
}

fn reload(ring: &Keyring) -> Keyring {
    Keyring::decode(ring.encode().expose_secret()).unwrap()
}

fn rotate(ring: &mut Keyring, now: Timestamp) -> KeyVersion {
    let next = ring.stage(now).unwrap();
    ring.promote(next, now).unwrap();
    next
}

/// CR-04: the active key changes, and what the old one sealed still opens and says so.
#[test]
fn opens_after_a_rotation_what_the_old_key_sealed() {
    let mut ring = ring();
    let old = seal(&ring);

    let second = ring.stage(NOW).unwrap();
    assert_eq!(ring.primary(), version(1), "staging changes nothing");
    assert_eq!(seal(&ring)[1..5], [0, 0, 0, 1]);

    ring.promote(second, NOW).unwrap();
    let new = seal(&ring);
    assert_eq!(new[1..5], [0, 0, 0, 2]);
    assert_eq!(ring.open(&email(), &new).unwrap().stale(), None);
    let opened = ring.open(&email(), &old).unwrap();
    assert_eq!(opened.expose_secret(), PLAINTEXT);
    assert_eq!(opened.stale(), Some(version(1)));
}

/// CR-04: a machine that has the key staged opens what a machine that promoted it has sealed.
#[test]
fn opens_with_a_staged_key_what_another_machine_sealed() {
    let mut ahead = ring();
    let second = ahead.stage(NOW).unwrap();
    let behind = reload(&ahead);
    ahead.promote(second, NOW).unwrap();
    let opened = behind.open(&email(), &seal(&ahead)).unwrap();
    assert_eq!(opened.stale(), None, "sealing it again would step back");
}

/// CR-04, CR-11: each step starts from one state, and a refused step changes nothing.
#[test]
fn refuses_a_step_from_another_state() {
    let mut ring = ring();
    rotate(&mut ring, NOW);
    rotate(&mut ring, NOW);
    rotate(&mut ring, NOW);
    ring.suspend(version(2), NOW).unwrap();
    let forced = Destroy::Forced { reason: "a test" };
    ring.destroy(version(1), forced, NOW).unwrap();
    ring.stage(NOW).unwrap();
    let expected = [
        (1, State::Destroyed),
        (2, State::Suspended),
        (3, State::Retired),
        (4, State::Primary),
        (5, State::Staged),
    ];
    assert_eq!(states(&ring), expected);

    let bytes = ring.encode().expose_secret().to_vec();
    type Step = fn(&mut Keyring, KeyVersion) -> Result<(), Error>;
    let steps: [(Step, &[State]); 4] = [
        (|ring, v| ring.promote(v, NOW), &[State::Staged]),
        (|ring, v| ring.suspend(v, NOW), &[State::Retired]),
        (|ring, v| ring.resume(v, NOW), &[State::Suspended]),
        (
            |ring, v| ring.destroy(v, Destroy::Forced { reason: "a test" }, NOW),
            &[State::Retired, State::Suspended],
        ),
    ];
    for (step, from) in steps {
        let unknown = step(&mut ring, version(9));
        assert_eq!(unknown, Err(Error::UnknownKey(version(9))));
        for (v, state) in expected {
            let mut tried = reload(&ring);
            let version = version(v);
            let result = step(&mut tried, version);
            if from.contains(&state) {
                assert_eq!(result, Ok(()), "{state}");
                assert_eq!(tried.generation(), ring.generation() + 1);
            } else {
                assert_eq!(result, Err(Error::WrongState { version, state }));
                assert_eq!(tried.encode().expose_secret(), bytes);
            }
        }
    }
}

/// CR-04: a suspended key refuses, and opens again when it is resumed.
#[test]
fn refuses_with_a_suspended_key_until_it_is_resumed() {
    let mut ring = ring();
    let sealed = seal(&ring);
    rotate(&mut ring, NOW);
    ring.suspend(version(1), NOW).unwrap();
    let error = refused(ring.open(&email(), &sealed));
    assert_eq!(error, Error::Suspended(version(1)));
    ring.resume(version(1), NOW).unwrap();
    assert!(ring.open(&email(), &sealed).is_ok());
}

/// CR-04: the same key under two versions would make a rotation do nothing.
#[test]
fn refuses_a_key_that_the_ring_has_or_had() {
    let mut ring = ring();
    let duplicate = Err(Error::DuplicateKey(version(2)));
    assert_eq!(ring.stage_key(key(7), NOW), duplicate);
    assert_eq!((ring.keys().count(), ring.generation()), (1, 1));
    assert_eq!(ring.stage_key(key(8), NOW), Ok(version(2)));

    ring.promote(version(2), NOW).unwrap();
    let forced = Destroy::Forced { reason: "a test" };
    ring.destroy(version(1), forced, NOW).unwrap();
    let gone = Err(Error::DuplicateKey(version(3)));
    assert_eq!(ring.stage_key(key(7), NOW), gone, "its fingerprint stays");
    assert_eq!(reload(&ring).stage_key(key(7), NOW), gone);
}

/// CR-04: a ring is bounded, tombstones included, and a refused key leaves it as it was.
#[test]
fn refuses_the_1025th_key() {
    let mut ring = ring();
    rotate(&mut ring, NOW);
    let forced = Destroy::Forced { reason: "a test" };
    ring.destroy(version(1), forced, NOW).unwrap();
    for _ in 2..1024 {
        ring.stage(NOW).unwrap();
    }
    assert_eq!(ring.stage(NOW), Err(Error::TooManyKeys));
    assert_eq!(reload(&ring).keys().count(), 1024);
    assert_eq!(
        Error::TooManyKeys.to_string(),
        "key ring takes no more keys"
    );
}

/// CR-04: every step is in the record of its key, and raises the generation.
#[test]
fn records_when_each_step_was() {
    let mut ring = ring();
    assert_eq!((ring.generation(), ring.changed()), (1, NOW));
    let second = ring.stage(at(1)).unwrap();
    ring.promote(second, at(2)).unwrap();
    ring.suspend(version(1), at(3)).unwrap();
    ring.resume(version(1), at(4)).unwrap();
    ring.suspend(version(1), at(5)).unwrap();
    assert_eq!((ring.generation(), ring.changed()), (6, at(5)));
    ring.set_policy(Policy::new(), at(6)).unwrap();
    let reason = "seen in a log";
    ring.destroy(version(1), Destroy::Forced { reason }, at(7))
        .unwrap();
    assert_eq!((ring.generation(), ring.changed()), (8, at(7)));

    let first = record(&ring, 1);
    assert_eq!(first.origin, Origin::Imported);
    assert_eq!((first.created, first.promoted), (NOW, Some(NOW)));
    assert_eq!((first.retired, first.suspended), (Some(at(2)), Some(at(5))));
    let end = first.destroyed.unwrap();
    let reason = reason.to_owned();
    assert_eq!((end.at, end.cause), (at(7), Cause::Forced { reason }));
    let second = record(&ring, 2);
    assert_eq!(second.origin, Origin::Generated);
    assert_eq!((second.created, second.promoted), (at(1), Some(at(2))));
    assert_eq!((second.retired, second.destroyed), (None, None));

    let again = reload(&ring);
    assert!(again.keys().eq(ring.keys()));
    assert_eq!((again.generation(), again.changed()), (8, at(7)));
    assert_eq!(
        (again.policy(), again.scope()),
        (ring.policy(), ring.scope())
    );
}

/// CR-04, CR-11: a clock that is far behind the last step takes none, whichever of the two is wrong;
/// a ring that was ahead is repaired, and works as if it had not been.
#[test]
fn refuses_a_clock_that_is_far_behind_until_the_ring_is_turned_back() {
    let year = 365 * DAY;
    let hour = Duration::from_secs(3600);
    let policy = Policy::new().with_max_age(90 * DAY);
    let mut ring = ring_by(policy.clone());
    let late = NOW.saturating_add(20 * year);
    let ahead = late.saturating_add(DAY);
    let too_late = Timestamp::from_millis(late.as_millis() - 1);
    rotate(&mut ring, ahead);
    rotate(&mut ring, ahead);
    let forced = Destroy::Forced { reason: "a test" };
    ring.suspend(version(1), ahead).unwrap();
    ring.destroy(version(1), forced, ahead).unwrap();
    let staged = ring.stage(ahead).unwrap();

    let refused = Err(Error::Clock(ahead));
    let before = ring.encode();
    for early in [NOW, too_late] {
        assert_eq!(ring.stage(early).map(drop), refused);
        assert_eq!(ring.promote(staged, early), refused);
        assert_eq!(ring.suspend(version(2), early), refused);
        assert_eq!(ring.resume(version(2), early), refused);
        assert_eq!(ring.destroy(version(2), forced, early), refused);
        assert_eq!(ring.set_policy(policy.clone(), early), refused);
    }
    assert_eq!(ring.encode().expose_secret(), before.expose_secret());
    assert!(reload(&ring).stage(late).is_ok());

    let now = NOW.saturating_add(hour);
    let generation = ring.generation();
    ring.danger_turn_back(now).unwrap();
    assert_eq!((ring.generation(), ring.changed()), (generation + 1, now));
    let first = record(&ring, 1);
    assert_eq!(first.promoted, Some(NOW), "what was before stays");
    assert_eq!((first.retired, first.suspended), (Some(now), Some(now)));
    assert_eq!(first.destroyed.unwrap().at, now);
    let second = record(&ring, 2);
    assert_eq!((second.created, second.promoted), (now, Some(now)));
    assert_eq!(second.settled, Some(now.saturating_add(hour)));
    let mut ring = reload(&ring);
    ring.promote(staged, now).unwrap();
    let old = ring.seal(&email(), PLAINTEXT, now.saturating_add(91 * DAY));
    assert_eq!(old, Err(Error::Overdue(staged)));
}

/// CR-04: a clock that went back makes no step earlier than the one before it, so that what is
/// counted from a retirement is not counted too soon.
#[test]
fn a_step_is_never_before_the_last_one() {
    let mut ring = ring();
    let second = ring.stage(at(50)).unwrap();
    ring.promote(second, at(10)).unwrap();
    assert_eq!(record(&ring, 1).retired, Some(at(50)));
    assert_eq!(record(&ring, 2).promoted, Some(at(50)));
    assert_eq!(ring.changed(), at(50));
}

/// CR-04: an overdue key refuses to seal, to the millisecond; it opens for ever.
#[test]
fn an_overdue_key_seals_nothing_more_and_opens() {
    let ninety = 90 * DAY;
    let mut ring = ring_by(Policy::new().with_max_age(ninety));
    let last = NOW.saturating_add(ninety);
    let over = last.saturating_add(Duration::from_millis(1));
    let sealed = ring.seal(&email(), PLAINTEXT, last).unwrap();
    for late in [over, Timestamp::MAX] {
        let refused = ring.seal(&email(), PLAINTEXT, late);
        assert_eq!(refused, Err(Error::Overdue(version(1))));
        let refused = ring.seal_text(&email(), PLAINTEXT, late);
        assert_eq!(refused, Err(Error::Overdue(version(1))));
    }
    assert!(ring.open(&email(), &sealed).is_ok());
    assert_eq!(record(&ring, 1).seals, 1, "a refused seal does not count");
    let stored = reload(&ring).seal(&email(), PLAINTEXT, over);
    assert_eq!(stored, Err(Error::Overdue(version(1))), "on every machine");

    rotate(&mut ring, over);
    assert!(ring.seal(&email(), PLAINTEXT, over).is_ok());
    let old = ring.open(&email(), &sealed).unwrap();
    assert_eq!(old.stale(), Some(version(1)));
    assert_eq!(
        record(&ring, 1).age(over),
        ninety + Duration::from_millis(1)
    );
}

/// CR-04: a key that has waited for too long is not promoted, so that a rotation does not stop all
/// sealing.
#[test]
fn an_overdue_key_is_not_promoted() {
    let mut ring = ring_by(Policy::new().with_max_age(DAY));
    let second = ring.stage(NOW).unwrap();
    let over = at(24 * 60 * MINUTE + 1);
    assert_eq!(ring.promote(second, over), Err(Error::Overdue(second)));
    assert_eq!(ring.primary(), version(1));
    assert_eq!(ring.promote(second, at(24 * 60 * MINUTE)), Ok(()));
}

/// CR-04: rules take effect at once, and a key without a maximum age is never overdue.
#[test]
fn another_policy_holds_at_once() {
    let mut ring = ring();
    assert!(ring.seal(&email(), PLAINTEXT, Timestamp::MAX).is_ok());
    ring.set_policy(Policy::new().with_max_age(DAY), NOW)
        .unwrap();
    let later = NOW.saturating_add(2 * DAY);
    let overdue = Err(Error::Overdue(version(1)));
    assert_eq!(ring.seal(&email(), PLAINTEXT, later), overdue);
    ring.set_policy(Policy::new(), NOW).unwrap();
    assert!(ring.seal(&email(), PLAINTEXT, later).is_ok());
}

/// What contexts of tables and columns a ring for these purposes takes, seal and open alike.
fn takes(purposes: &[Purpose], table: &str, column: &str) -> bool {
    let policy = purposes.iter().cloned();
    let ring = ring_by(policy.fold(Policy::new(), Policy::for_purpose));
    let place = Context::new().without_tenant().table(table).column(column);
    let place = place.row(1);
    let anything = Keyring::new(key(7), NOW);
    let sealed = anything.seal(&place, PLAINTEXT, NOW).unwrap();
    let opens = ring.open(&place, &sealed);
    match ring.seal(&place, PLAINTEXT, NOW) {
        Ok(_) => {
            assert!(opens.is_ok());
            true
        }
        Err(error) => {
            assert_eq!(
                (error, refused(opens)),
                (Error::OutOfPurpose, Error::OutOfPurpose)
            );
            assert_eq!(record(&ring, 1).seals, 0);
            false
        }
    }
}

/// CR-04, S3-12: a key labelled for one column seals and opens nothing of another.
#[test]
fn refuses_what_the_purposes_do_not_name() {
    let email = || Purpose::column("contact", "email");
    assert!(takes(&[], "contact", "email"), "unrestricted");
    assert!(takes(&[email()], "contact", "email"));
    assert!(!takes(&[email()], "contact", "emails"));
    assert!(!takes(&[email()], "contact", "phone"));
    assert!(!takes(&[email()], "user", "email"));
    assert!(!takes(&[email()], "portcullis/session", "web"));
    let several = [email(), Purpose::column("contact", "phone")];
    assert!(takes(&several, "contact", "phone") && takes(&several, "contact", "email"));
    assert!(!takes(&several, "contact", "note"));

    assert!(takes(&[Purpose::table("contact")], "contact", "anything"));
    assert!(!takes(&[Purpose::table("contact")], "contacts", "email"));
    for other in [
        Purpose::stream("contact"),
        Purpose::index("contact", "email"),
        Purpose::store("account"),
        Purpose::column("email", "contact"),
        Purpose::column("contact.email", ""),
    ] {
        if other == Purpose::column("contact.email", "") {
            continue; // refused where the ring is made
        }
        assert!(
            !takes(std::slice::from_ref(&other), "contact", "email"),
            "{other}"
        );
    }
}

/// CR-04: the values of a sealed store are a purpose of their own.
#[test]
fn a_stores_values_are_neither_a_column_nor_a_table() {
    let (table, column) = ("portcullis/store", "account");
    assert!(takes(&[Purpose::store("account")], table, column));
    assert!(!takes(&[Purpose::store("account")], table, "other"));
    assert!(!takes(&[Purpose::store("account")], "contact", column));
    assert!(!takes(&[Purpose::column(table, column)], table, column));
    assert!(!takes(&[Purpose::table(table)], table, column));
}

/// CR-04, CR-05, CR-09: an index asks the ring as a value does, with a purpose of its own.
#[test]
fn an_index_keeps_to_the_rules_of_its_ring() {
    let index = |column| BlindIndex::new("contact", column, Normalizer::Email, 1000).unwrap();
    let (email, phone) = (index("email"), index("phone"));
    let by = |purpose: Purpose| {
        let policy = Policy::new().for_purpose(purpose).with_max_seals(1);
        Keyring::new_for(key(7), Scope::tenant("acme"), policy, NOW).unwrap()
    };
    let (acme, globex) = (Some("acme"), Some("globex"));
    let refuses = |ring: &Keyring, index: &BlindIndex, tenant, error: Error| {
        let made = index.of(ring, tenant, "a@b.org", NOW).map(drop);
        let found = index.search(ring, tenant, "a@b.org").map(drop);
        assert_eq!((made, found), (Err(error.clone()), Err(error)));
    };
    let ring = by(Purpose::index("contact", "email"));
    refuses(&ring, &phone, acme, Error::OutOfPurpose);
    refuses(&ring, &email, globex, Error::OutOfScope(Part::Tenant));
    refuses(&ring, &email, None, Error::OutOfScope(Part::Tenant));
    for other in [
        Purpose::column("contact", "email"),
        Purpose::table("contact"),
    ] {
        refuses(&by(other), &email, acme, Error::OutOfPurpose);
    }
    assert_eq!(record(&ring, 1).seals, 0);
    assert!(email.of(&ring, acme, "a@b.org", NOW).is_ok());
    let spent = email.of(&ring, acme, "a@b.org", NOW);
    assert_eq!(spent, Err(Error::Exhausted(version(1))));
    assert!(email.search(&ring, acme, "a@b.org").is_ok());
}

/// CR-04, CR-05, CR-10: a stream asks the ring as a value does, with a purpose of its own, and counts
/// as one.
#[test]
fn a_stream_keeps_to_the_rules_of_its_ring() {
    let place = |name, tenant: &str| {
        let context = Context::new().tenant(tenant).without_row();
        stream::Place::new(name, context)
    };
    let by = |purpose: Purpose| {
        let policy = Policy::new().for_purpose(purpose).with_max_seals(2);
        Keyring::new_for(key(7), Scope::tenant("acme"), policy, NOW).unwrap()
    };
    let write = |ring: &Keyring, place: &stream::Place| -> Result<Vec<u8>, Error> {
        let mut writer = stream::Writer::new(Vec::new(), ring, place, NOW)?;
        writer.write_all(&[b'x'; 100_000]).unwrap();
        Ok(writer.finish().unwrap())
    };
    let backup = place("backup", "acme");
    let written = write(&by(Purpose::stream("backup")), &backup).unwrap();
    let refuses = |ring: &Keyring, place: &stream::Place, error: Error| {
        assert_eq!(write(ring, place), Err(error.clone()));
        let refused = stream::Reader::new(&written[..], ring, place).map(drop);
        let cause = refused.unwrap_err().into_inner().unwrap();
        assert_eq!(cause.downcast_ref::<Error>(), Some(&error));
        assert_eq!(record(ring, 1).seals, 0);
    };
    let ring = by(Purpose::stream("backup"));
    refuses(&ring, &place("export", "acme"), Error::OutOfPurpose);
    let outside = Error::OutOfScope(Part::Tenant);
    refuses(&ring, &place("backup", "globex"), outside);
    for other in [
        Purpose::column("portcullis/stream", "backup"),
        Purpose::table("portcullis/stream"),
    ] {
        refuses(&by(other), &backup, Error::OutOfPurpose);
    }
    assert!(write(&ring, &backup).is_ok());
    assert_eq!(record(&ring, 1).seals, 1, "however many chunks");
    assert!(write(&ring, &backup).is_ok());
    let spent = write(&ring, &backup);
    assert_eq!(spent, Err(Error::Exhausted(version(1))));
}

/// CR-04: purposes are written as people say them, and in one order.
#[test]
fn writes_purposes_in_words() {
    let policy = Policy::new()
        .for_purpose(Purpose::store("account"))
        .for_purpose(Purpose::index("contact", "email"))
        .for_purpose(Purpose::stream("backup"))
        .for_purpose(Purpose::table("note"))
        .for_purpose(Purpose::column("contact", "phone"))
        .for_purpose(Purpose::column("contact", "email"))
        .for_purpose(Purpose::column("contact", "email"));
    let purposes = policy.purposes().unwrap();
    let words: Vec<_> = purposes.map(ToString::to_string).collect();
    let expected = [
        "column contact.email",
        "column contact.phone",
        "table note",
        "stream backup",
        "index contact.email",
        "store account",
    ];
    assert_eq!(words, expected);
    assert!(Policy::new().purposes().is_none());
    assert_eq!(format!("{:?}", Purpose::store("account")), "store account");
}

/// CR-15: no two purposes are written alike, and none ends a line of an inventory.
#[test]
fn writes_no_purpose_like_another() {
    let words = |purpose: Purpose| purpose.to_string();
    assert_eq!(words(Purpose::column("a.b", "c")), r#"column "a.b".c"#);
    assert_eq!(words(Purpose::column("a", "b.c")), r#"column a."b.c""#);
    let quoted = words(Purpose::index(r#"a"."b"#, "c"));
    assert_eq!(quoted, r#"index "a\".\"b".c"#);
    let forged = "x: generation 9\nkeys of an application";
    assert_eq!(
        words(Purpose::table(forged)),
        r#"table "x: generation 9\nkeys of an application""#
    );
    let turned = words(Purpose::stream("a\u{202E}b"));
    assert_eq!(turned, r#"stream "a\u{202e}b""#);
    assert_eq!(words(Purpose::store("")), r#"store """#);
    let plain = Purpose::column("portcullis/session", "web:1_a-b");
    assert_eq!(words(plain), "column portcullis/session.web:1_a-b");
}

/// CR-04: rules and scopes with names that no context has are refused where the ring is made.
#[test]
fn refuses_names_that_no_context_has() {
    let long = "x".repeat(1025);
    let by = |policy| Keyring::new_for(key(7), Scope::application(), policy, NOW).map(drop);
    for wrong in ["", &long] {
        for purpose in [
            Purpose::column(wrong, "c"),
            Purpose::column("t", wrong),
            Purpose::table(wrong),
            Purpose::stream(wrong),
            Purpose::index(wrong, "c"),
            Purpose::index("t", wrong),
        ] {
            let policy = Policy::new().for_purpose(purpose);
            assert_eq!(by(policy.clone()), Err(Error::Name));
            assert_eq!(ring().set_policy(policy.clone(), NOW), Err(Error::Name));
            let generated = Keyring::generate_for(Scope::application(), policy, NOW);
            assert_eq!(generated.map(drop), Err(Error::Name));
        }
    }
    let longest = "x".repeat(1024);
    assert_eq!(
        by(Policy::new().for_purpose(Purpose::table(&longest))),
        Ok(())
    );

    let of = |scope: Scope| {
        let made = Keyring::new_for(key(7), scope.clone(), Policy::new(), NOW).map(drop);
        let generated = Keyring::generate_for(scope, Policy::new(), NOW).map(drop);
        assert_eq!(made, generated);
        made
    };
    let (tenant, subject) = (Part::Tenant, Part::Subject);
    assert_eq!(of(Scope::tenant("")), Err(Error::EmptyPart(tenant)));
    assert_eq!(of(Scope::tenant(&long)), Err(Error::LongPart(tenant)));
    assert_eq!(of(Scope::subject("", "s")), Err(Error::EmptyPart(tenant)));
    assert_eq!(of(Scope::subject("t", "")), Err(Error::EmptyPart(subject)));
    assert_eq!(
        of(Scope::subject("t", &long)),
        Err(Error::LongPart(subject))
    );
    assert_eq!(
        of(Scope::credential(&long, "n")),
        Err(Error::LongPart(tenant))
    );
    assert_eq!(of(Scope::credential("t", "")), Err(Error::Name));
    assert_eq!(of(Scope::credential("t", &long)), Err(Error::Name));
    assert_eq!(of(Scope::subject(&longest, &longest)), Ok(()));
}

/// CR-04: the number of purposes is bounded, also of those that came and went under one key.
#[test]
fn refuses_the_257th_purpose() {
    let names = |from: usize, to: usize| {
        let column = |n: usize| Purpose::column("t", &n.to_string());
        (from..to)
            .map(column)
            .fold(Policy::new(), Policy::for_purpose)
    };
    let made = Keyring::new_for(key(7), Scope::application(), names(0, 257), NOW);
    assert_eq!(made.map(drop), Err(Error::TooManyPurposes));
    let mut ring = ring_by(names(0, 256));
    let refused = ring.set_policy(names(1, 257), NOW);
    assert_eq!(refused, Err(Error::TooManyPurposes));
    assert_eq!((ring.generation(), ring.policy()), (1, &names(0, 256)));
    // a new key has not been used for anything yet
    ring.set_policy(names(0, 1), NOW).unwrap();
    rotate(&mut ring, NOW);
    ring.set_policy(names(1, 256), NOW).unwrap();
    assert_eq!(reload(&ring).policy(), &names(1, 256));
}

/// What a ring of this scope says to this context, seal and open alike.
fn admits(scope: &Scope, context: &Context) -> Result<(), Error> {
    let ring = Keyring::new_for(key(7), scope.clone(), Policy::new(), NOW).unwrap();
    let anybody = Keyring::new(key(7), NOW);
    let sealed = anybody.seal(context, PLAINTEXT, NOW).unwrap();
    let opened = ring.open(context, &sealed).map(drop);
    assert_eq!(ring.seal(context, PLAINTEXT, NOW).map(drop), opened);
    assert_eq!(reload(&ring).open(context, &sealed).map(drop), opened);
    opened
}

/// CR-04, CR-07: a ring of one tenant or person seals and opens nobody else's values.
#[test]
fn refuses_whom_the_scope_does_not_name() {
    let acme = email;
    let globex = || email().tenant("globex");
    let nobody = || email().without_tenant();
    let tenant = Err(Error::OutOfScope(Part::Tenant));
    let subject = Err(Error::OutOfScope(Part::Subject));
    for context in [acme(), globex(), nobody(), acme().subject("ada")] {
        assert_eq!(admits(&Scope::application(), &context), Ok(()));
    }
    for scope in [Scope::tenant("acme"), Scope::credential("acme", "payroll")] {
        assert_eq!(admits(&scope, &acme()), Ok(()));
        assert_eq!(admits(&scope, &acme().subject("ada")), Ok(()));
        assert_eq!(admits(&scope, &globex()), tenant);
        assert_eq!(admits(&scope, &email().tenant("acm")), tenant);
        assert_eq!(admits(&scope, &nobody()), tenant);
    }
    let ada = Scope::subject("acme", "ada");
    assert_eq!(admits(&ada, &acme().subject("ada")), Ok(()));
    assert_eq!(admits(&ada, &acme().subject("bea")), subject);
    assert_eq!(admits(&ada, &acme()), subject);
    assert_eq!(admits(&ada, &globex().subject("ada")), tenant);
    assert_eq!(admits(&ada, &nobody().subject("ada")), tenant);
}

/// CR-04: no two scopes have the same bytes, whatever their names.
#[test]
fn scopes_differ_in_their_bytes() {
    let names = ["a", "b", "ab", "a\0", "\0\0\0\u{1}a", "a\0\0\0\u{1}b"];
    let mut scopes = vec![Scope::application()];
    for first in names {
        scopes.push(Scope::tenant(first));
        for second in names {
            scopes.push(Scope::subject(first, second));
            scopes.push(Scope::credential(first, second));
        }
    }
    let mut bytes: Vec<_> = scopes.iter().map(Scope::encode).collect();
    bytes.sort();
    bytes.dedup();
    assert_eq!(bytes.len(), scopes.len());
    assert_eq!(
        Scope::subject("acme", "ada").encode(),
        b"\x03\0\0\0\x04acme\0\0\0\x03ada"
    );
}

/// CR-01, CR-04: a key belongs to one suite, and changing the suite is a rotation.
#[test]
fn opens_under_a_keys_own_suite_only() {
    let mut ring = ring();
    let old = seal(&ring);
    let compact = Policy::new().with_suite(Suite::Xaes256Gcm);
    ring.set_policy(compact, NOW).unwrap();
    assert_eq!(seal(&ring)[0], 0xF9, "the key is what it was");
    rotate(&mut ring, NOW);
    let new = seal(&ring);
    assert_eq!((new[0], new.len()), (0xFA, PLAINTEXT.len() + 45));
    let ring = reload(&ring);
    assert!(ring.open(&email(), &new).is_ok());
    assert!(ring.open(&email(), &old).unwrap().stale().is_some());
    assert_eq!(record(&ring, 1).suite, Suite::Cobblestone256);
    assert_eq!(record(&ring, 2).suite, Suite::Xaes256Gcm);

    // The other suite's byte, before an envelope that is long enough for both.
    for (mut relabelled, v) in [(old, 1), (new, 2)] {
        relabelled[0] ^= 0xF9 ^ 0xFA;
        relabelled.resize(100, 0);
        let version = version(v);
        let error = refused(ring.open(&email(), &relabelled));
        assert_eq!(error, Error::WrongSuite { version });
    }
}

/// CR-05: the stop is hard: so many seals and not one more, by seal and seal_text together.
#[test]
fn stops_after_as_many_seals_as_the_policy_says() {
    let mut ring = ring_by(Policy::new().with_max_seals(3));
    let first = seal(&ring);
    ring.seal_text(&email(), PLAINTEXT, NOW).unwrap();
    let ring_2 = reload(&ring);
    assert_eq!(record(&ring_2, 1).seals, 2, "the count is stored");
    assert_eq!(record(&ring_2, 1).seals_here, 0);
    assert_eq!(record(&ring, 1).seals_here, 2);
    seal(&ring);
    let exhausted = Error::Exhausted(version(1));
    for _ in 0..2 {
        let refused = ring.seal(&email(), PLAINTEXT, NOW);
        assert_eq!(refused, Err(exhausted.clone()));
    }
    assert_eq!(record(&ring, 1).seals, 3, "a refused seal does not count");
    let stored = reload(&ring).seal(&email(), PLAINTEXT, NOW);
    assert_eq!(stored, Err(exhausted), "a restart does not count anew");
    assert!(ring.open(&email(), &first).is_ok());

    rotate(&mut ring, NOW);
    seal(&ring);
    assert_eq!((record(&ring, 1).seals, record(&ring, 2).seals), (3, 1));
    let none = ring_by(Policy::new().with_max_seals(0));
    assert!(none.seal(&email(), PLAINTEXT, NOW).is_err());
}

/// CR-05: what is refused for another reason has used nothing up.
#[test]
fn counts_nothing_that_is_not_sealed() {
    let acme = Scope::tenant("acme");
    let policy = Policy::new().for_purpose(Purpose::table("contact"));
    let ring = Keyring::new_for(key(7), acme, policy, NOW).unwrap();
    let long = vec![0; MAX_PLAINTEXT_LEN + 1];
    assert_eq!(ring.seal(&email(), &long, NOW), Err(Error::TooLong));
    for wrong in [
        email().tenant("globex"),
        email().table("invoice"),
        email().row(""),
        Context::new()
            .tenant("acme")
            .table("contact")
            .column("email"),
    ] {
        assert!(ring.seal(&wrong, PLAINTEXT, NOW).is_err());
    }
    assert_eq!(record(&ring, 1).seals, 0);
}

/// CR-05: the count is exact under threads.
#[test]
fn threads_seal_exactly_as_often_as_the_policy_says() {
    const MOST: u64 = 1000;
    let ring = ring_by(Policy::new().with_max_seals(MOST));
    let (sealed, start) = (AtomicU64::new(0), Barrier::new(8));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                for _ in 0..MOST / 4 {
                    match ring.seal(&email(), b"", NOW) {
                        Ok(_) => drop(sealed.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => assert_eq!(error, Error::Exhausted(version(1))),
                    }
                }
            });
        }
    });
    assert_eq!(sealed.into_inner(), MOST);
    assert_eq!(record(&ring, 1).seals, MOST);
}

/// CR-05: machines that each counted from one stored ring come to one count.
#[test]
fn machines_add_up_what_each_of_them_counted() {
    let base = ring_by(Policy::new().with_max_seals(100));
    for _ in 0..10 {
        seal(&base);
    }
    let machines = [reload(&base), reload(&base)];
    for (machine, seals) in machines.iter().zip([5, 7]) {
        for _ in 0..seals {
            seal(machine);
        }
    }
    let stored = reload(&base);
    for machine in &machines {
        stored.merge_seals(machine).unwrap();
    }
    let first = record(&stored, 1);
    assert_eq!((first.seals, first.seals_here), (22, 0));
    seal(&stored);
    assert_eq!(record(&stored, 1).seals_here, 1);

    // merged into a ring that is a rotation ahead
    let mut ahead = reload(&base);
    rotate(&mut ahead, NOW);
    seal(&machines[1]);
    ahead.merge_seals(&machines[1]).unwrap();
    assert_eq!((record(&ahead, 1).seals, record(&ahead, 2).seals), (11, 0));

    // and the stop holds for what was counted elsewhere
    let tight = ring_by(Policy::new().with_max_seals(10));
    tight.merge_seals(&base).unwrap();
    let refused = tight.seal(&email(), PLAINTEXT, NOW);
    assert_eq!(refused, Err(Error::Exhausted(version(1))));
}

/// CR-05: a count is moved once, also where a thread goes on with the ring that it was moved from.
#[test]
fn a_count_is_neither_lost_nor_moved_twice() {
    let (used, stored) = (ring(), ring());
    let total = || record(&stored, 1).seals;
    (0..4).for_each(|_| drop(seal(&used)));
    stored.merge_seals(&used).unwrap();
    stored.merge_seals(&used).unwrap();
    assert_eq!(total(), 4);
    (0..2).for_each(|_| drop(seal(&used)));
    stored.merge_seals(&used).unwrap();
    assert_eq!(total(), 6);
    let first = record(&used, 1);
    assert_eq!((first.seals, first.seals_here), (6, 0));

    // a merge that is refused moves nothing, and none changes what a ring counted itself
    seal(&used);
    let theirs = Keyring::new(key(8), NOW);
    assert!(theirs.merge_seals(&used).is_err());
    used.merge_seals(&used).unwrap();
    let first = record(&used, 1);
    assert_eq!((first.seals, first.seals_here), (7, 1));
    stored.merge_seals(&used).unwrap();
    assert_eq!(total(), 7);
}

/// CR-05: the counts of another ring's keys are none of ours, and nothing is added in part.
#[test]
fn refuses_to_add_up_the_counts_of_other_keys() {
    let mut ours = ring();
    let theirs = Keyring::new(key(8), NOW);
    seal(&theirs);
    let refused = ours.merge_seals(&theirs);
    assert_eq!(refused, Err(Error::Fingerprint(version(1))));
    let mut ahead = reload(&ours);
    seal(&ahead);
    rotate(&mut ahead, NOW);
    assert_eq!(ours.merge_seals(&ahead), Err(Error::UnknownKey(version(2))));
    rotate(&mut ours, NOW);
    let refused = ours.merge_seals(&ahead);
    assert_eq!(refused, Err(Error::Fingerprint(version(2))));
    assert_eq!(record(&ours, 1).seals, 0);
}

/// CR-11: a destroyed key opens nothing, neither here nor wherever the ring is stored, and cannot
/// come back.
#[test]
fn a_destroyed_key_is_gone() {
    let mut ring = ring();
    let sealed = seal(&ring);
    rotate(&mut ring, NOW);
    assert!(
        ring.encode()
            .expose_secret()
            .windows(32)
            .any(|w| w == [7; 32])
    );
    let before = reload(&ring).keys().next().unwrap();
    let reason = "the laptop was stolen: Ünïcode";
    ring.destroy(version(1), Destroy::Forced { reason }, at(1))
        .unwrap();
    for ring in [&ring, &reload(&ring)] {
        let error = refused(ring.open(&email(), &sealed));
        assert_eq!(error, Error::Destroyed(version(1)));
        let stored = ring.encode();
        assert!(!stored.expose_secret().windows(16).any(|w| w == [7; 16]));
        let tombstone = record(ring, 1);
        assert_eq!(tombstone.state, State::Destroyed);
        assert_eq!(tombstone.fingerprint, before.fingerprint);
        assert_eq!(tombstone.seals, 1);
        let cause = tombstone.destroyed.unwrap().cause;
        assert_eq!(cause.to_string(), format!("forced: {reason}"));
    }
    let state = State::Destroyed;
    let wrong = Err(Error::WrongState {
        version: version(1),
        state,
    });
    assert_eq!(ring.resume(version(1), NOW), wrong);
    assert_eq!(ring.promote(version(1), NOW), wrong);
}

/// CR-11: a destroyed key is wiped at once, not when its ring is dropped.
#[test]
fn a_destroyed_key_is_wiped_at_once() {
    const CANARY: &[u8; 32] = b"planted-canary-0123456789abcdefg";
    let mut ring = Keyring::new(Key::from_bytes(*CANARY), NOW);
    rotate(&mut ring, NOW);
    let held = ring.encode();
    assert!(held.expose_secret().windows(32).any(|w| w == CANARY));
    let forced = Destroy::Forced { reason: "a test" };
    let left = watch::left(&CANARY[..16], || {
        ring.destroy(version(1), forced, NOW).unwrap();
    });
    assert_eq!(left, 0);
    drop(ring);
}

/// CR-11: a key is not given up without a reason that somebody can read.
#[test]
fn refuses_to_destroy_for_no_reason() {
    let mut ring = ring();
    rotate(&mut ring, NOW);
    let long = "x".repeat(1025);
    for reason in [
        "",
        " ",
        "\u{2003}\t",
        "two\nlines",
        "\u{1b}[31m",
        "\0",
        &long,
    ] {
        let refused = ring.destroy(version(1), Destroy::Forced { reason }, NOW);
        assert_eq!(refused, Err(Error::Reason), "{reason:?}");
    }
    assert_eq!(record(&ring, 1).state, State::Retired);
    let reason = &"x".repeat(1024);
    assert_eq!(
        ring.destroy(version(1), Destroy::Forced { reason }, NOW),
        Ok(())
    );
    reload(&ring);
}

/// CR-11: without proofs nothing is unreferenced, whatever the policy says.
#[test]
fn refuses_to_destroy_without_proofs() {
    let mut ring = ring();
    rotate(&mut ring, NOW);
    let unproven = Destroy::Unreferenced(&[]);
    let refused = ring.destroy(version(1), unproven, at(120 * MINUTE));
    assert_eq!(refused, Err(Error::Unrestricted));

    let email = Purpose::column("contact", "email");
    let mut ring = ring_by(Policy::new().for_purpose(email.clone()));
    rotate(&mut ring, NOW);
    let refused = ring.destroy(version(1), unproven, at(120 * MINUTE));
    assert_eq!(refused, Err(Error::Unverified(email)));
    assert_eq!(record(&ring, 1).state, State::Retired);
}

/// Debug shows what a ring is recognised by, and neither a key nor a name.
#[test]
fn prints_neither_keys_nor_names() {
    let scope = Scope::subject("acme", "ada@example.org");
    assert_eq!(format!("{scope} {scope:?}"), "subject Scope(subject)");
    let ring = Keyring::new_for(key(97), scope, Policy::new(), NOW).unwrap();
    let printed = format!("{ring:?}");
    let fingerprint = key(97).fingerprint();
    assert!(
        printed.contains(&format!("[1 primary {fingerprint}]")),
        "{printed}"
    );
    assert!(!printed.contains("ada") && !printed.contains("97, 97"));
    let kinds = [
        Scope::application(),
        Scope::tenant("t"),
        Scope::credential("t", "n"),
    ];
    assert_eq!(
        kinds.map(|scope| scope.to_string()),
        ["application", "tenant", "credential"]
    );
}

#[path = "field_keyring/stored.rs"]
mod stored;

#[path = "field_keyring/model.rs"]
mod model;
