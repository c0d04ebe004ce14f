//! The C interface: `src/ffi/portcullis.h`, C99 and C++11, with passwords and sessions.
//!
//! The header is its reference: what every function takes, answers and leaves to the caller to
//! store. It is generated from this module, checked in, and a test holds the two together.
//!
//! # Building
//!
//! The manifest names no library type for C, so that Rust programs do not pay for it. A static
//! library or a shared one is built by
//!
//! ```text
//! cargo rustc --release --lib --features ffi --crate-type staticlib
//! cargo rustc --release --lib --features ffi --crate-type cdylib
//! ```
//!
//! and is then `target/release/libportcullis.a` or `libportcullis.so` (`.dylib`, `.dll`). On Linux a
//! program is linked by `cc -std=c99 -Isrc/ffi program.c target/release/libportcullis.a -lpthread
//! -ldl -lm`; `-- --print native-static-libs` after the first command prints what another system
//! needs.
//!
//! # What this does not do
//!
//! No store and no clock: a session's state is bytes that the caller reads and writes in one
//! transaction, the present time is an argument. Nothing that the library returns is to be freed but
//! the handles, each by its own function.
//!
//! # Security
//!
//! Zero, and only zero, is a yes; the compiler warns where a status is ignored. What an untrusted
//! person can send in (a wrong password, a broken token) is answered by 1; everything else says that
//! something is to be repaired, and denies just as well. Nothing is written but lengths and null
//! handles before everything has been decided.
//!
//! A panic becomes `PORTCULLIS_PANIC` and never crosses into C, as long as the library is built to
//! unwind, as it is unless a profile says `panic = "abort"`: then it ends the process.
//!
//! This is the only module with `unsafe` in it: in `call.rs`, where a pointer becomes a slice and
//! where an answer is copied out, and in the names that the functions have for the linker. Whether a
//! pointer points to what the header asks for, only the C program can know.
//!
//! # Example
//!
//! In C; `tests/ffi/sign_in.c` is the whole program.
//!
//! ```c
//! if (portcullis_session_check(policy, state, state_len, cookie, cookie_len, now_ms,
//!                              state, sizeof state, &state_len, &live) != PORTCULLIS_YES)
//!     return deny();
//! ```

#![allow(
    unsafe_code,
    reason = "C has no other way in: pointers come without lengths or lifetimes"
)]
#![allow(
    unreachable_pub,
    reason = "public to the linker and to cbindgen; Rust has the modules themselves"
)]

mod call;
mod password;
mod session;
mod status;
