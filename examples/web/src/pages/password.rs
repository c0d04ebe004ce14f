//! Another password: by choice, or because the present one has expired.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use portcullis::{
    account,
    password::{self, Password, Policy, Rule},
};
use serde::Deserialize;

use super::sign_in::follow;
use crate::{
    layout::{self, Tab},
    office::{Office, Refused, Step, Visitor, say},
};

#[derive(Deserialize)]
pub(crate) struct Change {
    present: String,
    new: String,
    again: String,
}

impl Change {
    /// The present password and the new one, if that was typed twice alike.
    fn passwords(self) -> Result<(Password, Password), Vec<String>> {
        if self.new == self.again {
            Ok((self.present.into(), self.new.into()))
        } else {
            Err(vec!["The new password and its repetition differ.".into()])
        }
    }
}

pub(crate) async fn show(State(office): State<Office>, visitor: Visitor) -> Html<String> {
    page(&office, &visitor, &[])
}

pub(crate) async fn submit(
    State(office): State<Office>,
    visitor: Visitor,
    Form(change): Form<Change>,
) -> Result<Response, Refused> {
    let (present, new) = match change.passwords() {
        Ok(passwords) => passwords,
        Err(problems) => return Ok(again(page(&office, &visitor, &problems))),
    };
    let token = visitor.token.clone();
    let changed = office
        .ask(move |accounts, now| accounts.change_password(&token, &present, &new, now))
        .await;
    match changed {
        Ok(signed_in) => {
            say("password changed");
            let home = Redirect::to("/?done=password");
            let session = (&signed_in.token, &signed_in.session);
            Ok(office.cookies().signed_in(session, home))
        }
        Err(error) => Ok(again(page(&office, &visitor, &problems(error)?))),
    }
}

/// The password has expired or must be changed before anything else.
pub(crate) async fn show_expired(_: Step) -> Html<String> {
    expired(&[])
}

pub(crate) async fn submit_expired(
    State(office): State<Office>,
    Step(ticket): Step,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Result<Response, Refused> {
    let (present, new) = match change.passwords() {
        Ok(passwords) => passwords,
        Err(problems) => return Ok(again(expired(&problems))),
    };
    let next = office
        .ask(move |accounts, now| accounts.change_expired_password(&ticket, &present, &new, now))
        .await;
    match next {
        Ok(next) => follow(&office, &headers, next).await,
        Err(error) => Ok(again(expired(&problems(error)?))),
    }
}

/// What the person can do something about; anything else is refused.
fn problems(error: account::Error) -> Result<Vec<String>, Refused> {
    match error {
        account::Error::Denied => Ok(vec!["The present password is not right.".into()]),
        account::Error::ResetRequired => Ok(vec![
            "Too many passwords were wrong. Nothing but a reset opens the account again.".into(),
        ]),
        account::Error::Password(password::Error::Rejected(violations)) => Ok(violations
            .iter()
            .map(|violation| format!("The new password {violation}."))
            .collect()),
        account::Error::Password(password::Error::Empty) => {
            Ok(vec!["The new password is empty.".into()])
        }
        other => Err(other.into()),
    }
}

fn again(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

fn page(office: &Office, visitor: &Visitor, problems: &[String]) -> Html<String> {
    layout::member(
        visitor,
        office.settings(),
        Tab::Password,
        "Password",
        &html! {
            h1 { "Your password" }
            p.lead { "Your other devices are signed out when you change it." }
            div.split {
                section.panel { (form("/password", visitor.person.login(), problems)) }
                (rules())
            }
        },
    )
}

fn expired(problems: &[String]) -> Html<String> {
    layout::card(
        "New password",
        &html! {
            h1 { "Choose a new password" }
            p { "The present one has expired, or must be changed." }
            (form("/new-password", "", problems))
            (rules())
        },
    )
}

fn form(action: &str, login: &str, problems: &[String]) -> Markup {
    let described = if problems.is_empty() {
        "rules"
    } else {
        "problem rules"
    };
    html! {
        (layout::problems(problems))
        form method="post" action=(action) {
            // for password managers
            input type="text" name="login" value=(login) autocomplete="username" hidden;
            label for="present" { "Present password" }
            input #present name="present" type="password" autocomplete="current-password" required autofocus;
            label for="new" { "New password" }
            input #new name="new" type="password" autocomplete="new-password" required
                aria-describedby=(described);
            label for="again" { "New password again" }
            input #again name="again" type="password" autocomplete="new-password" required;
            button type="submit" { "Change password" }
        }
    }
}

/// What is asked of the text. What else the policy asks for, of time and of extremes, is told to
/// whoever comes upon it.
fn rules() -> Markup {
    let asked = Policy::back_office().describe();
    let of_text = asked.iter().filter(|requirement| {
        use Rule::{Class, MinLength, NoContextWords, NotBlocklisted, NotOfLast, NotSimilar};
        matches!(
            requirement.rule(),
            MinLength { .. }
                | Class(_)
                | NoContextWords(_)
                | NotBlocklisted { .. }
                | NotSimilar
                | NotOfLast { .. }
        )
    });
    html! {
        section.rules #rules {
            h2 { "What is asked of a new one" }
            ul { @for requirement in of_text { li { (requirement) } } }
        }
    }
}
