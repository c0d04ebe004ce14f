//! What becomes of every verb when its store fails: the table in the documentation of `store`, read
//! from there and walked.
#![cfg(feature = "account")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Debug,
    future::poll_fn,
    pin::Pin,
    slice::from_ref,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    thread,
};

use portcullis::{
    Timestamp,
    account::{
        self, Accounts, Client, Confirmed, Enrolled, Next, Person, Receipt, SignedIn, Ticket,
    },
    attempts::{
        self, Attempts, Begin, Device, DeviceKeys, DeviceToken, Key, Reservation, Reservations,
        Verdict,
        unknown::{self, Unknown},
    },
    password::{Cost, Hasher, Password, Reason},
    rbac::{Grant, Grants, Scope},
    session::{self, Activity, Factors, Live, Sessions, SignIn, Token},
    store::{AsyncStore, Entry, Exchange, Store},
    totp::{
        Uri,
        authenticators::{Authenticator, Id},
        recovery,
    },
};

mod block_on;
use block_on::block_on;

/// The table, and the sources in which the verbs stand.
const TABLE: &str = include_str!("../src/store/failure.md");
const SOURCES: [(&str, &str); 11] = [
    ("Sessions", include_str!("../src/session/sessions.rs")),
    ("Attempts", include_str!("../src/attempts/reservation.rs")),
    ("Attempts", include_str!("../src/attempts/device.rs")),
    ("Unknown", include_str!("../src/attempts/unknown.rs")),
    (
        "Unknown",
        include_str!("../src/attempts/unknown/several.rs"),
    ),
    ("Accounts", include_str!("../src/account/accounts.rs")),
    ("Accounts", include_str!("../src/account/sign_in.rs")),
    ("Accounts", include_str!("../src/account/client.rs")),
    ("Accounts", include_str!("../src/account/enrolment.rs")),
    ("Accounts", include_str!("../src/account/passwords.rs")),
    ("Accounts", include_str!("../src/account/authenticators.rs")),
];

const COLUMNS: &str = "| Verb | errs | hangs until its time-out | answers garbage | answers another version | finds nothing | always changes |";

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600;

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(NINE + secs)
}

/// What a store can do to a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fault {
    /// It fails, and nothing was done.
    Errs,
    /// It fails, and what was asked was done all the same.
    ErrsWhenDone,
    /// It waits, and then fails.
    Hangs,
    /// It answers a load with these of the bytes in [`garbage`].
    Garbage(usize),
    /// It answers a load with a value of a later version.
    UnknownVersion,
    /// It has lost the value.
    NotFound,
    /// It refuses this exchange and all that follow.
    Contended,
}

impl Fault {
    /// Which calls it can befall.
    fn befalls(self, call: Call) -> bool {
        match self {
            Self::Errs | Self::Hangs => true,
            Self::ErrsWhenDone | Self::Contended => call == Call::Exchange,
            Self::Garbage(_) | Self::UnknownVersion | Self::NotFound => call == Call::Load,
        }
    }
}

/// Nothing, rubbish, the value cut off, and the value with a byte more.
const GARBAGE: usize = 4;

fn garbage(which: usize, value: &[u8]) -> Vec<u8> {
    match which {
        0 => vec![],
        1 => [&value[..1], &[0xff; 64]].concat(),
        2 => value[..value.len() - 1].to_vec(),
        _ => [value, &[0]].concat(),
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Call {
    Load,
    Exchange,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the database is down")]
struct Down;

type Map = HashMap<Vec<u8>, Vec<u8>>;

/// A store that fails when it is told to.
struct Faulty {
    map: Mutex<Map>,
    /// The fault, and which call it befalls of those that it can.
    plan: Mutex<Option<(Fault, usize)>>,
    /// The calls so far.
    calls: Mutex<Vec<Call>>,
    /// A call that hangs says so, and goes on when it is told to.
    hung: Barrier,
    /// The same for one that is awaited.
    timed_out: AtomicBool,
}

impl Faulty {
    fn new() -> Self {
        Self {
            map: Mutex::default(),
            plan: Mutex::default(),
            calls: Mutex::default(),
            hung: Barrier::new(2),
            timed_out: AtomicBool::new(false),
        }
    }

    /// Counts a call, and gives the fault that befalls it.
    fn called(&self, call: Call) -> Option<Fault> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(call);
        let (fault, at) = (*self.plan.lock().unwrap())?;
        let so_far = calls.iter().filter(|call| fault.befalls(**call)).count();
        let befallen =
            fault.befalls(call) && (so_far == at + 1 || (fault == Fault::Contended && so_far > at));
        befallen.then_some(fault)
    }

    fn loaded(&self, key: &[u8], fault: Option<Fault>) -> Result<Option<Vec<u8>>, Down> {
        let value = self.map.lock().unwrap().get(key).cloned();
        match fault {
            Some(Fault::Errs | Fault::ErrsWhenDone | Fault::Hangs) => Err(Down),
            Some(Fault::Garbage(which)) => Ok(Some(garbage(which, &value.unwrap_or(vec![1; 64])))),
            Some(Fault::UnknownVersion) => {
                let mut value = value.unwrap_or(vec![1; 64]);
                value[0] += 1;
                Ok(Some(value))
            }
            Some(Fault::NotFound) => {
                self.map.lock().unwrap().remove(key);
                Ok(None)
            }
            Some(Fault::Contended) | None => Ok(value),
        }
    }

    fn exchanged(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
        fault: Option<Fault>,
    ) -> Result<Exchange, Down> {
        match fault {
            Some(Fault::Errs | Fault::Hangs) => return Err(Down),
            Some(Fault::Contended) => return Ok(Exchange::Changed),
            _ => {}
        }
        let mut map = self.map.lock().unwrap();
        if map.get(key).map(Vec::as_slice) != current {
            return Ok(Exchange::Changed);
        }
        match new {
            Some(entry) => map.insert(key.to_vec(), entry.value().to_vec()),
            None => map.remove(key),
        };
        match fault {
            Some(Fault::ErrsWhenDone) => Err(Down),
            _ => Ok(Exchange::Done),
        }
    }

    fn hang(&self, fault: Option<Fault>) {
        if fault == Some(Fault::Hangs) {
            self.hung.wait();
            self.hung.wait();
        }
    }

    async fn hang_async(&self, fault: Option<Fault>) {
        if fault == Some(Fault::Hangs) && !self.timed_out.load(Ordering::SeqCst) {
            poll_fn(|_| match self.timed_out.load(Ordering::SeqCst) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        }
    }
}

impl Store for Faulty {
    type Error = Down;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Down> {
        let fault = self.called(Call::Load);
        self.hang(fault);
        self.loaded(key, fault)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Down> {
        let fault = self.called(Call::Exchange);
        self.hang(fault);
        self.exchanged(key, current, new, fault)
    }
}

impl AsyncStore for Faulty {
    type Error = Down;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Down> {
        let fault = self.called(Call::Load);
        self.hang_async(fault).await;
        self.loaded(key, fault)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Down> {
        let fault = self.called(Call::Exchange);
        self.hang_async(fault).await;
        self.exchanged(key, current, new, fault)
    }
}

/// What a verb answered: what it says, or the error by its name.
type Said = Result<String, String>;
type Awaited<'a> = Pin<Box<dyn Future<Output = Said> + Send + 'a>>;

/// The words of the table for what a verb gives.
trait Says {
    fn says(&self) -> String;
}

macro_rules! says {
    ($($type:ty: $given:ident => $words:expr;)*) => {
        $(impl Says for $type {
            fn says(&self) -> String {
                let $given = self;
                $words.to_string()
            }
        })*
    };
}

says! {
    (): _given => "done";
    usize: count => count;
    SignIn: _given => "a sign-in";
    (Token, Live): _given => "a token";
    Live: _given => "live";
    Vec<Live>: list => format!("{} sessions", list.len());
    Begin<unknown::Reservation>: begin => match begin {
        Begin::Allowed(_) => "a slot",
        _ => "no slot",
    };
    Begin<unknown::Reservations>: begin => match begin {
        Begin::Allowed(_) => "a slot",
        _ => "no slot",
    };
    Begin<Reservation>: begin => match begin {
        Begin::Allowed(_) => "a slot",
        _ => "no slot",
    };
    Begin<Reservations>: begin => match begin {
        Begin::Allowed(_) => "a slot",
        _ => "no slot",
    };
    attempts::Outcome: outcome => name(outcome).to_lowercase();
    Person: _given => "a person";
    Receipt: _given => "a receipt";
    account::State: _given => "the record";
    Next: next => name(next).to_lowercase();
    Enrolled: enrolled => enrolled.next.says();
    Uri: _given => "a secret";
    Ticket: _given => "a ticket";
    SignedIn: _given => "a token";
    DeviceToken: _given => "a token of the device";
    Confirmed: _given => "a token";
    (Id, Uri): _given => "a secret";
    Vec<Authenticator>: list => format!("{} authenticators", list.len());
    Vec<recovery::Code>: codes => format!("{} codes", codes.len());
}

fn said<T: Says, E: Debug>(answer: Result<T, E>) -> Said {
    answer
        .map(|given| given.says())
        .map_err(|error| name(&error))
}

/// A variant by its name, and that of the variant in it.
fn name(variant: &impl Debug) -> String {
    let text = format!("{variant:?}");
    let word = |text: &str| {
        let letters = text.chars().take_while(char::is_ascii_alphanumeric);
        letters.collect::<String>()
    };
    let outer = word(&text);
    match text.strip_prefix(&format!("{outer}(")).map(word) {
        Some(inner) if inner.starts_with(char::is_uppercase) => format!("{outer}({inner})"),
        _ => outer,
    }
}

/// A verb, and what it does in a world.
struct Verb {
    name: &'static str,
    call: fn(&World) -> Said,
    /// Its twin for an asynchronous store.
    twin: Option<fn(&World) -> Awaited<'_>>,
}

/// One line a verb: its name, that of its twin where it has one, and arguments from the world.
macro_rules! verbs {
    ($($of:ident {$($verb:ident $(/ $twin:ident)? ($world:ident $(, $arg:expr)*);)*})*) => {
        vec![$($(Verb {
            name: concat!(stringify!($of), "::", stringify!($verb)),
            call: |$world| said($world.$of().$verb($($arg),*)),
            twin: verbs!(twin $of $world ($($twin)?) ($($arg),*)),
        }),*),*]
    };
    (twin $of:ident $world:ident () $args:tt) => { None };
    (twin $of:ident $world:ident ($twin:ident) ($($arg:expr),*)) => {
        Some(|$world| Box::pin(async move { said($world.$of().$twin($($arg),*).await) }))
    };
}

#[rustfmt::skip]
fn verbs() -> Vec<Verb> {
    verbs! {
        Sessions {
            begin / begin_async(w, "ada", at(60));
            start / start_async(w, w.sign_in.clone(), at(60));
            check / check_async(w, &w.token, at(60));
            touch / touch_async(w, &w.token, Activity::Interactive, at(60));
            rotate / rotate_async(w, &w.token, at(60));
            reauthenticate / reauthenticate_async(w, &w.token, Factors::PASSWORD, at(60));
            label / label_async(w, &w.token, "Firefox", at(60));
            end / end_async(w, &w.token);
            end_one / end_one_async(w, "ada", w.live.id());
            end_others / end_others_async(w, &w.token, at(60));
            end_all / end_all_async(w, "ada", at(60));
            list / list_async(w, "ada", at(60));
            purge / purge_async(w, "ada", at(3600));
        }
        Attempts {
            begin / begin_async(w, &w.key, at(60));
            settle / settle_async(w, w.reservation(), Verdict::Success, at(60));
            begin_all / begin_all_async(w, from_ref(&w.key), at(60));
            settle_all / settle_all_async(w, w.reservations(), Verdict::Success, at(60));
            begin_known / begin_known_async(w, &w.device, &[], at(60));
            reset / reset_async(w, &w.key);
        }
        Unknown {
            begin / begin_async(w, &w.nobody, at(60));
            settle / settle_async(w, w.reservation_of_nobody(), Verdict::Success, at(60));
            begin_all / begin_all_async(w, &w.nobody, &[], &w.attempts, at(60));
            settle_all / settle_all_async(w, w.reservations_of_nobody(), Verdict::Success, &w.attempts, at(60));
        }
        Accounts {
            register(w, "new@example.com", &w.password, Grants::new(), at(60));
            state(w, "ada");
            grant(w, "ada", w.grants.clone(), at(60));
            require_password_change(w, "ada", Reason::Compromised, at(60));
            disable(w, "ada", at(60));
            enable(w, "zoe");
            unlock(w, "zoe");
            start_reset(w, "ada", at(60));
            check(w, &w.person, at(60));
            touch(w, &w.person, Activity::Interactive, at(60));
            label(w, &w.person, "Firefox", at(60));
            sign_out(w, &w.person);
            sign_out_one(w, &w.person, w.other.id(), at(60));
            sign_out_others(w, &w.person, at(60));
            sign_out_everywhere(w, "ada", at(60));
            sessions(w, "ada", at(60));
            sign_in(w, "ada", &w.password, at(60));
            sign_in_from(w, "ada", &w.password, &Client::stranger(), at(60));
            second_factor(w, &w.factor_needed, &w.phone.code_at(at(90)), at(90));
            recovery_code(w, &w.factor_needed, w.recovery[0].expose_secret(), at(60));
            device_token(w, &w.person, at(60));
            enrol(w, &w.enrolment_needed, at(60));
            confirm_enrolment(w, &w.enrolling, &w.new_phone.code_at(at(60)), at(60));
            change_expired_password(w, &w.change_needed, &w.password, &w.new_password, at(90));
            reset_password(w, &w.reset, &w.new_password, at(60));
            change_password(w, &w.person, &w.password, &w.new_password, at(60));
            step_up(w, &w.person, &w.phone.code_at(at(90)), at(90));
            authenticators(w, &w.person, at(60));
            add_authenticator(w, &w.person, "tablet", at(60));
            replace_authenticator(w, &w.person, w.first, "new phone", at(60));
            confirm_authenticator(w, &w.person, w.pending.0, &w.pending.1.code_at(at(60)), at(60));
            remove_authenticator(w, &w.person, w.pending.0, at(60));
            new_recovery_codes(w, &w.person, at(60));
            remove_authenticators(w, "ada", at(60));
        }
    }
}

/// Everything that the verbs are called with, in a store that works.
struct World {
    store: Arc<Faulty>,
    sessions: Sessions<Arc<Faulty>>,
    attempts: Attempts<Arc<Faulty>>,
    device: Device,
    unknown: Unknown<Arc<Faulty>>,
    nobody: Key,
    accounts: Accounts<Arc<Faulty>>,
    sign_in: SignIn,
    token: Token,
    live: Live,
    key: Key,
    password: Password,
    new_password: Password,
    person: Token,
    other: Live,
    phone: Uri,
    recovery: Vec<recovery::Code>,
    factor_needed: Ticket,
    enrolment_needed: Ticket,
    enrolling: Ticket,
    new_phone: Uri,
    change_needed: Ticket,
    reset: Ticket,
    grants: Grants,
    first: Id,
    pending: (Id, Uri),
}

#[allow(
    non_snake_case,
    reason = "the front doors by their names, for the list of verbs"
)]
impl World {
    fn Sessions(&self) -> &Sessions<Arc<Faulty>> {
        &self.sessions
    }

    fn Attempts(&self) -> &Attempts<Arc<Faulty>> {
        &self.attempts
    }

    fn Unknown(&self) -> &Unknown<Arc<Faulty>> {
        &self.unknown
    }

    fn Accounts(&self) -> &Accounts<Arc<Faulty>> {
        &self.accounts
    }
}

impl World {
    fn new() -> Self {
        let store = Arc::new(Faulty::new());
        let sessions = Sessions::new(session::Policy::back_office(), Arc::clone(&store));
        // Everything was ended once, so that a record that is not found is not like the one there is.
        sessions.end_all("ada", at(0)).unwrap();
        let begin = || sessions.begin("ada", at(1)).unwrap();
        let (token, _) = sessions.start(begin(), at(1)).unwrap();
        let (_, live) = sessions.start(begin(), at(1)).unwrap();
        let sign_in = begin();

        let attempts = Attempts::new(attempts::Policy::back_office(), Arc::clone(&store));
        let key = Key::account("ada").unwrap();
        let Begin::Allowed(failed) = attempts.begin(&key, at(0)).unwrap() else {
            panic!()
        };
        let counted = attempts.settle(failed, Verdict::Failure, at(0)).unwrap();
        assert_eq!(counted, attempts::Outcome::Counted { left: 4 });

        let keys = DeviceKeys::new([7; 32]);
        let cookie = keys.issue("ada", at(0)).unwrap();
        let device = keys.verify(cookie.expose_secret(), "ada", at(0)).unwrap();
        let policy = attempts::Policy::back_office();
        let unknown = Unknown::with_key(policy, Arc::clone(&store), [9; 32]);
        let nobody = Key::account("nobody").unwrap();

        let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
        let policy = account::Policy::back_office("Example Ltd").unwrap();
        let accounts = Accounts::danger_unsealed(policy.with_hasher(hasher), Arc::clone(&store))
            .with_device_keys(DeviceKeys::new([7; DeviceKeys::KEY_LEN]));
        let password = Password::from("Correct-Horse-7");
        let enrolment = |login: &str| {
            accounts
                .register(login, &password, Grants::new(), at(0))
                .unwrap();
            match accounts.sign_in(login, &password, at(0)).unwrap() {
                Next::EnrolmentNeeded(ticket) => ticket,
                next => panic!("{next:?}"),
            }
        };
        let enrolled = |login: &str| {
            let ticket = enrolment(login);
            let phone = accounts.enrol(&ticket, at(0)).unwrap();
            let code = phone.code_at(at(0));
            let enrolled = accounts.confirm_enrolment(&ticket, &code, at(0)).unwrap();
            (phone, enrolled)
        };
        let signed_in = |next| match next {
            Next::SignedIn(signed_in) => signed_in,
            next => panic!("{next:?}"),
        };
        let factor_needed =
            |login: &str, now| match accounts.sign_in(login, &password, now).unwrap() {
                Next::FactorNeeded(ticket) => ticket,
                next => panic!("{next:?}"),
            };

        let (
            phone,
            Enrolled {
                recovery_codes,
                next,
                ..
            },
        ) = enrolled("ada");
        let person = signed_in(next).token;
        let code = phone.code_at(at(30));
        let second = accounts.second_factor(&factor_needed("ada", at(30)), &code, at(30));
        let other = signed_in(second.unwrap()).session;

        let first = accounts.authenticators(&person, at(30)).unwrap()[0].id();
        let pending = accounts.add_authenticator(&person, "tablet", at(30));

        let (eve_phone, _) = enrolled("eve");
        accounts
            .require_password_change("eve", Reason::Compromised, at(30))
            .unwrap();
        let code = eve_phone.code_at(at(60));
        let change_needed = match accounts
            .second_factor(&factor_needed("eve", at(60)), &code, at(60))
            .unwrap()
        {
            Next::PasswordChangeNeeded(ticket, _) => ticket,
            next => panic!("{next:?}"),
        };
        let enrolling = enrolment("cyd");
        let new_phone = accounts.enrol(&enrolling, at(0)).unwrap();
        enrolled("zoe");
        let guess = accounts.sign_in("zoe", &"Battery+Staple-8".into(), at(0));
        assert!(guess.is_err(), "{guess:?}");
        accounts.disable("zoe", at(0)).unwrap();
        Self {
            sign_in,
            token,
            live,
            key,
            new_password: "Battery+Staple-8".into(),
            person,
            other,
            phone,
            recovery: recovery_codes,
            factor_needed: factor_needed("ada", at(40)),
            enrolment_needed: enrolment("bob"),
            enrolling,
            new_phone,
            change_needed,
            reset: accounts.start_reset("ada", at(40)).unwrap(),
            grants: Grants::new()
                .with(Grant::new("clerk", Scope::Everywhere))
                .unwrap(),
            first,
            pending: pending.unwrap(),
            sessions,
            attempts,
            device,
            unknown,
            nobody,
            password: "Correct-Horse-7".into(),
            accounts,
            store,
        }
    }

    /// A slot, taken while the store works.
    fn reservation(&self) -> Reservation {
        self.healthy(|attempts| attempts.begin(&self.key, at(50)))
    }

    /// The same on a name that nobody has.
    fn reservation_of_nobody(&self) -> unknown::Reservation {
        self.healthy(|_| self.unknown.begin(&self.nobody, at(50)))
    }

    /// The same for several keys.
    fn reservations_of_nobody(&self) -> unknown::Reservations {
        let (unknown, nobody) = (&self.unknown, &self.nobody);
        self.healthy(|attempts| unknown.begin_all(nobody, &[], attempts, at(50)))
    }

    /// The same for several keys.
    fn reservations(&self) -> Reservations {
        self.healthy(|attempts| attempts.begin_all(from_ref(&self.key), at(50)))
    }

    fn healthy<P>(
        &self,
        begin: impl FnOnce(&Attempts<Arc<Faulty>>) -> Result<Begin<P>, attempts::Error>,
    ) -> P {
        let plan = self.store.plan.lock().unwrap().take();
        let Begin::Allowed(slot) = begin(&self.attempts).unwrap() else {
            panic!()
        };
        self.store.calls.lock().unwrap().clear();
        *self.store.plan.lock().unwrap() = plan;
        slot
    }
}

/// A way to run a verb: by an asynchronous store or not.
#[derive(Clone, Copy, Debug)]
enum Way {
    Sync(fn(&World) -> Said),
    Async(fn(&World) -> Awaited<'_>),
}

impl Verb {
    fn ways(&self) -> Vec<Way> {
        let twin = self.twin.map(Way::Async);
        [Way::Sync(self.call)].into_iter().chain(twin).collect()
    }
}

/// A world, and what its store holds before each run.
struct Walk {
    world: World,
    start: Map,
}

impl Walk {
    /// The store as it was at the start, with this fault.
    fn arm(&self, plan: Option<(Fault, usize)>) {
        let store = &self.world.store;
        *store.map.lock().unwrap() = self.start.clone();
        *store.plan.lock().unwrap() = plan;
        store.calls.lock().unwrap().clear();
        store.timed_out.store(false, Ordering::SeqCst);
    }

    /// Runs a verb while the store has this fault, and gives the calls it made.
    fn run(&self, way: Way, plan: Option<(Fault, usize)>) -> (Said, Vec<Call>) {
        let store = &self.world.store;
        self.arm(plan);
        let hangs = matches!(plan, Some((Fault::Hangs, _)));
        let said = match way {
            Way::Sync(call) if hangs => thread::scope(|scope| {
                let caller = scope.spawn(|| call(&self.world));
                store.hung.wait(); // it was asked
                store.hung.wait(); // its time is out
                caller.join().unwrap()
            }),
            Way::Sync(call) => call(&self.world),
            Way::Async(call) => {
                let mut awaited = call(&self.world);
                if hangs {
                    let mut context = Context::from_waker(Waker::noop());
                    assert!(awaited.as_mut().poll(&mut context).is_pending());
                    store.timed_out.store(true, Ordering::SeqCst);
                }
                block_on(awaited)
            }
        };
        *store.plan.lock().unwrap() = None;
        let calls = std::mem::take(&mut *store.calls.lock().unwrap());
        (said, calls)
    }

    /// What a verb says to a fault, whichever of its calls it befalls.
    fn says(&self, verb: &Verb, way: Way, fault: Fault) -> BTreeSet<Said> {
        let (_, healthy) = self.run(way, None);
        let befallen: Vec<_> = (0..healthy.len())
            .filter(|n| fault.befalls(healthy[*n]))
            .collect();
        let outcomes = befallen.iter().enumerate().map(|(at, call)| {
            let (said, calls) = self.run(way, Some((fault, at)));
            match fault {
                Fault::Contended => {}
                Fault::NotFound if at == 0 => {}
                // a lane that was looked at is asked again when the slot is taken
                Fault::NotFound if verb.name == "Attempts::begin_known" => {}
                Fault::NotFound => assert!(said.is_err(), "{} {at}: {said:?}", verb.name),
                _ => assert_eq!(
                    calls,
                    healthy[..=*call],
                    "{} asks on: {fault:?} {at}",
                    verb.name
                ),
            }
            (at, said)
        });
        let first_only = fault == Fault::NotFound;
        let outcomes = outcomes.filter(|(at, _)| !first_only || *at == 0);
        outcomes.map(|(_, said)| said).collect()
    }

    /// The verb's row, as it is.
    fn row(&self, verb: &Verb, way: Way) -> Vec<String> {
        let (healthy, _) = self.run(way, None);
        assert!(
            healthy.is_ok(),
            "{} in a store that works: {healthy:?}",
            verb.name
        );
        let columns: [&[Fault]; 6] = [
            &[Fault::Errs, Fault::ErrsWhenDone],
            &[Fault::Hangs],
            &(0..GARBAGE).map(Fault::Garbage).collect::<Vec<_>>(),
            &[Fault::UnknownVersion],
            &[Fault::NotFound],
            &[Fault::Contended],
        ];
        let cell = |faults: &[Fault]| {
            let said = faults.iter().flat_map(|fault| self.says(verb, way, *fault));
            let said: BTreeSet<_> = said.collect();
            let cells: Vec<_> = said
                .into_iter()
                .map(|said| match said {
                    Ok(given) => given,
                    Err(error) => format!("`{error}`"),
                })
                .collect();
            if cells.is_empty() {
                "only reads".to_owned()
            } else {
                cells.join(" or ")
            }
        };
        columns.into_iter().map(cell).collect()
    }
}

fn walk() -> Walk {
    let world = World::new();
    let start = world.store.map.lock().unwrap().clone();
    Walk { world, start }
}

/// The table's rows by verb.
fn table() -> BTreeMap<String, Vec<String>> {
    assert!(TABLE.contains(COLUMNS), "{COLUMNS}");
    let rows = TABLE.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.map(|row| {
        let (verb, cells) = row.split_once("` |").unwrap();
        let cells = cells
            .trim_end_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned());
        (verb.to_owned(), cells.collect())
    });
    rows.collect()
}

/// CO-04: what the documentation says of every verb and every way in which a store can fail is so,
/// whichever call of the verb it befalls; and after a failure no call is made.
#[test]
fn every_verb_answers_a_failing_store_as_the_table_says() {
    let (walk, table) = (walk(), table());
    let mut wrong = Vec::new();
    for verb in verbs() {
        for way in verb.ways() {
            let row = walk.row(&verb, way);
            if table.get(verb.name) != Some(&row) {
                wrong.push(format!("| `{}` | {} |", verb.name, row.join(" | ")));
            }
        }
    }
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "the table should say\n{}",
        wrong.join("\n")
    );
}

/// CO-04: a caller that stops waiting, in whichever call, has made no other call, and what was not
/// asked of the store was not done.
#[test]
fn a_verb_that_nobody_waits_for_any_more_does_nothing() {
    let walk = walk();
    let verbs = verbs();
    let alone = verbs.iter().filter(|verb| !verb.name.contains("::settle"));
    let twins = alone.filter_map(|verb| Some((verb.name, verb.twin?)));
    for (name, twin) in twins {
        let (_, healthy) = walk.run(Way::Async(twin), None);
        for at in 0..healthy.len() {
            walk.arm(Some((Fault::Hangs, at)));
            let mut awaited = twin(&walk.world);
            let mut context = Context::from_waker(Waker::noop());
            assert!(awaited.as_mut().poll(&mut context).is_pending());
            drop(awaited);
            let store = &walk.world.store;
            assert_eq!(*store.calls.lock().unwrap(), healthy[..=at], "{name}");
            assert_eq!(*store.map.lock().unwrap(), walk.start, "{name}");
        }
    }
}

/// CO-04.
#[test]
fn no_row_of_the_table_lets_anybody_in() {
    const GIVEN: [&str; 7] = [
        "done",
        "0",
        "0 sessions",
        "a sign-in",
        "a slot",
        "lapsed",
        "counted",
    ];
    for (verb, cells) in table() {
        assert_eq!(cells.len(), 6, "{verb}");
        for (column, cell) in cells.iter().enumerate() {
            let error = cell.starts_with('`') && cell.ends_with('`') && !cell.contains(" or ");
            let given = match column {
                4 => GIVEN.contains(&cell.as_str()),
                5 => cell == "only reads",
                _ => false,
            };
            assert!(error || given, "{verb}: {cell}");
        }
    }
}

/// The public methods of a front door, in a source: each `pub fn` on `&self`, and both of each
/// `fn verb / verb_async` in a list of verbs. What is implemented for other types is left out.
fn methods((front_door, source): &(&str, &str)) -> Vec<String> {
    let of_it = |block: &&str| {
        let header = block.lines().next().unwrap_or_default();
        header.contains(&format!(" {front_door}<"))
    };
    let (before, _) = source.split_once("\nimpl").unwrap();
    let blocks = source.split("\nimpl").skip(1).filter(of_it);
    let source: Vec<_> = [before].into_iter().chain(blocks).collect();
    let source = source.join("\n");
    let functions = source.split("fn ").zip(source.split("fn ").skip(1));
    let names = functions.flat_map(|(before, function)| {
        let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        let (name, rest) = function.split_once(end).unwrap();
        let twin = rest
            .strip_prefix("/ ")
            .and_then(|twin| twin.split(end).next());
        let public = before.ends_with("pub ") || before.ends_with("pub async ");
        let method = public && rest.trim_start().starts_with("&self");
        let name = (method || twin.is_some()).then_some(name);
        name.into_iter().chain(twin)
    });
    let asks = names.filter(|name| !name.ends_with("policy") && *name != "store");
    asks.map(|name| format!("{front_door}::{name}")).collect()
}

/// CO-04: no verb is missing, from the table or from the walk.
#[test]
fn the_table_has_every_verb_that_asks_a_store() {
    let verbs_in_source: BTreeSet<_> = SOURCES.iter().flat_map(methods).collect();
    let walked = verbs().into_iter().flat_map(|verb| {
        let twin = verb.twin.map(|_| format!("{}_async", verb.name));
        [Some(verb.name.to_owned()), twin].into_iter().flatten()
    });
    assert_eq!(walked.collect::<BTreeSet<_>>(), verbs_in_source);
    let rows: BTreeSet<_> = table().into_keys().collect();
    let names = verbs().into_iter().map(|verb| verb.name.to_owned());
    assert_eq!(rows, names.collect());
}
