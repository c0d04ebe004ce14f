//! The front door: the steps of [`Policy`](super::Policy), each one compare-and-swap on a store.

use super::{Activity, Error, Factors, Handle, Id, Live, Policy, SignIn, State, Token};
use crate::{
    Timestamp,
    store::{AsyncStore, Change, Entry, Store, update, update_async},
};

/// A store's key: what stands before the handle, and its place.
const KEY: [u8; 35] = *b"portcullis/session/................";

/// What a step makes of a stored value, and its outcome.
type Step<T> = Result<(Change, T), Error>;

/// Many people's sessions in a store. Share it by reference.
///
/// The store holds one value per person, under `portcullis/session/` and the [`Handle`]. Each verb
/// has a twin for an [`AsyncStore`], named `…_async`. A store that fails, contends or holds
/// something unreadable is an error, and an error denies.
#[derive(Debug)]
pub struct Sessions<S> {
    policy: Policy,
    store: S,
}

impl<S> Sessions<S> {
    /// Sessions by these rules in this store.
    #[must_use]
    pub fn new(policy: Policy, store: S) -> Self {
        Self { policy, store }
    }

    /// The rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Turns a step on the state into one on the stored value.
    fn step<T>(
        &self,
        mut step: impl FnMut(State) -> (State, T),
    ) -> impl FnMut(Option<&[u8]>) -> Step<T> {
        move |value| {
            let old = value.map_or_else(|| Ok(State::default()), State::decode)?;
            let (new, outcome) = step(old);
            Ok((self.change(value, &new), outcome))
        }
    }

    /// [`Policy::touch`], which is to cost little where it changes nothing.
    fn touch_step(
        &self,
        token: &Token,
        activity: Activity,
        now: Timestamp,
    ) -> impl FnMut(Option<&[u8]>) -> Step<Result<Live, Error>> {
        let policy = &self.policy;
        let mut step = self.step(move |state| policy.touch(state, token, activity, now));
        move |value| {
            if let Some(state) = value
                && let Some(live) = policy.touch_unrecorded(state, token, activity, now)?
            {
                return Ok((Change::Keep, Ok(live)));
            }
            step(value)
        }
    }

    /// A state has one form, so what is stored in the same form is the same state.
    fn change(&self, old: Option<&[u8]>, new: &State) -> Change {
        if new.is_blank() {
            return Change::Remove;
        }
        let bytes = new.encode();
        if old == Some(&bytes) {
            Change::Keep
        } else {
            Change::Put(Entry::new(bytes).expires_at(self.policy.expires(new)))
        }
    }
}

fn key(handle: Handle) -> [u8; KEY.len()] {
    let mut key = KEY;
    if let Some(place) = key.last_chunk_mut() {
        *place = *handle.as_bytes();
    }
    key
}

/// Defines each verb twice, for [`Store`] and [`AsyncStore`], from one step.
macro_rules! verbs {
    ($(
        $(#[$doc:meta])*
        fn $verb:ident / $verb_async:ident($self:ident $(, $arg:ident: $ty:ty)*) -> $out:ty
        { key: $key:expr, step: $step:expr, $flat:ident }
    )*) => {
        impl<S: Store> Sessions<S> {$(
            $(#[$doc])*
            pub fn $verb(&$self $(, $arg: $ty)*) -> Result<$out, Error> {
                let outcome = update(&$self.store, &key($key), $step)?;
                verbs!($flat outcome)
            }
        )*}

        impl<S: AsyncStore> Sessions<S> {$(
            #[doc = concat!("[`Sessions::", stringify!($verb), "`] on an [`AsyncStore`].")]
            ///
            /// # Errors
            ///
            /// The same.
            pub async fn $verb_async(&$self $(, $arg: $ty)*) -> Result<$out, Error> {
                let outcome = update_async(&$self.store, &key($key), $step).await?;
                verbs!($flat outcome)
            }
        )*}
    };
    (fallible $outcome:ident) => { $outcome };
    (infallible $outcome:ident) => { Ok($outcome) };
}

verbs! {
    /// Begins a sign-in, before the password is looked at.
    ///
    /// # Errors
    ///
    /// The store's.
    fn begin / begin_async(self, subject: &str, now: Timestamp) -> SignIn {
        key: Handle::of(subject),
        step: self.step(|state| {
            let sign_in = state.begin(subject, now);
            (state, sign_in)
        }),
        infallible
    }

    /// [`Policy::start`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::start`] and the store's.
    fn start / start_async(self, sign_in: SignIn, now: Timestamp) -> (Token, Live) {
        key: sign_in.handle(),
        step: self.step(|state| self.policy.start(state, sign_in.clone(), now)),
        fallible
    }

    /// [`Policy::check`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::check`] and the store's.
    fn check / check_async(self, token: &Token, now: Timestamp) -> Live {
        key: token.handle(),
        step: self.touch_step(token, Activity::Background, now),
        fallible
    }

    /// [`Policy::touch`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::touch`] and the store's.
    fn touch / touch_async(self, token: &Token, activity: Activity, now: Timestamp) -> Live {
        key: token.handle(),
        step: self.touch_step(token, activity, now),
        fallible
    }

    /// [`Policy::rotate`]. Of two rotations of one token at the same moment one wins, and the other
    /// finds the token replaced.
    ///
    /// # Errors
    ///
    /// Those of [`Policy::rotate`] and the store's.
    fn rotate / rotate_async(self, token: &Token, now: Timestamp) -> (Token, Live) {
        key: token.handle(),
        step: self.step(|state| self.policy.rotate(state, token, now)),
        fallible
    }

    /// [`Policy::reauthenticate`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::reauthenticate`] and the store's.
    fn reauthenticate / reauthenticate_async(self, token: &Token, factors: Factors, now: Timestamp) -> (Token, Live) {
        key: token.handle(),
        step: self.step(|state| self.policy.reauthenticate(state, token, factors, now)),
        fallible
    }

    /// [`Policy::label`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::label`] and the store's.
    fn label / label_async(self, token: &Token, text: &str, now: Timestamp) -> Live {
        key: token.handle(),
        step: self.step(|state| self.policy.label(state, token, text, now)),
        fallible
    }

    /// [`State::end_token`]: ends the session of this token. One that has ended already stays ended.
    ///
    /// # Errors
    ///
    /// The store's: the session may then still be live, and the caller must not say otherwise.
    fn end / end_async(self, token: &Token) -> () {
        key: token.handle(),
        step: self.step(|state| (state.end_token(token), ())),
        infallible
    }

    /// Ends one session out of a list.
    ///
    /// # Errors
    ///
    /// The store's: the session may then still be live.
    fn end_one / end_one_async(self, subject: &str, id: Id) -> () {
        key: Handle::of(subject),
        step: self.step(|state| (state.end(id), ())),
        infallible
    }

    /// [`Policy::end_others`].
    ///
    /// # Errors
    ///
    /// Those of [`Policy::end_others`] and the store's: sessions may then still be live.
    fn end_others / end_others_async(self, token: &Token, now: Timestamp) -> usize {
        key: token.handle(),
        step: self.step(|state| self.policy.end_others(state, token, now)),
        fallible
    }

    /// Ends every session of a subject and every sign-in under way; says how many live sessions
    /// ended. It leaves a record for an hour, so that a sign-in under way meets it: call it for people
    /// who exist, not for names that a stranger sends.
    ///
    /// # Errors
    ///
    /// The store's: sessions may then still be live.
    fn end_all / end_all_async(self, subject: &str, now: Timestamp) -> usize {
        key: Handle::of(subject),
        step: self.step(|state| self.policy.purge(state, now).0.end_all(now)),
        infallible
    }

    /// [`Policy::list`].
    ///
    /// # Errors
    ///
    /// The store's.
    fn list / list_async(self, subject: &str, now: Timestamp) -> Vec<Live> {
        key: Handle::of(subject),
        step: self.step(|state| self.policy.list(state, now)),
        infallible
    }

    /// [`Policy::purge`]: removes what has expired of one subject, and says how many there were.
    ///
    /// # Errors
    ///
    /// The store's.
    fn purge / purge_async(self, subject: &str, now: Timestamp) -> usize {
        key: Handle::of(subject),
        step: self.step(|state| self.policy.purge(state, now)),
        infallible
    }
}
