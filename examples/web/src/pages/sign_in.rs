//! Name and password; what follows from them; signing out.

use std::net::SocketAddr;

use axum::{
    Form,
    extract::{ConnectInfo, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::html;
use portcullis::{
    account::{self, Client, Next, Ticket},
    password::Password,
    session,
    totp::Duty,
};
use serde::Deserialize;

use crate::{
    device, layout,
    office::{Ended, Office, Refused, say},
};

/// One answer for a name that nobody has, a wrong password, a disabled account and one that five
/// failures have closed: strangers learn nothing of who is here.
const WRONG: &str = "That name and password do not go together. After five failures in a row an \
     account stays closed until its password is reset.";

#[derive(Deserialize)]
pub(crate) struct Credentials {
    login: String,
    password: String,
}

pub(crate) async fn show(
    State(office): State<Office>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let form = form(Ended::from_query(query.as_deref()), None);
    let Some(token) = office.cookies().session(&headers) else {
        return form.into_response();
    };
    // Looking is no activity: a page that comes here by itself must not renew a session.
    let person = office
        .ask(move |accounts, now| accounts.check(&token, now))
        .await;
    match person.map_err(Refused::from) {
        Ok(person) => signed_in_already(person.login()).into_response(),
        // the cookie of a session that has ended
        Err(Refused::SignIn(_)) => office.cookies().signed_out(form),
        Err(_) => form.into_response(),
    }
}

pub(crate) async fn submit(
    State(office): State<Office>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(Credentials { login, password }): Form<Credentials>,
) -> Result<Response, Refused> {
    let slot = office.begin_from(peer.ip(), &headers)?;
    let (password, known) = (Password::from(password), office.cookies().device(&headers));
    let next = office
        .ask(move |accounts, now| {
            let client = known.as_deref().map_or(Client::stranger(), |token| {
                Client::stranger().with_device_token(token)
            });
            accounts.sign_in_from(&login, &password, &client, now)
        })
        .await;
    office.settle_from(slot, &next);
    match next {
        Err(error @ (account::Error::Denied | account::Error::ResetRequired)) => {
            say(format_args!("sign-in refused: {error}"));
            let page = form(None, Some(WRONG));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        next => follow(&office, &headers, next?).await,
    }
}

/// Leads to what is still missing, or starts the session in this browser.
pub(crate) async fn follow(
    office: &Office,
    headers: &HeaderMap,
    next: Next,
) -> Result<Response, Refused> {
    let step = |ticket: &Ticket, page| office.cookies().next_step(ticket, Redirect::to(page));
    match next {
        Next::SignedIn(signed_in) => {
            let home = match signed_in.duty {
                Duty::Grace { .. } => "/?done=grace",
                _ => "/",
            };
            start(office, headers, signed_in, Redirect::to(home)).await
        }
        Next::FactorNeeded(ticket) => Ok(step(&ticket, "/code")),
        Next::EnrolmentNeeded(ticket) => Ok(step(&ticket, "/enrol")),
        Next::PasswordChangeNeeded(ticket, _) => Ok(step(&ticket, "/new-password")),
        // a step that this version does not know leads nowhere
        _ => Ok(Redirect::to("/sign-in").into_response()),
    }
}

/// Gives this browser the session, named by the device, in place of the one that it had, and what it
/// will be known by.
pub(crate) async fn start(
    office: &Office,
    headers: &HeaderMap,
    signed_in: account::SignedIn,
    response: impl IntoResponse,
) -> Result<Response, Refused> {
    let (label, old) = (device::label(headers), office.cookies().session(headers));
    let (token, person, known) = office
        .ask(move |accounts, now| {
            if let Some(old) = old {
                accounts.sign_out(&old)?;
            }
            let person = accounts.label(&signed_in.token, &label, now)?;
            let known = match accounts.device_token(&signed_in.token, now) {
                // who took long to choose a password is known from the next sign-in on
                Err(account::Error::Session(session::Error::StepUpRequired { .. })) => None,
                known => Some(known?),
            };
            Ok((signed_in.token, person, known))
        })
        .await?;
    say(format_args!("{} signed in", person.login()));
    let (cookies, lifetime) = (office.cookies(), office.settings().device);
    let response = match known {
        Some(known) => cookies.known(&known, lifetime, response),
        None => response.into_response(),
    };
    Ok(cookies.signed_in((&token, person.session()), response))
}

/// Ends the session in the store first: a cookie that was copied is then worth nothing.
pub(crate) async fn sign_out(
    State(office): State<Office>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if let Some(token) = office.cookies().session(&headers) {
        office
            .ask(move |accounts, _| accounts.sign_out(&token))
            .await?;
    }
    let address = format!("/sign-in?ended={}", Ended::Out.name());
    let response = office.cookies().signed_out(Redirect::to(&address));
    // what the browser has kept of this site, cookies apart: those of a host are those of all ports
    Ok((
        [(
            header::HeaderName::from_static("clear-site-data"),
            "\"cache\", \"storage\"",
        )],
        response,
    )
        .into_response())
}

fn form(ended: Option<Ended>, wrong: Option<&str>) -> Html<String> {
    let why = ended.map(|ended| match ended {
        Ended::Idle => "You were signed out, because nothing was done for a while.",
        Ended::Limit => "You were signed out: the session was as old as a session may be.",
        Ended::Out => "You are signed out.",
        Ended::Elsewhere => "This session has ended: it was signed out elsewhere, or is too old.",
        Ended::Step => "That took too long, or went on in another window. Please begin again.",
    });
    layout::card(
        "Sign in",
        &html! {
            h1 { "Sign in" }
            @if let Some(why) = why { (layout::notice(why)) }
            @if let Some(wrong) = wrong { p.problem role="alert" #problem { (wrong) } }
            form method="post" action="/sign-in" {
                label for="login" { "Name" }
                input #login name="login" type="text" autocomplete="username" autocapitalize="none"
                    spellcheck="false" maxlength="254" required autofocus
                    aria-describedby=[wrong.map(|_| "problem")];
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" required
                    aria-describedby=[wrong.map(|_| "problem")];
                button type="submit" { "Sign in" }
            }
        },
    )
}

fn signed_in_already(login: &str) -> Html<String> {
    layout::card(
        "Signed in",
        &html! {
            h1 { "You are signed in" }
            p { "In this browser, as " strong { (login) } "." }
            p { a.button href="/" { "Continue" } }
            form method="post" action="/sign-out" {
                button.quiet type="submit" { "Sign out" }
            }
        },
    )
}
