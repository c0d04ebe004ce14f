//! What a person has proved, how long ago, and proving it again.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::time::Duration;

use portcullis::{
    session::{Activity, Error, Expiry, Factors, Live, Policy, Sessions, State, Token},
    store::Memory,
};
use session_support::{HOUR, MINUTE, at, sessions, start};

const BOTH: Factors = Factors::PASSWORD.and(Factors::TOTP);
const AGE: Duration = Duration::from_secs(5 * 60);

/// A session with the password proved a minute before the code.
fn two_factors(sessions: &Sessions<Memory>) -> (Token, Live) {
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let sign_in = sign_in
        .with_proof(Factors::PASSWORD, at(0))
        .with_factors(Factors::TOTP);
    sessions.start(sign_in, at(MINUTE)).unwrap()
}

/// SE-10: each factor is as old as its own proof, and two are as old as the older one.
#[test]
fn factors_are_as_old_as_the_oldest_of_those_asked_for() {
    let (_, live) = two_factors(&sessions());
    assert_eq!(live.factors(), BOTH);
    assert_eq!(live.proved_at(Factors::PASSWORD), Some(at(0)));
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(MINUTE)));
    assert_eq!(live.proved_at(BOTH), Some(at(0)));
    assert_eq!(live.authenticated(), at(MINUTE));
    let recovery = Factors::RECOVERY_CODE;
    assert_eq!(live.proved_at(recovery), None);
    assert_eq!(live.proved_at(BOTH.and(recovery)), None);
    assert_eq!(live.proved_at(Factors::NONE), None, "nothing is no proof");
}

/// SE-10: exactly as old as is asked for is too old, for the one factor that is.
#[test]
fn a_step_up_names_what_is_to_be_proved() {
    let (_, live) = two_factors(&sessions());
    let require = |factors, now| live.require_recent(AGE, factors, at(now));
    let step_up = |factors| Err(Error::StepUpRequired { factors, age: AGE });
    assert_eq!(require(BOTH, 5 * MINUTE - 1), Ok(()));
    assert_eq!(require(BOTH, 5 * MINUTE), step_up(Factors::PASSWORD));
    assert_eq!(require(Factors::TOTP, 5 * MINUTE), Ok(()));
    assert_eq!(require(BOTH, 6 * MINUTE), step_up(BOTH));
    let recovery = Factors::RECOVERY_CODE;
    assert_eq!(require(BOTH.and(recovery), MINUTE), step_up(recovery));
    assert_eq!(require(Factors::NONE, MINUTE), step_up(Factors::NONE));
    assert_eq!(
        live.require_recent(Duration::ZERO, Factors::TOTP, at(MINUTE)),
        Err(Error::StepUpRequired {
            factors: Factors::TOTP,
            age: Duration::ZERO
        }),
        "less than nothing ago is never"
    );
    let text = require(BOTH, HOUR).unwrap_err().to_string();
    assert_eq!(
        text,
        "to be proved less than 300 s ago: password, one-time code"
    );
}

/// SE-10, SE-01: a proof that lies in the future by as much as it may be old is of unknown age.
#[test]
fn a_clock_that_goes_back_makes_no_proof_recent() {
    // whose own limits are longer than the clock goes back
    let sessions = Sessions::new(Policy::nist_aal1(), Memory::new(10));
    let token = start(&sessions, "ada", at(HOUR));
    let live = sessions.check(&token, at(HOUR)).unwrap();
    let require = |now| live.require_recent(AGE, Factors::PASSWORD, at(now));
    assert!(require(HOUR).is_ok());
    assert!(
        require(HOUR - 1).is_ok(),
        "two clocks may differ by a moment"
    );
    assert!(require(55 * MINUTE + 1).is_ok());
    assert!(require(55 * MINUTE).is_err());
    assert!(require(0).is_err());
    // and proving it by that clock is the way on
    let (_, live) = sessions
        .reauthenticate(&token, Factors::PASSWORD, at(0))
        .unwrap();
    assert!(
        live.require_recent(AGE, Factors::PASSWORD, at(MINUTE))
            .is_ok()
    );
}

/// SE-10: what is said to have been proved after the start was proved at the start.
#[test]
fn nothing_was_proved_in_the_future() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let sign_in = sign_in.with_proof(Factors::TOTP, at(HOUR));
    let (_, live) = sessions.start(sign_in, at(0)).unwrap();
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(0)));
}

/// SE-10: a session that nobody proved anything for has no factor, and is as old as it is.
#[test]
fn a_session_without_a_proof_is_recent_for_nothing() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let (_, live) = sessions.start(sign_in, at(MINUTE)).unwrap();
    assert_eq!(live.factors(), Factors::NONE);
    assert_eq!(live.authenticated(), at(MINUTE));
    let asked = live.require_recent(AGE, Factors::PASSWORD, at(MINUTE));
    assert!(asked.is_err());
}

/// SE-02, NIST SP 800-63B-4 §5.2: "successful reauthentication during a session shall reset both
/// timeouts".
#[test]
fn proving_again_who_one_is_starts_both_limits_anew() {
    let sessions = sessions();
    let mut token = start(&sessions, "ada", at(0));
    let mut now = 0;
    while now < 11 * HOUR + 50 * MINUTE {
        now += 10 * MINUTE;
        let _ = sessions
            .touch(&token, Activity::Interactive, at(now))
            .unwrap();
    }
    now += MINUTE;
    let (next, live) = sessions
        .reauthenticate(&token, Factors::PASSWORD, at(now))
        .unwrap();
    assert_eq!(live.created(), at(0), "the list shows when it began");
    assert_eq!(live.last_active(), at(now));
    assert_eq!(live.idle_deadline(), at(now + 15 * MINUTE));
    assert_eq!(live.absolute_deadline(), at(now + 12 * HOUR));
    assert!(sessions.check(&token, at(now)).is_err(), "the old token");
    token = next;
    let end = now + 12 * HOUR;
    while now + 10 * MINUTE < end {
        now += 10 * MINUTE;
        let _ = sessions
            .touch(&token, Activity::Interactive, at(now))
            .unwrap();
    }
    assert!(sessions.check(&token, at(end - 1)).is_ok());
    assert_eq!(
        sessions.check(&token, at(end)),
        Err(Error::Expired(Expiry::Absolute))
    );
}

/// SE-10: a password typed in again makes no old code fresh.
#[test]
fn proving_one_factor_again_leaves_the_others_as_old_as_they_are() {
    let sessions = sessions();
    let (token, _) = two_factors(&sessions);
    let now = at(10 * MINUTE);
    let (_, live) = sessions
        .reauthenticate(&token, Factors::PASSWORD, now)
        .unwrap();
    assert_eq!(live.proved_at(Factors::PASSWORD), Some(now));
    assert_eq!(live.proved_at(Factors::TOTP), Some(at(MINUTE)));
    assert_eq!(live.authenticated(), now);
    assert!(live.require_recent(AGE, Factors::PASSWORD, now).is_ok());
    assert_eq!(
        live.require_recent(AGE, BOTH, now),
        Err(Error::StepUpRequired {
            factors: Factors::TOTP,
            age: AGE
        })
    );
}

/// SE-02: nobody stays by proving nothing.
#[test]
fn proving_nothing_renews_nothing() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let before = sessions.check(&token, at(0)).unwrap();
    let outcome = sessions.reauthenticate(&token, Factors::NONE, at(10 * MINUTE));
    assert_eq!(outcome.unwrap_err(), Error::NothingProved);
    assert_eq!(sessions.check(&token, at(10 * MINUTE)).unwrap(), before);
}

/// SE-01, SE-02: proving it after the end is too late.
#[test]
fn an_expired_session_is_not_brought_back_by_any_proof() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let outcome = sessions.reauthenticate(&token, BOTH, at(15 * MINUTE));
    assert_eq!(outcome.unwrap_err(), Error::Expired(Expiry::Idle));
    let outcome = sessions.reauthenticate(&token, BOTH, at(1));
    assert_eq!(outcome.unwrap_err(), Error::Unknown);
}

/// SE-01, SE-02: by a clock that went back, no deadline moves to either side.
#[test]
fn proving_it_by_a_clock_that_went_back_moves_no_deadline() {
    let policy = Policy::nist_aal1();
    let sign_in = State::default().begin("ada", at(HOUR));
    let (state, outcome) = policy.start(State::default(), sign_in, at(HOUR));
    let (token, before) = outcome.unwrap();
    let (_, outcome) = policy.reauthenticate(state, &token, BOTH, at(0));
    let (_, after) = outcome.unwrap();
    assert_eq!(after.idle_deadline(), before.idle_deadline());
    assert_eq!(after.absolute_deadline(), before.absolute_deadline());
    assert_eq!(after.last_active(), before.last_active());
}

/// What a message says of factors.
#[test]
fn factors_have_names() {
    let all = BOTH.and(Factors::RECOVERY_CODE);
    let names = [Factors::NONE, Factors::TOTP, all].map(|factors| factors.to_string());
    assert_eq!(
        names,
        [
            "nothing",
            "one-time code",
            "password, one-time code, recovery code"
        ]
    );
}
