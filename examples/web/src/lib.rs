//! A small web service over [`portcullis::account::Accounts`]: sign-in with a second factor, pages
//! that show how long the session lasts and end with it, the list of one's devices, a password.
//!
//! The library decides; this package has the HTTP, the HTML and nothing that is security's own. The
//! rules that HTTP asks for stand in `guard` (headers, requests from other sites) and `cookies`.

mod cookies;
mod device;
mod duration;
mod guard;
mod keys;
mod layout;
mod office;
mod options;
mod pages;
mod stores;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
pub use keys::devices;
pub use office::{Office, Settings, say};
pub use options::{Options, USAGE};
pub use stores::{Stores, open};

/// The longest form: two passwords of 1,024 bytes, every byte percent-encoded, and room.
const FORM_LEN: usize = 16 * 1024;

/// The whole service.
pub fn app(office: Office) -> Router {
    use pages::{
        assets, authenticators, code, devices, enrolment, home, message, password, sign_in,
    };
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/code", get(code::show).post(code::submit))
        .route("/enrol", get(enrolment::introduce).post(enrolment::begin))
        .route("/enrol/confirm", post(enrolment::confirm))
        .route(
            "/new-password",
            get(password::show_expired).post(password::submit_expired),
        )
        .route("/password", get(password::show).post(password::submit))
        .route("/devices", get(devices::show))
        .route("/devices/sign-out", post(devices::sign_out_one))
        .route("/devices/sign-out-others", post(devices::sign_out_others))
        .route("/authenticators", get(authenticators::show))
        .route(
            "/authenticators/prove",
            get(authenticators::ask).post(authenticators::prove),
        )
        .route("/authenticators/add", post(authenticators::add))
        .route("/authenticators/replace", post(authenticators::replace))
        .route("/authenticators/confirm", post(authenticators::confirm))
        .route("/authenticators/remove", post(authenticators::remove))
        .route(
            "/authenticators/recovery-codes",
            post(authenticators::recovery_codes),
        )
        .route("/session", get(home::remaining))
        .route("/stay", post(home::stay))
        .route("/style.css", get(assets::style))
        .route("/session.js", get(assets::script))
        .route("/icon.svg", get(assets::icon))
        .fallback(message::not_found)
        .layer(DefaultBodyLimit::max(FORM_LEN))
        .layer(middleware::from_fn(guard::guard))
        .with_state(office)
}
