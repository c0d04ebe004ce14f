//! scrypt (RFC 7914), in the texts of PHC and passlib, crypt(3), Django, Werkzeug and Spring.
//!
//! The crate underneath ends the process where its memory cannot be had, and where its parameters
//! overflow. So everything is bounded before it is called, and the memory asked for once and given
//! back immediately before: if that fails, so does the verification, and nothing else. Between the
//! two another thread may take it; that much is left of the risk, and the gate's to make small.
//!
//! What the crate derives from the password is not wiped when it gives the memory back.

use core::hint::black_box;

use base64ct::{Base64, Base64ShaCrypt, Base64Unpadded};
use zeroize::Zeroizing;

use super::{
    super::{
        Error, Limits, Parameter, Part,
        limits::{at_least, at_most},
        phc::decimal,
    },
    Foreign, Legacy, LegacyScheme,
    fields::{SALT_LEN, TAG_LEN, base64, crypt64, hex, salt},
};

/// The largest block size r: what Spring's text can hold. Every scheme makes them with 8.
const MAX_BLOCK_SIZE: u32 = 255;

/// Reads a text after its prefix.
type Form = fn(&str, &Limits) -> Result<Scrypt, Error>;

const FORMS: [(&str, Form); 4] = [
    ("$scrypt$", phc),
    ("$7$", crypt),
    ("scrypt$", django),
    ("scrypt:", werkzeug),
];

/// Reads any hash of scrypt.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let begins = |(prefix, form): &(&str, Form)| Some((*form, text.strip_prefix(*prefix)?));
    let hash = match FORMS.iter().find_map(begins) {
        Some((form, rest)) => form(rest, limits)?,
        None if is_spring(text) => spring(text, limits)?,
        None => return Ok(None),
    };
    Ok(Some(Box::new(hash)))
}

/// `$scrypt$ln=16,r=8,p=1$salt$tag`: base64 without padding.
fn phc(rest: &str, limits: &Limits) -> Result<Scrypt, Error> {
    let [cost, salt, tag] = split(rest)?;
    let mut cost = cost.split(',');
    let mut number = |name| {
        let digits = cost.next().and_then(|part| part.strip_prefix(name));
        decimal(digits.ok_or(Error::Malformed(Part::Cost))?)
    };
    let (log_n, r, p) = (number("ln=")?, number("r=")?, number("p=")?);
    if cost.next().is_some() {
        return Err(Error::Malformed(Part::Cost));
    }
    Ok(Scrypt {
        cost: Cost::new(power(log_n), r, p, limits)?,
        salt: base64::<Base64Unpadded>(salt, SALT_LEN, Part::Salt)?,
        tag: base64::<Base64Unpadded>(tag, TAG_LEN, Part::Tag)?,
    })
}

/// `$7$` N rrrrr ppppp salt `$` tag: the alphabet of crypt(3), the lowest digit first, and the salt
/// as it is written (scrypt-unix-crypt by Simon Josefsson).
fn crypt(rest: &str, limits: &Limits) -> Result<Scrypt, Error> {
    let [setting, tag] = split(rest)?;
    let fields = setting.split_at_checked(1).and_then(|(log_n, rest)| {
        let (r, rest) = rest.split_at_checked(5)?;
        let (p, salt) = rest.split_at_checked(5)?;
        Some((log_n, r, p, salt))
    });
    let (log_n, r, p, salt_text) = fields.ok_or(Error::Malformed(Part::Fields))?;
    let (log_n, r, p) = (crypt_number(log_n)?, crypt_number(r)?, crypt_number(p)?);
    Ok(Scrypt {
        cost: Cost::new(power(log_n), r, p, limits)?,
        salt: salt(salt_text)?,
        tag: base64::<Base64ShaCrypt>(tag, 32..=32, Part::Tag)?,
    })
}

/// Digits of six bits each, at most five of them.
fn crypt_number(digits: &str) -> Result<u32, Error> {
    digits.bytes().rev().try_fold(0, |number: u32, byte| {
        let digit = crypt64(byte).ok_or(Error::Malformed(Part::Cost))?;
        Ok(number << 6 | u32::from(digit))
    })
}

/// `scrypt$N$salt$r$p$tag`: the salt as it is written, 64 bytes of tag in base64.
fn django(rest: &str, limits: &Limits) -> Result<Scrypt, Error> {
    let [n, salt_text, r, p, tag] = split(rest)?;
    Ok(Scrypt {
        cost: Cost::new(decimal(n)?.into(), decimal(r)?, decimal(p)?, limits)?,
        salt: salt(salt_text)?,
        tag: base64::<Base64>(tag, 64..=64, Part::Tag)?,
    })
}

/// `scrypt:N:r:p$salt$tag`: the salt as it is written, 64 bytes of tag in hexadecimal.
fn werkzeug(rest: &str, limits: &Limits) -> Result<Scrypt, Error> {
    let [cost, salt_text, tag] = split(rest)?;
    let cost: Vec<&str> = cost.split(':').collect();
    let [n, r, p] = *cost else {
        return Err(Error::Malformed(Part::Cost));
    };
    Ok(Scrypt {
        cost: Cost::new(decimal(n)?.into(), decimal(r)?, decimal(p)?, limits)?,
        salt: salt(salt_text)?,
        tag: hex(tag, 64..=64, Part::Tag)?,
    })
}

/// Whether it begins as Spring's SCryptPasswordEncoder writes: five or six digits of hexadecimal
/// between two `$`. Other schemes have fewer characters there, or other ones.
pub(super) fn is_spring(text: &str) -> bool {
    let first = text.strip_prefix('$').and_then(|rest| rest.split_once('$'));
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    first.is_some_and(|(first, _)| (5..=6).contains(&first.len()) && first.bytes().all(hex))
}

/// `$e0801$salt$tag`: the logarithm of N above sixteen bits, r and p in eight each, in hexadecimal
/// without leading zeros; then base64.
fn spring(text: &str, limits: &Limits) -> Result<Scrypt, Error> {
    let ["", cost, salt, tag] = split(text)? else {
        return Err(Error::Malformed(Part::Fields));
    };
    let cost = u32::from_str_radix(cost, 16)
        .ok()
        .filter(|_| !cost.starts_with('0'));
    let [_, log_n, r, p] = cost.ok_or(Error::Malformed(Part::Cost))?.to_be_bytes();
    Ok(Scrypt {
        cost: Cost::new(power(log_n.into()), r.into(), p.into(), limits)?,
        salt: base64::<Base64>(salt, SALT_LEN, Part::Salt)?,
        tag: base64::<Base64>(tag, 32..=32, Part::Tag)?,
    })
}

fn split<const N: usize>(text: &str) -> Result<[&str; N], Error> {
    let fields: Vec<&str> = text.split('$').collect();
    fields
        .try_into()
        .map_err(|_| Error::Malformed(Part::Fields))
}

/// 2 to the power of `log_n`. One that no u64 holds is read as the largest, which is above every
/// ceiling.
pub(super) fn power(log_n: u32) -> u64 {
    1_u64.checked_shl(log_n).unwrap_or(u64::MAX)
}

/// What scrypt costs, within the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    log_n: u8,
    r: u32,
    p: u32,
    memory_kib: u32,
}

impl Cost {
    /// N, which is a power of two, blocks of r times 128 bytes, p times one after the other.
    pub(super) fn new(n: u64, r: u32, p: u32, limits: &Limits) -> Result<Self, Error> {
        at_least(
            Parameter::ScryptCost,
            u32::try_from(n).unwrap_or(u32::MAX),
            2,
        )?;
        at_least(Parameter::BlockSize, r, 1)?;
        at_least(Parameter::Lanes, p, 1)?;
        at_most(Parameter::BlockSize, r, MAX_BLOCK_SIZE)?;
        let memory = n.saturating_mul(128).saturating_mul(r.into());
        let memory_kib = limits.admit_scrypt(memory.div_ceil(1024), p)?;
        if !n.is_power_of_two() {
            return Err(Error::Malformed(Part::Cost));
        }
        let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| Error::Malformed(Part::Cost))?;
        Ok(Self {
            log_n,
            r,
            p,
            memory_kib,
        })
    }

    /// Refuses a cost that is above other limits than it was made within.
    pub(super) fn admit(&self, limits: &Limits) -> Result<(), Error> {
        limits.admit_scrypt(self.memory_kib.into(), self.p)?;
        Ok(())
    }

    /// `len` bytes of scrypt, 1 to 64.
    pub(super) fn derive(
        &self,
        password: &[u8],
        salt: &[u8],
        len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let params = ::scrypt::Params::new(self.log_n, self.r, self.p)
            .map_err(|_| Error::Malformed(Part::Cost))?;
        self.try_memory()?;
        let mut out = Zeroizing::new(vec![0; len]);
        ::scrypt::scrypt(password, salt, &params, &mut out)
            .map_err(|_| Error::Malformed(Part::Tag))?;
        Ok(out)
    }

    /// Whether the memory can be had. The compiler must not see that it is not used: it would leave
    /// out asking for it.
    fn try_memory(&self) -> Result<(), Error> {
        let kib = usize::try_from(self.memory_kib).map_err(|_| Error::Memory)?;
        let mut memory: Vec<[u8; 1024]> = Vec::new();
        memory.try_reserve_exact(kib).map_err(|_| Error::Memory)?;
        black_box(&mut memory);
        Ok(())
    }
}

struct Scrypt {
    cost: Cost,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Foreign for Scrypt {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Scrypt {
            log_n: self.cost.log_n.into(),
            block_size: self.cost.r,
            parallelism: self.cost.p,
        }
    }

    fn memory_kib(&self) -> u32 {
        self.cost.memory_kib
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.cost.derive(password, &self.salt, self.tag.len())
    }
}
