//! What all pages have around them.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use portcullis::{Timestamp, session::Live};

use crate::{
    duration,
    office::{Ended, Settings, Visitor},
};

/// Pages for people who are signed in.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Tab {
    Overview,
    Devices,
    Authenticators,
    Password,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Overview, "/", "Overview"),
        (Self::Devices, "/devices", "Devices"),
        (Self::Authenticators, "/authenticators", "Codes"),
        (Self::Password, "/password", "Password"),
    ];
}

/// A page for everybody: one card in the middle.
pub(crate) fn card(title: &str, body: &Markup) -> Html<String> {
    document(
        title,
        &html! {},
        &html! {
            body.outside {
                main.card {
                    (brand())
                    (body)
                }
                footer { p { "Portcullis, an example. Everything on this page comes from this server." } }
            }
        },
    )
}

/// A page for the person who is signed in, with what is left of their session.
pub(crate) fn member(
    visitor: &Visitor,
    settings: Settings,
    tab: Tab,
    title: &str,
    body: &Markup,
) -> Html<String> {
    let clock = Clock::of(visitor.person.session(), Timestamp::now());
    let ended = if clock.idle < clock.absolute {
        Ended::Idle
    } else {
        Ended::Limit
    };
    let after_the_end = clock.next.as_secs().saturating_add(1);
    document(
        title,
        &html! {
            script src="/session.js" defer {}
            // Without scripts the browser leaves by itself, too.
            noscript { meta http-equiv="refresh" content={ (after_the_end) "; url=/sign-in?ended=" (ended.name()) }; }
        },
        &html! {
            body.inside
                data-idle=(clock.idle.as_millis())
                data-absolute=(clock.absolute.as_millis())
                data-warning=(settings.warning.as_millis())
                data-poll=(settings.poll.as_millis()) {
                a.skip href="#main" { "Skip to the content" }
                header {
                    div.bar {
                        (brand())
                        nav aria-label="Pages" {
                            @for (other, address, name) in Tab::ALL {
                                a href=(address) aria-current=[(other == tab).then_some("page")] { (name) }
                            }
                        }
                        p.left title="Until you are signed out" {
                            span.hidden { "Signed out in " }
                            span data-count="next" { (duration::left(clock.next)) }
                        }
                        form method="post" action="/sign-out" {
                            button.quiet type="submit" { "Sign out" }
                        }
                    }
                }
                div #warning hidden {
                    div.bar {
                        p role="alert" data-why="idle" hidden {
                            "You will be signed out soon: nothing was done for a while."
                        }
                        p role="alert" data-why="limit" hidden {
                            "This session will end soon: it is as old as a session may be."
                        }
                        p.count aria-hidden="true" data-count="next" {}
                        form method="post" action="/stay" #stay {
                            button type="submit" { "I’m still here" }
                        }
                    }
                }
                main #main { (body) }
            }
        },
    )
}

/// What is left of a session.
pub(crate) struct Clock {
    pub(crate) idle: std::time::Duration,
    pub(crate) absolute: std::time::Duration,
    /// The less of the two.
    pub(crate) next: std::time::Duration,
}

impl Clock {
    pub(crate) fn of(session: &Live, now: Timestamp) -> Self {
        Self {
            idle: session.idle_deadline().saturating_since(now),
            absolute: session.absolute_deadline().saturating_since(now),
            next: session.deadline().saturating_since(now),
        }
    }
}

/// A message at the top of a page.
pub(crate) fn notice(text: &str) -> Markup {
    html! { p.notice role="status" { (text) } }
}

/// What is wrong with a form, in one or several lines.
pub(crate) fn problems(lines: &[String]) -> Markup {
    html! {
        @if let [only] = lines {
            p.problem role="alert" #problem { (only) }
        } @else if !lines.is_empty() {
            ul.problem role="alert" #problem {
                @for line in lines { li { (line) } }
            }
        }
    }
}

/// A point in time as people read it, how long ago, and the exact one for who points at it.
pub(crate) fn time(at: Timestamp, now: Timestamp) -> Markup {
    let minute: String = at.to_string().replace('T', " ").chars().take(16).collect();
    html! {
        time datetime=(at) title={ (minute) " UTC" } { (duration::ago(now.saturating_since(at))) }
    }
}

fn brand() -> Markup {
    html! { p.brand { img src="/icon.svg" alt="" width="28" height="28"; "Portcullis" } }
}

fn document(title: &str, head: &Markup, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Portcullis" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                (head)
            }
            (body)
        }
    };
    Html(page.into_string())
}
