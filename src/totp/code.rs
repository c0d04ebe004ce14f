//! Makes and compares the codes of one secret.

use core::fmt::Write as _;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::{Algorithm, Parameters, Secret};

/// The most digits that a code has.
pub(super) const MAX_DIGITS: usize = 8;

/// The codes of one secret under one set of parameters, by step.
pub(super) struct Codes(Totp);

impl Codes {
    pub(super) fn new(secret: &Secret, parameters: Parameters) -> Self {
        let algorithm = match parameters.algorithm() {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
            Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        };
        // A step of one second: the time that the maker is given is then the step itself, and no
        // multiplication can overflow. Lengths are checked by our own types; its check asks for 128
        // bits, where secrets that people bring along have 80.
        let totp = Builder::new()
            .with_algorithm(algorithm)
            .with_digits(parameters.digits())
            .with_step_duration(1)
            .with_secret(secret.expose())
            .build_noncompliant();
        Self(totp)
    }

    /// The code of a step, in as many ASCII digits as the parameters say.
    pub(super) fn at(&self, step: u64) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_DIGITS));
        let written = write!(text, "{}", self.0.generate(step));
        debug_assert!(written.is_ok(), "a String takes what is written to it");
        text
    }

    /// The largest of `steps`, which ascend, whose code this is. All of them are computed and
    /// compared, so that the time does not tell which one it was, or whether there was one.
    pub(super) fn newest_match(&self, code: &str, steps: impl Iterator<Item = u64>) -> Option<u64> {
        let (mut matched, mut newest) = (Choice::from(0), 0);
        for step in steps {
            let equal = self.at(step).as_bytes().ct_eq(code.as_bytes());
            u64::conditional_assign(&mut newest, &step, equal);
            matched |= equal;
        }
        bool::from(matched).then_some(newest)
    }
}
