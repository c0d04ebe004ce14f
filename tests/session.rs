//! Sessions end when the security page says so.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::HashSet,
    sync::{Barrier, mpsc},
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp, encoding,
    session::{
        Activity, AtLimit, Error, Expiry, Factors, Handle, Live, Policy, Sessions, State, Token,
    },
    store::{Change, Entry, Exchange, Memory, Store, update},
};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NINE + millis)
}

fn sessions() -> Sessions<Memory> {
    Sessions::new(Policy::back_office(), Memory::new(10_000))
}

fn start<S: Store>(sessions: &Sessions<S>, subject: &str, now: Timestamp) -> Token {
    let sign_in = sessions.begin(subject, now).unwrap();
    sessions
        .start(sign_in.with_factors(Factors::PASSWORD), now)
        .unwrap()
        .0
}

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
    let sign_in = state.begin(Handle::of("ada"), at(0));
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
    let key = [b"portcullis/session/".as_slice(), handle.as_bytes()].concat();
    let stored = Store::load(&store, &key).unwrap().unwrap();
    // version, epoch, next id, number of sessions, id: 29 bytes before the digest
    let forged = [&[1], handle.as_bytes().as_slice(), &stored[29..61]].concat();
    let forged: Token = data_encoding::BASE64URL_NOPAD
        .encode(&forged)
        .parse()
        .unwrap();
    assert_eq!(sessions.check(&forged, at(1)), Err(Error::Unknown));
    assert!(sessions.check(&token, at(1)).is_ok());
}

/// SE-05: all of the digest is compared.
#[test]
fn a_token_with_nearly_the_right_digest_opens_nothing() {
    let policy = Policy::back_office();
    let sign_in = State::default().begin(Handle::of("ada"), at(0));
    let (state, outcome) = policy.start(State::default(), sign_in, at(0));
    let (token, _) = outcome.unwrap();
    let stored = state.encode();
    for byte in 29..61 {
        let mut near = stored.clone();
        near[byte] ^= 1;
        let near = State::decode(&near).unwrap();
        assert_eq!(
            policy.check(near, &token, at(1)).1,
            Err(Error::Unknown),
            "byte {byte}"
        );
    }
    assert!(policy.check(state, &token, at(1)).1.is_ok());
}

/// SE-06.
#[test]
fn the_old_token_dies_when_a_session_is_rotated() {
    let sessions = sessions();
    let old = start(&sessions, "ada", at(0));
    let (new, live) = sessions.rotate(&old, at(5 * MINUTE)).unwrap();
    assert_eq!(sessions.check(&old, at(5 * MINUTE)), Err(Error::Replaced));
    assert_eq!(sessions.check(&new, at(5 * MINUTE)).unwrap(), live);
    assert_eq!((live.created(), live.last_active()), (at(0), at(0)));
}

/// SE-06: whoever still uses a token that was replaced half a minute ago ends the session.
#[test]
fn a_replaced_token_used_again_is_a_theft() {
    let sessions = sessions();
    let old = start(&sessions, "ada", at(0));
    let (new, _) = sessions.rotate(&old, at(0)).unwrap();
    assert_eq!(sessions.check(&old, at(29_999)), Err(Error::Replaced));
    assert!(sessions.check(&new, at(29_999)).is_ok());
    assert_eq!(sessions.check(&old, at(30_000)), Err(Error::Reused));
    assert_eq!(sessions.check(&new, at(30_000)), Err(Error::Unknown));
}

/// SE-02, SE-10.
#[test]
fn authenticating_again_starts_both_limits_anew_and_proves_what_it_proved() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let sign_in = sign_in.with_factors(Factors::PASSWORD.and(Factors::TOTP));
    let (old, _) = sessions.start(sign_in, at(0)).unwrap();
    let now = at(14 * MINUTE);
    let (new, live) = sessions
        .reauthenticate(&old, Factors::PASSWORD, now)
        .unwrap();
    assert_eq!(live.deadline(), at(29 * MINUTE));
    assert_eq!(live.absolute_deadline(), at((720 + 14) * MINUTE));
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(0)));
    let age = Duration::from_secs(60);
    assert!(live.require_recent(age, Factors::PASSWORD, now).is_ok());
    assert!(live.require_recent(age, Factors::TOTP, now).is_err());
    assert!(sessions.check(&old, now).is_err() && sessions.check(&new, now).is_ok());
}

/// SE-06: a token that is dead is not brought back by rotating it.
#[test]
fn an_expired_session_is_not_rotated() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    assert_eq!(
        sessions.rotate(&token, at(15 * MINUTE)).unwrap_err(),
        Error::Expired(Expiry::Idle)
    );
}

/// SE-06: of many rotations at one moment one wins.
#[test]
fn two_rotations_of_one_token_have_one_winner() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let (barrier, (tell, told)) = (Barrier::new(8), mpsc::channel());
    thread::scope(|scope| {
        for _ in 0..8 {
            let (sessions, token, barrier, tell) = (&sessions, &token, &barrier, tell.clone());
            scope.spawn(move || {
                barrier.wait();
                tell.send(sessions.rotate(token, at(1)).is_ok()).unwrap();
            });
        }
    });
    drop(tell);
    assert_eq!(told.iter().filter(|won| *won).count(), 1);
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

/// SE-08, S1-12.
#[test]
fn a_sign_in_under_way_starts_nothing_after_everything_was_ended() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let under_way = sessions.begin("ada", at(1)).unwrap();
    assert_eq!(sessions.end_all("ada", at(2)).unwrap(), 1);
    assert_eq!(sessions.check(&token, at(3)), Err(Error::Unknown));
    assert_eq!(
        sessions.start(under_way, at(3)).unwrap_err(),
        Error::Overtaken
    );
    start(&sessions, "ada", at(4));
}

/// SE-08: also when the record was forgotten in between, and with a clock that stands still.
#[test]
fn an_epoch_never_comes_back() {
    let epochs: Vec<State> = (0..5)
        .scan(State::default(), |state, _| {
            *state = state.clone().end_all(at(0)).0;
            Some(state.clone())
        })
        .collect();
    for (n, state) in epochs.iter().enumerate() {
        assert!(epochs[..n].iter().all(|earlier| earlier != state));
    }
    let fresh = State::default().end_all(at(MINUTE)).0;
    assert!(epochs.iter().all(|earlier| *earlier != fresh));
}

/// SE-08: a sign-in that is older than a record is kept starts nothing.
#[test]
fn a_sign_in_that_took_an_hour_starts_nothing() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let late = sessions.start(sign_in.clone(), at(60 * MINUTE));
    assert_eq!(late.unwrap_err(), Error::SignInTooSlow);
    assert!(sessions.start(sign_in, at(60 * MINUTE - 1)).is_ok());
}

/// SE-07.
#[test]
fn at_the_limit_the_oldest_session_ends_or_the_new_one_is_refused() {
    let evict = Policy::back_office()
        .with_max_sessions(2, AtLimit::EvictOldest)
        .unwrap();
    let sessions = Sessions::new(evict, Memory::new(10));
    let tokens = [0, 1, 2].map(|n| start(&sessions, "ada", at(n)));
    assert_eq!(sessions.check(&tokens[0], at(3)), Err(Error::Unknown));
    assert!(sessions.check(&tokens[1], at(3)).is_ok() && sessions.check(&tokens[2], at(3)).is_ok());

    let refuse = Policy::back_office()
        .with_max_sessions(1, AtLimit::Refuse)
        .unwrap();
    let sessions = Sessions::new(refuse, Memory::new(10));
    start(&sessions, "ada", at(0));
    let second = sessions.begin("ada", at(1)).unwrap();
    assert_eq!(
        sessions.start(second.clone(), at(1)).unwrap_err(),
        Error::TooManySessions
    );
    let in_time = sessions.begin("ada", at(15 * MINUTE)).unwrap();
    assert!(
        sessions.start(in_time, at(15 * MINUTE)).is_ok(),
        "a dead session takes no place"
    );
}

/// SE-07: an id out of an old list ends nothing that came later.
#[test]
fn an_id_never_comes_back() {
    let sessions = sessions();
    let mut ids = HashSet::new();
    for n in 0..20 {
        let token = start(&sessions, "ada", at(n));
        assert!(ids.insert(sessions.check(&token, at(n)).unwrap().id()));
        sessions.end(&token).unwrap();
    }
}

/// SE-07, SE-08.
#[test]
fn ending_the_others_keeps_one_and_stops_sign_ins_under_way() {
    let policy = Policy::back_office();
    let begin = |state: &State| state.begin(Handle::of("ada"), at(0));
    let mut state = State::default();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let sign_in = begin(&state);
        let (next, outcome) = policy.start(state, sign_in, at(0));
        tokens.push(outcome.unwrap().0);
        state = next;
    }
    let under_way = begin(&state);
    let (state, ended) = policy.end_others(state, &tokens[1], at(1));
    assert_eq!(ended, Ok(2));
    let (state, overtaken) = policy.start(state, under_way, at(1));
    assert_eq!(overtaken.unwrap_err(), Error::Overtaken);
    let live = |token| policy.check(state.clone(), token, at(1)).1.is_ok();
    assert_eq!(
        tokens.iter().map(live).collect::<Vec<_>>(),
        [false, true, false]
    );
}

/// SE-07: with a limit of three and twenty sign-ins at once, three are live.
#[test]
fn the_limit_holds_under_threads() {
    let policy = Policy::back_office()
        .with_max_sessions(3, AtLimit::Refuse)
        .unwrap();
    let sessions = Sessions::new(policy, Memory::new(10));
    let barrier = Barrier::new(20);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                barrier.wait();
                let sign_in = sessions.begin("ada", at(0)).unwrap();
                let _ = sessions.start(sign_in, at(0));
            });
        }
    });
    assert_eq!(sessions.list("ada", at(1)).unwrap().len(), 3);
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

/// CO-04: a state that cannot be read denies, and is not overwritten.
#[test]
fn damaged_and_unknown_state_denies_and_stays() {
    let store = Memory::new(10);
    let sessions = Sessions::new(Policy::back_office(), &store);
    let token = start(&sessions, "ada", at(0));
    let key = [
        b"portcullis/session/".as_slice(),
        Handle::of("ada").as_bytes(),
    ]
    .concat();
    let good = Store::load(&store, &key).unwrap().unwrap();
    let unknown = [&[2], &good[1..]].concat();
    let damaged = good[..good.len() - 1].to_vec();
    for (bytes, error) in [
        (unknown, encoding::Error::UnknownVersion(2)),
        (damaged, encoding::Error::Damaged),
        (Vec::new(), encoding::Error::Damaged),
    ] {
        let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(bytes.clone())), ()));
        update(&store, &key, put).unwrap();
        let error = Error::State(error);
        assert_eq!(sessions.check(&token, at(1)), Err(error.clone()));
        assert_eq!(
            sessions.touch(&token, Activity::Interactive, at(1)),
            Err(error.clone())
        );
        assert_eq!(sessions.rotate(&token, at(1)).unwrap_err(), error);
        assert_eq!(sessions.end(&token), Err(error.clone()));
        assert_eq!(sessions.begin("ada", at(1)), Err(error.clone()));
        assert_eq!(sessions.end_all("ada", at(1)), Err(error));
        assert_eq!(Store::load(&store, &key).unwrap().unwrap(), bytes);
    }
}

/// CO-04: a store that fails denies, in every call.
#[test]
fn a_store_that_fails_denies() {
    #[derive(Debug)]
    struct Broken;
    impl Store for Broken {
        type Error = std::io::Error;
        fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            Err(std::io::Error::other("disk on fire"))
        }
        fn compare_exchange(
            &self,
            _: &[u8],
            _: Option<&[u8]>,
            _: Option<&Entry>,
        ) -> Result<Exchange, Self::Error> {
            Err(std::io::Error::other("disk on fire"))
        }
    }
    let token = start(&sessions(), "ada", at(0));
    let broken = Sessions::new(Policy::back_office(), Broken);
    let error = broken.check(&token, at(1)).unwrap_err();
    assert!(matches!(error, Error::Store(_)));
    let mut chain = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    assert_eq!(chain.next_back_display(), "disk on fire");
    assert!(broken.touch(&token, Activity::Interactive, at(1)).is_err());
    assert!(broken.begin("ada", at(1)).is_err() && broken.end(&token).is_err());
    assert!(broken.end_all("ada", at(1)).is_err() && broken.list("ada", at(1)).is_err());
}

trait LastDisplay {
    fn next_back_display(&mut self) -> String;
}

impl<'a, I: Iterator<Item = &'a dyn std::error::Error>> LastDisplay for I {
    fn next_back_display(&mut self) -> String {
        self.last().map(ToString::to_string).unwrap_or_default()
    }
}

/// The stored form is frozen.
#[test]
fn a_stored_state_of_version_one_reads_as_it_always_did() {
    let hex = include_str!("vectors/session/state-v1.hex");
    let hex = hex
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<String>();
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let state = State::decode(&bytes).unwrap();
    assert_eq!(state.encode(), bytes);
    let (_, live) = Policy::back_office().list(state, at(3 * MINUTE));
    let [phone, other] = live.as_slice() else {
        panic!("{live:?}")
    };
    assert_eq!((phone.label(), other.label()), ("Firefox on Lïnux", ""));
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let second = Duration::from_secs(1);
    assert_eq!(
        Policy::new(Duration::ZERO, second),
        Err(Error::IdleTooShort)
    );
    assert_eq!(
        Policy::new(second * 2, second),
        Err(Error::AbsoluteTooShort)
    );
    for max in [0, 257] {
        let policy = Policy::back_office().with_max_sessions(max, AtLimit::Refuse);
        assert_eq!(policy, Err(Error::SessionLimit));
    }
}

#[test]
fn a_label_longer_than_the_limit_is_refused() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let long = sign_in.clone().with_label("x".repeat(129));
    assert_eq!(
        sessions.start(long, at(0)).unwrap_err(),
        Error::LabelTooLong
    );
    assert!(
        sessions
            .start(sign_in.with_label("x".repeat(128)), at(0))
            .is_ok()
    );
}

/// The asynchronous verbs are the same steps.
#[test]
fn the_asynchronous_verbs_do_the_same() {
    let sessions = sessions();
    ready(async {
        let sign_in = sessions.begin_async("ada", at(0)).await?;
        let (token, _) = sessions.start_async(sign_in, at(0)).await?;
        let _ = sessions
            .touch_async(&token, Activity::Interactive, at(MINUTE))
            .await?;
        let (token, _) = sessions.rotate_async(&token, at(MINUTE)).await?;
        assert!(sessions.check(&token, at(MINUTE)).is_ok());
        assert_eq!(sessions.end_all_async("ada", at(MINUTE)).await?, 1);
        assert_eq!(
            sessions.check_async(&token, at(MINUTE)).await,
            Err(Error::Unknown)
        );
        Ok::<_, Error>(())
    })
    .unwrap();
}

/// Runs a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("the store in memory never waits"),
    }
}

/// One thing that happens, and how much later than the one before (negative: the clock went back).
#[derive(Clone, Debug)]
enum Event {
    Start,
    Touch(usize),
    Poll(usize),
    Check(usize),
    Rotate(usize),
    End(usize),
    EndAll,
}

fn events() -> impl Strategy<Value = Vec<(Event, i64)>> {
    let event = prop_oneof![
        2 => Just(Event::Start),
        4 => (0..8_usize).prop_map(Event::Touch),
        2 => (0..8_usize).prop_map(Event::Poll),
        2 => (0..8_usize).prop_map(Event::Check),
        1 => (0..8_usize).prop_map(Event::Rotate),
        1 => (0..8_usize).prop_map(Event::End),
        1 => Just(Event::EndAll),
    ];
    // steps of minutes, so that limits are met exactly now and then
    let step = prop_oneof![9 => 0..20_i64, 1 => -30..0_i64];
    prop::collection::vec((event, step), 1..60)
}

proptest! {
    /// SE-01 to SE-04, SE-07, SE-08 against a list of what is alive. The model records every touch,
    /// so it lives as long as the rules allow at the most; the library may end a session up to a
    /// sixteenth of the idle time sooner, and never later. Steps here are minutes, above that.
    #[test]
    fn agrees_with_a_naive_list(events in events()) {
        let policy = Policy::new(Duration::from_secs(900), Duration::from_secs(7200)).unwrap();
        let policy = policy.with_max_sessions(3, AtLimit::EvictOldest).unwrap();
        let sessions = Sessions::new(policy, Memory::new(10));
        let mut tokens: Vec<Token> = Vec::new();
        let mut model: Vec<Option<(u64, u64)>> = Vec::new(); // created, active
        let mut now = NINE / MINUTE;
        for (event, step) in events {
            now = now.checked_add_signed(step).unwrap();
            let time = Timestamp::from_millis(now * MINUTE);
            let alive = |s: &Option<(u64, u64)>| {
                s.is_some_and(|(created, active)| now < created + 120 && now < active + 15)
            };
            // an index past the end asks for the last session
            let pick = |n: usize| n.min(tokens.len().saturating_sub(1));
            match event {
                Event::Start => {
                    model.iter_mut().filter(|s| !alive(s)).for_each(|dead| *dead = None);
                    if model.iter().flatten().count() == 3 {
                        let live = model.iter_mut().filter(|s| s.is_some());
                        *live.min_by_key(|s| s.unwrap().0).unwrap() = None;
                    }
                    tokens.push(start(&sessions, "ada", time));
                    model.push(Some((now, now)));
                }
                Event::EndAll => {
                    let _ = sessions.end_all("ada", time).unwrap();
                    model.iter_mut().for_each(|s| *s = None);
                }
                _ if tokens.is_empty() => {}
                Event::Touch(n) | Event::Poll(n) | Event::Check(n) | Event::Rotate(n) | Event::End(n) => {
                    let n = pick(n);
                    if !alive(&model[n]) { model[n] = None; }
                    let outcome: Option<Result<Live, Error>> = match event {
                        Event::Touch(_) => Some(sessions.touch(&tokens[n], Activity::Interactive, time)),
                        Event::Poll(_) => Some(sessions.touch(&tokens[n], Activity::Background, time)),
                        Event::Check(_) => Some(sessions.check(&tokens[n], time)),
                        Event::Rotate(_) => Some(sessions.rotate(&tokens[n], time).map(|(new, live)| {
                            tokens[n] = new;
                            live
                        })),
                        _ => {
                            sessions.end(&tokens[n]).unwrap();
                            model[n] = None;
                            None
                        }
                    };
                    if let Some(outcome) = outcome {
                        prop_assert_eq!(outcome.is_ok(), model[n].is_some(), "{:?} at {}", event, time);
                    }
                    if let (Event::Touch(_), Some((_, active))) = (&event, &mut model[n]) {
                        *active = now.max(*active);
                    }
                }
            }
        }
    }

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

    #[test]
    fn stored_bytes_are_read_as_they_were_written_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }
}
