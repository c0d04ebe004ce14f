//! What a sweep makes of single rows: of those that do not open, of streams, of a sealed store; and
//! how it tells.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

mod field_sweep_support;

use std::collections::BTreeMap;

use field_sweep_support::{
    Gone, START, Table, at, copy, limits, place, purpose, references_of, ring, rotate, run, sealed,
    sweep,
};
use portcullis::field::{
    Context, Destroy, Encrypted, Error, KeyVersion, Keyring, Migration, Policy, Purpose, Scope,
    sweep::{Fault, Rows, Step, StoredRow, Swap, Sweep, SweepError},
};

/// CR-11: a row that does not open is named, counted and left, it does not stop the others, and its
/// key cannot go.
#[test]
fn leaves_what_does_not_open_and_counts_it_as_a_reference() {
    let mut ring = ring();
    let first = ring.primary();
    let mut table = Table::of(&ring, 0..10, START);
    let second = rotate(&mut ring, at(1));
    // under the second key, in another row's place
    table.rows.insert(10, sealed(&ring, 11, "moved", at(1)));
    let third = rotate(&mut ring, at(2));
    table.rows.get_mut(&4).unwrap()[70] ^= 1;
    table.rows.get_mut(&7).unwrap().truncate(40);
    let bad: Vec<_> = [4, 7, 10].map(|id| table.rows[&id].clone()).into();

    let report = sweep(&ring, &mut table, at(4));
    assert_eq!([4, 7, 10].map(|id| table.rows[&id].clone()).to_vec(), bad);
    assert_eq!((report.counts().resealed, report.counts().failed), (8, 3));
    assert_eq!(references_of(&report), [(1, 2), (2, 1), (3, 8)]);
    assert_eq!(report.rounds(), 1);
    let failures: Vec<_> = report
        .failures()
        .iter()
        .map(|f| (f.row[0], f.fault, f.key))
        .collect();
    assert_eq!(
        failures,
        [
            (4, Fault::Open, Some(first)),
            (7, Fault::Malformed, Some(first)),
            (10, Fault::Open, Some(second))
        ]
    );
    for (version, references) in [(first, 2), (second, 1)] {
        assert_eq!(
            report.unreferenced(version),
            Err(Error::Referenced {
                version,
                references
            })
        );
    }
    assert_eq!(
        report.unreferenced(third),
        Err(Error::Unverified(purpose()))
    );
}

/// CR-11: a text that is cut off still needs the key that its beginning names.
#[test]
fn reads_the_key_of_a_damaged_text() {
    let mut ring = ring();
    let mut table = Table::of(&ring, [3, 6], START);
    rotate(&mut ring, at(1));
    table.rows.get_mut(&3).unwrap().truncate(30);
    table.rows.get_mut(&6).unwrap().extend(b"  ");
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!(references_of(&report), [(1, 2), (2, 0)]);
    assert_eq!(report.unreadable(), 0);
    assert!(
        report
            .failures()
            .iter()
            .all(|f| f.fault == Fault::Malformed)
    );
}

/// CR-11: a row that should name a key and names none may need any.
#[test]
fn lets_no_key_go_while_a_row_may_need_any() {
    let envelope = sealed(&ring(), 1, "a", START);
    let mut other_suite = envelope.clone();
    other_suite[0] = 0x7F;
    for (unreadable, expected) in [
        (envelope[..4].to_vec(), 1),
        ([&[0xF9, 0, 0, 0, 0], &envelope[5..]].concat(), 1),
        (other_suite, 1),
        (b"pc1.".to_vec(), 1),
        (b"pc1.*AAAAAAAAAAAAA".to_vec(), 1),
        (b"pc1.AAAAAAAAAAAAAA".to_vec(), 1),
        (b"pc1.AAAAAAEAAAAAAA".to_vec(), 1),
        (b"NULL".to_vec(), 1),
        (b"ada@example.org".to_vec(), 1),
        (b"".to_vec(), 0),
    ] {
        let mut ring = ring();
        let mut table = Table::of(&ring, [1, 2], START);
        rotate(&mut ring, at(1));
        table.rows.insert(3, unreadable.clone());
        let report = sweep(&ring, &mut table, at(3));
        assert_eq!(report.unreadable(), expected, "{unreadable:02x?}");
        assert_eq!(report.plaintext(), 1 - expected);
        assert_eq!((report.counts().failed, report.rounds()), (expected, 1));
        assert_eq!(table.rows[&3], unreadable);
        let version = KeyVersion::FIRST;
        let references = expected;
        assert_eq!(
            report.unreferenced(version).err(),
            (expected > 0).then_some(Error::Referenced {
                version,
                references
            })
        );
    }
}

/// CR-11: an envelope in another spelling still needs its key. It is neither plaintext nor sealed a
/// second time, whether the column is migrated or not.
#[test]
fn takes_no_envelope_in_another_spelling_for_plaintext() {
    let first = ring();
    let text = first.seal_text(&place(3), b"three", START).unwrap();
    let bytes = first.seal(&place(3), b"three", START).unwrap();
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let spellings = [
        format!("\"{text}\""),
        format!("\"\\\"{text}\\\"\""),
        format!(" \n{text}"),
        format!("\u{FEFF}{text}"),
        format!(r#"{{"email":"{text}"}}"#),
        text.to_uppercase(),
        text.to_lowercase(),
        format!("\\x{hex}"),
        format!(" 0x{}", hex.to_uppercase()),
        format!("X'{hex}'"),
        format!("\"{hex}\""),
        data_encoding::BASE64.encode(&bytes),
        format!("\"{}\"", data_encoding::BASE64URL_NOPAD.encode(&bytes)),
    ];
    let migrations = [
        None,
        Some(Migration::new(at(9))),
        Some(Migration::new(START)),
    ];
    for (spelling, migration) in spellings.iter().flat_map(|s| migrations.map(|m| (s, m))) {
        let mut ring = ring();
        let mut table = Table::of(&ring, [1, 2], START);
        rotate(&mut ring, at(1));
        let stored = spelling.clone().into_bytes();
        table.rows.insert(3, stored.clone());
        let mut sweep = Sweep::new(purpose(), limits());
        if let Some(migration) = migration {
            sweep = sweep.with_migration(migration);
        }
        let report = run(&mut sweep, &ring, &mut table, at(3));
        assert_eq!(table.rows[&3], stored, "{spelling}");
        assert_eq!((report.counts().failed, report.plaintext()), (1, 0));
        let (version, references) = (KeyVersion::FIRST, 1);
        assert_eq!(
            report.unreferenced(version),
            Err(Error::Referenced {
                version,
                references
            }),
            "{spelling}"
        );
    }
}

/// CR-11: a typed value is swept in the place that its type says, and opens as that type afterwards.
#[test]
fn sweeps_typed_values() {
    struct Typed(Table);
    impl Rows for Typed {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let row = |row: StoredRow| {
                let context = Encrypted::<String>::context(&place(row.key()[0])).unwrap();
                StoredRow::new(row.key(), context, row.value())
            };
            Ok(self.0.next(after, limit)?.into_iter().map(row).collect())
        }
        fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Gone> {
            self.0.swap(row, new)
        }
        fn save(&mut self, progress: &[u8]) -> Result<(), Gone> {
            self.0.save(progress)
        }
    }
    let mut ring = ring();
    let ada = String::from("ada");
    let typed = Encrypted::seal(&ring, &place(1), &ada, START).unwrap();
    let mut rows = Typed(Table::default());
    rows.0.rows.insert(1, typed.into_bytes());
    rows.0.rows.insert(2, b"ada".to_vec());
    rotate(&mut ring, at(1));
    let migration = Migration::new(at(9));
    let mut sweep = Sweep::new(purpose(), limits()).with_migration(migration);
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut rows, at(3)).unwrap() {
            break report;
        }
    };
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    let text = str::from_utf8(&rows.0.rows[&2]).unwrap();
    let swept: [Encrypted<String>; 2] = [
        Encrypted::from_bytes(rows.0.rows[&1].clone()).unwrap(),
        text.parse().unwrap(),
    ];
    for (id, value) in (1..).zip(swept) {
        assert_eq!(value.key_version(), ring.primary());
        let opened = value.open(&ring, &place(id)).unwrap();
        assert_eq!(opened.expose_secret(), "ada");
    }
}

/// CR-11: why each row was left; one under a key that this ring does not have may need any.
#[test]
fn tells_why_a_row_did_not_open() {
    let mut ring = ring();
    let first = ring.primary();
    let mut table = Table::of(&ring, [1, 2, 3, 4], START);
    let second = rotate(&mut ring, at(1));
    table.rows.insert(2, sealed(&ring, 2, "two", at(1)));
    rotate(&mut ring, at(2));
    let reason = "leaked";
    ring.destroy(first, Destroy::Forced { reason }, at(2))
        .unwrap();
    ring.suspend(second, at(2)).unwrap();
    let mut unknown = sealed(&ring, 4, "four", at(2));
    unknown[4] = 9;
    table.rows.insert(4, unknown);
    let mut wrong_suite = sealed(&ring, 5, "five", at(2));
    (wrong_suite[0], wrong_suite[4]) = (0xFA, 2);
    table.rows.insert(5, wrong_suite);

    let report = sweep(&ring, &mut table, at(4));
    let progress = table.progress.clone().unwrap();
    let mut resumed = Sweep::resume(&progress, purpose(), limits()).unwrap();
    assert_eq!(run(&mut resumed, &ring, &mut table, at(4)), report);
    let faults: Vec<_> = report.failures().iter().map(|f| f.fault).collect();
    use Fault::{Destroyed, Suspended, UnknownKey};
    assert_eq!(
        faults,
        [Destroyed, Suspended, Destroyed, UnknownKey, Suspended]
    );
    assert_eq!(references_of(&report), [(1, 2), (2, 2), (3, 0)]);
    assert_eq!(
        report.unreferenced(first),
        Err(Error::Unverified(purpose()))
    );
    let (version, references) = (second, 3);
    assert_eq!(
        report.unreferenced(second),
        Err(Error::Referenced {
            version,
            references
        })
    );
}

/// CR-11: a value of the primary key is not looked into, and one that another machine sealed with a
/// key that is staged here stays.
#[test]
fn leaves_what_needs_no_other_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, [1, 2, 3], START);
    table.rows.get_mut(&2).unwrap()[70] ^= 1;
    let next = ring.stage(at(1)).unwrap();
    let mut elsewhere = copy(&ring);
    elsewhere.promote(next, at(1)).unwrap();
    table.rows.insert(3, sealed(&elsewhere, 3, "three", at(1)));
    let before = table.rows.clone();
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!(table.rows, before);
    assert_eq!((report.counts().already, report.counts().failed), (3, 0));
    assert_eq!(references_of(&report), [(1, 2), (2, 1)]);
}

/// CR-11: of many failures the first are named and all are counted.
#[test]
fn names_as_many_failures_as_it_may() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 1..=30, START);
    rotate(&mut ring, at(1));
    for value in table.rows.values_mut() {
        *value = b"pc1.".to_vec();
    }
    let limits = limits().with_failures(4);
    let report = run(&mut Sweep::new(purpose(), limits), &ring, &mut table, at(3));
    assert_eq!((report.failures().len(), report.counts().failed), (4, 30));
    assert_eq!(report.unreadable(), 30);
}

/// CR-11: rows in another order could hide some for ever.
#[test]
fn refuses_rows_that_do_not_come_in_order() {
    struct Disordered(Vec<Vec<u8>>);
    impl Rows for Disordered {
        type Error = Gone;
        fn next(&mut self, _: Option<&[u8]>, _: usize) -> Result<Vec<StoredRow>, Gone> {
            let row = |key: &Vec<u8>| StoredRow::new(key.clone(), place(1), "");
            Ok(self.0.iter().map(row).collect())
        }
        fn swap(&mut self, _: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            Err(Gone)
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }
    let ring = ring();
    let step = |keys: &[&[u8]], limits| {
        let keys = keys.iter().map(|key| key.to_vec()).collect();
        let (mut rows, mut sweep) = (Disordered(keys), Sweep::new(purpose(), limits));
        let first = sweep.step(&ring, &mut rows, at(1)).err();
        (
            first,
            sweep.step(&ring, &mut rows, at(1)).err(),
            sweep.counts().seen,
        )
    };
    let order = Some(SweepError::Order);
    assert_eq!(step(&[b"b", b"a"], limits()).0, order);
    assert_eq!(step(&[b"a", b"a"], limits()).0, order);
    assert_eq!(step(&[&[1; 1025]], limits()).0, order);
    // rows that were read before
    assert_eq!(step(&[b"a", b"b"], limits()), (None, order.clone(), 2));
    // more than were asked for
    let one = limits().with_batch(0);
    assert_eq!(step(&[b"a", b"b"], one), (None, order, 1));
    assert_eq!(step(&[&[1; 1024]], limits()).0, None);
}

/// CR-11: a proof for a column is made of that column's rows.
#[test]
fn refuses_rows_of_another_column_and_purposes_that_are_swept_otherwise() {
    let ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let mut step = |purpose| {
        Sweep::new(purpose, limits())
            .step(&ring, &mut table, at(1))
            .err()
    };
    let refused = Some(SweepError::Field(Error::OutOfPurpose));
    assert_eq!(step(Purpose::column("contact", "phone")), refused);
    assert_eq!(step(Purpose::table("invoice")), refused);
    assert_eq!(step(Purpose::store("account")), refused);
    assert_eq!(step(Purpose::index("contact", "email")), refused);
    assert_eq!(step(Purpose::stream("contact")), refused);
    assert_eq!(step(Purpose::table("contact")), None);
}

/// CR-11: a value of another tenant is one row's fault: it is named and left.
#[test]
fn leaves_rows_of_another_tenant() {
    struct Foreign(Table);
    impl Rows for Foreign {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let rows = self.0.next(after, limit)?;
            let row = |row: StoredRow| {
                StoredRow::new(row.key(), place(row.key()[0]).tenant("globex"), row.value())
            };
            Ok(rows.into_iter().map(row).collect())
        }
        fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Gone> {
            self.0.swap(row, new)
        }
        fn save(&mut self, progress: &[u8]) -> Result<(), Gone> {
            self.0.save(progress)
        }
    }
    let mut ring = ring();
    let mut rows = Foreign(Table::of(&ring, 0..4, START));
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut rows, at(3)).unwrap() {
            break report;
        }
    };
    assert!(
        report
            .failures()
            .iter()
            .all(|f| f.fault == Fault::OutOfScope)
    );
    assert_eq!((report.failures().len(), report.counts().failed), (4, 4));
    assert_eq!(references_of(&report), [(1, 4), (2, 0)]);
}

/// CR-11: neither the values nor the names of rows are in what is printed.
#[test]
fn prints_no_value_and_no_row() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    rotate(&mut ring, at(1));
    table.rows.insert(77, b"pc1.".to_vec());
    let row = StoredRow::new("lovelace", place(1), "secret");
    let report = sweep(&ring, &mut table, at(3));
    let printed = format!("{row:?} {report:?}");
    for secret in ["lovelace", "secret", "[77]", "acme"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// CR-11, CR-10: of streams a sweep tells which are to be written anew, and when the key can go.
#[test]
fn names_the_streams_that_a_retired_key_sealed() {
    use portcullis::field::stream::{Place, Writer};
    use std::io::Write;

    struct Files(BTreeMap<u8, Vec<u8>>);
    impl Rows for Files {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let rows = self.0.iter().filter(|(id, _)| Some(&[**id][..]) > after);
            let row = |(id, file): (&u8, &Vec<u8>)| {
                StoredRow::stream([*id], "backup", &file[..file.len().min(10)])
            };
            Ok(rows.take(limit).map(row).collect())
        }
        fn swap(&mut self, _: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            panic!("a stream is not swapped")
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }
    let purpose = Purpose::stream("backup");
    let policy = Policy::new().for_purpose(purpose.clone());
    let mut ring = Keyring::generate_for(Scope::application(), policy, START).unwrap();
    let file = |ring: &Keyring, id: u8| {
        let place = Place::new("backup", Context::new().without_tenant().row(id));
        let mut out = Writer::new(Vec::new(), ring, &place, at(1)).unwrap();
        out.write_all(b"rows").unwrap();
        out.finish().unwrap()
    };
    let mut files = Files((1..4).map(|id| (id, file(&ring, id))).collect());
    let old = ring.primary();
    rotate(&mut ring, at(1));
    files.0.insert(4, file(&ring, 4));
    files.0.insert(5, b"no stream".to_vec());
    let next = ring.stage(at(1)).unwrap();
    let mut elsewhere = copy(&ring);
    elsewhere.promote(next, at(1)).unwrap();
    files.0.insert(6, file(&elsewhere, 6));

    let sweep = |ring: &Keyring, files: &mut Files| {
        let mut sweep = Sweep::new(purpose.clone(), limits());
        loop {
            if let Step::Done(report) = sweep.step_streams(ring, files, at(3)).unwrap() {
                return report;
            }
        }
    };
    let report = sweep(&ring, &mut files);
    let failures = report.failures().iter();
    let failures: Vec<_> = failures.map(|f| (f.row[0], f.fault)).collect();
    let anew = [1, 2, 3].map(|id| (id, Fault::Rewrite));
    assert_eq!(failures, [&anew[..], &[(5, Fault::Malformed)]].concat());
    assert_eq!((report.counts().already, report.rounds()), (2, 1));
    let (version, references) = (old, 4);
    assert_eq!(
        report.unreferenced(old),
        Err(Error::Referenced {
            version,
            references
        })
    );

    files.0.remove(&5);
    for id in 1..4 {
        files.0.insert(id, file(&ring, id));
    }
    let report = sweep(&ring, &mut files);
    assert_eq!(references_of(&report), [(1, 0), (2, 4), (3, 1)]);
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();

    let step = |purpose| {
        let mut sweep = Sweep::new(purpose, limits());
        let mut files = Files(files.0.clone());
        sweep.step_streams(&ring, &mut files, at(3)).err()
    };
    let refused = Some(SweepError::Field(Error::OutOfPurpose));
    assert_eq!(step(Purpose::stream("export")), refused);
    assert_eq!(
        step(Purpose::column("portcullis/stream", "backup")),
        refused
    );
    assert_eq!(step(Purpose::stream("backup")), None);
    // no rows of it are no proof
    files.0.clear();
    let mut sweep = Sweep::new(Purpose::column("contact", "email"), limits());
    let error = sweep.step_streams(&ring, &mut files, at(3)).err();
    assert_eq!(error, refused);
    let mut sweep = Sweep::new(Purpose::stream("backup"), limits());
    assert_eq!(sweep.step(&ring, &mut files, at(3)).err(), refused);
}

/// CR-11: the values of a sealed store, with what expires when.
#[cfg(feature = "store")]
#[test]
fn sweeps_a_sealed_store() {
    use portcullis::{
        Timestamp,
        field::{Replaced, Resealed, Sealed},
        store::{self, Change, Entry, Memory, Store},
    };
    use std::sync::Arc;

    /// A store that can be asked twice: through the seal, and for what is beneath.
    #[derive(Clone)]
    struct Shared(Arc<Memory>);
    impl Store for Shared {
        type Error = <Memory as Store>::Error;
        fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            self.0.load(key)
        }
        fn compare_exchange(
            &self,
            key: &[u8],
            current: Option<&[u8]>,
            new: Option<&Entry>,
        ) -> Result<store::Exchange, Self::Error> {
            self.0.compare_exchange(key, current, new)
        }
    }
    struct Values {
        beneath: Shared,
        sealed: Sealed<Shared>,
        keys: Vec<Vec<u8>>,
    }
    impl Rows for Values {
        type Error = Gone;
        fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
            let keys = self.keys.iter().filter(|key| Some(key.as_slice()) > after);
            let row = |key: &Vec<u8>| {
                let sealed = self.beneath.load(key).unwrap()?;
                Some(self.sealed.stored_row(key, sealed))
            };
            Ok(keys.filter_map(row).take(limit).collect())
        }
        fn swap(&mut self, row: &StoredRow, _: &[u8]) -> Result<Swap, Gone> {
            match self.sealed.reseal(row.key()).unwrap() {
                Resealed::Anew => Ok(Swap::Done),
                Resealed::Already | Resealed::Missing => Ok(Swap::Changed),
            }
        }
        fn save(&mut self, _: &[u8]) -> Result<(), Gone> {
            Ok(())
        }
    }

    let policy = Policy::new().for_purpose(Purpose::store("account"));
    let mut ring = Keyring::generate_for(Scope::application(), policy, START).unwrap();
    let beneath = Shared(Arc::new(Memory::new(100)));
    let sealed =
        Sealed::new(Arc::new(copy(&ring)), "account", beneath.clone()).with_clock(|| at(1));
    let keys: Vec<Vec<u8>> = (0..7_u8).map(|id| vec![id, 9]).collect();
    for key in &keys {
        let put = Change::Put(Entry::new(key.clone()).expires_at(Timestamp::MAX));
        store::update(&sealed, key, |_| Ok::<_, store::Error>((put.clone(), ()))).unwrap();
    }
    let old = ring.primary();
    rotate(&mut ring, at(1));
    assert_eq!(sealed.replace_ring(Arc::new(copy(&ring))), Replaced::Done);
    let mut values = Values {
        beneath,
        sealed,
        keys: keys.clone(),
    };
    let mut sweep = Sweep::new(Purpose::store("account"), limits());
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut values, at(3)).unwrap() {
            break report;
        }
    };
    assert_eq!((report.counts().resealed, report.counts().lost), (7, 0));
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();
    assert_eq!(values.sealed.replace_ring(Arc::new(ring)), Replaced::Done);
    for key in &keys {
        assert_eq!(values.sealed.load(key).unwrap().as_ref(), Some(key));
    }
}

/// CR-11: the report as a line for people, and as a form for programs.
#[test]
fn reports_to_people_and_programs() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 1..4, START);
    rotate(&mut ring, at(1));
    table.rows.get_mut(&2).unwrap()[70] ^= 1;
    let report = sweep(&ring, &mut table, at(3));
    let line = "column contact.email: 3 rows, 1 of key 1, 2 of key 2, 0 plaintext, 0 of no known key, 1 left as they are";
    assert_eq!(report.to_string(), line);

    #[cfg(feature = "serde")]
    {
        let fingerprint = |n| ring.keys().nth(n).unwrap().fingerprint.to_string();
        let expected = serde_json::json!({
            "purpose": "column contact.email",
            "rounds": 1,
            "counts": {
                "seen": 3, "resealed": 2, "sealed": 0, "already": 0, "lost": 0, "failed": 1,
                "plaintext": 0
            },
            "began": serde_json::to_value(at(3)).unwrap(),
            "ended": serde_json::to_value(at(3)).unwrap(),
            "verified": 3,
            "plaintext": 0,
            "unreadable": 0,
            "keys": [
                { "version": 1, "fingerprint": fingerprint(0), "settled": true, "references": 1 },
                { "version": 2, "fingerprint": fingerprint(1), "settled": false, "references": 2 },
            ],
            "failures": [{ "row": "02", "fault": "open", "key": 1 }],
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }
}
