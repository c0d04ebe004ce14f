//! What one of the crowd does, and what it says of it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::Ipv6Addr,
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    attempts::{
        Action, Attempts, Begin, Device, DeviceKeys, Error, Fingerprint, Key, Outcome, Policy,
        Reservation, Reservations, Verdict, Window,
        unknown::{self, Unknown},
    },
};

use crate::races::View;

/// Milliseconds since the Unix epoch: 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
/// How often somebody comes back who is told that there is no slot just now.
const PATIENCE: usize = 100_000;
/// Failures from one address that lock it, for five minutes, if they happen within ten.
pub(crate) const ADDRESS_THRESHOLD: usize = 8;

/// The attempts in one view of a store, by its verbs or by their twins.
struct Door<'a>(&'a View, Policy);

/// One line a verb.
macro_rules! door {
    ($($verb:ident / $twin:ident ($($arg:ident: $type:ty),*) -> $given:ty;)*) => {
        impl Door<'_> {
            $(fn $verb(&self, $($arg: $type),*) -> Result<$given, Error> {
                let own = self.1.clone();
                match &self.0 {
                    View::Blocking(store) => {
                        let attempts = Attempts::new(own, store).with_address_policy(address())?;
                        attempts.$verb($($arg),*)
                    }
                    View::Awaited(store) => {
                        let attempts = Attempts::new(own, store).with_address_policy(address())?;
                        store.wait(attempts.$twin($($arg),*))
                    }
                }
            })*
        }
    };
}

door! {
    begin / begin_async(key: &Key, now: Timestamp) -> Begin<Reservation>;
    settle / settle_async(slot: Reservation, verdict: Verdict, now: Timestamp) -> Outcome;
    begin_all / begin_all_async(keys: &[Key], now: Timestamp) -> Begin<Reservations>;
    settle_all / settle_all_async(slots: Reservations, verdict: Verdict, now: Timestamp) -> Outcome;
    begin_known / begin_known_async(device: &Device, others: &[Key], now: Timestamp)
        -> Begin<Reservations>;
    reset / reset_async(key: &Key) -> ();
}

impl Door<'_> {
    /// An attempt on a name that nobody has.
    fn begin_unknown(
        &self,
        name: &Key,
        now: Timestamp,
    ) -> Result<Begin<unknown::Reservation>, Error> {
        let policy = self.1.clone();
        match &self.0 {
            View::Blocking(store) => nobody(policy, store).begin(name, now),
            View::Awaited(store) => store.wait(nobody(policy, store).begin_async(name, now)),
        }
    }

    fn settle_unknown(
        &self,
        slot: unknown::Reservation,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let policy = self.1.clone();
        match &self.0 {
            View::Blocking(store) => nobody(policy, store).settle(slot, verdict, now),
            View::Awaited(store) => {
                store.wait(nobody(policy, store).settle_async(slot, verdict, now))
            }
        }
    }
}

/// The names that nobody has, in the table that all share.
fn nobody<S>(policy: Policy, store: S) -> Unknown<S> {
    Unknown::with_key(policy, store, [9; 32])
}

/// Does what the words say: what, at what, by which policy, and when in milliseconds after nine
/// o'clock. At what: keys after commas, `account!token`, or `?name` for one that nobody has.
pub(crate) fn deed(view: &View, words: &[&str], who: usize) -> String {
    let [verb, names, policy, now] = words else {
        panic!("not a line for one of a crowd: {words:?}")
    };
    let door = Door(view, rules(policy));
    let now = Timestamp::from_millis(NINE + now.parse::<u64>().unwrap());
    let guessed = if let Some(name) = names.strip_prefix('?') {
        Guessed::Nobody(key(name, who))
    } else if let Some((account, token)) = names.split_once('!') {
        let device = devices().verify(token, account, now);
        Guessed::From(device.unwrap())
    } else {
        Guessed::At(names.split(',').map(|name| key(name, who)).collect())
    };
    let keys = match &guessed {
        Guessed::At(keys) => keys.as_slice(),
        _ => &[],
    };
    let note = if verb.ends_with("-noted") { *names } else { "" };
    let done = match verb.trim_end_matches("-noted") {
        "wrong" => guess(&door, &guessed, Verdict::Failure, note, now),
        "right" => guess(&door, &guessed, Verdict::Success, note, now),
        "half" => guess(&door, &guessed, Verdict::Incomplete, note, now),
        "same" => guess(
            &door,
            &guessed,
            Verdict::FailureWith(fingerprint(1)),
            note,
            now,
        ),
        "one-of-two" => {
            let password = Verdict::FailureWith(fingerprint(who % 2));
            guess(&door, &guessed, password, note, now)
        }
        "begin" => door.begin(&keys[0], now).map(|begin| match begin {
            Begin::Allowed(_) => "a slot".to_owned(),
            refused => refusal(&refused),
        }),
        "late" => late(&door, &keys[0], now),
        "count-slots" => slots(&door, &keys[0], now),
        "reset" => door.reset(&keys[0]).map(|()| "reset".to_owned()),
        _ => panic!("not a verb: {verb}"),
    };
    done.unwrap_or_else(|error| format!("{error:?}"))
}

fn rules(name: &str) -> Policy {
    const MINUTE: Duration = Duration::from_secs(60);
    const SECOND: Duration = Duration::from_secs(1);
    let five = Policy::new(5).unwrap();
    let cools_off = five.clone().with_action(Action::CoolOff(5 * MINUTE));
    let policy = match name {
        "back-office" => Ok(Policy::back_office()),
        "pci" => Ok(Policy::pci_dss_4()),
        "three" => Policy::new(3),
        "rebind" => five.with_action(Action::RequireRebind),
        "cool-off" => cools_off,
        "streak" => cools_off.and_then(|p| p.with_window(Window::Streak(10 * MINUTE))),
        "rolling" => cools_off.and_then(|p| p.with_window(Window::Rolling(10 * MINUTE))),
        "delay" => five.with_delay(SECOND, 3 * SECOND),
        _ => panic!("not a policy: {name}"),
    };
    policy.unwrap()
}

/// The rules for an address.
fn address() -> Policy {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    let policy = Policy::new(u32::try_from(ADDRESS_THRESHOLD).unwrap()).unwrap();
    let policy = policy.with_window(Window::Rolling(minutes(10))).unwrap();
    policy.with_action(Action::CoolOff(minutes(5))).unwrap()
}

/// A device of this account, which is the same for all.
pub(crate) fn token(account: &str) -> String {
    let now = Timestamp::from_millis(NINE);
    let token = devices().issue(account, now).unwrap();
    token.expose_secret().to_owned()
}

fn devices() -> DeviceKeys {
    DeviceKeys::new([7; 32])
}

/// `account`, `account@device`, `#`, which stands for an account of one's own, or `from-address`.
fn key(name: &str, who: usize) -> Key {
    if let Some(address) = name.strip_prefix("from-") {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        return Key::address(Ipv6Addr::from(u128::from(hasher.finish()) << 64).into());
    }
    let name = name.replace('#', &format!("number-{who}"));
    match name.split_once('@') {
        None => Key::account(&name).unwrap(),
        Some((account, device)) => {
            let device = Key::device(device).unwrap();
            Key::account(account).unwrap().and(device).unwrap()
        }
    }
}

fn fingerprint(password: usize) -> Fingerprint {
    let hash = [u8::try_from(password).unwrap(); 32];
    Fingerprint::of_slow_hash(&hash).unwrap()
}

/// What is guessed at.
enum Guessed {
    /// What these keys count.
    At(Vec<Key>),
    /// An account, from a device of its owner's.
    From(Device),
    /// A name that nobody has.
    Nobody(Key),
}

/// What settles an attempt: by one key it is begun and settled alone.
enum Slots {
    One(Reservation),
    All(Reservations),
    Nobodys(unknown::Reservation),
}

/// Slots for a guess, as soon as there are any.
fn begin(
    door: &Door<'_>,
    guessed: &Guessed,
    now: Timestamp,
) -> Result<Result<Slots, String>, Error> {
    for so_far in 0..PATIENCE {
        let begun = match guessed {
            Guessed::At(keys) if keys.len() == 1 => {
                door.begin(&keys[0], now)?.into_slots(Slots::One)
            }
            Guessed::At(keys) => door.begin_all(keys, now)?.into_slots(Slots::All),
            Guessed::From(device) => door.begin_known(device, &[], now)?.into_slots(Slots::All),
            Guessed::Nobody(name) => door.begin_unknown(name, now)?.into_slots(Slots::Nobodys),
        };
        match begun {
            // the longer it takes, the more are let go first
            Err(refused) if refused == "busy" => {
                (0..so_far.min(100)).for_each(|_| thread::yield_now())
            }
            begun => return Ok(begun),
        }
    }
    panic!("busy for ever")
}

trait IntoSlots<P> {
    fn into_slots(self, slots: impl Fn(P) -> Slots) -> Result<Slots, String>;
}

impl<P: std::fmt::Debug> IntoSlots<P> for Begin<P> {
    fn into_slots(self, slots: impl Fn(P) -> Slots) -> Result<Slots, String> {
        match self {
            Begin::Allowed(slot) => Ok(slots(slot)),
            refused => Err(refusal(&refused)),
        }
    }
}

/// One guess, as soon as there is a slot for it.
///
/// Those who take notes let all know of a lock that they see: whoever comes after that is not let in.
fn guess(
    door: &Door<'_>,
    guessed: &Guessed,
    verdict: Verdict,
    note: &str,
    now: Timestamp,
) -> Result<String, Error> {
    let noted = || !note.is_empty() && door.0.noted(note);
    let locked = noted();
    let answer = match begin(door, guessed, now)? {
        Err(refused) => refused,
        Ok(slots) => {
            // the slow hash
            thread::yield_now();
            let locked = [locked, noted()];
            let outcome = match slots {
                Slots::One(slot) => door.settle(slot, verdict, now)?,
                Slots::All(slots) => door.settle_all(slots, verdict, now)?,
                Slots::Nobodys(slot) => door.settle_unknown(slot, verdict, now)?,
            };
            match (outcome, locked) {
                (_, [true, _]) => "allowed after a lock".to_owned(),
                (Outcome::Cleared, [_, true]) => "cleared after a lock".to_owned(),
                (outcome, _) => told(outcome),
            }
        }
    };
    if !note.is_empty() && (answer.contains("lock") || answer.contains("refused")) {
        door.0.note(note);
    }
    Ok(answer)
}

/// A right guess that is settled when its slot has just lapsed.
fn late(door: &Door<'_>, key: &Key, now: Timestamp) -> Result<String, Error> {
    Ok(match door.begin(key, now)? {
        Begin::Allowed(slot) => {
            let then = now.saturating_add(Duration::from_secs(30));
            told(door.settle(slot, Verdict::Success, then)?)
        }
        refused => refusal(&refused),
    })
}

/// How many slots there are, each of which is given back.
fn slots(door: &Door<'_>, key: &Key, now: Timestamp) -> Result<String, Error> {
    let mut taken = Vec::new();
    while let Begin::Allowed(slot) = door.begin(key, now)? {
        taken.push(slot);
    }
    let number = taken.len();
    for slot in taken {
        let _ = door.settle(slot, Verdict::Incomplete, now)?;
    }
    Ok(format!("{number} slots"))
}

/// What a guess has led to.
fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::Cleared => "cleared".to_owned(),
        Outcome::Kept { left } => format!("kept, {left} left"),
        Outcome::Counted { left } => format!("wrong, {left} left"),
        Outcome::Repeated { left } => format!("repeated, {left} left"),
        Outcome::Returned { left } => format!("returned, {left} left"),
        Outcome::Lapsed => "lapsed".to_owned(),
        Outcome::Locked { until } => format!("wrong, locked until {}", after_nine(until)),
        Outcome::ResetRequired { .. } => "wrong, locked until the reset".to_owned(),
        Outcome::RebindRequired { .. } => "wrong, locked until the rebind".to_owned(),
        _ => panic!("{outcome:?}"),
    }
}

/// Why a guess may not be evaluated.
fn refusal<P: std::fmt::Debug>(begin: &Begin<P>) -> String {
    match begin {
        Begin::Busy { .. } => "busy".to_owned(),
        Begin::Wait { until } => format!("waits until {}", after_nine(*until)),
        Begin::Locked { until } => format!("refused until {}", after_nine(*until)),
        Begin::ResetRequired { .. } => "refused until the reset".to_owned(),
        Begin::RebindRequired { .. } => "refused until the rebind".to_owned(),
        _ => panic!("{begin:?}"),
    }
}

fn after_nine(time: Timestamp) -> u64 {
    time.as_millis() - NINE
}
