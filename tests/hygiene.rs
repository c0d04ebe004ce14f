//! What holds for the whole crate: where the clock is read, where `unsafe` stands, what is printed.
#![cfg(feature = "full")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::{
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use portcullis::{
    Timestamp, account, attempts, encoding, field, password, rbac, redact, session, store, totp,
};

fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let nested = entries.flat_map(|path| {
        if path.is_dir() {
            sources(&path)
        } else {
            vec![path]
        }
    });
    nested
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .collect()
}

/// The lines of code that contain one of these, but for comments, as `file: line`.
fn lines_with(patterns: &[&str], outside: &[&str]) -> Vec<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&src);
    assert!(files.len() > 30, "the sources are there");
    let mut found = Vec::new();
    for file in files {
        let name = file
            .strip_prefix(&src)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        if outside.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        for line in fs::read_to_string(&file).unwrap().lines() {
            let code = line.split("//").next().unwrap();
            if patterns.iter().any(|pattern| code.contains(pattern)) {
                found.push(format!("{name}: {}", line.trim()));
            }
        }
    }
    found
}

/// CO-01.
#[test]
fn the_clock_is_read_in_one_file() {
    let reads = ["SystemTime::now", "Instant::now", "Timestamp::now"];
    assert_eq!(lines_with(&reads, &["time.rs"]), Vec::<String>::new());
    assert!(
        !lines_with(&reads, &[]).is_empty(),
        "the search finds what it looks for"
    );
}

/// QA-04.
#[test]
fn unsafe_stands_in_the_c_interface_alone() {
    let words = ["unsafe ", "unsafe{", "unsafe(", "allow(unsafe_code"];
    assert_eq!(
        lines_with(&words, &["ffi.rs", "ffi/"]),
        Vec::<String>::new()
    );
    assert!(
        !lines_with(&words, &[]).is_empty(),
        "the search finds what it looks for"
    );
}

#[test]
fn randomness_has_one_source() {
    assert_eq!(
        lines_with(&["getrandom::"], &["random.rs"]),
        Vec::<String>::new()
    );
}

/// But for the stores and the files of keys, which are there for it.
#[test]
fn no_module_touches_the_environment_files_or_the_network() {
    let outside = [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "File::",
        "println!",
    ];
    assert_eq!(
        lines_with(&outside, &["field/file.rs", "store/sqlite", "store/redis"]),
        Vec::<String>::new()
    );
}

/// In the plain and in the alternate form.
fn hides(value: &impl Debug, secret: &str) {
    // A secret is printed also where its bytes are, as numbers.
    let numbers = format!("{:?}", secret.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!printed.contains(secret), "{printed}");
        let on_one_line = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!on_one_line.contains(numbers), "{printed}");
    }
}

/// CO-03: what is secret is not printed.
#[test]
fn no_secret_is_printed() {
    let now = Timestamp::from_secs(1_795_251_600);
    let password = password::Password::from("Correct-Horse-7");
    hides(&password, "Correct-Horse-7");
    let made = password::Policy::back_office().generate(80, &[]).unwrap();
    hides(&made, made.expose_secret());
    let key =
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    let firebase = password::Firebase::new(key, "Bw==", 8, 14).unwrap();
    let legacy = password::Legacy::new()
        .with_firebase(firebase)
        .with_devise_pepper(b"planted pepper");
    for secret in [key, "planted pepper", "143, 27, 41"] {
        hides(&legacy, secret);
    }
    let hash = password::Hasher::default().hash(&password).unwrap();
    let digest = hash.as_str().rsplit('$').next().unwrap().to_owned();
    hides(&hash, &digest);
    hides(&password::State::new(hash.clone(), Some(now)), &digest);

    let (state, uri) = totp::Policy::back_office()
        .enrol("Example", "ada", now)
        .unwrap();
    let secret = uri.expose_secret().split("secret=").nth(1).unwrap();
    let secret = secret.split('&').next().unwrap().to_owned();
    hides(&uri, &secret);
    hides(&state, &secret);
    let (codes, shown) = totp::recovery::generate().unwrap();
    hides(&shown, shown.first().unwrap().expose_secret());
    hides(&codes, shown.first().unwrap().expose_secret());

    let accounts = account::Accounts::danger_unsealed(
        account::Policy::back_office("Example").unwrap(),
        store::Memory::new(10),
    );
    let grants = rbac::Grants::new();
    accounts.register("ada", &password, grants, now).unwrap();
    let next = accounts.sign_in("ada", &password, now).unwrap();
    let account::Next::EnrolmentNeeded(ticket) = &next else {
        panic!("{next:?}")
    };
    hides(&next, ticket.expose_secret());
    let uri = accounts.enrol(ticket, now).unwrap();
    let enrolled = accounts
        .confirm_enrolment(ticket, &uri.code_at(now), now)
        .unwrap();
    let code = enrolled.recovery_codes.first().unwrap();
    hides(&enrolled, code.expose_secret());
    let account::Next::SignedIn(signed_in) = &enrolled.next else {
        panic!("{enrolled:?}")
    };
    hides(&enrolled, signed_in.token.expose_secret());
    let state = accounts.state("ada").unwrap();
    let digest = state.password().hash().as_str().rsplit('$').next().unwrap();
    hides(&state, digest);
    hides(&state, &uri.secret().expose_base32());

    let key = field::Key::from_bytes(*b"0123456789abcdef0123456789abcdef");
    hides(&key, "0123456789abcdef");
    hides(&key, "48, 49, 50");
    let ring = field::Keyring::new(key, Timestamp::EPOCH);
    hides(&ring, "48, 49, 50");
    let context = field::Context::new()
        .tenant("a")
        .table("t")
        .column("c")
        .row(1_u64);
    let sealed = ring.seal(&context, b"hunter2", Timestamp::EPOCH).unwrap();
    hides(&ring.open(&context, &sealed).unwrap(), "hunter2");
    hides(&ring.open(&context, &sealed).unwrap(), "104, 117, 110");
}

/// CO-03: no key that wraps or signs is printed, nor a value of a type.
#[test]
fn no_other_key_of_field_is_printed() {
    let key = || field::Key::from_bytes(*b"0123456789abcdef0123456789abcdef");
    let kek = field::LocalKek::new("2026", key()).unwrap();
    hides(&kek, "0123456789abcdef");
    hides(&kek, "48, 49, 50");
    let ring = field::Keyring::new(key(), Timestamp::EPOCH);
    let context = field::Context::new()
        .tenant("a")
        .table("t")
        .column("c")
        .row(1_u64);
    let text = field::SecretString::from("hunter2");
    let sealed = field::Encrypted::seal(&ring, &context, &text, Timestamp::EPOCH).unwrap();
    let opened: field::Unsealed<field::SecretString> = sealed.open(&ring, &context).unwrap();
    hides(&opened, "hunter2");
    let place = field::stream::Place::new("backup", context);
    let writer = field::stream::Writer::new(Vec::new(), &ring, &place, Timestamp::EPOCH).unwrap();
    hides(&writer, "48, 49, 50");
}

/// CO-03, TO-07: neither a secret nor a code, however many authenticators there are and wherever one
/// came from.
#[test]
fn no_authenticator_is_printed() {
    let now = Timestamp::from_secs(1_795_251_600);
    let policy = totp::Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", now).unwrap();
    let secret = uri.secret().expose_base32();
    let set = totp::Authenticators::default();
    let (set, id) = set.add(&policy, "ada's phone", pending, now, now).unwrap();
    let confirmed = set.confirm(&policy, id, &uri.code_at(now), now).unwrap();
    let later = now.saturating_add(Duration::from_secs(30));
    let accepted = confirmed.verify(&policy, &uri.code_at(later), later);
    for secret in [secret.as_str(), "ada's phone"] {
        hides(&set, secret);
        hides(&confirmed, secret);
        hides(&accepted, secret);
        hides(&set.iter().collect::<Vec<_>>(), secret);
    }
    hides(&policy.import(&uri, now), &secret);

    let policy = totp::hotp::Policy::default();
    let (pending, token) = policy.enrol("Example", "ada", now).unwrap();
    let secret = token.secret().expose_base32();
    hides(&pending, &secret);
    hides(&token, &secret);
    let state = policy.confirm(&pending, &token.code_at(0), now).unwrap();
    hides(&policy.verify(&state, &token.code_at(1)), &secret);
    hides(&policy.import(&token, now), &secret);
}

/// CO-03: wrong passwords are secrets too, and into the field for the name people type passwords.
#[test]
fn no_guess_is_printed() {
    let key = attempts::FingerprintKey::new(*b"0123456789abcdef0123456789abcdef");
    for bytes in ["0123456789abcdef", "48, 49, 50"] {
        hides(&key, bytes);
    }
    let hash = *b"planted, a slow hash";
    let fingerprint = attempts::Fingerprint::of_slow_hash(&hash).unwrap();
    let keyed = attempts::Fingerprint::keyed(&key, "ada", b"a wrong password");
    for (guess, printed) in [(fingerprint, "112, 108"), (keyed, "wrong")] {
        hides(&guess, printed);
        hides(&attempts::Verdict::FailureWith(guess), printed);
        let shown = format!("{guess:?}");
        assert_eq!(shown, "[redacted]");
    }
    let name = "Correct-Horse-7";
    let typed =
        attempts::report::Attempt::new(attempts::report::Reason::UnknownAccount, Timestamp::EPOCH);
    hides(&typed.with_account(name), name);
    let mut log = attempts::report::Log::new(Timestamp::EPOCH..Timestamp::MAX).unwrap();
    log.record(&typed.with_account(name));
    hides(&log, name);
    let report = attempts::report::Policy::default().report(log);
    hides(&report, name);
    assert!(!report.to_string().contains(name));
}

/// CO-03, AT-04, AT-09: neither the keys nor what they have made.
#[test]
fn no_device_is_printed_and_no_name_that_nobody_has() {
    let key = *b"0123456789abcdef0123456789abcdef";
    let keys = attempts::DeviceKeys::new(key).with_previous(key).unwrap();
    let token = keys.issue("ada", Timestamp::EPOCH).unwrap();
    let unknown = attempts::unknown::Unknown::with_key(
        attempts::Policy::back_office(),
        store::Memory::new(10),
        key,
    );
    for bytes in ["0123456789abcdef", "48, 49, 50"] {
        hides(&keys, bytes);
        hides(&unknown, bytes);
    }
    hides(&token, token.expose_secret());
    let name = attempts::Key::account("Correct-Horse-7").unwrap();
    let slot = unknown.begin(&name, Timestamp::EPOCH).unwrap();
    hides(&slot, "Correct-Horse-7");
}

/// CO-03, RD-03, RD-10: neither what it was told to look for nor what it found, nor what it holds back.
#[test]
fn no_redactor_prints_what_it_redacts() {
    use redact::{Redacted, Registered, canary::Canary, outbound};
    use std::io::Write;

    let secret = "Slow~Glacier~19";
    let set = Registered::default();
    set.add(secret.as_bytes()).unwrap();
    let policy = redact::Policy::default()
        .with_key("glacier_name")
        .with_registered(&set)
        .with_pattern("glacier", secret, None)
        .unwrap();
    let line = format!("password={secret}");
    hides(&set, secret);
    hides(&policy, secret);
    hides(&policy.findings(line.as_bytes()), secret);
    hides(&policy.detect(line.as_bytes()), secret);
    hides(&Redacted::new(secret), secret);
    let mut writer = redact::Writer::new(policy.clone(), Vec::new());
    writer.write_all(line.as_bytes()).unwrap();
    hides(&writer, secret);
    let canary = Canary::new(&policy, 7);
    let fakes: Vec<String> = canary.lines().map(str::to_owned).collect();
    let report = canary.check(fakes.join("\n").as_bytes());
    for fake in &fakes {
        hides(&canary, fake);
        hides(&report, fake);
    }
    let part = outbound::Part::text(&line);
    hides(&part, secret);
    hides(&outbound::Guard::new(policy).decide(&[part]), secret);
}

/// CO-05: what a service shares between its threads.
#[test]
fn what_is_shared_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<account::Accounts<store::Memory>>();
    shared::<account::Accounts<field::Sealed<store::Memory>>>();
    shared::<attempts::Attempts<store::Memory>>();
    shared::<attempts::DeviceKeys>();
    shared::<attempts::FingerprintKey>();
    shared::<attempts::unknown::Unknown<store::Memory>>();
    shared::<attempts::forwarded::TrustedProxies>();
    shared::<attempts::report::Log>();
    shared::<attempts::report::Policy>();
    shared::<attempts::report::Report>();
    shared::<session::Sessions<store::Memory>>();
    shared::<field::Keyring>();
    shared::<field::Keyrings<store::Memory, field::LocalKek>>();
    shared::<field::BlindIndex>();
    shared::<field::Encrypted<String>>();
    shared::<field::Migration>();
    shared::<password::Hasher>();
    shared::<password::Policy>();
    shared::<password::Gate>();
    shared::<password::Permit>();
    shared::<password::Blocklist>();
    shared::<password::Generated>();
    shared::<rbac::Policy>();
    shared::<redact::Policy>();
    shared::<redact::Registered>();
    shared::<redact::Writer<Vec<u8>>>();
    shared::<redact::log::Logger<()>>();
    shared::<redact::outbound::Guard>();
    shared::<redact::tracing::Fields>();
    shared::<totp::Authenticators>();
    shared::<totp::Coverage>();
    shared::<totp::Mandate>();
    shared::<totp::Policy>();
    shared::<totp::hotp::Policy>();
    for_errors::<account::Error>();
    for_errors::<attempts::Error>();
    for_errors::<attempts::device::Error>();
    for_errors::<attempts::forwarded::Error>();
    for_errors::<attempts::report::Error>();
    for_errors::<encoding::Error>();
    for_errors::<field::Error>();
    for_errors::<field::keyrings::Error>();
    for_errors::<password::Error>();
    for_errors::<rbac::Error>();
    for_errors::<redact::Error>();
    for_errors::<session::Error>();
    for_errors::<store::Error>();
    for_errors::<totp::Error>();
    fn for_errors<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>() {}
}

/// CO-03, S2-09: there is no way to print what is secret, to copy a token about, or to look through
/// the type as if it were text. A line here that stopped being true would not compile.
mod secrets_cannot {
    use std::{fmt::Display, ops::Deref};

    use portcullis::{account::Ticket, attempts, field, password, session, totp};
    use static_assertions::assert_not_impl_any;

    assert_not_impl_any!(password::Password: Display, Deref, Clone, PartialEq, AsRef<str>);
    assert_not_impl_any!(password::Hash: Display, Deref, AsRef<str>);
    assert_not_impl_any!(field::Key: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(field::Opened: Display, Deref, Clone, AsRef<[u8]>);
    assert_not_impl_any!(field::LocalKek: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(field::Unsealed<String>: Display, Deref, Clone, AsRef<str>);
    assert_not_impl_any!(field::keyrings::ReceiptKey: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(session::Token: Display, Deref, Clone, AsRef<str>);
    assert_not_impl_any!(Ticket: Display, Deref, Clone, AsRef<str>);
    assert_not_impl_any!(attempts::DeviceKeys: Display, Deref, Clone, AsRef<[u8]>);
    assert_not_impl_any!(attempts::DeviceToken: Display, Deref, Clone, AsRef<str>);
    assert_not_impl_any!(attempts::Fingerprint: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(attempts::FingerprintKey: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(totp::Authenticators: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(totp::State: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(totp::Secret: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(totp::hotp::State: Display, Deref, AsRef<[u8]>);
    assert_not_impl_any!(totp::hotp::Uri: Display, Deref, AsRef<str>);
    assert_not_impl_any!(totp::Uri: Display, Deref, AsRef<str>);
    assert_not_impl_any!(totp::recovery::Code: Display, Deref, Clone, AsRef<str>);
}

/// The README's C program is the one that the tests build and run.
#[test]
fn the_readme_shows_the_c_program_that_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let program = fs::read_to_string(root.join("tests/ffi/sign_in.c")).unwrap();
    assert!(readme.contains(&format!("```c\n{program}```")));
}
