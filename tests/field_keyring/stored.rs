//! The stored form: what another implementation wrote, and what cannot be right.

use data_encoding::HEXLOWER;

use super::*;

/// The rings of the golden file, each after a comment.
fn golden() -> Vec<Vec<u8>> {
    let file = include_str!("../vectors/field/ring.txt");
    let rings = file.lines().filter_map(|line| line.strip_prefix("ring "));
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).unwrap();
    rings.map(bytes).collect()
}

/// CR-03, CR-04: the stored form is frozen; another implementation wrote these.
#[test]
fn loads_the_golden_rings_and_writes_them_back() {
    let rings = golden();
    assert_eq!(rings.len(), 4);
    for bytes in rings {
        let ring = Keyring::decode(&bytes).unwrap();
        assert_eq!(ring.encode().expose_secret(), bytes);
    }
}

/// CR-03, CR-04, CR-05, CR-11: all that is stored is read as it was meant.
#[test]
fn reads_a_ring_with_a_key_in_each_state() {
    let minutes = |n: u64| at(n * MINUTE);
    let ring = Keyring::decode(&golden()[1]).unwrap();
    assert_eq!(ring.scope(), &Scope::subject("acme", "person-7"));
    assert_eq!((ring.generation(), ring.changed()), (21, minutes(202)));
    assert_eq!(ring.primary(), version(258));
    let policy = Policy::new()
        .with_suite(Suite::Xaes256Gcm)
        .with_max_age(90 * DAY)
        .with_max_seals(1 << 32)
        .with_propagation(Duration::from_secs(7200))
        .for_purpose(Purpose::column("contact", "email"))
        .for_purpose(Purpose::column("contact", "phone"))
        .for_purpose(Purpose::table("note"))
        .for_purpose(Purpose::stream("backup"))
        .for_purpose(Purpose::index("contact", "email"))
        .for_purpose(Purpose::store("account"));
    assert_eq!(ring.policy(), &policy);

    let expected = [
        (1, State::Destroyed, 7),
        (2, State::Destroyed, 0),
        (3, State::Suspended, 1 << 47),
        (4, State::Retired, u64::MAX),
        (5, State::Retired, 0),
        (258, State::Primary, 41),
        (70_000, State::Staged, 0),
    ];
    let found = |key: KeyRecord| (key.version.get(), key.state, key.seals);
    assert_eq!(ring.keys().map(found).collect::<Vec<_>>(), expected);
    for (byte, key) in (1..).zip(ring.keys()) {
        assert_eq!(key.fingerprint, super::key(byte).fingerprint());
    }
    let [first, second] = [1, 2].map(|v| record(&ring, v).destroyed.unwrap());
    let verified = minutes(100);
    assert_eq!(first.at, minutes(200));
    assert_eq!(first.cause, Cause::Unreferenced { verified });
    let reason = "the key was seen in a log: Ünïcode".to_owned();
    assert_eq!(second.cause, Cause::Forced { reason });
    let third = record(&ring, 3);
    let times = (
        third.created,
        third.promoted,
        third.retired,
        third.suspended,
    );
    let [a, b, c, d] = [2, 3, 4, 5].map(minutes);
    assert_eq!(times, (a, Some(b), Some(c), Some(d)));
    let settled = [3, 4].map(|v| record(&ring, v).settled);
    assert_eq!(
        settled,
        [Some(minutes(4 + 24 * 60)), Some(minutes(5 + 120))]
    );
    assert_eq!(
        (third.suite, third.origin),
        (Suite::Xaes256Gcm, Origin::Imported)
    );
    assert_eq!(record(&ring, 4).origin, Origin::Generated);
}

/// CR-04, CR-11: the golden ring works: no destroyed key comes back, and a version is never used
/// again.
#[test]
fn goes_on_from_the_golden_ring() {
    let mut ring = Keyring::decode(&golden()[1]).unwrap();
    let now = at(300 * MINUTE);
    let ada = email().subject("person-7");
    let by = |byte| Keyring::new(key(byte), NOW).seal(&ada, PLAINTEXT, NOW);
    let error = refused(ring.open(&ada, &by(1).unwrap()));
    assert_eq!(error, Error::Destroyed(version(1)));
    let gone = Err(Error::DuplicateKey(version(70_001)));
    assert_eq!(ring.stage_key(key(1), now), gone);
    assert_eq!(ring.stage_key(key(2), now), gone);
    assert_eq!(ring.stage(now), Ok(version(70_001)), "above the highest");
    let sealed = ring.seal(&ada, PLAINTEXT, now).unwrap();
    assert_eq!(sealed[..5], [0xF9, 0, 0, 1, 2]);
    assert!(ring.open(&ada, &sealed).is_ok());
    assert_eq!(record(&ring, 258).seals, 42);
}

/// CR-05: the bound of the suite holds without a policy, and where the policy says more.
#[test]
fn stops_at_the_bound_of_the_suite() {
    let last = Keyring::decode(&golden()[3]).unwrap();
    assert_eq!(last.generation(), u64::MAX);
    for (suite, bound) in [(XAES, 1 << 47), (COBBLESTONE, u64::MAX)] {
        for policy in [Policy::new(), Policy::new().with_max_seals(u64::MAX)] {
            let primary = Record {
                suite,
                seals: bound - 1,
                ..Record::new(1, PRIMARY)
            };
            let mut ring = load(&[primary]).unwrap();
            ring.set_policy(policy, NOW).unwrap();
            assert!(ring.seal(&email(), PLAINTEXT, NOW).is_ok());
            let refused = ring.seal(&email(), PLAINTEXT, NOW);
            assert_eq!(refused, Err(Error::Exhausted(version(1))));
            assert_eq!(record(&ring, 1).seals, bound);
        }
    }
}

/// CR-04: a ring at the end of its numbers refuses, and stays as it is.
#[test]
fn refuses_to_count_past_the_end() {
    let bytes = golden()[3].clone();
    let mut ring = Keyring::decode(&bytes).unwrap();
    assert_eq!(ring.stage(NOW), Err(Error::TooManySteps));
    let refused = ring.set_policy(Policy::new(), NOW);
    assert_eq!(refused, Err(Error::TooManySteps));
    assert_eq!(ring.encode().expose_secret(), bytes);

    let last = Record::new(u32::MAX, PRIMARY);
    assert_eq!(load(&[last]).unwrap().stage(NOW), Err(Error::TooManyKeys));
}

const STAGED: u8 = 1;
const PRIMARY: u8 = 2;
const RETIRED: u8 = 3;
const SUSPENDED: u8 = 4;
const DESTROYED: u8 = 5;
const COBBLESTONE: u8 = 0xF9;
const XAES: u8 = 0xFA;

/// A record as the layout documents it, of a key whose bytes are all the version's last.
#[derive(Clone)]
struct Record {
    version: u32,
    state: u8,
    suite: u8,
    origin: u8,
    seals: u64,
    created: u64,
    /// Promoted, retired, suspended.
    times: [Option<u64>; 3],
    purposes: Vec<u8>,
    propagation: u64,
    end: Option<Vec<u8>>,
}

const ANY: &[u8] = &[0];
const NONE: &[u8] = &[1, 0, 0, 0, 0];

impl Record {
    /// One that is right.
    fn new(version: u32, state: u8) -> Self {
        let time = |from: u8| (state >= from).then_some(u64::from(from));
        let unused = state == STAGED || state == DESTROYED;
        let forced = [&5_u64.to_be_bytes()[..], &[2, 0, 0, 0, 1, b'x']].concat();
        Self {
            version,
            state,
            suite: COBBLESTONE,
            origin: 1,
            seals: 0,
            created: 1,
            times: [time(PRIMARY), time(RETIRED), time(SUSPENDED)],
            purposes: if unused { NONE } else { ANY }.to_vec(),
            propagation: if state == STAGED { 0 } else { 5 },
            end: (state == DESTROYED).then_some(forced),
        }
    }

    fn key(&self) -> [u8; 32] {
        [self.version.to_be_bytes()[3]; 32]
    }

    fn write(&self) -> Vec<u8> {
        let mut out = self.version.to_be_bytes().to_vec();
        out.extend([self.state, self.suite, self.origin]);
        out.extend(Key::from_bytes(self.key()).fingerprint().as_bytes());
        out.extend(self.seals.to_be_bytes());
        out.extend(self.created.to_be_bytes());
        for time in self.times {
            out.extend(optional(time.map(|time| time.to_be_bytes().to_vec())));
        }
        out.extend(&self.purposes);
        out.extend(self.propagation.to_be_bytes());
        out.extend(optional(self.end.clone()));
        out
    }
}

fn optional(value: Option<Vec<u8>>) -> Vec<u8> {
    value.map_or(vec![0], |value| [vec![1], value].concat())
}

/// Suite, no maximum age, no maximum of seals, propagation, and these purposes.
fn policy(purposes: &[u8]) -> Vec<u8> {
    [&[COBBLESTONE, 0, 0][..], &[0; 8], purposes].concat()
}

/// A stored ring, last changed at 10 ms, of these records and their keys.
fn write(scope: &[u8], policy: &[u8], records: &[Record]) -> Vec<u8> {
    let mut out = vec![1];
    out.extend(1_u64.to_be_bytes());
    out.extend(10_u64.to_be_bytes());
    out.extend([scope, policy].concat());
    out.extend(u32::try_from(records.len()).unwrap().to_be_bytes());
    records.iter().for_each(|record| out.extend(record.write()));
    let held = records.iter().filter(|record| record.state != DESTROYED);
    held.for_each(|record| out.extend(record.key()));
    out
}

fn load(records: &[Record]) -> Result<Keyring, Error> {
    Keyring::decode(&write(&[1], &policy(ANY), records))
}

fn fault(records: &[Record]) -> Error {
    load(records).unwrap_err()
}

/// CR-04: a ring whose keys cannot be right does not load.
#[test]
fn refuses_a_ring_without_one_primary_or_with_a_key_twice() {
    let new = Record::new;
    assert!(load(&[new(1, RETIRED), new(2, PRIMARY), new(3, STAGED)]).is_ok());
    assert!(load(&[new(1, DESTROYED), new(2, SUSPENDED), new(3, PRIMARY)]).is_ok());
    assert_eq!(fault(&[]), Error::NotOnePrimary);
    assert_eq!(fault(&[new(1, RETIRED)]), Error::NotOnePrimary);
    let two = [new(1, PRIMARY), new(2, PRIMARY)];
    assert_eq!(fault(&two), Error::NotOnePrimary);
    for (first, second) in [(1, 1), (2, 1)] {
        let twice = [new(first, PRIMARY), new(second, STAGED)];
        assert_eq!(fault(&twice), Error::DuplicateKey(version(second)));
    }
    // versions whose last bytes are the same have the same key here
    let same = [new(1, DESTROYED), new(2, PRIMARY), new(257, STAGED)];
    assert_eq!(fault(&same), Error::DuplicateKey(version(257)));
    assert_eq!(fault(&[new(0, PRIMARY)]), DAMAGED);
}

/// CR-04: bytes that stand for nothing.
#[test]
fn refuses_unknown_states_suites_and_origins() {
    let primary = || Record::new(1, PRIMARY);
    for state in [0, 6] {
        assert_eq!(fault(&[Record { state, ..primary() }]), DAMAGED);
    }
    for suite in [0, 0xF8, 0xFB] {
        assert_eq!(fault(&[Record { suite, ..primary() }]), DAMAGED);
        let mut by = policy(ANY);
        by[0] = suite;
        let ring = Keyring::decode(&write(&[1], &by, &[primary()]));
        assert_eq!(ring.unwrap_err(), DAMAGED);
    }
    for origin in [0, 3] {
        assert_eq!(
            fault(&[Record {
                origin,
                ..primary()
            }]),
            DAMAGED
        );
    }
}

/// CR-04: a record has the times of the states that it has been in, and no others, in their order.
#[test]
fn refuses_times_that_no_steps_lead_to() {
    let primary = || Record::new(9, PRIMARY);
    let with = |record: Record| load(&[record, primary()]).map(drop);
    for state in [STAGED, RETIRED, SUSPENDED, DESTROYED] {
        let right = Record::new(1, state);
        assert_eq!(with(right.clone()), Ok(()), "{state}");
        for at in 0..3 {
            let mut wrong = right.clone();
            wrong.times[at] = match wrong.times[at] {
                Some(_) => None,
                None => Some(4),
            };
            // a suspended key may have been resumed, and one may be destroyed without it
            let may = at == 2 && (state == RETIRED || state == DESTROYED);
            let expected = if may { Ok(()) } else { Err(DAMAGED) };
            assert_eq!(with(wrong), expected, "state {state}, time {at}");
        }
        let mut ended = right.clone();
        ended.end = match ended.end {
            Some(_) => None,
            None => Record::new(1, DESTROYED).end,
        };
        assert_eq!(with(ended), Err(DAMAGED), "{state}");
    }
    let mut promoted = primary();
    promoted.times[0] = None;
    assert_eq!(fault(&[promoted]), DAMAGED);

    // created 1, promoted 2, retired 3, suspended 4, destroyed 5, and the ring was changed at 10
    let mut late = Record::new(1, DESTROYED);
    late.created = 3;
    assert_eq!(with(late), Err(DAMAGED));
    for (at, time) in [(0, 4), (1, 5), (2, 6), (0, 0), (1, 1), (2, 2)] {
        let mut wrong = Record::new(1, DESTROYED);
        wrong.times[at] = Some(time);
        assert_eq!(with(wrong), Err(DAMAGED), "time {at} is {time}");
    }
    for (created, expected) in [(10, Ok(())), (11, Err(DAMAGED))] {
        let mut staged = Record::new(1, STAGED);
        staged.created = created;
        assert_eq!(with(staged), expected);
    }
}

/// CR-11: a tombstone says when and why, and could have been written.
#[test]
fn refuses_tombstones_that_nobody_writes() {
    let with = |kind: u8, rest: &[u8]| {
        let mut record = Record::new(1, DESTROYED);
        let end = [&5_u64.to_be_bytes()[..], &[kind], rest].concat();
        record.end = Some(end);
        load(&[record, Record::new(9, PRIMARY)]).map(drop)
    };
    // retired at 3, destroyed at 5
    for (verified, expected) in [
        (2, Err(DAMAGED)),
        (3, Ok(())),
        (5, Ok(())),
        (6, Err(DAMAGED)),
    ] {
        assert_eq!(with(1, &u64::to_be_bytes(verified)), expected, "{verified}");
    }
    let name = |reason: &str| {
        let len = u32::try_from(reason.len()).unwrap();
        [&len.to_be_bytes()[..], reason.as_bytes()].concat()
    };
    assert_eq!(with(2, &name("seen in a log")), Ok(()));
    for reason in ["", " ", "a\nb", &"x".repeat(1025)] {
        assert_eq!(with(2, &name(reason)), Err(DAMAGED), "{reason:?}");
    }
    assert_eq!(with(2, &[0, 0, 0, 1, 0xFF]), Err(DAMAGED), "not UTF-8");
    for kind in [0, 3] {
        assert_eq!(with(kind, &name("x")), Err(DAMAGED));
    }
}

/// CR-04: purposes are there when, and only when, the key can have been used; they stand in one order,
/// and their names are names.
#[test]
fn refuses_purposes_that_nobody_writes() {
    for (state, purposes) in [
        (STAGED, ANY),
        (DESTROYED, ANY),
        (RETIRED, NONE),
        (SUSPENDED, NONE),
    ] {
        let mut record = Record::new(1, state);
        record.purposes = purposes.to_vec();
        assert_eq!(
            fault(&[record, Record::new(9, PRIMARY)]),
            DAMAGED,
            "{state}"
        );
    }
    let mut staged = Record::new(1, STAGED);
    staged.propagation = 1;
    assert_eq!(fault(&[staged, Record::new(9, PRIMARY)]), DAMAGED);

    let by = |list: &[&[u8]]| {
        let count = u32::try_from(list.len()).unwrap().to_be_bytes();
        let purposes = [&[1][..], &count, &list.concat()].concat();
        let stored = write(&[1], &policy(&purposes), &[Record::new(1, PRIMARY)]);
        let ring = Keyring::decode(&stored)?;
        assert_eq!(ring.encode().expose_secret(), stored);
        Ok(())
    };
    let (table, stream, store) = (b"\x02\0\0\0\x01t", b"\x03\0\0\0\x01s", b"\x05\0\0\0\x01a");
    assert_eq!(by(&[table, stream, store]), Ok(()));
    assert_eq!(by(&[]), Err(DAMAGED), "restricted to nothing");
    assert_eq!(by(&[store, table]), Err(DAMAGED), "order");
    assert_eq!(by(&[store, store]), Err(DAMAGED), "twice");
    for wrong in [
        &b"\x00"[..],
        b"\x06",
        b"\x02\0\0\0\0",
        b"\x02\0\0\0\x01\xFF",
        b"\x01\0\0\0\x01t",
        b"\x01\0\0\0\x01t\0\0\0\0",
    ] {
        assert_eq!(by(&[wrong]), Err(DAMAGED), "{wrong:?}");
    }
    let long = [&b"\x02\0\0\x04\x01"[..], &[b'x'; 1025]].concat();
    assert_eq!(by(&[&long]), Err(DAMAGED));
    assert_eq!(
        by(&[&[&b"\x02\0\0\x04\0"[..], &[b'x'; 1024]].concat()]),
        Ok(())
    );
    let many: Vec<_> = (0..=256_u16)
        .map(|n| [&b"\x02\0\0\0\x02"[..], format!("{n:02x}").as_bytes()].concat())
        .filter(|name| name.len() == 7)
        .collect();
    let many: Vec<_> = many.iter().map(Vec::as_slice).collect();
    assert_eq!((many.len(), by(&many)), (256, Ok(())));
}

/// CR-04: more purposes than a policy names, and more keys than a ring has, are refused by their count.
#[test]
fn refuses_more_than_a_ring_holds() {
    let purposes = [&[1, 0, 0, 1, 1][..], &[5; 257]].concat();
    let stored = write(&[1], &policy(&purposes), &[Record::new(1, PRIMARY)]);
    assert_eq!(Keyring::decode(&stored).unwrap_err(), DAMAGED);
    let huge = [1, 0xFF, 0xFF, 0xFF, 0xFF];
    let stored = write(&[1], &policy(&huge), &[]);
    assert_eq!(Keyring::decode(&stored).unwrap_err(), DAMAGED);

    let tombstone = |v: u32| {
        let mut record = Record::new(v, DESTROYED).write();
        record[7..23].copy_from_slice(&[&[0; 12], &v.to_be_bytes()[..]].concat());
        record
    };
    for (count, error) in [(1024, Error::NotOnePrimary), (1025, DAMAGED)] {
        let mut stored = write(&[1], &policy(ANY), &[]);
        let end = stored.len() - 4;
        stored.truncate(end);
        stored.extend(u32::to_be_bytes(count));
        stored.extend((1..=count).flat_map(tombstone));
        assert_eq!(Keyring::decode(&stored).unwrap_err(), error, "{count}");
    }
}

/// CR-04: scopes that nobody writes.
#[test]
fn refuses_scopes_that_nobody_writes() {
    let of = |scope: &[u8]| {
        let stored = write(scope, &policy(ANY), &[Record::new(1, PRIMARY)]);
        Keyring::decode(&stored).map(|ring| ring.scope().clone())
    };
    assert_eq!(of(&[1]), Ok(Scope::application()));
    for scope in [
        Scope::tenant("acme"),
        Scope::subject("acme", "ada"),
        Scope::credential("acme", "payroll"),
    ] {
        assert_eq!(of(&scope.encode()), Ok(scope));
    }
    assert_eq!(of(&[0]), Err(DAMAGED));
    assert_eq!(of(&[5]), Err(DAMAGED));
    assert_eq!(of(b"\x02\0\0\0\0"), Err(DAMAGED));
    assert_eq!(of(b"\x03\0\0\0\x01t\0\0\0\0"), Err(DAMAGED));
    assert_eq!(of(b"\x04\0\0\0\x01t\0\0\0\0"), Err(DAMAGED));
    assert_eq!(of(&Scope::tenant(&"x".repeat(1025)).encode()), Err(DAMAGED));
}

/// CR-04: a ring that is damaged does not load, so nothing is sealed under a key that nobody has.
#[test]
fn refuses_a_damaged_ring() {
    for bytes in golden() {
        for cut in 0..bytes.len() {
            let cut = Keyring::decode(&bytes[..cut]);
            assert_eq!(cut.unwrap_err(), DAMAGED);
        }
        let longer = Keyring::decode(&[&bytes[..], &[0]].concat());
        assert_eq!(longer.unwrap_err(), DAMAGED);
        let other = Keyring::decode(&[&[2], &bytes[1..]].concat());
        let unknown = encoding::Error::UnknownVersion(2);
        assert_eq!(other.unwrap_err(), Error::Encoding(unknown));
        let mut none = bytes.clone();
        none[1..9].fill(0);
        assert_eq!(Keyring::decode(&none).unwrap_err(), DAMAGED, "generation 0");
    }
    // The keys of the second stand at its end, five of them.
    let bytes = golden()[1].clone();
    for (key, v) in [3, 4, 5, 258, 70_000].into_iter().enumerate() {
        for byte in 0..32 {
            let mut changed = bytes.clone();
            let keys = changed.len() - 5 * 32;
            changed[keys + 32 * key + byte] ^= 1;
            let error = Keyring::decode(&changed).unwrap_err();
            assert_eq!(error, Error::Fingerprint(version(v)), "byte {byte}");
        }
    }
}

/// CR-04: whatever loads is written back as it was, whichever byte was changed.
#[test]
fn reads_nothing_that_it_would_write_otherwise() {
    let mut loaded = 0;
    for bytes in golden() {
        for at in 0..bytes.len() {
            for change in [1, 2, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                if let Ok(ring) = Keyring::decode(&changed) {
                    assert_eq!(ring.encode().expose_secret(), changed, "byte {at}");
                    loaded += 1;
                }
            }
        }
    }
    assert!(
        loaded > 100,
        "counts, times and names may be others: {loaded}"
    );
}
