//! The style sheet, the script and the icon. They are the same for everybody and not secret.

use axum::{http::header, response::IntoResponse};

pub(crate) async fn style() -> impl IntoResponse {
    asset(
        "text/css; charset=utf-8",
        include_str!("../../assets/style.css"),
    )
}

pub(crate) async fn script() -> impl IntoResponse {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../../assets/session.js"),
    )
}

pub(crate) async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", include_str!("../../assets/icon.svg"))
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, text)
}
