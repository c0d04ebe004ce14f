//! The overview: what is left of the session, and what it rests on.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use portcullis::{
    Timestamp,
    session::{Factors, Live},
};

use crate::{
    duration,
    layout::{self, Clock, Tab},
    office::{Ended, Office, Refused, Visitor},
};

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Html<String> {
    let session = visitor.person.session();
    let now = Timestamp::now();
    let done = match query.as_deref() {
        Some("done=password") => {
            Some("Your password is changed, and your other devices are signed out.")
        }
        Some("done=grace") => Some(
            "You have signed in without a second factor. That will soon not be enough: set one up \
             under “Codes”.",
        ),
        _ => None,
    };
    layout::member(
        &visitor,
        office.settings(),
        Tab::Overview,
        "Overview",
        &html! {
            h1 { "Hello, " (visitor.person.login()) }
            @if let Some(done) = done { (layout::notice(done)) }
            (time_left(session, now))
            (facts(session, now))
        },
    )
}

/// The person is there: asking for the visitor has said so already.
pub(crate) async fn stay(_: Visitor) -> Redirect {
    Redirect::to("/")
}

/// For the page's script: what is left, in milliseconds. Asking renews nothing.
pub(crate) async fn remaining(State(office): State<Office>, headers: HeaderMap) -> Response {
    let Some(token) = office.cookies().session(&headers) else {
        return over(Ended::Elsewhere);
    };
    let person = office
        .ask(move |accounts, now| accounts.check(&token, now))
        .await;
    match person.map_err(Refused::from) {
        Ok(person) => {
            let clock = Clock::of(person.session(), Timestamp::now());
            let (idle, absolute) = (clock.idle.as_millis(), clock.absolute.as_millis());
            json(
                StatusCode::OK,
                format!("{{\"idle\":{idle},\"absolute\":{absolute}}}"),
            )
        }
        Err(Refused::SignIn(ended)) => over(ended.unwrap_or(Ended::Elsewhere)),
        Err(refused) => refused.into_response(),
    }
}

fn over(ended: Ended) -> Response {
    let body = format!("{{\"ended\":\"{}\"}}", ended.name());
    json(StatusCode::UNAUTHORIZED, body)
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn time_left(session: &Live, now: Timestamp) -> Markup {
    let clock = Clock::of(session, now);
    html! {
        section.panel aria-labelledby="time" {
            h2 #time { "Time left" }
            div.limits {
                div {
                    p.number role="timer" data-count="idle" { (duration::left(clock.idle)) }
                    progress data-part="idle" max="1" value="1" aria-hidden="true" {}
                    p { "without activity. Whatever you do here starts it anew." }
                }
                div {
                    p.number role="timer" data-count="absolute" { (duration::left(clock.absolute)) }
                    progress data-part="absolute" max="1" value="1" aria-hidden="true" {}
                    p { "in any case. Then you sign in again." }
                }
            }
            noscript {
                p.help { "Without scripts the time stands still on this page, and the page leaves when it is up." }
            }
        }
    }
}

fn facts(session: &Live, now: Timestamp) -> Markup {
    let second = if session.factors().contains(Factors::RECOVERY_CODE) {
        " and a recovery code"
    } else if session.factors().contains(Factors::TOTP) {
        " and a code from your app"
    } else {
        ""
    };
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { "This session" }
            dl {
                dt { "Device" }
                dd { (session.label()) }
                dt { "Signed in" }
                dd { (layout::time(session.created(), now)) }
                dt { "With" }
                dd { "your password" (second) }
            }
            p { a href="/devices" { "All your devices" } }
        }
    }
}
