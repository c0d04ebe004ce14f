//! What a panic says, without its secrets.

use std::{
    io::Write,
    panic::PanicHookInfo,
    sync::{Mutex, PoisonError},
    thread,
};

use super::Policy;

/// What the standard library prints of a payload that is no text.
const NO_TEXT: &str = "Box<dyn Any>";

impl Policy {
    /// A hook for [`std::panic::set_hook`] that writes to `output` which thread panicked, where, and
    /// the message without its secrets: an `unwrap` prints what the error holds, an `assert_eq!`
    /// both sides.
    ///
    /// It writes each panic at once and flushes it; what cannot be written is lost. No backtrace is
    /// printed, and the hook that was set before is not called: it would print the message as it
    /// is.
    ///
    /// ```
    /// use portcullis::redact::Policy;
    ///
    /// std::panic::set_hook(Box::new(Policy::default().panic_hook(std::io::stderr())));
    /// ```
    pub fn panic_hook<W: Write + Send + 'static>(
        &self,
        output: W,
    ) -> impl Fn(&PanicHookInfo<'_>) + Send + Sync + 'static {
        let (policy, output) = (self.clone(), Mutex::new(output));
        move |panic| {
            let text = report(&policy, panic);
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody is left to be told.
            let _lost = output
                .write_all(text.as_bytes())
                .and_then(|()| output.flush());
        }
    }
}

/// As the standard library has it: the thread, the place, the message on a line of its own.
fn report(policy: &Policy, panic: &PanicHookInfo<'_>) -> String {
    let thread = thread::current();
    let name = policy.redact_field("thread", thread.name().unwrap_or("<unnamed>"));
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = policy.redact_field("message", message.unwrap_or(NO_TEXT));
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!("thread '{name}' panicked at {place}:\n{message}\n")
}
