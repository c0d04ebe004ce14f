//! The pages: for each what is shown, and what a form of it does.

pub(crate) mod assets;
pub(crate) mod authenticators;
pub(crate) mod code;
pub(crate) mod devices;
pub(crate) mod enrolment;
pub(crate) mod home;
pub(crate) mod message;
pub(crate) mod password;
pub(crate) mod sign_in;
