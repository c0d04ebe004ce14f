//! Where one is signed in, and signing out there.

use std::cmp::Reverse;

use axum::{
    Form,
    extract::{RawQuery, State},
    response::{Html, Redirect},
};
use maud::{Markup, html};
use portcullis::{
    Timestamp,
    session::{Id, Live},
};
use serde::Deserialize;

use crate::{
    layout::{self, Tab},
    office::{Office, Refused, Visitor, say},
};

/// The number of a session in the list; it opens nothing.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    id: u64,
}

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refused> {
    let login = visitor.person.login().to_owned();
    let mut sessions = office
        .ask(move |accounts, now| accounts.sessions(&login, now))
        .await?;
    let here = visitor.person.session().id();
    // this one, then the newest
    sessions.sort_by_key(|session| (session.id() != here, Reverse(session.created())));
    let now = Timestamp::now();
    let done = match query.as_deref() {
        Some("done=one") => Some("That device is signed out."),
        Some("done=others") => Some("Your other devices are signed out."),
        _ => None,
    };
    Ok(layout::member(
        &visitor,
        office.settings(),
        Tab::Devices,
        "Devices",
        &html! {
            h1 { "Your devices" }
            @if let Some(done) = done { (layout::notice(done)) }
            p.lead { "Where you are signed in. If there is one that you do not know, sign it out and change your password." }
            ul.devices {
                @for session in &sessions { (device(session, here, now)) }
            }
            @if sessions.len() > 1 {
                form method="post" action="/devices/sign-out-others" {
                    button type="submit" { "Sign out the others" }
                }
            }
        },
    ))
}

pub(crate) async fn sign_out_one(
    State(office): State<Office>,
    visitor: Visitor,
    Form(Chosen { id }): Form<Chosen>,
) -> Result<Redirect, Refused> {
    office
        .ask(move |accounts, now| accounts.sign_out_one(&visitor.token, Id::from_u64(id), now))
        .await?;
    say("one device signed out from another");
    Ok(Redirect::to("/devices?done=one"))
}

pub(crate) async fn sign_out_others(
    State(office): State<Office>,
    visitor: Visitor,
) -> Result<Redirect, Refused> {
    let ended = office
        .ask(move |accounts, now| accounts.sign_out_others(&visitor.token, now))
        .await?;
    say(format_args!("{ended} devices signed out from another"));
    Ok(Redirect::to("/devices?done=others"))
}

fn device(session: &Live, here: Id, now: Timestamp) -> Markup {
    html! {
        li {
            div {
                p.name {
                    (session.label())
                    @if session.id() == here { " " span.badge { "This device" } }
                }
                p.help.when {
                    span { "Active " (layout::time(session.last_active(), now)) }
                    span { "Signed in " (layout::time(session.created(), now)) }
                }
            }
            @if session.id() != here {
                form method="post" action="/devices/sign-out" {
                    input type="hidden" name="id" value=(session.id().as_u64());
                    button.quiet type="submit" aria-label={ "Sign out " (session.label()) } { "Sign out" }
                }
            }
        }
    }
}
