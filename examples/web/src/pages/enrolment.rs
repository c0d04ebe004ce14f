//! Setting up the second factor: the QR code, the first code, the recovery codes.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use maud::{Markup, PreEscaped, html};
use portcullis::{
    account::{self, Next},
    totp::{Uri, authenticators::Id, recovery},
};
use serde::Deserialize;

use super::{
    code::{digits, told},
    sign_in::{follow, start},
};
use crate::{
    layout,
    office::{Office, Refused, Step, say},
};

#[derive(Deserialize)]
pub(crate) struct FirstCode {
    code: String,
}

/// Says what comes. The secret is made by the next request, a POST: looking at a page changes
/// nothing, and a reload does not take away what the phone has just scanned.
pub(crate) async fn introduce(_: Step) -> Html<String> {
    layout::card(
        "Second factor",
        &html! {
            h1 { "Set up your second factor" }
            p {
                "Besides your password you will need a code from your phone. \
                 Have an authenticator app ready: any of them will do."
            }
            form method="post" action="/enrol" {
                button type="submit" autofocus { "Show the QR code" }
            }
            p.aside { a href="/sign-in" { "Not now" } }
        },
    )
}

pub(crate) async fn begin(
    State(office): State<Office>,
    Step(ticket): Step,
) -> Result<Html<String>, Refused> {
    let uri = office
        .ask(move |accounts, now| accounts.enrol(&ticket, now))
        .await?;
    Ok(layout::card(
        "Second factor",
        &scan(&uri, &first_code("/enrol/confirm", None, None)),
    ))
}

pub(crate) async fn confirm(
    State(office): State<Office>,
    Step(ticket): Step,
    headers: HeaderMap,
    Form(FirstCode { code }): Form<FirstCode>,
) -> Result<Response, Refused> {
    let enrolled = office
        .ask(move |accounts, now| accounts.confirm_enrolment(&ticket, &digits(&code), now))
        .await;
    let enrolled = match enrolled {
        Err(account::Error::Totp(error)) => {
            say("first code refused");
            let page = try_again(told(&error));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        enrolled => enrolled?,
    };
    match enrolled.next {
        Next::SignedIn(signed_in) => {
            let page = recovery_codes(&enrolled.recovery_codes);
            start(&office, &headers, signed_in, page).await
        }
        next => follow(&office, &headers, next).await,
    }
}

/// The secret, once, and the form for its first code.
pub(super) fn scan(uri: &Uri, form: &Markup) -> Markup {
    let secret = uri.secret().expose_base32();
    html! {
        h1 { "Scan this code" }
        p { "Open your authenticator app, add an account and point the camera here." }
        div.qr { (PreEscaped(uri.qr_svg().expose_secret())) }
        p.aside { a #app href=(uri.expose_secret()) { "Open the app on this device" } }
        details {
            summary { "Cannot scan it?" }
            p.help { "Type this key into the app, as a time-based one:" }
            p.key #key { (grouped(&secret)) }
        }
        (form)
    }
}

/// The secret was shown; it is not shown again.
fn try_again(problem: &str) -> Html<String> {
    layout::card(
        "Second factor",
        &html! {
            h1 { "Try the next code" }
            (first_code("/enrol/confirm", None, Some(problem)))
            form method="post" action="/enrol" {
                button.quiet type="submit" { "Show a new QR code" }
            }
        },
    )
}

/// The form for the first code, of the authenticator with this number where there are several.
pub(super) fn first_code(action: &str, id: Option<Id>, problem: Option<&str>) -> Markup {
    html! {
        @if let Some(problem) = problem { p.problem role="alert" #problem { (problem) } }
        form method="post" action=(action) {
            @if let Some(id) = id { input type="hidden" name="id" value=(id.number()); }
            label for="code" { "The code that the app shows" }
            input.code #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code"
                spellcheck="false" maxlength="16" required autofocus
                aria-describedby=[problem.map(|_| "problem")];
            button type="submit" { "Confirm" }
        }
    }
}

pub(super) fn recovery_codes(codes: &[recovery::Code]) -> Html<String> {
    layout::card(
        "Recovery codes",
        &html! {
            h1 { "Keep these codes" }
            p {
                "The day your phone is lost, each of them lets you in once in place of a code. \
                 Print them or put them into a password manager. "
                strong { "They are not shown again." }
            }
            ol.recovery {
                @for code in codes { li { (code.expose_secret()) } }
            }
            p { a.button href="/" { "I have kept them" } }
        },
    )
}

/// In groups of four, as people read it over.
fn grouped(secret: &str) -> String {
    let mut text = String::new();
    for (index, character) in secret.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}
