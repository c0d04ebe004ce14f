//! The second factor: a one-time code, or a recovery code in its place.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use maud::html;
use portcullis::{account, totp};
use serde::Deserialize;

use super::sign_in::follow;
use crate::{
    layout,
    office::{Office, Refused, Step, say},
};

/// One of the two is typed in.
#[derive(Deserialize)]
pub(crate) struct Codes {
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery: String,
}

pub(crate) async fn show(_: Step) -> Html<String> {
    form(None)
}

pub(crate) async fn submit(
    State(office): State<Office>,
    Step(ticket): Step,
    headers: HeaderMap,
    Form(Codes { code, recovery }): Form<Codes>,
) -> Result<Response, Refused> {
    let next = office
        .ask(move |accounts, now| {
            if recovery.is_empty() {
                accounts.second_factor(&ticket, &digits(&code), now)
            } else {
                accounts.recovery_code(&ticket, &recovery, now)
            }
        })
        .await;
    let problem = match next {
        Err(account::Error::Totp(error)) => told(&error),
        Err(account::Error::ResetRequired) => {
            "Too many codes were wrong. The account stays closed until its password is reset."
        }
        Err(account::Error::RebindRequired) => {
            "Too many codes of this app were wrong. Use a recovery code."
        }
        next => return follow(&office, &headers, next?).await,
    };
    say("code refused");
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form(Some(problem))).into_response())
}

/// What a person can do about it.
pub(crate) fn told(error: &totp::Error) -> &'static str {
    match error {
        totp::Error::Malformed => {
            "A code has six digits, a recovery code six groups of four characters."
        }
        totp::Error::Replayed => {
            "That code was used before. Wait for the next one. If it was not you who used it, \
             change your password."
        }
        totp::Error::EnrolmentExpired => "That took too long. Begin again with a new QR code.",
        _ => "That code is not right. Use the one that the app shows now.",
    }
}

/// Apps show `123 456`, and people type it so.
pub(crate) fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

fn form(problem: Option<&str>) -> Html<String> {
    layout::card(
        "Code",
        &html! {
            h1 { "Enter the code" }
            p { "Your authenticator app shows a code of six digits for Portcullis." }
            @if let Some(problem) = problem { p.problem role="alert" #problem { (problem) } }
            form method="post" action="/code" {
                label for="code" { "Code" }
                input.code #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code"
                    spellcheck="false" maxlength="16" required autofocus
                    aria-describedby=[problem.map(|_| "problem")];
                button type="submit" { "Continue" }
            }
            details {
                summary { "No phone at hand?" }
                form method="post" action="/code" {
                    label for="recovery" { "Recovery code" }
                    input.code #recovery name="recovery" type="text" autocomplete="off" autocapitalize="characters"
                        spellcheck="false" maxlength="64" required aria-describedby="recovery-help";
                    p.help #recovery-help { "One of those that you kept when you set up the app. Each works once." }
                    button.quiet type="submit" { "Use recovery code" }
                }
            }
            p.aside { a href="/sign-in" { "Use another name" } }
        },
    )
}
