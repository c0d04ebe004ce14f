//! Sessions end when the security page says so: idle, absolute, signed out.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::{collections::HashSet, sync::Barrier, thread};

use portcullis::{
    session::{Activity, Error, Expiry, Factors, Handle, Live, Policy, Sessions, State, Token},
    store::{Entry, Exchange, Memory, Store},
};
use proptest::prelude::*;
use session_support::{MINUTE, at, key, ready, sessions, start, started};

/// SE-01, S4-22, S3-22.
#[test]
fn is_dead_at_exactly_fifteen_idle_minutes_and_live_a_millisecond_before() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let live = sessions.check(&token, at(15 * MINUTE - 1)).unwrap();
    assert_eq!(live.idle_deadline(), at(15 * MINUTE));
    assert_eq!(
        sessions.check(&token, at(15 * MINUTE)),
        Err(Error::Expired(Expiry::Idle))
    );
}

/// SE-01: an expiry that was seen is permanent.
#[test]
fn a_clock_that_goes_back_revives_nobody() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    assert!(sessions.check(&token, at(15 * MINUTE)).is_err());
    assert_eq!(sessions.check(&token, at(1)), Err(Error::Unknown));
}

/// SE-01: a touch in the past takes nothing back and adds nothing.
#[test]
fn a_touch_with_a_clock_that_went_back_changes_no_deadline() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(10 * MINUTE));
    let live = sessions
        .touch(&token, Activity::Interactive, at(0))
        .unwrap();
    assert_eq!(live.idle_deadline(), at(25 * MINUTE));
}

/// SE-02, S4-22.
#[test]
fn is_dead_twelve_hours_after_its_start_however_busy() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    for minute in 1..12 * 60 {
        let _ = sessions
            .touch(&token, Activity::Interactive, at(minute * MINUTE))
            .unwrap();
    }
    let last = sessions.check(&token, at(720 * MINUTE - 1)).unwrap();
    assert_eq!(last.absolute_deadline(), at(720 * MINUTE));
    assert_eq!(
        sessions.check(&token, at(720 * MINUTE)),
        Err(Error::Expired(Expiry::Absolute))
    );
}

/// SE-03: a page that polls does not keep a person signed in.
#[test]
fn background_requests_renew_nothing() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    for minute in 1..15 {
        let _ = sessions
            .touch(&token, Activity::Background, at(minute * MINUTE))
            .unwrap();
    }
    let dead = sessions.touch(&token, Activity::Background, at(15 * MINUTE));
    assert_eq!(dead, Err(Error::Expired(Expiry::Idle)));
}

/// A store that counts what is written to it.
struct Counting(Memory, std::sync::atomic::AtomicUsize);

impl Store for Counting {
    type Error = portcullis::store::Full;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        Store::load(&self.0, key)
    }
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Store::compare_exchange(&self.0, key, current, new)
    }
}

/// SE-03: activity is written at most sixteen times an idle period.
#[test]
fn a_thousand_clicks_are_few_writes() {
    let store = Counting(Memory::new(10), 0.into());
    let sessions = Sessions::new(Policy::back_office(), &store);
    let token = start(&sessions, "ada", at(0));
    for second in 0..900 {
        let _ = sessions
            .touch(&token, Activity::Interactive, at(second * 1000))
            .unwrap();
    }
    let writes = store.1.load(std::sync::atomic::Ordering::Relaxed);
    assert!((10..=17).contains(&writes), "{writes} writes");
}

/// SE-05, S2-08 in kind: what is stored does not contain what opens a session.
#[test]
fn stores_a_digest_and_not_the_token() {
    let policy = Policy::back_office();
    let state = State::default();
    let sign_in = state.begin("ada", at(0));
    let (state, outcome) = policy.start(state, sign_in, at(0));
    let (token, live) = outcome.unwrap();
    let text = token.expose_secret();
    let secret = &data_encoding::BASE64URL_NOPAD
        .decode(text.as_bytes())
        .unwrap()[17..];
    assert_eq!(secret.len(), 32);
    let stored = state.encode();
    assert!(!stored.windows(32).any(|window| window == secret));
    for printed in [
        format!("{token:?}"),
        format!("{state:?}"),
        format!("{live:?}"),
    ] {
        assert!(!printed.contains(text), "{printed}");
        assert!(!printed.contains(&format!("{secret:?}")), "{printed}");
    }
}

/// SE-05: the digest that a thief reads from the table is no token.
#[test]
fn a_leaked_digest_opens_nothing() {
    let store = Memory::new(10);
    let sessions = Sessions::new(Policy::back_office(), &store);
    let token = start(&sessions, "ada", at(0));
    let handle = Handle::of("ada");
    let stored = Store::load(&store, &key("ada")).unwrap().unwrap();
    // version, epoch, subject, number of sessions, id: 28 bytes before the digest
    let forged = [&[1], handle.as_bytes().as_slice(), &stored[28..60]].concat();
    let forged: Token = data_encoding::BASE64URL_NOPAD
        .encode(&forged)
        .parse()
        .unwrap();
    assert_eq!(sessions.check(&forged, at(1)), Err(Error::Unknown));
    assert!(sessions.check(&token, at(1)).is_ok());
}

/// SE-11: who is asking is in the answer, and not in what they could have changed.
#[test]
fn an_answer_says_whose_session_it_is() {
    let sessions = sessions();
    let (ada, eve) = (
        start(&sessions, "ada", at(0)),
        start(&sessions, "eve", at(0)),
    );
    let live = sessions.label(&ada, "eve", at(0)).unwrap();
    assert_eq!(live.subject(), "ada");
    assert_eq!(sessions.check(&ada, at(1)).unwrap().subject(), "ada");
    let touched = sessions.touch(&eve, Activity::Interactive, at(MINUTE));
    assert_eq!(touched.unwrap().subject(), "eve");
    assert_eq!(
        sessions.rotate(&eve, at(MINUTE)).unwrap().1.subject(),
        "eve"
    );
    let list = sessions.list("ada", at(MINUTE)).unwrap();
    assert_eq!(list.iter().map(Live::subject).collect::<Vec<_>>(), ["ada"]);
}

/// CO-03: a log of what was decided does not say about whom, nor on which device.
#[test]
fn what_is_printed_names_nobody() {
    let policy = Policy::back_office();
    let sign_in = State::default().begin("ada@example.com", at(0));
    let sign_in = sign_in.with_label("Firefox on Linux");
    let printed = format!("{sign_in:?}");
    let (state, outcome) = policy.start(State::default(), sign_in, at(0));
    for printed in [printed, format!("{state:?}"), format!("{outcome:?}")] {
        assert!(
            !printed.contains("ada@") && !printed.contains("Firefox"),
            "{printed}"
        );
        assert!(printed.contains("1795251600000"), "{printed}");
    }
}

/// SE-05, CO-04: everybody without a name would have one record, and a row that was mixed up gives
/// nobody another person's sessions.
#[test]
fn a_session_belongs_to_somebody_and_to_nobody_else() {
    let sessions = sessions();
    for (subject, denied) in [
        (String::new(), true),
        ("é".repeat(128), false),
        ("x".repeat(257), true),
    ] {
        let sign_in = sessions.begin(&subject, at(0)).unwrap();
        let outcome = sessions.start(sign_in, at(0)).map(drop);
        assert_eq!(outcome == Err(Error::Subject), denied, "{}", subject.len());
        assert_eq!(outcome.is_err(), denied);
    }
    let policy = Policy::back_office();
    let (adas, _, _) = started(&policy, State::default(), at(0));
    let eve = adas.begin("eve", at(0));
    let (state, outcome) = policy.start(adas.clone(), eve, at(0));
    assert_eq!((state, outcome.unwrap_err()), (adas, Error::OtherSubject));
}

/// SE-01: how old a session is whose times lie in the future cannot be told. It lets nobody in, and
/// is there again when the clock is right again.
#[test]
fn a_session_from_the_future_lets_nobody_in() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(60 * MINUTE));
    assert_eq!(
        sessions.check(&token, at(45 * MINUTE)),
        Err(Error::ClockWentBack)
    );
    assert_eq!(
        sessions.rotate(&token, at(0)).unwrap_err(),
        Error::ClockWentBack
    );
    assert!(sessions.list("ada", at(45 * MINUTE)).unwrap().is_empty());
    assert_eq!(sessions.purge("ada", at(0)), Ok(0));
    assert!(sessions.check(&token, at(45 * MINUTE + 1)).is_ok());
}

/// SE-08: nor does a sign-in outlive the end of everything because it began in the future: a record
/// is forgotten an hour after that.
#[test]
fn a_sign_in_from_the_future_starts_nothing() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(120 * MINUTE)).unwrap();
    let early = sessions.start(sign_in.clone(), at(60 * MINUTE));
    assert_eq!(early.unwrap_err(), Error::SignInTooSlow);
    assert!(sessions.start(sign_in, at(60 * MINUTE + 1)).is_ok());
}

/// SE-07: an id is nobody else's, and never comes back.
#[test]
fn ids_are_random() {
    let sessions = sessions();
    let mut ids = HashSet::new();
    for subject in ["ada", "eve"].repeat(50) {
        let token = start(&sessions, subject, at(0));
        let id = sessions.check(&token, at(0)).unwrap().id().as_u64();
        assert!(ids.insert(id) && i64::try_from(id).is_ok());
        sessions.end(&token).unwrap();
    }
    let spread = ids.iter().fold(0, |all, id| all | id);
    assert_eq!(spread, u64::MAX >> 1, "every bit is used");
}

/// SE-05: all of the digest is compared.
#[test]
fn a_token_with_nearly_the_right_digest_opens_nothing() {
    let policy = Policy::back_office();
    let sign_in = State::default().begin("ada", at(0));
    let (state, outcome) = policy.start(State::default(), sign_in, at(0));
    let (token, _) = outcome.unwrap();
    let stored = state.encode();
    for byte in 28..60 {
        let mut near = stored.clone();
        near[byte] ^= 1;
        let near = State::decode(&near).unwrap();
        // known by what all tokens of its session have in common, and none that was given out
        assert_eq!(
            policy.check(near, &token, at(1)).1,
            Err(Error::Reused),
            "byte {byte}"
        );
    }
    assert!(policy.check(state, &token, at(1)).1.is_ok());
}

/// SE-05: 2^256 secrets; and one person's token finds nothing in another's record.
#[test]
fn tokens_differ_and_belong_to_one_subject() {
    let sessions = sessions();
    let tokens: Vec<Token> = (0..50).map(|_| start(&sessions, "ada", at(0))).collect();
    let texts: HashSet<&str> = tokens.iter().map(Token::expose_secret).collect();
    assert_eq!(texts.len(), 50);
    let bob = Handle::of("bob");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(tokens[49].expose_secret().as_bytes());
    let bytes = bytes.unwrap();
    let moved = [&bytes[..1], bob.as_bytes(), &bytes[17..]].concat();
    start(&sessions, "bob", at(0));
    let moved: Token = data_encoding::BASE64URL_NOPAD
        .encode(&moved)
        .parse()
        .unwrap();
    assert_eq!(sessions.check(&moved, at(1)), Err(Error::Unknown));
}

/// SE-04, SE-07: ended is ended, for that session and no other.
#[test]
fn ending_one_session_leaves_the_others_and_is_final() {
    let sessions = sessions();
    let (phone, laptop) = (
        start(&sessions, "ada", at(0)),
        start(&sessions, "ada", at(1)),
    );
    sessions.end(&phone).unwrap();
    sessions.end(&phone).unwrap();
    assert_eq!(
        sessions.touch(&phone, Activity::Interactive, at(2)),
        Err(Error::Unknown)
    );
    let left = sessions.list("ada", at(2)).unwrap();
    assert_eq!(left, [sessions.check(&laptop, at(2)).unwrap()]);
    sessions.end_one("ada", left[0].id()).unwrap();
    assert_eq!(sessions.check(&laptop, at(2)), Err(Error::Unknown));
}

/// SE-04: a touch that is under way does not undo a sign-out.
#[test]
fn a_touch_in_flight_never_brings_an_ended_session_back() {
    for _ in 0..200 {
        let sessions = sessions();
        let token = start(&sessions, "ada", at(0));
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                for minute in 1..15 {
                    let _ = sessions.touch(&token, Activity::Interactive, at(minute * MINUTE));
                }
            });
            barrier.wait();
            sessions.end(&token).unwrap();
            assert_eq!(sessions.check(&token, at(1)), Err(Error::Unknown));
        });
        assert_eq!(sessions.check(&token, at(1)), Err(Error::Unknown));
    }
}

/// SE-05: one spelling for each token, so that no list of them can be gone around.
#[test]
fn a_token_in_another_spelling_is_none() {
    let token = start(&sessions(), "ada", at(0));
    let text = token.expose_secret();
    let (most, last) = text.split_at(65);
    let mut alphabet = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['-', '_']);
    // 49 bytes leave four bits of the last character unused
    let read = alphabet
        .clone()
        .filter(|c| format!("{most}{c}").parse::<Token>().is_ok());
    assert_eq!(read.collect::<String>(), "AQgw");
    assert!("AQgw".contains(last) && alphabet.any(|c| last.contains(c)));
    for other in [
        format!("{text}="),
        format!("{text}=="),
        format!(" {text}"),
        format!("{text}\n"),
        text.replace(['-', '_'], "+") + "/",
        text.to_uppercase() + "A",
        format!("Ag{}", text.split_at(2).1),
        most.to_owned(),
        String::new(),
    ] {
        assert_eq!(
            other.parse::<Token>().map(drop),
            Err(Error::Malformed),
            "{other}"
        );
    }
}

/// A store where somebody else is always first, three times.
struct Busy(Memory, std::sync::atomic::AtomicUsize);

impl Store for Busy {
    type Error = portcullis::store::Full;
    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        Store::load(&self.0, key)
    }
    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        if self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 4 < 3 {
            return Ok(Exchange::Changed);
        }
        Store::compare_exchange(&self.0, key, current, new)
    }
}

/// SE-06: a step that had to be run again made several tokens; the one that is given out is the one
/// that was written.
#[test]
fn the_token_that_is_given_out_is_the_one_that_was_written() {
    let sessions = Sessions::new(Policy::back_office(), Busy(Memory::new(10), 0.into()));
    let first = start(&sessions, "ada", at(0));
    assert!(sessions.check(&first, at(0)).is_ok());
    let (second, live) = sessions.rotate(&first, at(0)).unwrap();
    assert_eq!(sessions.check(&second, at(0)), Ok(live));
    let proved = sessions.reauthenticate(&second, Factors::TOTP, at(0));
    let (third, live) = proved.unwrap();
    assert_eq!(sessions.check(&third, at(0)), Ok(live));
    assert_eq!(sessions.check(&second, at(0)), Err(Error::Replaced));
    let list = sessions.list("ada", at(0)).unwrap();
    assert_eq!(list.len(), 1, "and no session is left of the attempts");
}

/// The asynchronous verbs are the same steps.
#[test]
fn the_asynchronous_verbs_do_the_same() {
    let sessions = sessions();
    let now = at(MINUTE);
    ready(async {
        let begin = || sessions.begin_async("ada", at(0));
        let (phone, _) = sessions.start_async(begin().await?, at(0)).await?;
        let (laptop, _) = sessions.start_async(begin().await?, at(0)).await?;
        let (desk, _) = sessions.start_async(begin().await?, at(0)).await?;
        let live = sessions
            .touch_async(&phone, Activity::Interactive, now)
            .await?;
        assert_eq!(live, sessions.check(&phone, now)?);
        let (phone, _) = sessions.rotate_async(&phone, now).await?;
        let (phone, live) = sessions
            .reauthenticate_async(&phone, Factors::TOTP, now)
            .await?;
        assert_eq!(live, sessions.check_async(&phone, now).await?);
        let named = sessions.label_async(&phone, "phone", now).await?;
        assert_eq!(sessions.list_async("ada", now).await?.len(), 3);
        sessions.end_async(&desk).await?;
        assert_eq!(sessions.check(&desk, now), Err(Error::Unknown));
        assert_eq!(sessions.end_others_async(&phone, now).await?, 1);
        assert_eq!(sessions.check(&laptop, now), Err(Error::Unknown));
        assert_eq!(sessions.list("ada", now)?, [named]);
        sessions.end_one_async("ada", live.id()).await?;
        assert_eq!(sessions.check(&phone, now), Err(Error::Unknown));
        let _ = sessions.start_async(begin().await?, now).await?;
        assert_eq!(sessions.purge_async("ada", at(16 * MINUTE)).await?, 1);
        assert_eq!(sessions.end_all_async("ada", now).await?, 0);
        Ok::<_, Error>(())
    })
    .unwrap();
}

proptest! {
    /// A throttled touch never lengthens a life: to the millisecond, whatever the rhythm.
    #[test]
    fn nobody_lives_longer_than_idle_after_the_last_click(clicks in prop::collection::vec(1..900_000_u64, 1..30)) {
        let sessions = sessions();
        let token = start(&sessions, "ada", at(0));
        let mut now = 0;
        for click in clicks {
            let outcome = sessions.touch(&token, Activity::Interactive, at(now + click));
            let Ok(live) = outcome else { return Ok(()) };
            now += click;
            prop_assert!(live.idle_deadline() <= at(now + 15 * MINUTE));
            prop_assert!(live.idle_deadline() > at(now + 14 * MINUTE));
        }
        prop_assert!(sessions.check(&token, at(now + 15 * MINUTE)).is_err());
    }

    /// Only what was printed is read, in one spelling.
    #[test]
    fn a_text_that_reads_as_a_token_is_the_token_it_prints(text in "[A-Za-z0-9_=-]{60,70}|AQ[A-Za-z0-9_-]{64}|.{0,80}") {
        if let Ok(token) = text.parse::<Token>() {
            prop_assert_eq!(token.expose_secret(), text);
        }
    }
}
