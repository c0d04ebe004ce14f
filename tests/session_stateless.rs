//! A session that travels whole in its token lives by the rules of those that a store keeps.
#![cfg(all(feature = "session", feature = "field"))]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests stop at what they did not expect"
)]

use std::{sync::Arc, time::Duration};

use portcullis::{
    Timestamp,
    field::{self, Context, Key, Keyring},
    session::{
        Activity, Cookie, Epoch, Error, Expiry, Factors, Live, Policy, SUBJECT_LEN, SameSite,
        Sessions, State, Stateless,
        stateless::{Checked, MAX_LEN, Opened, PAYLOAD_LEN, Sealed},
    },
    store::Memory,
};
use proptest::prelude::*;

static_assertions::assert_impl_all!(Stateless: Send, Sync);
static_assertions::assert_impl_all!(Sealed: Send, Sync);
static_assertions::assert_not_impl_any!(Sealed: Clone, std::fmt::Display, AsRef<str>);
static_assertions::assert_not_impl_any!(Opened: Clone);

const MINUTE: u64 = 60_000;
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
const PURPOSE: &str = "portcullis/session/web";
const FIRST: Epoch = Epoch::from_u64(NINE - 5);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

/// The key of the golden texts: the bytes 0 to 31.
fn ring() -> Keyring {
    Keyring::new(
        Key::from_bytes(std::array::from_fn(|n| u8::try_from(n).unwrap())),
        at(0),
    )
}

fn web(policy: Policy) -> Stateless {
    Stateless::new(policy, Arc::new(ring()), PURPOSE).unwrap()
}

fn edge() -> Stateless {
    web(Policy::back_office())
}

/// What [`edge`] binds its texts to.
fn context() -> Context {
    let context = Context::new().without_tenant().without_row();
    let context = context.table("portcullis/session").column(PURPOSE);
    context.value_type("stateless.v1")
}

fn start(edge: &Stateless, now: Timestamp) -> (Sealed, Live) {
    let sign_in = edge.begin("ada", FIRST, now);
    let sign_in = sign_in.with_factors(Factors::PASSWORD);
    edge.start(sign_in, b"editor", FIRST, now).unwrap()
}

fn check(edge: &Stateless, sealed: &Sealed, now: Timestamp) -> Result<Checked, Error> {
    edge.check(edge.open(sealed)?, FIRST, now)
}

fn touch(
    edge: &Stateless,
    sealed: &Sealed,
    now: Timestamp,
) -> Result<(Checked, Option<Sealed>), Error> {
    edge.touch(edge.open(sealed)?, Activity::Interactive, FIRST, now)
}

/// As a client brings it, and as the edge answers.
fn bring(edge: &Stateless, text: &str) -> Result<Opened, Error> {
    edge.open(&text.parse()?)
}

/// SE-12.
#[test]
fn what_was_sealed_is_read_and_nothing_is_asked_but_an_epoch() {
    let edge = edge();
    let sign_in = edge.begin("ada", FIRST, at(0));
    let sign_in = sign_in
        .with_factors(Factors::PASSWORD)
        .with_proof(Factors::TOTP, at(0))
        .with_label("Firefox on Linux");
    let (sealed, live) = edge.start(sign_in, b"\0\xff", FIRST, at(1000)).unwrap();
    let text: Sealed = sealed.expose_secret().parse().unwrap();
    let opened = edge.open(&text).unwrap();
    assert_eq!(opened.subject(), "ada");
    let checked = edge.check(opened, FIRST, at(2000)).unwrap();
    assert_eq!(
        (checked.subject(), checked.payload()),
        ("ada", &b"\0\xff"[..])
    );
    assert_eq!(checked.live(), &live);
    assert_eq!(live.label(), "Firefox on Linux");
    assert_eq!((live.created(), live.last_active()), (at(1000), at(1000)));
    assert_eq!(live.proved_at(Factors::PASSWORD), Some(at(1000)));
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(0)));
    assert_eq!(live.proved_at(Factors::RECOVERY_CODE), None);
    assert_eq!(live.idle_deadline(), at(1000 + 15 * MINUTE));
    assert_eq!(live.absolute_deadline(), at(1000 + 720 * MINUTE));
    assert_eq!(checked.stale(), None);
}

/// SE-12: the form is frozen: texts of another implementation open.
#[test]
fn the_golden_texts_open() {
    let golden = include_str!("vectors/session/stateless-v1.txt");
    let texts: Vec<&str> = golden.lines().filter(|l| l.starts_with("ps1.")).collect();
    let hour = Policy::new(Duration::from_secs(3600), Duration::from_secs(7200)).unwrap();
    let day = Duration::from_secs(86_400);
    let policy = hour.with_stay_signed_in(day, 30 * day).unwrap();

    let edge = web(policy.clone());
    let opened = bring(&edge, texts[0]).unwrap();
    assert_eq!(opened.subject(), "ada");
    let checked = edge
        .check(opened, Epoch::default(), at(50 * MINUTE))
        .unwrap();
    let live = checked.live();
    assert_eq!((checked.payload(), live.label()), (&b""[..], "Firefox"));
    assert_eq!((live.id().as_u64(), live.created()), (NINE, at(0)));
    assert_eq!(live.factors(), Factors::PASSWORD);
    assert_eq!(live.authenticated(), at(0));
    assert_eq!(live.idle_deadline(), at(110 * MINUTE));
    assert_eq!(live.absolute_deadline(), at(120 * MINUTE));
    assert!(!live.stays_signed_in());

    let edge = Stateless::new(policy, Arc::new(ring()), "edge").unwrap();
    let edge = edge.with_environment("production").unwrap();
    let opened = bring(&edge, texts[1]).unwrap();
    assert_eq!(opened.subject(), "zoë@example.org");
    let checked = edge
        .check(opened, Epoch::from_u64(NINE - 1), at(31 * MINUTE))
        .unwrap();
    let live = checked.live();
    assert_eq!(
        (checked.payload(), live.label()),
        (&b"\0\xff editor"[..], "Zoë's phone")
    );
    assert_eq!((live.id().as_u64(), live.created()), (NINE + 7, at(0)));
    assert_eq!(live.proved_at(Factors::PASSWORD), Some(at(30 * MINUTE)));
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(0)));
    assert_eq!(live.proved_at(Factors::RECOVERY_CODE), Some(at(1)));
    assert_eq!(live.idle_deadline(), at(31 * MINUTE).saturating_add(day));
    assert_eq!(
        live.absolute_deadline(),
        at(30 * MINUTE).saturating_add(30 * day)
    );
    assert!(live.stays_signed_in());
}

/// SE-12, SE-01.
#[test]
fn is_over_at_exactly_the_idle_limit_and_live_a_millisecond_before() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    assert!(check(&edge, &sealed, at(15 * MINUTE - 1)).is_ok());
    for late in [at(15 * MINUTE), at(20 * MINUTE), Timestamp::MAX] {
        let over = Error::Expired(Expiry::Idle);
        assert_eq!(check(&edge, &sealed, late).unwrap_err(), over);
        assert_eq!(touch(&edge, &sealed, late).unwrap_err(), over);
        let opened = || edge.open(&sealed).unwrap();
        let again = edge.reauthenticate(opened(), Factors::PASSWORD, FIRST, late);
        assert_eq!(again.unwrap_err(), over);
        let other = edge.replace_payload(opened(), b"admin", FIRST, late);
        assert_eq!(other.unwrap_err(), over);
    }
}

/// SE-12, SE-02.
#[test]
fn is_over_at_exactly_the_absolute_limit_however_busy() {
    let edge = edge();
    let (mut sealed, _) = start(&edge, at(0));
    for minute in 1..720 {
        let (_, renewed) = touch(&edge, &sealed, at(minute * MINUTE)).unwrap();
        sealed = renewed.unwrap();
    }
    assert!(check(&edge, &sealed, at(720 * MINUTE - 1)).is_ok());
    assert_eq!(
        check(&edge, &sealed, at(720 * MINUTE)).unwrap_err(),
        Error::Expired(Expiry::Absolute)
    );
}

/// SE-12, SE-03: a new text for each sixteenth of the idle time, and none for what renews nothing.
#[test]
fn a_touch_gives_a_new_text_only_when_activity_is_recorded() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    let sixteenth = 15 * MINUTE / 16;
    let (checked, renewed) = touch(&edge, &sealed, at(sixteenth - 1)).unwrap();
    assert!(renewed.is_none());
    assert_eq!(checked.live().idle_deadline(), at(15 * MINUTE));
    for activity in [Activity::Background, Activity::KeepAlive] {
        let opened = edge.open(&sealed).unwrap();
        let (checked, renewed) = edge
            .touch(opened, activity, FIRST, at(14 * MINUTE))
            .unwrap();
        assert!(renewed.is_none());
        assert_eq!(checked.live().idle_deadline(), at(15 * MINUTE));
    }
    let (checked, renewed) = touch(&edge, &sealed, at(sixteenth)).unwrap();
    assert_eq!(checked.live().idle_deadline(), at(15 * MINUTE + sixteenth));
    let renewed = renewed.unwrap();
    assert_eq!(
        check(&edge, &renewed, at(MINUTE)).unwrap().live(),
        checked.live()
    );
}

/// SE-12, SE-08: a password change raises the epoch; whatever was sealed before is over.
#[test]
fn a_text_of_an_earlier_epoch_is_over() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    let ended = FIRST.next(at(1));
    let opened = || edge.open(&sealed).unwrap();
    assert_eq!(
        edge.check(opened(), ended, at(1)).unwrap_err(),
        Error::Unknown
    );
    let touched = edge.touch(opened(), Activity::Interactive, ended, at(MINUTE));
    assert_eq!(touched.unwrap_err(), Error::Unknown);
    let again = edge.reauthenticate(opened(), Factors::PASSWORD, ended, at(1));
    assert_eq!(again.unwrap_err(), Error::Unknown);
    let other = edge.replace_payload(opened(), b"admin", ended, at(1));
    assert_eq!(other.unwrap_err(), Error::Unknown);
    let least = Epoch::from_u64(FIRST.as_u64() + 1);
    assert!(edge.check(opened(), least, at(1)).is_err());
}

/// SE-12: the copy of the epochs that the edge asks may lag behind.
#[test]
fn a_text_of_a_later_epoch_is_taken() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    for epoch in [Epoch::default(), Epoch::from_u64(FIRST.as_u64() - 1)] {
        let opened = edge.open(&sealed).unwrap();
        assert!(edge.check(opened, epoch, at(1)).is_ok());
    }
}

/// SE-12, SE-08: the epoch that is raised by what ends sessions in a store is the same one.
#[test]
fn ending_all_in_a_record_ends_what_was_sealed_in_its_epoch() {
    let edge = edge();
    let state = State::default();
    let sign_in = state.begin("ada", at(0));
    let (sealed, _) = edge.start(sign_in, b"", state.epoch(), at(0)).unwrap();
    let opened = || edge.open(&sealed).unwrap();
    assert!(edge.check(opened(), state.epoch(), at(1)).is_ok());
    let (state, _) = state.end_all(at(1));
    assert_eq!(
        edge.check(opened(), state.epoch(), at(1)).unwrap_err(),
        Error::Unknown
    );
    assert_eq!(state.epoch(), Epoch::from_u64(NINE + 1));
    assert!(state.epoch().next(at(1)) > state.epoch());
}

/// SE-12, SE-08.
#[test]
fn a_sign_in_that_everything_was_ended_under_starts_nothing() {
    let edge = edge();
    let sign_in = edge.begin("ada", FIRST, at(0));
    let started = edge.start(sign_in.clone(), b"", FIRST.next(at(1)), at(2));
    assert_eq!(started.unwrap_err(), Error::Overtaken);
    let late = edge.start(sign_in, b"", FIRST, at(60 * MINUTE));
    assert_eq!(late.unwrap_err(), Error::SignInTooSlow);
}

/// SE-12, SE-02, SE-06, SE-10.
#[test]
fn authenticating_again_starts_both_limits_anew_and_proves_what_was_proved() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    let opened = || edge.open(&sealed).unwrap();
    let now = at(10 * MINUTE);
    let (new, checked) = edge
        .reauthenticate(opened(), Factors::TOTP, FIRST, now)
        .unwrap();
    let live = check(&edge, &new, now).unwrap();
    assert_eq!(live.live(), checked.live());
    assert_eq!(live.payload(), b"editor");
    let live = live.live();
    assert_eq!(live.created(), at(0));
    assert_eq!(live.idle_deadline(), at(25 * MINUTE));
    assert_eq!(live.absolute_deadline(), at(730 * MINUTE));
    let age = Duration::from_secs(60);
    assert_eq!(live.require_recent(age, Factors::TOTP, now), Ok(()));
    assert!(live.require_recent(age, Factors::PASSWORD, now).is_err());
    assert_eq!(
        edge.reauthenticate(opened(), Factors::NONE, FIRST, now)
            .unwrap_err(),
        Error::NothingProved
    );
}

/// SE-12: what the documentation says this form cannot do.
#[test]
fn an_older_text_stays_good_until_its_own_deadline() {
    let edge = edge();
    let (old, _) = start(&edge, at(0));
    let (_, new) = touch(&edge, &old, at(10 * MINUTE)).unwrap();
    let end = at(15 * MINUTE);
    assert!(check(&edge, &old, at(15 * MINUTE - 1)).is_ok());
    assert!(check(&edge, &old, end).is_err());
    assert!(check(&edge, &new.unwrap(), end).is_ok());
}

/// SE-12: a clock that goes back reaches no deadline that does not stand in the text.
#[test]
fn a_clock_that_goes_back_moves_no_deadline() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(10 * MINUTE));
    assert!(check(&edge, &sealed, at(30 * MINUTE)).is_err());
    let (checked, renewed) = touch(&edge, &sealed, at(0)).unwrap();
    assert!(renewed.is_none());
    assert_eq!(checked.live().idle_deadline(), at(25 * MINUTE));
    let opened = edge.open(&sealed).unwrap();
    let (_, checked) = edge
        .reauthenticate(opened, Factors::PASSWORD, FIRST, at(0))
        .unwrap();
    assert_eq!(checked.live().idle_deadline(), at(25 * MINUTE));
    assert_eq!(checked.live().absolute_deadline(), at(730 * MINUTE));
}

/// SE-12.
#[test]
fn a_payload_is_replaced_and_nothing_else() {
    let edge = edge();
    let (sealed, live) = start(&edge, at(0));
    let opened = || edge.open(&sealed).unwrap();
    let (new, checked) = edge
        .replace_payload(opened(), b"admin", FIRST, at(MINUTE))
        .unwrap();
    assert_eq!((checked.payload(), checked.live()), (&b"admin"[..], &live));
    let read = check(&edge, &new, at(MINUTE)).unwrap();
    assert_eq!((read.payload(), read.live()), (&b"admin"[..], &live));
    let long = edge.replace_payload(opened(), &[0; PAYLOAD_LEN + 1], FIRST, at(MINUTE));
    assert_eq!(long.unwrap_err(), Error::PayloadTooLong);
}

/// SE-12: neither another purpose, nor another deployment, nor another ring, nor a value of a
/// database that somebody has copied into their cookie.
#[test]
fn opens_only_for_its_purpose_environment_form_and_key() {
    let (sealed, _) = start(&edge(), at(0));
    let text = sealed.expose_secret();
    let under = |purpose| Stateless::new(Policy::back_office(), Arc::new(ring()), purpose).unwrap();
    assert!(bring(&under(PURPOSE), text).is_ok());
    for other in [
        under("portcullis/session/api"),
        under("PORTCULLIS/session/web"),
        under(PURPOSE).with_environment("production").unwrap(),
        Stateless::new(
            Policy::back_office(),
            Arc::new(Keyring::generate(at(0)).unwrap()),
            PURPOSE,
        )
        .unwrap(),
    ] {
        assert_eq!(bring(&other, text).unwrap_err(), Error::Malformed);
    }
    let staging = under(PURPOSE).with_environment("staging").unwrap();
    let (staged, _) = start(&staging, at(0));
    let production = under(PURPOSE).with_environment("production").unwrap();
    assert!(staging.open(&staged).is_ok());
    assert_eq!(production.open(&staged).unwrap_err(), Error::Malformed);
    assert_eq!(edge().open(&staged).unwrap_err(), Error::Malformed);

    let envelope = text.replacen("ps1.", "pc1.", 1);
    let body = ring().open_text(&context(), &envelope).unwrap();
    let sealed_as = |context: Context| {
        let text = ring()
            .seal_text(&context, body.expose_secret(), at(0))
            .unwrap();
        bring(&edge(), &text.replacen("pc1.", "ps1.", 1))
    };
    assert!(sealed_as(context()).is_ok());
    for other in [
        context().value_type("stateless.v2"),
        context().table("session"),
        context().tenant("acme"),
        context().row(1),
        context().subject("ada"),
    ] {
        assert_eq!(sealed_as(other).unwrap_err(), Error::Malformed);
    }
}

/// SE-12: what is inside is checked as well: another version of it, or what is never written.
#[test]
fn a_body_that_is_never_written_is_not_a_session() {
    let (sealed, _) = start(&edge(), at(0));
    let envelope = sealed.expose_secret().replacen("ps1.", "pc1.", 1);
    let body = ring().open_text(&context(), &envelope).unwrap();
    let body = body.expose_secret();
    let bring_body = |body: &[u8]| {
        let text = ring().seal_text(&context(), body, at(0)).unwrap();
        bring(&edge(), &text.replacen("pc1.", "ps1.", 1)).map(|_| ())
    };
    assert_eq!(bring_body(body), Ok(()));
    let changed = |at: usize, to: u8| {
        let mut body = body.to_vec();
        body[at] = to;
        bring_body(&body)
    };
    // version; flags; factors that do not exist
    for (at, to) in [(0, 0), (0, 2), (41, 2), (41, 0x80), (42, 0x08), (42, 0xFF)] {
        assert_eq!(changed(at, to), Err(Error::Malformed), "{at}: {to}");
    }
    for cut in 0..body.len() {
        assert_eq!(
            bring_body(&body[..cut]),
            Err(Error::Malformed),
            "cut at {cut}"
        );
    }
    assert_eq!(
        bring_body(&[body, &[0]].concat()),
        Err(Error::Malformed),
        "longer"
    );
    // no label, a subject, no payload; then nobody, and a label that a page would show wrongly
    let with = |label: &[u8], subject: &[u8], payload: &[u8]| {
        let mut out = body[..51].to_vec();
        for part in [label, subject, payload] {
            out.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            out.extend(part);
        }
        bring_body(&out)
    };
    assert_eq!(with(b"", b"ada", b""), Ok(()));
    assert_eq!(with(b"", &[b'a'; SUBJECT_LEN], &[0; PAYLOAD_LEN]), Ok(()));
    for (label, subject, payload) in [
        (&b""[..], &b""[..], &b""[..]),
        (b"\n", b"ada", b""),
        (b"\xff", b"ada", b""),
        (b"", b"\xff", b""),
        (&[b'a'; 129], b"ada", b""),
        (b"", &[b'a'; SUBJECT_LEN + 1], b""),
        (b"", b"ada", &[0; PAYLOAD_LEN + 1]),
    ] {
        assert_eq!(with(label, subject, payload), Err(Error::Malformed));
    }
}

/// SE-12: one answer for everything that is not a text of this ring.
#[test]
fn a_text_that_was_changed_anywhere_is_not_a_session() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    let text = sealed.expose_secret();
    for at in 0..text.len() {
        for to in [b'A', b'B', b'-', b'.', b';', b' ', b'=', 0] {
            let mut changed = text.as_bytes().to_vec();
            if changed[at] == to {
                continue;
            }
            changed[at] = to;
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(bring(&edge, &changed).unwrap_err(), Error::Malformed);
        }
        assert_eq!(bring(&edge, &text[..at]).unwrap_err(), Error::Malformed);
        assert_eq!(bring(&edge, &text[at + 1..]).unwrap_err(), Error::Malformed);
    }
    for longer in [
        format!("{text}A"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        text.replacen("ps1.", "pc1.", 1),
        text.replacen("ps1.", "PS1.", 1),
        text.replacen("ps1.", "ps1.ps1.", 1),
    ] {
        assert_eq!(bring(&edge, &longer).unwrap_err(), Error::Malformed);
    }
}

/// SE-12: nothing of a text can leave a cookie or a header, whether it opens or not.
#[test]
fn only_the_letters_of_a_token_are_read() {
    for text in [
        "",
        "ps1",
        "ps2.AAAA",
        "AAAA",
        "ps1.AA;A",
        "ps1.AA A",
        "ps1.AA+A",
        "ps1.AA/A",
        "ps1.AA\r\n",
        "ps1.AA\"",
        "ps1.é",
        "ps1.AA.A",
        "ps1.AA,A",
    ] {
        assert_eq!(
            text.parse::<Sealed>().unwrap_err(),
            Error::Malformed,
            "{text}"
        );
    }
    let longest = format!("ps1.{}", "A".repeat(MAX_LEN - 4));
    assert_eq!(longest.parse::<Sealed>().unwrap().expose_secret(), longest);
    assert_eq!(
        format!("{longest}A").parse::<Sealed>().unwrap_err(),
        Error::Malformed
    );
}

/// SE-12: at most 4,096 bytes as a cookie, with everything as long as it may be (RFC 6265 §6.1).
#[test]
fn the_longest_cookie_has_4096_bytes() {
    let ever = Duration::MAX;
    let policy = Policy::new(ever, ever).unwrap();
    let edge = web(policy.with_stay_signed_in(ever, ever).unwrap());
    let (subject, payload) = ("a".repeat(SUBJECT_LEN), [0xFF; PAYLOAD_LEN]);
    let all = Factors::PASSWORD
        .and(Factors::TOTP)
        .and(Factors::RECOVERY_CODE);
    let sign_in = edge.begin(&subject, FIRST, at(0)).with_factors(all);
    let sign_in = sign_in.with_label("x".repeat(128)).stay_signed_in();
    let (sealed, live) = edge.start(sign_in, &payload, FIRST, at(0)).unwrap();
    let len = sealed.expose_secret().len();
    assert!(len <= MAX_LEN * 7 / 8, "{len}");
    // a session that could start can be sealed again, whatever is proved
    let opened = bring(&edge, sealed.expose_secret()).unwrap();
    let again = edge.reauthenticate(opened, all, FIRST, at(1)).unwrap();
    assert_eq!(again.0.expose_secret().len(), len);

    let cookie = Cookie::new(&"n".repeat(50)).unwrap();
    let cookie = cookie.with_same_site(SameSite::Strict);
    let longest = format!("ps1.{}", "A".repeat(MAX_LEN - 4)).parse().unwrap();
    let set = cookie.set_sealed(&longest, &live, Timestamp::EPOCH);
    assert_eq!(set.expose_secret().len(), 4096);
    assert!(set.expose_secret().ends_with("; Max-Age=18446744073709551"));
}

/// SE-12: lengths are refused by name before anything is sealed.
#[test]
fn what_is_too_long_is_refused_by_name() {
    let edge = edge();
    let start = |subject: &str, payload: &[u8], label: &str| {
        let sign_in = edge.begin(subject, FIRST, at(0)).with_label(label);
        let started = edge.start(sign_in, payload, FIRST, at(0));
        started.map(|_| ())
    };
    assert_eq!(start(&"é".repeat(128), b"", ""), Ok(()));
    assert_eq!(start("", b"", ""), Err(Error::Subject));
    assert_eq!(start(&"x".repeat(257), b"", ""), Err(Error::Subject));
    assert_eq!(start("ada", &[0; 2048], ""), Ok(()));
    assert_eq!(start("ada", &[0; 2049], ""), Err(Error::PayloadTooLong));
    assert_eq!(
        start("ada", b"", &"x".repeat(129)),
        Err(Error::LabelTooLong)
    );
    assert_eq!(start("ada", b"", "\u{202e}"), Err(Error::LabelCharacter));
}

/// SE-12, SE-09.
#[test]
fn staying_signed_in_is_as_the_policy_has_it() {
    let sign_in = edge().begin("ada", FIRST, at(0)).stay_signed_in();
    let refused = edge().start(sign_in.clone(), b"", FIRST, at(0));
    assert_eq!(refused.unwrap_err(), Error::StayNotOffered);
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(86_400));
    let short = Policy::new(minute, minute).unwrap();
    let policy = short.clone().with_stay_signed_in(day, day).unwrap();
    let stays = web(policy);
    let (sealed, live) = stays.start(sign_in, b"", FIRST, at(0)).unwrap();
    assert_eq!(live.absolute_deadline(), at(1440 * MINUTE));
    assert!(check(&stays, &sealed, at(1440 * MINUTE - 1)).is_ok());
    // the rules are those of today
    assert!(check(&web(short), &sealed, at(MINUTE)).is_err());
}

/// SE-12: the ring's rotation reaches every session that is used.
#[test]
fn a_text_under_a_retired_key_is_sealed_anew_by_the_next_touch() {
    let with =
        |ring: Keyring| Stateless::new(Policy::back_office(), Arc::new(ring), PURPOSE).unwrap();
    let next = || {
        let mut ring = ring();
        let version = ring.stage_key(Key::from_bytes([9; 32]), at(0)).unwrap();
        ring.promote(version, at(0)).unwrap();
        ring
    };
    let (old, live) = start(&with(ring()), at(0));
    let edge = with(next());
    let checked = check(&edge, &old, at(1)).unwrap();
    assert_eq!(checked.stale().map(|v| v.get()), Some(1));
    let opened = edge.open(&old).unwrap();
    let (checked, new) = edge
        .touch(opened, Activity::Background, FIRST, at(1))
        .unwrap();
    assert_eq!(checked.live(), &live, "nothing was renewed");
    let new = new.unwrap();
    let read = check(&edge, &new, at(1)).unwrap();
    assert_eq!((read.live(), read.stale()), (&live, None));

    let mut suspended = next();
    let first = suspended.keys().next().unwrap().version;
    suspended.suspend(first, at(0)).unwrap();
    let edge = with(suspended);
    assert_eq!(edge.open(&old).unwrap_err(), Error::Malformed);
    assert!(check(&edge, &new, at(1)).is_ok());
    // a key that has not arrived here yet
    assert_eq!(with(ring()).open(&new).unwrap_err(), Error::Malformed);
}

/// SE-12, CR-04: where the ring does not seal, there is no session, and the reason is the ring's.
#[test]
fn a_ring_that_does_not_seal_starts_no_session() {
    let day = Duration::from_secs(86_400);
    let start_by = |rules: field::Policy, now| {
        let key = Key::from_bytes([7; 32]);
        let ring = Keyring::new_for(key, field::Scope::application(), rules, at(0)).unwrap();
        let edge = Stateless::new(Policy::back_office(), Arc::new(ring), PURPOSE).unwrap();
        let started = edge.start(edge.begin("ada", FIRST, now), b"", FIRST, now);
        started.map(drop)
    };
    let rules = field::Policy::new;
    let this = rules().for_purpose(field::Purpose::column("portcullis/session", PURPOSE));
    assert_eq!(start_by(this, at(0)), Ok(()));
    let other = rules().for_purpose(field::Purpose::store("account"));
    let refused = Err(Error::Ring(field::Error::OutOfPurpose));
    assert_eq!(start_by(other, at(0)), refused);
    let aged = start_by(rules().with_max_age(day), at(1441 * MINUTE));
    assert!(matches!(aged, Err(Error::Ring(field::Error::Overdue(_)))));
    let used = start_by(rules().with_max_seals(0), at(0));
    assert!(matches!(used, Err(Error::Ring(field::Error::Exhausted(_)))));
}

/// SE-12.
#[test]
fn a_purpose_is_a_name() {
    let new = |purpose: &str| {
        Stateless::new(Policy::back_office(), Arc::new(ring()), purpose).map(|_| ())
    };
    assert_eq!(new(&"x".repeat(128)), Ok(()));
    for wrong in ["", " ", "a b", "a\n", "é", "\0", "x".repeat(129).as_str()] {
        assert_eq!(new(wrong), Err(Error::Purpose), "{wrong:?}");
        assert_eq!(
            edge().with_environment(wrong).unwrap_err(),
            Error::Purpose,
            "{wrong:?}"
        );
    }
}

/// SE-12, SE-11.
#[test]
fn a_sealed_session_travels_in_a_cookie() {
    let edge = edge();
    let (sealed, live) = start(&edge, at(0));
    let cookie = Cookie::new("session").unwrap();
    let set = cookie.set_sealed(&sealed, &live, at(0));
    let text = sealed.expose_secret();
    assert_eq!(
        set.expose_secret(),
        format!("__Host-session={text}; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
    let pair = format!("__Host-session={text}");
    let read = cookie.read_sealed([&pair]).unwrap().unwrap();
    assert_eq!(read.expose_secret(), text);
    // neither kind is the other
    assert_eq!(cookie.read([&pair]).unwrap_err(), Error::Malformed);
    let (token, _) = stateful().1;
    let token = format!("__Host-session={}", token.expose_secret());
    assert_eq!(cookie.read_sealed([&token]).unwrap_err(), Error::Malformed);
    let both = format!("{pair}; {pair}");
    assert_eq!(
        cookie.read_sealed([&both]).unwrap_err(),
        Error::SeveralCookies
    );
    assert!(cookie.read_sealed(["a=b"]).unwrap().is_none());
}

/// SE-12, CO-03.
#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let edge = edge();
    let (sealed, _) = start(&edge, at(0));
    let opened = edge.open(&sealed).unwrap();
    let printed = format!("{sealed:?} {opened:?} {edge:?}");
    let checked = edge.check(opened, FIRST, at(0)).unwrap();
    let printed = format!("{printed} {checked:?}");
    for secret in [&sealed.expose_secret()[8..20], "editor", "ada", "101, 100"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert!(printed.starts_with("[redacted] Opened { .. } "));
}

fn stateful() -> (Sessions<Memory>, (portcullis::session::Token, Live)) {
    let sessions = Sessions::new(Policy::back_office(), Memory::new(10));
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let sign_in = sign_in.with_factors(Factors::PASSWORD);
    let started = sessions.start(sign_in, at(0)).unwrap();
    (sessions, started)
}

#[derive(Clone, Debug)]
enum Event {
    Check,
    Touch(Activity),
    Reauthenticate(Factors),
}

fn events() -> impl Strategy<Value = Vec<(Event, u64)>> {
    let event = prop_oneof![
        1 => Just(Event::Check),
        4 => Just(Event::Touch(Activity::Interactive)),
        1 => Just(Event::Touch(Activity::Background)),
        1 => Just(Event::Touch(Activity::KeepAlive)),
        1 => Just(Event::Reauthenticate(Factors::TOTP)),
    ];
    // up to a little over the idle time; often exactly on a limit
    let step = prop_oneof![
        0..16 * MINUTE,
        Just(15 * MINUTE),
        (0..17_u64).prop_map(|n| n * 56_250)
    ];
    prop::collection::vec((event, step), 1..80)
}

/// What is said of a session but for its random id: that names its numbers.
fn said(live: &Live) -> String {
    let id = format!("{:?}", live.id());
    let said = format!("{live:?}");
    assert!(said.contains(&id));
    said.replace(&id, "")
}

proptest! {
    /// SE-12: to the millisecond what the stateful form says, as long as the clock goes forward.
    #[test]
    fn agrees_with_the_stateful_form(events in events()) {
        let (sessions, (mut token, live)) = stateful();
        let edge = edge();
        let (mut sealed, started) = start(&edge, at(0));
        prop_assert_eq!(said(&started), said(&live));
        let mut now = 0;
        for (event, step) in events {
            now += step;
            let now = at(now);
            let opened = edge.open(&sealed).unwrap();
            let (expected, got) = match event {
                Event::Check => (
                    sessions.check(&token, now),
                    edge.check(opened, FIRST, now).map(|c| c.live().clone()),
                ),
                Event::Touch(activity) => (
                    sessions.touch(&token, activity, now),
                    edge.touch(opened, activity, FIRST, now).map(|(checked, new)| {
                        if let Some(new) = new { sealed = new; }
                        checked.live().clone()
                    }),
                ),
                Event::Reauthenticate(factors) => (
                    sessions.reauthenticate(&token, factors, now).map(|(new, live)| {
                        token = new;
                        live
                    }),
                    edge.reauthenticate(opened, factors, FIRST, now).map(|(new, checked)| {
                        sealed = new;
                        checked.live().clone()
                    }),
                ),
            };
            prop_assert_eq!(expected.as_ref().map(said), got.as_ref().map(said));
            if expected.is_err() {
                return Ok(());
            }
        }
    }

    /// SE-12, SE-01, SE-08 against a list of every text there ever was: the client may bring any of
    /// them at any time, the clock may go back, and everything may be ended. Steps are minutes, above
    /// a sixteenth of the idle time.
    #[test]
    fn agrees_with_a_naive_list_of_all_texts(
        events in prop::collection::vec((0..5_u8, any::<prop::sample::Index>(), -20..30_i64), 1..60),
    ) {
        let edge = edge();
        let mut now = NINE / MINUTE;
        let mut epoch = Epoch::default();
        // each with the start of its absolute limit and its last activity in minutes, and its epoch
        let mut texts: Vec<(Sealed, u64, u64, Epoch)> = Vec::new();
        for (event, which, step) in events {
            now = now.checked_add_signed(step).unwrap();
            let time = Timestamp::from_millis(now * MINUTE);
            if event == 0 || texts.is_empty() {
                let sign_in = edge.begin("ada", epoch, time);
                let (sealed, _) = edge.start(sign_in, b"", epoch, time).unwrap();
                texts.push((sealed, now, now, epoch));
                continue;
            }
            if event == 1 {
                epoch = epoch.next(time);
                continue;
            }
            let (sealed, from, active, of) = which.get(&texts);
            let (from, active, of) = (*from, *active, *of);
            let live = now < active + 15 && now < from + 720 && of == epoch
                && active < now + 15 && from < now + 720;
            let opened = edge.open(sealed).unwrap();
            match event {
                2 => prop_assert_eq!(edge.check(opened, epoch, time).is_ok(), live),
                3 => {
                    let touched = edge.touch(opened, Activity::Interactive, epoch, time);
                    prop_assert_eq!(touched.is_ok(), live);
                    if let Ok((_, new)) = touched {
                        prop_assert_eq!(new.is_some(), now > active);
                        texts.extend(new.map(|new| (new, from, now, of)));
                    }
                }
                _ => {
                    let again = edge.reauthenticate(opened, Factors::TOTP, epoch, time);
                    prop_assert_eq!(again.is_ok(), live);
                    let again = again.ok().map(|(new, _)| (new, from.max(now), active.max(now), of));
                    texts.extend(again);
                }
            }
        }
    }

    /// SE-12: whatever fits is read as it was sealed.
    #[test]
    fn what_fits_is_read_as_it_was_sealed(
        subject in "\\PC{1,60}",
        payload in prop::collection::vec(any::<u8>(), 0..PAYLOAD_LEN),
        epoch in any::<u64>(),
    ) {
        let (edge, epoch) = (edge(), Epoch::from_u64(epoch));
        let sign_in = edge.begin(&subject, epoch, at(0));
        let (sealed, live) = edge.start(sign_in, &payload, epoch, at(0)).unwrap();
        let opened = bring(&edge, sealed.expose_secret()).unwrap();
        prop_assert_eq!(opened.subject(), &subject);
        let checked = edge.check(opened, epoch, at(0)).unwrap();
        prop_assert_eq!(checked.payload(), payload);
        prop_assert_eq!(checked.live(), &live);
    }

    /// SE-12: no text opens that was not sealed.
    #[test]
    fn no_other_text_opens(text in "(ps1\\.)?[A-Za-z0-9_-]{0,200}|ps1\\.-QAAAA[A-Za-z0-9_-]{100,300}|.{0,50}") {
        prop_assert_eq!(bring(&edge(), &text).unwrap_err(), Error::Malformed);
    }
}
