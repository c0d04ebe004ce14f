//! The authenticators of a person: the list, one more, one in the place of another, and new recovery
//! codes. Each asks for a code that was given in the last minutes.

use axum::{
    Form,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use portcullis::{
    Timestamp, account,
    totp::{
        self, Uri,
        authenticators::{Authenticator, Id},
    },
};
use serde::Deserialize;

use super::{
    code::{digits, told},
    enrolment,
};
use crate::{
    layout::{self, Tab},
    office::{Office, Refused, Visitor, say},
};

const CONFIRM: &str = "/authenticators/confirm";

#[derive(Deserialize)]
pub(crate) struct Label {
    label: String,
}

#[derive(Deserialize)]
pub(crate) struct Replacement {
    id: u32,
    label: String,
}

/// The number of an authenticator in the list; it opens nothing.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    id: u32,
}

#[derive(Deserialize)]
pub(crate) struct FirstCode {
    id: u32,
    code: String,
}

#[derive(Deserialize)]
pub(crate) struct Proof {
    code: String,
}

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refused> {
    let done = match query.as_deref() {
        Some("done=confirmed") => {
            Some("That app is set up, and your other devices are signed out.")
        }
        Some("done=removed") => Some("That app opens nothing any more."),
        Some("done=proved") => Some("Thank you. Now you can change your apps for five minutes."),
        _ => None,
    };
    page(&office, &visitor, done, None).await
}

/// Asks for a code again.
pub(crate) async fn ask(
    State(office): State<Office>,
    visitor: Visitor,
) -> Result<Html<String>, Refused> {
    Ok(proof(&office, &visitor, None))
}

pub(crate) async fn prove(
    State(office): State<Office>,
    visitor: Visitor,
    Form(Proof { code }): Form<Proof>,
) -> Result<Response, Refused> {
    let token = visitor.token.clone();
    let proved = office
        .ask(move |accounts, now| accounts.step_up(&token, &digits(&code), now))
        .await;
    let problem = match proved {
        Err(account::Error::Totp(error)) => told(&error),
        Err(account::Error::ResetRequired | account::Error::RebindRequired) => {
            "Too many codes were wrong. Sign in again with a recovery code."
        }
        proved => {
            let signed_in = proved?;
            let session = (&signed_in.token, &signed_in.session);
            let list = Redirect::to("/authenticators?done=proved");
            return Ok(office.cookies().signed_in(session, list));
        }
    };
    say("code refused");
    Ok(again(proof(&office, &visitor, Some(problem))))
}

pub(crate) async fn add(
    State(office): State<Office>,
    visitor: Visitor,
    Form(Label { label }): Form<Label>,
) -> Result<Response, Refused> {
    let token = visitor.token.clone();
    let begun = office
        .ask(move |accounts, now| accounts.add_authenticator(&token, label.trim(), now))
        .await;
    scan(&office, &visitor, begun).await
}

pub(crate) async fn replace(
    State(office): State<Office>,
    visitor: Visitor,
    Form(Replacement { id, label }): Form<Replacement>,
) -> Result<Response, Refused> {
    let (token, old) = (visitor.token.clone(), Id::from_number(id));
    let begun = office
        .ask(move |accounts, now| accounts.replace_authenticator(&token, old, label.trim(), now))
        .await;
    scan(&office, &visitor, begun).await
}

pub(crate) async fn confirm(
    State(office): State<Office>,
    visitor: Visitor,
    Form(FirstCode { id, code }): Form<FirstCode>,
) -> Result<Response, Refused> {
    let (token, id) = (visitor.token.clone(), Id::from_number(id));
    let confirmed = office
        .ask(move |accounts, now| accounts.confirm_authenticator(&token, id, &digits(&code), now))
        .await;
    let confirmed = match confirmed {
        Err(account::Error::Totp(error)) => {
            say("first code refused");
            let form = enrolment::first_code(CONFIRM, Some(id), Some(told(&error)));
            let body = html! { h1 { "Try the next code" } (form) };
            return Ok(again(member(&office, &visitor, &body)));
        }
        confirmed => confirmed?,
    };
    say("an authenticator was set up");
    let response = if confirmed.recovery_codes.is_empty() {
        Redirect::to("/authenticators?done=confirmed").into_response()
    } else {
        enrolment::recovery_codes(&confirmed.recovery_codes).into_response()
    };
    let session = (&confirmed.signed_in.token, &confirmed.signed_in.session);
    Ok(office.cookies().signed_in(session, response))
}

pub(crate) async fn remove(
    State(office): State<Office>,
    visitor: Visitor,
    Form(Chosen { id }): Form<Chosen>,
) -> Result<Response, Refused> {
    let (token, id) = (visitor.token.clone(), Id::from_number(id));
    let removed = office
        .ask(move |accounts, now| accounts.remove_authenticator(&token, id, now))
        .await;
    if let Err(account::Error::Totp(error)) = removed {
        return Ok(again(page(&office, &visitor, None, Some(&error)).await?));
    }
    removed?;
    say("an authenticator was removed");
    Ok(Redirect::to("/authenticators?done=removed").into_response())
}

pub(crate) async fn recovery_codes(
    State(office): State<Office>,
    visitor: Visitor,
) -> Result<Response, Refused> {
    let token = visitor.token.clone();
    let codes = office
        .ask(move |accounts, now| accounts.new_recovery_codes(&token, now))
        .await;
    if let Err(account::Error::Totp(error)) = codes {
        return Ok(again(page(&office, &visitor, None, Some(&error)).await?));
    }
    let codes = codes?;
    say("new recovery codes were made");
    Ok(enrolment::recovery_codes(&codes).into_response())
}

/// The page with the secret of one that was begun, or the list with what was wrong.
async fn scan(
    office: &Office,
    visitor: &Visitor,
    begun: Result<(Id, Uri), account::Error>,
) -> Result<Response, Refused> {
    match begun {
        Ok((id, uri)) => {
            let form = enrolment::first_code(CONFIRM, Some(id), None);
            let body = enrolment::scan(&uri, &form);
            Ok(member(office, visitor, &body).into_response())
        }
        Err(account::Error::Totp(error)) => {
            Ok(again(page(office, visitor, None, Some(&error)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn again(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// What a person can do about it.
fn problem(error: &totp::Error) -> &'static str {
    match error {
        totp::Error::Label => "Give the app a name, of up to 128 characters.",
        totp::Error::TooManyAuthenticators => {
            "That is one too many: remove one, or finish the one that you have begun."
        }
        totp::Error::LastAuthenticator => {
            "This is the only one, and you must have one. Replace it instead."
        }
        totp::Error::NoAuthenticator => "That app is not in the list any more.",
        totp::Error::NotConfirmed => "Set up an app first.",
        _ => "That did not work. Begin again.",
    }
}

fn member(office: &Office, visitor: &Visitor, body: &Markup) -> Html<String> {
    let body = html! { section.panel { (body) } };
    let tab = Tab::Authenticators;
    layout::member(visitor, office.settings(), tab, "Codes", &body)
}

async fn page(
    office: &Office,
    visitor: &Visitor,
    done: Option<&str>,
    error: Option<&totp::Error>,
) -> Result<Html<String>, Refused> {
    let token = visitor.token.clone();
    let authenticators = office
        .ask(move |accounts, now| accounts.authenticators(&token, now))
        .await?;
    let now = Timestamp::now();
    let problems: Vec<_> = error.map(|e| problem(e).to_owned()).into_iter().collect();
    let left = visitor.person.recovery_codes_left();
    Ok(layout::member(
        visitor,
        office.settings(),
        Tab::Authenticators,
        "Codes",
        &html! {
            h1 { "Your authenticator apps" }
            @if let Some(done) = done { (layout::notice(done)) }
            (layout::problems(&problems))
            p.lead { "A code of any of them is your second factor. If there is one that you do not know, remove it and change your password." }
            ul.devices {
                @for authenticator in &authenticators { (item(authenticator, now)) }
            }
            div.split {
                section.panel aria-labelledby="add" {
                    h2 #add { "Another one" }
                    form method="post" action="/authenticators/add" {
                        label for="label" { "Name, such as “Tablet”" }
                        input #label name="label" type="text" maxlength="40" required autocomplete="off";
                        button type="submit" { "Add an app" }
                    }
                }
                section.panel aria-labelledby="recovery" {
                    h2 #recovery { "Recovery codes" }
                    p { (left) " left. New ones end the old ones." }
                    form method="post" action="/authenticators/recovery-codes" {
                        button.quiet type="submit" { "Make new recovery codes" }
                    }
                }
            }
        },
    ))
}

fn item(authenticator: &Authenticator, now: Timestamp) -> Markup {
    let (id, name) = (authenticator.id().number(), authenticator.label());
    html! {
        li {
            div {
                p.name {
                    (name)
                    @if !authenticator.is_confirmed() { " " span.badge { "Awaits its first code" } }
                }
                p.help.when {
                    span { "Added " (layout::time(authenticator.created(), now)) }
                    @if let Some(used) = authenticator.last_used() {
                        span { "Used " (layout::time(used, now)) }
                    }
                }
            }
            div.actions {
                @if authenticator.is_confirmed() {
                    form method="post" action="/authenticators/replace" {
                        input type="hidden" name="id" value=(id);
                        input type="hidden" name="label" value=(name);
                        button.quiet type="submit" aria-label={ "Replace " (name) } { "Replace" }
                    }
                }
                form method="post" action="/authenticators/remove" {
                    input type="hidden" name="id" value=(id);
                    button.quiet type="submit" aria-label={ "Remove " (name) } { "Remove" }
                }
            }
        }
    }
}

fn proof(office: &Office, visitor: &Visitor, problem: Option<&str>) -> Html<String> {
    let proved = visitor.person.second_factor_at().is_some();
    let body = html! {
        h1 { "Is it you?" }
        @if proved {
            p { "To change how you sign in, enter a code that your app shows now." }
            @if let Some(problem) = problem { p.problem role="alert" #problem { (problem) } }
            form method="post" action="/authenticators/prove" {
                label for="code" { "Code" }
                input.code #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code"
                    spellcheck="false" maxlength="16" required autofocus
                    aria-describedby=[problem.map(|_| "problem")];
                button type="submit" { "Continue" }
            }
        } @else {
            p { "To change how you sign in, sign out and in again with your password." }
        }
    };
    member(office, visitor, &body)
}
