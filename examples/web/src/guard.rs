//! What holds for every request and every answer: no request from another site changes anything,
//! and no page is framed, kept, sniffed or made to run what is not its own.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::pages::message;

/// Everything from here, nothing inline; no frames around it; forms go nowhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'";

/// On every answer. `same-origin`, as `no-referrer` would make browsers send `Origin: null` with
/// our own forms.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if changes && sender(request.headers()) == Sender::Other {
        message::page(
            StatusCode::FORBIDDEN,
            "This came from elsewhere",
            "Another page sent this request, so nothing was done. Go back to the start and try there.",
        )
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whose page sent a request.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Sender {
    Ours,
    Other,
}

/// By what the browser says of it and no page can change: Sec-Fetch-Site, or in older browsers
/// Origin. Who sends neither is not one of our pages in a browser. `SameSite` cookies do this too,
/// but for the ports and sister domains of a site.
fn sender(headers: &HeaderMap) -> Sender {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let ours = match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(header::ORIGIN).is_some_and(|origin| {
            let host = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            host.is_some() && host == text(header::HOST)
        }),
    };
    if ours { Sender::Ours } else { Sender::Other }
}
