//! Passwords for C: hash, verify, and what is wrong with a new one.

use core::{ffi::c_char, mem::MaybeUninit};

use super::{
    call::{Call, Text, create, guard, required, tell},
    status::{Denial, Status},
};
use crate::password::{Cost, Hash, Hasher, Password, Policy, Violations};

/// The size of a hash as text, its NUL included.
pub const PORTCULLIS_PASSWORD_HASH_SIZE: usize = 128;
/// The size of the codes of all violations, their NUL included.
pub const PORTCULLIS_PASSWORD_VIOLATIONS_SIZE: usize = 256;

/// What is said of bytes that are no text; Rust cannot be given such a password.
const NOT_UTF8: &str = "not_utf8";

/// Makes and verifies hashes at one cost. Threads may share one.
#[derive(Debug)]
pub struct PasswordHasher(Hasher);

/// The rules for new passwords. Threads may share one.
#[derive(Debug)]
pub struct PasswordPolicy(Policy);

/// Argon2id at 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's choice.
///
/// `*hasher` is null unless the answer is 0, and is to be freed with
/// portcullis_password_hasher_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_hasher_default(
    hasher: Option<&mut MaybeUninit<Option<Box<PasswordHasher>>>>,
) -> Status {
    guard(|_| create(hasher, || Ok(PasswordHasher(Hasher::default()))))
}

/// Argon2id at a cost of one's own: `memory_kib` from 8 a lane to 2097152, `passes` from 1 to 64,
/// `lanes` from 1 to 16, memory times passes to 2097152; PORTCULLIS_INVALID_ARGUMENT outside. Less
/// than the default is for tests.
///
/// A hasher has a memory budget of 262144 KiB, or of its own cost where that is more: beyond it a
/// call waits for five seconds at most, then the answer is PORTCULLIS_BUSY. Make one for the process.
///
/// `*hasher` is null unless the answer is 0, and is to be freed with
/// portcullis_password_hasher_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_hasher_new(
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    hasher: Option<&mut MaybeUninit<Option<Box<PasswordHasher>>>>,
) -> Status {
    guard(|_| {
        create(hasher, || {
            let cost = Cost::new(memory_kib, passes, lanes);
            let cost = cost.map_err(|_| Denial::InvalidArgument)?;
            Ok(PasswordHasher(Hasher::new(cost)))
        })
    })
}

/// Frees a hasher. Null is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn portcullis_password_hasher_free(hasher: Option<Box<PasswordHasher>>) {
    drop(hasher);
}

/// Hashes a password. `hash` is to be stored: printable text, ended by a NUL.
///
/// 1: the password is empty, over 1024 bytes or not UTF-8, and is not to be used. Nothing else is
/// asked of it: that is portcullis_password_check.
///
/// The library wipes its copies of the password; yours is for you to wipe.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_hash(
    hasher: Option<&PasswordHasher>,
    password: *const c_char,
    password_len: usize,
    hash: *mut [c_char; PORTCULLIS_PASSWORD_HASH_SIZE],
) -> Status {
    guard(|call| {
        let (hasher, out) = (required(hasher)?, call.array(hash)?);
        let password = password_of(call, password, password_len)?.ok_or(Denial::No)?;
        out.write(hasher.0.hash(&password)?.as_str())
    })
}

/// Says whether it is the password. `stored` is the hash as it was stored, `stored_len` bytes long;
/// null with length 0 for an unknown person, which takes as long as a wrong password.
///
/// 1: a wrong password, whichever bytes it has, or an unknown person; the two are not told apart.
/// PORTCULLIS_MALFORMED: the stored hash cannot be used; tell whoever looks after the system, and
/// tell the person what a wrong password tells.
///
/// `needs_rehash` may be null. It is written with 0 alone: whether the hash is weaker than this
/// hasher makes them. Then hash the password again, now that it is known, and replace the stored
/// hash if it is still the same.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_verify(
    hasher: Option<&PasswordHasher>,
    password: *const c_char,
    password_len: usize,
    stored: *const c_char,
    stored_len: usize,
    needs_rehash: Option<&mut MaybeUninit<bool>>,
) -> Status {
    guard(|call| {
        let hasher = required(hasher)?;
        let stored = stored_of(call, stored, stored_len)?;
        let password = password_of(call, password, password_len)?;
        let verified = verify(&hasher.0, password, stored)?;
        tell(needs_rehash, verified);
        Ok(())
    })
}

/// The rules of a back office: 12 characters with an upper-case and a lower-case letter, a digit and
/// a symbol, and no word of the account in it.
///
/// `*policy` is null unless the answer is 0, and is to be freed with
/// portcullis_password_policy_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_policy_back_office(
    policy: Option<&mut MaybeUninit<Option<Box<PasswordPolicy>>>>,
) -> Status {
    guard(|_| create(policy, || Ok(PasswordPolicy(Policy::back_office()))))
}

/// The rules of NIST SP 800-63B-4 for a password that is the only factor, but for the list of common
/// passwords that NIST asks for, too: 15 characters of any kind, not a word of the account as a
/// whole.
///
/// `*policy` is null unless the answer is 0, and is to be freed with
/// portcullis_password_policy_free.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_policy_nist(
    policy: Option<&mut MaybeUninit<Option<Box<PasswordPolicy>>>>,
) -> Status {
    guard(|_| create(policy, || Ok(PasswordPolicy(Policy::nist_800_63b()))))
}

/// Frees a policy. Null is ignored.
#[unsafe(no_mangle)]
pub extern "C" fn portcullis_password_policy_free(policy: Option<Box<PasswordPolicy>>) {
    drop(policy);
}

/// Says everything that is wrong with a password that somebody has chosen. `context` are the
/// `context_count` words that anybody would guess for this person: user name, e-mail address, names
/// of person and company; null with 0 for none.
///
/// 1: `violations` holds the code of each rule that is broken, one a line, ended by a NUL, such as
/// "too_short\nno_digit". Codes never change: too_short, too_long, no_uppercase, no_lowercase,
/// no_digit, no_symbol, control_character, context_word, blocklisted, not_utf8; there may be more
/// one day. 0: it holds an empty string. It may be null.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_password_check(
    policy: Option<&PasswordPolicy>,
    password: *const c_char,
    password_len: usize,
    context: *const Text,
    context_count: usize,
    violations: *mut [c_char; PORTCULLIS_PASSWORD_VIOLATIONS_SIZE],
) -> Status {
    guard(|call| {
        let policy = required(policy)?;
        let context = call.texts(context, context_count)?;
        let checked = match password_of(call, password, password_len)? {
            Some(password) => policy.0.check(&password, &context).map_err(|v| codes(&v)),
            None => Err(NOT_UTF8.to_owned()),
        };
        if !violations.is_null() {
            let found = checked.as_ref().err().map_or("", String::as_str);
            call.array(violations)?.write(found)?;
        }
        checked.map_err(|_| Denial::No)
    })
}

/// Whether the password is right, and its hash due for another. Bytes that are not text are nobody's
/// password: they take the time of one that is wrong, and what would be said of it.
fn verify(
    hasher: &Hasher,
    password: Option<Password>,
    stored: Option<Hash>,
) -> Result<bool, Denial> {
    let text = password.is_some();
    let password = password.unwrap_or_else(|| Password::from(NOT_UTF8));
    let verified = hasher.verify(&password, stored.as_ref())?;
    if text {
        Ok(verified.needs_rehash())
    } else {
        Err(Denial::No)
    }
}

/// None where the bytes are not text.
fn password_of(call: &Call, data: *const c_char, len: usize) -> Result<Option<Password>, Denial> {
    let bytes = call.items(data.cast::<u8>(), len)?;
    Ok(core::str::from_utf8(bytes).ok().map(Password::from))
}

/// Bytes that are not text become text that is no hash, and are refused as such after the work.
fn stored_of(call: &Call, data: *const c_char, len: usize) -> Result<Option<Hash>, Denial> {
    let bytes = call.optional(data.cast::<u8>(), len)?;
    Ok(bytes.map(|bytes| Hash::from_stored(String::from_utf8_lossy(bytes))))
}

/// One code a line. Several words of the account in one password are one violation here.
fn codes(violations: &Violations) -> String {
    let mut codes: Vec<&str> = violations
        .iter()
        .map(|violation| violation.code())
        .collect();
    codes.dedup();
    codes.join("\n")
}
