//! What the pages share: the accounts, and who is asking.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use portcullis::{
    Timestamp,
    account::{self, Accounts, Person, Ticket},
    attempts::{self, Attempts, Begin, Key, Reservation, Verdict, forwarded::TrustedProxies},
    field::Sealed,
    session::{self, Activity, Expiry, Token},
    store::{self, Memory},
};

use crate::{Stores, cookies::Cookies, pages::message};

/// A warning comes this long before the end of a session, or a third of it before where that is
/// less: time enough to read it and to press a button (WCAG 2.2, 2.2.1).
const WARNING: Duration = Duration::from_secs(2 * 60);
/// How often a page asks whether the session is still there, or four times in it.
const POLL: Duration = Duration::from_secs(15);

/// Addresses that a count is kept of; those of whom time has forgiven make room.
const ADDRESSES: usize = 100_000;

/// The service's state. Cheap to clone.
#[derive(Clone)]
pub struct Office(Arc<Shared>);

struct Shared {
    accounts: Accounts<Sealed<Stores>>,
    settings: Settings,
    cookies: Cookies,
    proxies: TrustedProxies,
    /// Wrong passwords by the address that they come from, in this process.
    addresses: Attempts<Memory>,
}

/// What the pages need to know of the rules.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long before the end a page warns.
    pub warning: Duration,
    /// How often a page asks.
    pub poll: Duration,
    /// For how long a device is known.
    pub device: Duration,
}

impl Settings {
    /// For sessions that end after `idle` without activity,
    /// and devices that are known for `device`.
    pub fn new(idle: Duration, device: Duration) -> Self {
        Self {
            warning: WARNING.min(idle / 3),
            poll: POLL.min(idle / 4),
            device,
        }
    }
}

/// One line of the log, on standard error. Never a secret, never what somebody typed.
pub fn say(line: impl std::fmt::Display) {
    eprintln!("{} {line}", Timestamp::now());
}

impl Office {
    pub fn new(
        accounts: Accounts<Sealed<Stores>>,
        settings: Settings,
        proxies: TrustedProxies,
    ) -> Result<Self, session::Error> {
        let cookies = Cookies::new()?;
        let policy = attempts::Policy::address();
        Ok(Self(Arc::new(Shared {
            accounts,
            settings,
            cookies,
            proxies,
            addresses: Attempts::new(policy, Memory::new(ADDRESSES)),
        })))
    }

    /// Takes a slot for a password from this address, or says when to come back.
    pub(crate) fn begin_from(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Reservation, Refused> {
        let lines = headers.get_all("x-forwarded-for").into_iter();
        let lines: Vec<_> = lines.map(|line| line.as_bytes()).collect();
        let client = self.0.proxies.client_x_forwarded_for(peer, lines);
        // a proxy of ours that does not say from where: nobody is counted, so nobody comes in
        let client = client.map_err(|error| {
            say(format_args!("no address of a client: {error}"));
            Refused::From
        })?;
        let now = Timestamp::now();
        let retry_after = match self.0.addresses.begin(&Key::address(client), now) {
            Ok(Begin::Allowed(slot)) => return Ok(slot),
            Ok(Begin::Busy { retry_after }) => retry_after,
            Ok(Begin::Wait { until } | Begin::Locked { until }) => until.saturating_since(now),
            _ => POLL,
        };
        Err(account::Error::Busy { retry_after }.into())
    }

    /// Says how it went. A right password leaves the count of its address as it is.
    pub(crate) fn settle_from<T>(&self, slot: Reservation, outcome: &Result<T, account::Error>) {
        let verdict = match outcome {
            Ok(_) => Verdict::Success,
            Err(account::Error::Denied) => Verdict::Failure,
            Err(_) => Verdict::Incomplete,
        };
        if let Err(error) = self.0.addresses.settle(slot, verdict, Timestamp::now()) {
            say(format_args!("an address was not counted: {error}"));
        }
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.0.cookies
    }

    pub(crate) fn settings(&self) -> Settings {
        self.0.settings
    }

    /// Asks the accounts on a thread that may wait: for a slow hash, for a disk, for a network.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Accounts<Sealed<Stores>>, Timestamp) -> Result<T, account::Error>
        + Send
        + 'static,
    ) -> Result<T, account::Error> {
        let shared = Arc::clone(&self.0);
        let answer =
            tokio::task::spawn_blocking(move || question(&shared.accounts, Timestamp::now()));
        // a panic is no answer, and no answer denies
        let no_answer = |error| store::Error::Unavailable(Arc::new(error)).into();
        answer.await.unwrap_or_else(|error| Err(no_answer(error)))
    }
}

/// The person behind a request. Asking for one is interactive activity.
pub(crate) struct Visitor {
    pub(crate) token: Arc<Token>,
    pub(crate) person: Person,
}

impl FromRequestParts<Office> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Refused> {
        let token = Arc::new(
            office
                .cookies()
                .session(&parts.headers)
                .ok_or(Refused::SignIn(None))?,
        );
        let (asked, activity) = (Arc::clone(&token), activity(&parts.headers));
        let person = office
            .ask(move |accounts, now| accounts.touch(&asked, activity, now))
            .await?;
        Ok(Self { token, person })
    }
}

/// A page that the browser fetches ahead is not the person's doing.
fn activity(headers: &HeaderMap) -> Activity {
    if headers.contains_key("sec-purpose") || headers.contains_key("purpose") {
        Activity::Background
    } else {
        Activity::Interactive
    }
}

/// The ticket of the sign-in under way.
pub(crate) struct Step(pub(crate) Ticket);

impl FromRequestParts<Office> for Step {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Refused> {
        let ticket = office.cookies().step(&parts.headers);
        ticket.map(Self).ok_or(Refused::SignIn(Some(Ended::Step)))
    }
}

/// Why somebody is brought back to the sign-in page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// Nothing was done for the idle time.
    Idle,
    /// The session was as old as a session may be.
    Limit,
    /// They signed out.
    Out,
    /// It was ended from another device, or by a change of the password.
    Elsewhere,
    /// A sign-in under way took too long, or went its way in another tab.
    Step,
}

impl Ended {
    const ALL: [Self; 5] = [
        Self::Idle,
        Self::Limit,
        Self::Out,
        Self::Elsewhere,
        Self::Step,
    ];

    /// How it stands in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Limit => "limit",
            Self::Out => "out",
            Self::Elsewhere => "elsewhere",
            Self::Step => "step",
        }
    }

    /// What a query says, if it is one of these.
    pub(crate) fn from_query(query: Option<&str>) -> Option<Self> {
        let name = query?.strip_prefix("ended=")?;
        Self::ALL.into_iter().find(|ended| ended.name() == name)
    }
}

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub(crate) enum Refused {
    /// There is no session: to the sign-in page, which says why where there was one.
    SignIn(Option<Ended>),
    /// The session has just got another token, which the browser has by now.
    Replaced,
    /// A code is asked again, before what changes how one gets in.
    StepUp,
    /// It does not say from where it comes.
    From,
    /// It could not be decided, or not be done.
    Failed(account::Error),
}

impl From<account::Error> for Refused {
    fn from(error: account::Error) -> Self {
        use session::Error::{Expired, Malformed, Replaced, Reused, StepUpRequired, Unknown};
        match error {
            account::Error::Session(Expired(Expiry::Idle)) => Self::SignIn(Some(Ended::Idle)),
            account::Error::Session(Expired(Expiry::Absolute)) => Self::SignIn(Some(Ended::Limit)),
            account::Error::Session(Unknown | Malformed | Reused) => {
                Self::SignIn(Some(Ended::Elsewhere))
            }
            account::Error::Session(Replaced) => Self::Replaced,
            account::Error::Session(StepUpRequired { .. }) => Self::StepUp,
            account::Error::Ticket | account::Error::Overtaken => Self::SignIn(Some(Ended::Step)),
            other => Self::Failed(other),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(None) | Self::Replaced => Redirect::to("/sign-in").into_response(),
            Self::SignIn(Some(ended)) => {
                let address = format!("/sign-in?ended={}", ended.name());
                Redirect::to(&address).into_response()
            }
            Self::StepUp => Redirect::to("/authenticators/prove").into_response(),
            Self::From => message::page(
                StatusCode::BAD_REQUEST,
                "From where?",
                "This request does not say where it comes from, so nothing was done.",
            ),
            Self::Failed(error) => failed(&error),
        }
    }
}

/// What a person is told when something is wrong with the machine; the log gets the cause.
fn failed(error: &account::Error) -> Response {
    if let account::Error::Busy { retry_after } = error {
        let seconds = retry_after.as_secs().max(1);
        let page = message::page(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too much at once",
            "There are too many attempts at this moment. Please try again a little later.",
        );
        return ([(header::RETRY_AFTER, seconds.to_string())], page).into_response();
    }
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    say(format_args!("failed: {}", causes.join(": ")));
    message::page(
        StatusCode::SERVICE_UNAVAILABLE,
        "Not now",
        "Something on our side did not work. Nobody was let in, and what you asked for may not have \
         been done. Please try again in a moment.",
    )
}
