//! Sessions for C: the steps of [`Policy`](crate::session::Policy), state as bytes in and out.

use core::{ffi::c_char, mem::MaybeUninit, time::Duration};

use super::{
    call::{Buffer, Call, create, guard, required, tell},
    status::{Denial, Status},
};
use crate::{
    Timestamp,
    session::{
        Activity, AtLimit, Error, Factors, Handle, Live, Policy, SUBJECT_LEN, SignIn, State, Token,
    },
};

/// The size of a token as text: 66 characters, safe in a cookie and in a header, and a NUL.
pub const PORTCULLIS_SESSION_TOKEN_SIZE: usize = 67;
/// The size of a handle: the key of a person's row.
pub const PORTCULLIS_SESSION_HANDLE_SIZE: usize = 16;
/// The size of the largest state that there is: a subject of 256 bytes and 256 sessions with all factors
/// and labels of 128 bytes. A buffer of this size is never too small. A state takes 17 bytes and its
/// subject, and for each session 110, its label, and 8 for each factor.
#[allow(dead_code, reason = "for the arrays of C programs")]
pub const PORTCULLIS_SESSION_STATE_SIZE: usize = 67345;

/// At the limit of live sessions a sign-in is refused.
pub const PORTCULLIS_SESSION_REFUSE: i32 = 0;
/// At the limit of live sessions the one that was created first ends.
pub const PORTCULLIS_SESSION_EVICT_OLDEST: i32 = 1;

/// A page polled or a connection was kept alive: nothing is renewed.
pub const PORTCULLIS_SESSION_BACKGROUND: i32 = 0;
/// The person did something: the idle time starts anew.
pub const PORTCULLIS_SESSION_INTERACTIVE: i32 = 1;

/// A factor: a password.
pub const PORTCULLIS_SESSION_PASSWORD: u64 = 1;
/// A factor: a one-time code of an authenticator.
pub const PORTCULLIS_SESSION_TOTP: u64 = 2;
/// A factor: a recovery code in place of a one-time code.
pub const PORTCULLIS_SESSION_RECOVERY_CODE: u64 = 4;

/// 1973: in seconds since 1970, the same number is in the year 5138.
const EARLIEST_MS: u64 = 100_000_000_000;
/// 5138: in microseconds since 1970, the same number is in 1973.
const LATEST_MS: u64 = 100_000_000_000_000;

/// The factors that C knows, with their bits.
const FACTORS: [(u64, Factors); 3] = [
    (PORTCULLIS_SESSION_PASSWORD, Factors::PASSWORD),
    (PORTCULLIS_SESSION_TOTP, Factors::TOTP),
    (PORTCULLIS_SESSION_RECOVERY_CODE, Factors::RECOVERY_CODE),
];

/// The rules for sessions. Threads may share one.
#[derive(Debug)]
pub struct SessionPolicy(Policy);

/// A sign-in under way. Threads may share one.
#[derive(Debug)]
pub struct SessionSignIn(SignIn);

/// A session that was live when it was asked about. Times are in milliseconds since the Unix epoch.
#[derive(Debug)]
#[repr(C)]
pub struct SessionLive {
    /// Which of the person's sessions it is. Not secret.
    pub id: u64,
    /// What the person proved: PORTCULLIS_SESSION_PASSWORD and the like, added up.
    pub factors: u64,
    /// When it started.
    pub created_ms: u64,
    /// When the person last gave a password; 0 for never.
    pub password_ms: u64,
    /// When the person last gave a one-time code; 0 for never.
    pub totp_ms: u64,
    /// When the person last gave a recovery code; 0 for never.
    pub recovery_code_ms: u64,
    /// The last recorded interactive activity.
    pub last_active_ms: u64,
    /// From then on it is dead if nothing more is done.
    pub idle_deadline_ms: u64,
    /// From then on it is dead whatever is done.
    pub absolute_deadline_ms: u64,
}

impl From<Live> for SessionLive {
    fn from(live: Live) -> Self {
        let proved = |factor| live.proved_at(factor).map_or(0, Timestamp::as_millis);
        Self {
            id: live.id().as_u64(),
            factors: factor_bits(live.factors()),
            created_ms: live.created().as_millis(),
            password_ms: proved(Factors::PASSWORD),
            totp_ms: proved(Factors::TOTP),
            recovery_code_ms: proved(Factors::RECOVERY_CODE),
            last_active_ms: live.last_active().as_millis(),
            idle_deadline_ms: live.idle_deadline().as_millis(),
            absolute_deadline_ms: live.absolute_deadline().as_millis(),
        }
    }
}

/// The rules of a back office: out after 15 idle minutes and after 12 hours in any case; a
/// seventeenth session of one person ends the oldest.
///
/// `*policy` is null unless the answer is 0, and is to be freed with
/// portcullis_session_policy_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_policy_back_office(
    policy: Option<&mut MaybeUninit<Option<Box<SessionPolicy>>>>,
) -> Status {
    guard(|_| create(policy, || Ok(SessionPolicy(Policy::back_office()))))
}

/// Rules of one's own: a session ends `idle_ms` after the last interactive activity, a second or
/// more, and `absolute_ms` after its start, `idle_ms` or more. One person has at most `max_sessions`
/// live ones, 1 to 256; `at_limit` is PORTCULLIS_SESSION_EVICT_OLDEST or PORTCULLIS_SESSION_REFUSE.
/// PORTCULLIS_INVALID_ARGUMENT for anything else.
///
/// `*policy` is null unless the answer is 0, and is to be freed with
/// portcullis_session_policy_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_policy_new(
    idle_ms: u64,
    absolute_ms: u64,
    max_sessions: u32,
    at_limit: i32,
    policy: Option<&mut MaybeUninit<Option<Box<SessionPolicy>>>>,
) -> Status {
    guard(|_| {
        create(policy, || {
            let max = usize::try_from(max_sessions).map_err(|_| Denial::InvalidArgument)?;
            let (idle, absolute) = (Duration::from_millis(idle_ms), absolute_ms);
            let policy = Policy::new(idle, Duration::from_millis(absolute))?;
            let policy = policy.with_max_sessions(max, at_limit_of(at_limit)?)?;
            Ok(SessionPolicy(policy))
        })
    })
}

/// Frees a policy. Null is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn portcullis_session_policy_free(policy: Option<Box<SessionPolicy>>) {
    drop(policy);
}

/// The key of the row of one person, from the number or name that the application knows them by, in
/// one form for each person. `subject` must not be empty.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_subject_handle(
    subject: *const c_char,
    subject_len: usize,
    handle: *mut [u8; PORTCULLIS_SESSION_HANDLE_SIZE],
) -> Status {
    guard(|call| {
        let out = call.bytes(handle)?;
        out.write(Handle::of(subject_of(call, subject, subject_len)?).as_bytes())
    })
}

/// The key of the row to load for a token that a client sent. 1: it is not of a token's form, so
/// there is no session. 0 says nothing about the session: ask portcullis_session_check.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_token_handle(
    token: *const c_char,
    token_len: usize,
    handle: *mut [u8; PORTCULLIS_SESSION_HANDLE_SIZE],
) -> Status {
    guard(|call| {
        let out = call.bytes(handle)?;
        out.write(token_of(call, token, token_len)??.handle().as_bytes())
    })
}

/// Begins a sign-in, before the password is looked at. Nothing is to be stored.
///
/// `subject` is the person's name or number in the one form that the application uses, of 1 to 256
/// bytes; it is kept in the state. A sign-in starts no session in the state of another subject.
///
/// It carries what it saw of the state: if all sessions are ended while the password is being
/// looked at, it starts none.
///
/// `*sign_in` is null unless the answer is 0, and is to be freed with
/// portcullis_session_sign_in_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_begin(
    state: *const u8,
    state_len: usize,
    subject: *const c_char,
    subject_len: usize,
    now_ms: u64,
    sign_in: Option<&mut MaybeUninit<Option<Box<SessionSignIn>>>>,
) -> Status {
    guard(|call| {
        create(sign_in, || {
            let subject = subject_of(call, subject, subject_len)?;
            let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
            Ok(SessionSignIn(state.begin(subject, now)))
        })
    })
}

/// Frees a sign-in, whether or not it started a session. Null is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn portcullis_session_sign_in_free(sign_in: Option<Box<SessionSignIn>>) {
    drop(sign_in);
}

/// Starts a session, once the person has proved who they are. `state` is the state as it is now, not
/// as it was when the sign-in began; `factors` is what they proved: PORTCULLIS_SESSION_PASSWORD and
/// the like, added up. `label` is what they will recognise the session by in a list, at most 128
/// bytes.
///
/// 1: all sessions were ended after the sign-in began, or it began an hour ago or more, or there are
/// as many sessions as the policy allows and it evicts none.
///
/// Store the new state, and when it is stored give `token` to the client: it is the only copy that
/// there will be. The sign-in stays yours, for another attempt if the row had changed meanwhile.
/// `live` may be null.
#[unsafe(no_mangle)]
#[must_use]
#[allow(clippy::too_many_arguments, reason = "C has no slices")]
pub extern "C" fn portcullis_session_start(
    policy: Option<&SessionPolicy>,
    state: *const u8,
    state_len: usize,
    sign_in: Option<&SessionSignIn>,
    factors: u64,
    label: *const c_char,
    label_len: usize,
    now_ms: u64,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
    token: *mut [c_char; PORTCULLIS_SESSION_TOKEN_SIZE],
    live: Option<&mut MaybeUninit<SessionLive>>,
) -> Status {
    guard(|call| {
        let (policy, sign_in) = (required(policy)?, required(sign_in)?);
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let token = call.array(token)?;
        let sign_in = sign_in.0.clone().with_factors(factors_of(factors)?);
        let sign_in = sign_in.with_label(call.text(label, label_len)?);
        let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
        let (started, of) = step(state, out, |state| policy.0.start(state, sign_in, now))?;
        token.write(started.expose_secret())?;
        tell(live, of.into());
        Ok(())
    })
}

/// Says whether the session of a token is live. 1: it is not, or the token is none.
///
/// Store the new state whenever it differs from the old one, after 1 too: an expiry that was seen is
/// recorded in it and is then permanent, whatever the clock says later, and so is the end of a session
/// whose replaced token somebody still uses. `live` may be null.
#[unsafe(no_mangle)]
#[must_use]
#[allow(clippy::too_many_arguments, reason = "C has no slices")]
pub extern "C" fn portcullis_session_check(
    policy: Option<&SessionPolicy>,
    state: *const u8,
    state_len: usize,
    token: *const c_char,
    token_len: usize,
    now_ms: u64,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
    live: Option<&mut MaybeUninit<SessionLive>>,
) -> Status {
    guard(|call| {
        let policy = required(policy)?;
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
        let token = token_of(call, token, token_len)?;
        let of = step_on(token, state, out, |state, token| {
            policy.0.check(state, token, now)
        })?;
        tell(live, of.into());
        Ok(())
    })
}

/// As portcullis_session_check, and records the activity: PORTCULLIS_SESSION_INTERACTIVE starts the
/// idle time anew, PORTCULLIS_SESSION_BACKGROUND renews nothing.
///
/// Store the new state whenever it differs from the old one, after 1 too. Activity is recorded at
/// most every sixteenth of the idle time, so most calls change nothing. `live` may be null.
#[unsafe(no_mangle)]
#[must_use]
#[allow(clippy::too_many_arguments, reason = "C has no slices")]
pub extern "C" fn portcullis_session_touch(
    policy: Option<&SessionPolicy>,
    state: *const u8,
    state_len: usize,
    token: *const c_char,
    token_len: usize,
    activity: i32,
    now_ms: u64,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
    live: Option<&mut MaybeUninit<SessionLive>>,
) -> Status {
    guard(|call| {
        let (policy, activity) = (required(policy)?, activity_of(activity)?);
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
        let token = token_of(call, token, token_len)?;
        let of = step_on(token, state, out, |state, token| {
            policy.0.touch(state, token, activity, now)
        })?;
        tell(live, of.into());
        Ok(())
    })
}

/// Gives a live session a new token; to be done whenever the person's rights change. 1: the session
/// is not live, or the token is none.
///
/// Store the new state, after 1 too, and when it is stored give `new_token` to the client: the old
/// one is dead with it, and whoever still uses it half a minute later ends the session. `new_token`
/// may be where `token` is. `live` may be null.
#[unsafe(no_mangle)]
#[must_use]
#[allow(clippy::too_many_arguments, reason = "C has no slices")]
pub extern "C" fn portcullis_session_rotate(
    policy: Option<&SessionPolicy>,
    state: *const u8,
    state_len: usize,
    token: *const c_char,
    token_len: usize,
    now_ms: u64,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
    new_token: *mut [c_char; PORTCULLIS_SESSION_TOKEN_SIZE],
    live: Option<&mut MaybeUninit<SessionLive>>,
) -> Status {
    guard(|call| {
        let policy = required(policy)?;
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let new_token = call.array(new_token)?;
        let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
        let token = token_of(call, token, token_len)?;
        let (rotated, of) = step_on(token, state, out, |state, token| {
            policy.0.rotate(state, token, now)
        })?;
        new_token.write(rotated.expose_secret())?;
        tell(live, of.into());
        Ok(())
    })
}

/// Ends the session of a token: signs out. 0 also for a session that had ended before; 1: it is not
/// of a token's form, and nothing was there to end.
///
/// The session has ended when the new state is stored, not before: say so to nobody until then.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_end(
    state: *const u8,
    state_len: usize,
    token: *const c_char,
    token_len: usize,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    guard(|call| {
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let state = state_of(call, state, state_len)?;
        let token = token_of(call, token, token_len)?;
        step_on(token, state, out, |state, token| {
            (state.end_token(token), Ok(()))
        })
    })
}

/// Ends every session of a person, and every sign-in under way. `ended` is how many sessions there
/// were, and may be null.
///
/// They have ended when the new state is stored, not before.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_end_all(
    state: *const u8,
    state_len: usize,
    now_ms: u64,
    new_state: *mut u8,
    new_state_size: usize,
    new_state_len: Option<&mut MaybeUninit<usize>>,
    ended: Option<&mut MaybeUninit<usize>>,
) -> Status {
    guard(|call| {
        let out = call.buffer(new_state, new_state_size, new_state_len)?;
        let (state, now) = (state_of(call, state, state_len)?, time_of(now_ms)?);
        let count = step(state, out, |state| {
            let (state, count) = state.end_all(now);
            (state, Ok(count))
        })?;
        tell(ended, count);
        Ok(())
    })
}

/// From when on the row may be deleted, in milliseconds since the Unix epoch: no session is live
/// then, and no sign-in that began before they were all ended can still be under way.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_session_expires(
    policy: Option<&SessionPolicy>,
    state: *const u8,
    state_len: usize,
    expires_ms: Option<&mut MaybeUninit<u64>>,
) -> Status {
    guard(|call| {
        let (policy, out) = (required(policy)?, required(expires_ms)?);
        let state = state_of(call, state, state_len)?;
        out.write(policy.0.expires(&state).as_millis());
        Ok(())
    })
}

/// Decides, and writes the new state: with every yes and with every no, and never otherwise.
fn step<T>(
    old: State,
    out: Buffer<'_>,
    decide: impl FnOnce(State) -> (State, Result<T, Error>),
) -> Result<T, Denial> {
    let (new, outcome) = decide(old);
    let outcome = outcome.map_err(Denial::from);
    if matches!(outcome, Ok(_) | Err(Denial::No)) {
        out.write(&new.encode())?;
    }
    outcome
}

/// A step on the session of a token. What is not a token has none, and changes nothing.
fn step_on<T>(
    token: Result<Token, Error>,
    state: State,
    out: Buffer<'_>,
    decide: impl FnOnce(State, &Token) -> (State, Result<T, Error>),
) -> Result<T, Denial> {
    step(state, out, |state| match token {
        Ok(token) => decide(state, &token),
        Err(error) => (state, Err(error)),
    })
}

/// A clock in seconds would make sessions last a thousand times as long, and so would the time
/// since the machine started.
fn time_of(now_ms: u64) -> Result<Timestamp, Denial> {
    if (EARLIEST_MS..LATEST_MS).contains(&now_ms) {
        Ok(Timestamp::from_millis(now_ms))
    } else {
        Err(Denial::InvalidArgument)
    }
}

/// Null is a person without a record. No bytes at all are not: a state is never empty.
fn state_of(call: &Call, data: *const u8, len: usize) -> Result<State, Denial> {
    match call.optional(data, len)? {
        None => Ok(State::default()),
        Some(bytes) => State::decode(bytes).map_err(|_| Denial::State),
    }
}

fn subject_of(call: &Call, data: *const c_char, len: usize) -> Result<&str, Denial> {
    let subject = call.text(data, len)?;
    if (1..=SUBJECT_LEN).contains(&subject.len()) {
        Ok(subject)
    } else {
        Err(Denial::InvalidArgument)
    }
}

/// A client sends any bytes it likes; those that are not text are not a token.
fn token_of(call: &Call, data: *const c_char, len: usize) -> Result<Result<Token, Error>, Denial> {
    let bytes = call.items(data.cast::<u8>(), len)?;
    let text = core::str::from_utf8(bytes).map_err(|_| Error::Malformed);
    Ok(text.and_then(str::parse))
}

fn at_limit_of(number: i32) -> Result<AtLimit, Denial> {
    match number {
        PORTCULLIS_SESSION_REFUSE => Ok(AtLimit::Refuse),
        PORTCULLIS_SESSION_EVICT_OLDEST => Ok(AtLimit::EvictOldest),
        _ => Err(Denial::InvalidArgument),
    }
}

fn activity_of(number: i32) -> Result<Activity, Denial> {
    match number {
        PORTCULLIS_SESSION_BACKGROUND => Ok(Activity::Background),
        PORTCULLIS_SESSION_INTERACTIVE => Ok(Activity::Interactive),
        _ => Err(Denial::InvalidArgument),
    }
}

fn factors_of(bits: u64) -> Result<Factors, Denial> {
    let given = FACTORS.iter().filter(|(bit, _)| bits & bit != 0);
    let factors = given.fold(Factors::NONE, |all, (_, factor)| all.and(*factor));
    if factor_bits(factors) == bits {
        Ok(factors)
    } else {
        Err(Denial::InvalidArgument)
    }
}

fn factor_bits(factors: Factors) -> u64 {
    let held = FACTORS.iter().filter(|(_, f)| factors.contains(*f));
    held.fold(0, |bits, (bit, _)| bits | bit)
}

#[cfg(test)]
mod tests {
    use super::{super::status::PORTCULLIS_PANIC, *};

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn started(policy: &Policy, state: State) -> (State, Token, Live) {
        let sign_in = state.begin(&"a".repeat(SUBJECT_LEN), NOW);
        let sign_in = sign_in.with_factors(factors_of(7).unwrap());
        let sign_in = sign_in.with_label("x".repeat(128));
        let (mut state, outcome) = policy.start(state, sign_in, NOW);
        let (mut token, mut live) = outcome.unwrap();
        for _ in 0..10 {
            let (next, outcome) = policy.rotate(state, &token, NOW);
            (token, live) = outcome.unwrap();
            state = next;
        }
        (state, token, live)
    }

    /// FF-01: a buffer of the size that the header gives holds every state, a token fits its array.
    #[test]
    fn sizes_are_those_of_the_largest() {
        let policy = Policy::back_office();
        let policy = policy.with_max_sessions(256, AtLimit::EvictOldest).unwrap();
        let (mut state, token, _) = started(&policy, State::default());
        for _ in 0..300 {
            state = started(&policy, state).0;
        }
        assert_eq!(state.encode().len(), PORTCULLIS_SESSION_STATE_SIZE);
        let with_nul = token.expose_secret().len() + 1;
        assert_eq!(with_nul, PORTCULLIS_SESSION_TOKEN_SIZE);
    }

    /// FF-01: whatever bits C gives come back as they were, or are refused.
    #[test]
    fn factors_cross_both_ways() {
        for bits in 0..=255 {
            match factors_of(bits) {
                Ok(factors) => assert_eq!((factor_bits(factors), bits <= 7), (bits, true)),
                Err(denial) => assert_eq!((denial, bits > 7), (Denial::InvalidArgument, true)),
            }
        }
        assert_eq!(factors_of(4), Ok(Factors::RECOVERY_CODE));
    }

    /// FF-01: a panic in the middle of a step leaves the caller's memory as it was.
    #[test]
    fn a_panic_writes_nothing() {
        let (state, _, _) = started(&Policy::back_office(), State::default());
        let mut row = [0xAA_u8; 64];
        let mut len = MaybeUninit::new(7);
        let (data, size) = (row.as_mut_ptr(), row.len());
        let status = guard(|call| {
            let out = call.buffer(data, size, Some(&mut len))?;
            step(state, out, |_| -> (State, Result<(), Error>) {
                panic!("a defect")
            })
        });
        assert_eq!(status, PORTCULLIS_PANIC);
        assert_eq!(row, [0xAA; 64]);
        // SAFETY: it was initialised above.
        assert_eq!(unsafe { len.assume_init() }, 7);
    }

    /// FF-01: threads may share what the header says they may.
    #[test]
    fn handles_may_be_shared() {
        const fn shared<T: Send + Sync>() {}
        shared::<SessionPolicy>();
        shared::<SessionSignIn>();
    }

    /// FF-01: errors that are no answer leave the old state alone; those that are give it back.
    #[test]
    fn a_state_is_written_with_every_answer_and_never_otherwise() {
        for (error, written) in [
            (Error::Unknown, true),
            (Error::Overtaken, true),
            (Error::Randomness, false),
            (Error::LabelTooLong, false),
        ] {
            let mut row = [0_u8; PORTCULLIS_SESSION_STATE_SIZE];
            let (mut len, data) = (MaybeUninit::new(0), row.as_mut_ptr());
            let status = guard(|call| {
                let out = call.buffer(data, PORTCULLIS_SESSION_STATE_SIZE, Some(&mut len))?;
                step(State::default(), out, |state| {
                    (state, Err::<(), _>(error.clone()))
                })
            });
            assert_ne!(status, 0);
            // SAFETY: it was initialised above.
            assert_eq!(unsafe { len.assume_init() } > 0, written, "{error:?}");
            assert_eq!(row.first() == Some(&1), written, "{error:?}");
        }
    }
}
