//! A page that says why there is no other.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::html;

use crate::layout;

pub(crate) fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let page = layout::card(
        title,
        &html! {
            h1 { (title) }
            p { (text) }
            p { a.button href="/" { "To the start" } }
        },
    );
    (status, page).into_response()
}

pub(crate) async fn not_found() -> Response {
    page(
        StatusCode::NOT_FOUND,
        "No such page",
        "There is nothing at this address.",
    )
}
