//! The steps: a state and an event give the next state and an outcome.

use core::time::Duration;

use super::{
    Activity, AtLimit, Error, Expiry, Factors, Live, OnReuse, Policy, SIGN_IN_TIME, SignIn, State,
    Token,
    factors::is_recent,
    label,
    live::Id,
    policy::Limits,
    state::{Known, Session},
};
use crate::{Timestamp, encoding, random};

/// How long after its replacement the last token is taken for that of a request that was under way, and not
/// for a stolen one: longer than a page takes to load over a bad connection, too short to carry a
/// token off and use it at leisure. It is refused all the same. The clocks of several machines must
/// agree better than that, or a request under way is taken for a theft.
pub const REPLACEMENT_TIME: Duration = Duration::from_secs(30);

impl Policy {
    /// Starts a session for a sign-in that began with [`State::begin`] on this same state.
    ///
    /// Returns the only copy of the token there will be. Sessions that had expired are removed.
    ///
    /// # Errors
    ///
    /// [`Error::Overtaken`] when all sessions were ended after the sign-in began,
    /// [`Error::SignInTooSlow`] when it began [`SIGN_IN_TIME`] ago, [`Error::TooManySessions`],
    /// [`Error::StayNotOffered`], [`Error::LabelTooLong`], [`Error::LabelCharacter`], [`Error::Subject`],
    /// [`Error::OtherSubject`], [`Error::Randomness`]. No session has started or ended then.
    pub fn start(
        &self,
        state: State,
        sign_in: SignIn,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        match Id::generate().and_then(|id| Ok((id, Token::generate(sign_in.handle())?))) {
            Ok((id, token)) => self.start_with(state, sign_in, (id, token), now),
            Err(random::Unavailable) => (state, Err(Error::Randomness)),
        }
    }

    fn start_with(
        &self,
        state: State,
        sign_in: SignIn,
        (id, token): (Id, Token),
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        if let Err(error) = sign_in.check(&state, now) {
            return (state, Err(error));
        }
        if sign_in.stays && self.stay.is_none() {
            return (state, Err(Error::StayNotOffered));
        }
        let session = Session::new(id, &token, &sign_in, now);
        if self.is_over(&session, now) {
            // the end of time
            return (state, Err(Error::Expired(self.expiry(&session))));
        }
        let (mut state, _) = self.purge(state, now);
        while state.sessions.len() >= self.max_sessions {
            match self.at_limit {
                AtLimit::Refuse => return (state, Err(Error::TooManySessions)),
                AtLimit::EvictOldest => state.evict_oldest(),
            }
        }
        let live = self.live(&sign_in.subject, &session);
        state.sessions.push(session);
        state.subject = sign_in.subject;
        (state, Ok((token, live)))
    }

    /// Says whether the session is live; changes nothing but an expiry or a theft that it observes.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a token that was never issued or whose session has ended,
    /// [`Error::Expired`] the first time that an expiry is observed, [`Error::ClockWentBack`],
    /// [`Error::Replaced`] for the last token before the present one while it was replaced less than
    /// [`REPLACEMENT_TIME`] ago, and [`Error::Reused`] for every other that was replaced, with the
    /// consequence that [`Policy::with_on_reuse`] has set.
    pub fn check(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
    ) -> (State, Result<Live, Error>) {
        self.touch(state, token, Activity::Background, now)
    }

    /// Says whether the session is live, and records interactive activity.
    ///
    /// It is recorded when a sixteenth of the idle time has passed since it last was, and always as
    /// it was: a session may end that much earlier than its last click would have it, never later.
    ///
    /// # Errors
    ///
    /// As [`Policy::check`].
    pub fn touch(
        &self,
        state: State,
        token: &Token,
        activity: Activity,
        now: Timestamp,
    ) -> (State, Result<Live, Error>) {
        self.on_live(state, token, now, |session| {
            if self.is_recorded(session, activity, now) {
                session.last_active = now;
            }
        })
    }

    /// What [`Policy::touch`] answers about this stored state where it changes nothing, as for most
    /// requests; None where it would change something or denies.
    pub(super) fn touch_unrecorded(
        &self,
        state: &[u8],
        token: &Token,
        activity: Activity,
        now: Timestamp,
    ) -> Result<Option<Live>, encoding::Error> {
        let found = State::look_at(state, token)?;
        let unchanged = found.filter(|(_, session)| {
            self.is_live(session, now) && !self.is_recorded(session, activity, now)
        });
        Ok(unchanged.map(|(subject, session)| self.live(subject, &session)))
    }

    /// Gives the session a new token; the old one is dead from here on. Start, proofs and last
    /// activity stay. To be done whenever the privilege of a session changes.
    ///
    /// # Errors
    ///
    /// As [`Policy::check`], and [`Error::Randomness`], which leaves the old token in force.
    pub fn rotate(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        self.replace(state, token, now, |_| ())
    }

    /// Gives the session of somebody who has just proved again who they are a new token, and lets
    /// both of its limits start anew (NIST SP 800-63B-4 §5.2, OWASP ASVS 5.0 7.2.4).
    ///
    /// `factors` is what they have proved just now, and is all that becomes fresh: what was proved
    /// before stays as old as it is. Which factors suffice is for the caller to decide; at AAL3 it
    /// is all of them (NIST SP 800-63B-4 §2.3.3). [`Live::created`] stays.
    ///
    /// # Errors
    ///
    /// As [`Policy::rotate`], and [`Error::NothingProved`] without any factor.
    pub fn reauthenticate(
        &self,
        state: State,
        token: &Token,
        factors: Factors,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        if factors == Factors::NONE {
            return (state, Err(Error::NothingProved));
        }
        self.replace(state, token, now, |session| session.prove(factors, now))
    }

    /// Names the session, for the list.
    ///
    /// # Errors
    ///
    /// As [`Policy::check`], and [`Error::LabelTooLong`] and [`Error::LabelCharacter`] for what
    /// [`fit_label`](super::fit_label) would have changed.
    pub fn label(
        &self,
        state: State,
        token: &Token,
        text: &str,
        now: Timestamp,
    ) -> (State, Result<Live, Error>) {
        if let Err(error) = label::check(text) {
            return (state, Err(error));
        }
        self.on_live(state, token, now, |session| {
            text.clone_into(&mut session.label)
        })
    }

    /// Ends every session but that of this token, and every sign-in that is under way; says how many
    /// live sessions ended. To be offered after a change of password or factors (OWASP ASVS 5.0
    /// 7.4.3), and, to who has authenticated again, at any time (7.5.2).
    ///
    /// # Errors
    ///
    /// As [`Policy::check`]; nothing has ended then, but by [`OnReuse`].
    pub fn end_others(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
    ) -> (State, Result<usize, Error>) {
        let (state, keep) = self.check(state, token, now);
        match keep {
            Err(error) => (state, Err(error)),
            Ok(keep) => {
                let (state, _) = self.purge(state, now);
                let (state, ended) = state.end_all_where(|session| session.id != keep.id, now);
                (state, Ok(ended))
            }
        }
    }

    /// The live sessions, the oldest first, for a list of one's devices. Those that are not on it
    /// have been seen expired, and are removed.
    #[must_use]
    pub fn list(&self, state: State, now: Timestamp) -> (State, Vec<Live>) {
        let (state, _) = self.purge(state, now);
        let live = state.sessions.iter().filter(|s| self.is_live(s, now));
        let mut live: Vec<Live> = live.map(|s| self.live(&state.subject, s)).collect();
        live.sort_by_key(Live::created);
        (state, live)
    }

    /// Removes the sessions that have expired, and says how many there were.
    #[must_use]
    pub fn purge(&self, mut state: State, now: Timestamp) -> (State, usize) {
        let before = state.sessions.len();
        state.sessions.retain(|session| !self.is_over(session, now));
        let purged = before.saturating_sub(state.sessions.len());
        (state, purged)
    }

    /// From when on a store may forget the state: the last session is dead and no sign-in that
    /// began before the last [`State::end_all`] can still be under way.
    #[must_use]
    pub fn expires(&self, state: &State) -> Timestamp {
        let epoch = Timestamp::from_millis(state.epoch.0).saturating_add(SIGN_IN_TIME);
        let sessions = state.sessions.iter().map(|session| self.deadline(session));
        sessions.fold(epoch, Timestamp::max)
    }

    fn replace(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
        then: impl FnOnce(&mut Session),
    ) -> (State, Result<(Token, Live), Error>) {
        let Ok(new) = token.successor() else {
            return (state, Err(Error::Randomness));
        };
        let (state, live) = self.on_live(state, token, now, |session| {
            session.replace(&new, now);
            then(session);
        });
        (state, live.map(|live| (new, live)))
    }

    /// Runs `then` on the session of `token` if it is live. One that is dead is removed, and a token
    /// that was replaced has its consequence.
    fn on_live(
        &self,
        mut state: State,
        token: &Token,
        now: Timestamp,
        then: impl FnOnce(&mut Session),
    ) -> (State, Result<Live, Error>) {
        let subject = state.subject.clone();
        let outcome = match state.find_mut(token) {
            None => Err(Error::Unknown),
            Some((session, _)) if self.is_over(session, now) => {
                Err(Error::Expired(self.expiry(session)))
            }
            Some((session, _)) if !self.is_live(session, now) => Err(Error::ClockWentBack),
            Some((session, Known::Present)) => {
                then(session);
                Ok(self.live(&subject, session))
            }
            Some((session, Known::Previous))
                if is_recent(session.issued, REPLACEMENT_TIME, now) =>
            {
                Err(Error::Replaced)
            }
            Some((_, Known::Previous | Known::Former)) => Err(Error::Reused),
        };
        let state = match (&outcome, self.on_reuse) {
            (Err(Error::Expired(_)), _) | (Err(Error::Reused), OnReuse::EndSession) => {
                state.end_token(token)
            }
            (Err(Error::Reused), OnReuse::EndAll) => state.end_all(now).0,
            _ => state,
        };
        (state, outcome)
    }

    /// Whether this activity is to be written.
    pub(super) fn is_recorded<L>(
        &self,
        session: &Session<L>,
        activity: Activity,
        now: Timestamp,
    ) -> bool {
        let unrecorded = now.saturating_since(session.last_active);
        activity == Activity::Interactive && unrecorded >= self.limits_of(session).touch_interval()
    }

    /// Whether a limit is reached.
    pub(super) fn is_over<L>(&self, session: &Session<L>, now: Timestamp) -> bool {
        now >= self.deadline(session)
    }

    /// Whether no limit is reached, and how old the session is can be told.
    pub(super) fn is_live<L>(&self, session: &Session<L>, now: Timestamp) -> bool {
        // last active is the latest of a session's times, and idle the shorter of its limits
        !self.is_over(session, now)
            && is_recent(session.last_active, self.limits_of(session).idle, now)
    }

    fn deadline<L>(&self, session: &Session<L>) -> Timestamp {
        self.idle_deadline(session)
            .min(self.absolute_deadline(session))
    }

    fn idle_deadline<L>(&self, session: &Session<L>) -> Timestamp {
        session
            .last_active
            .saturating_add(self.limits_of(session).idle)
    }

    fn absolute_deadline<L>(&self, session: &Session<L>) -> Timestamp {
        session
            .limit_from
            .saturating_add(self.limits_of(session).absolute)
    }

    /// A policy that offers the longer limits no more takes them from those who have them.
    fn limits_of<L>(&self, session: &Session<L>) -> Limits {
        let longer = self.stay.filter(|_| session.stays);
        longer.unwrap_or(self.limits)
    }

    /// Which limit is reached first.
    pub(super) fn expiry<L>(&self, session: &Session<L>) -> Expiry {
        if self.idle_deadline(session) < self.absolute_deadline(session) {
            Expiry::Idle
        } else {
            Expiry::Absolute
        }
    }

    pub(super) fn live<L: AsRef<str>>(&self, subject: &str, session: &Session<L>) -> Live {
        Live {
            subject: subject.to_owned(),
            id: session.id,
            label: session.label.as_ref().to_owned(),
            proofs: session.proofs,
            created: session.created,
            last_active: session.last_active,
            idle_deadline: self.idle_deadline(session),
            absolute_deadline: self.absolute_deadline(session),
            stays_signed_in: session.stays && self.stay.is_some(),
        }
    }
}
