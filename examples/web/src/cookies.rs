//! The cookies: that of the session, that of a sign-in under way, and that of the device.

use std::time::Duration;

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis::{
    Timestamp,
    account::Ticket,
    attempts::DeviceToken,
    session::{self, Cookie, Live, Token},
};

/// All of them, by their names and rules.
pub(crate) struct Cookies {
    /// Until the browser is closed; when the session ends, the server knows.
    session: Cookie,
    /// The ticket for the next step: in a cookie, because an address ends up in histories and logs,
    /// and a page may be kept or shown. No other site sends anybody into the middle of a sign-in.
    step: Cookie,
    /// By what a device is known that has signed in before. It signs nobody in; strangers who lock the
    /// account do not lock it out. It stays when the person signs out.
    device: Cookie,
}

impl Cookies {
    pub(crate) fn new() -> Result<Self, session::Error> {
        Ok(Self {
            session: Cookie::new("session")?,
            step: Cookie::new("step")?,
            device: Cookie::new("device")?,
        })
    }

    /// The token of the session, if the request brings one.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Token> {
        read(&self.session, headers)
    }

    /// The ticket of the sign-in under way, if the request brings one: it has the form of a token.
    pub(crate) fn step(&self, headers: &HeaderMap) -> Option<Ticket> {
        read(&self.step, headers)?.expose_secret().parse().ok()
    }

    /// What the device is known by, if the request brings it. Two of the name are as good as none.
    pub(crate) fn device(&self, headers: &HeaderMap) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).into_iter();
        let pairs = lines.filter_map(|line| line.to_str().ok());
        let pairs = pairs.flat_map(|line| line.split(';'));
        let mut values = pairs.filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.device.name()).then_some(value)
        });
        let value = values.next()?;
        values.next().is_none().then(|| value.to_owned())
    }

    /// Gives the device what it will be known by at the next sign-in.
    pub(crate) fn known(
        &self,
        token: &DeviceToken,
        lifetime: Duration,
        response: impl IntoResponse,
    ) -> Response {
        let cookie = format!(
            "{}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}",
            self.device.name(),
            token.expose_secret(),
            lifetime.as_secs()
        );
        with(&[&cookie], response)
    }

    /// Sets the cookie of a session that has just started or has a new token, and takes that of the step.
    pub(crate) fn signed_in(
        &self,
        (token, live): (&Token, &Live),
        response: impl IntoResponse,
    ) -> Response {
        let session = self.session.set(token, live, Timestamp::now());
        with(
            &[session.expose_secret(), self.step.clear().expose_secret()],
            response,
        )
    }

    /// Sets the cookie of the next step, for the quarter of an hour that a ticket is good for.
    pub(crate) fn next_step(&self, ticket: &Ticket, response: impl IntoResponse) -> Response {
        let cookie = format!(
            "{}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=900",
            self.step.name(),
            ticket.expose_secret()
        );
        with(&[&cookie], response)
    }

    /// Takes the first two.
    pub(crate) fn signed_out(&self, response: impl IntoResponse) -> Response {
        let (session, step) = (self.session.clear(), self.step.clear());
        with(&[session.expose_secret(), step.expose_secret()], response)
    }
}

fn read(cookie: &Cookie, headers: &HeaderMap) -> Option<Token> {
    // two of one name, or what is no token: as good as none
    cookie.read(headers.get_all(header::COOKIE)).ok().flatten()
}

fn with(cookies: &[&str], response: impl IntoResponse) -> Response {
    let values = cookies.iter().filter_map(|cookie| {
        let mut value = HeaderValue::from_str(cookie).ok()?;
        // kept out of logs and of HTTP/2's tables
        value.set_sensitive(true);
        Some((header::SET_COOKIE, value))
    });
    (AppendHeaders(values), response).into_response()
}
