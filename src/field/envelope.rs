//! The layout of an envelope, as bytes and as text.
//!
//! ```text
//! suite 0xF9 | key version u32 big-endian, from 1 | body (chunked.rs)
//! suite 0xFA | key version u32 big-endian, from 1 | body (xaes.rs)
//! ```

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{
    Context, Error, KeyVersion, MAX_PLAINTEXT_LEN, Suite, chunked,
    suite::{NONCE_LEN, PREFIX_LEN, Prepared},
    xaes,
};

/// What a written envelope starts with: the name of this form and its version.
pub(super) const TEXT_PREFIX: &str = "pc1.";

/// The longest of all suites.
const MAX_LEN: usize = Suite::Cobblestone256.sealed_len(MAX_PLAINTEXT_LEN);
/// Four characters for three bytes, and the prefix.
const MAX_TEXT_LEN: usize = MAX_LEN.div_ceil(3) * 4 + TEXT_PREFIX.len();

/// An envelope whose suite, key version and length can be right; no key has been touched.
pub(super) struct Envelope<'a> {
    pub(super) suite: Suite,
    pub(super) version: KeyVersion,
    body: Body<'a>,
}

enum Body<'a> {
    Cobblestone256(chunked::Body<'a>),
    Xaes256Gcm(xaes::Body<'a>),
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (suite, rest) = bytes.split_first().ok_or(Error::NotAnEnvelope)?;
        let suite = Suite::from_byte(*suite).ok_or(Error::NotAnEnvelope)?;
        if bytes.len() > suite.sealed_len(MAX_PLAINTEXT_LEN) {
            return Err(Error::TooLong);
        }
        let (version, body) = rest.split_first_chunk().ok_or(Error::Malformed)?;
        Ok(Self {
            suite,
            version: KeyVersion::new(u32::from_be_bytes(*version)).ok_or(Error::Malformed)?,
            body: match suite {
                Suite::Cobblestone256 => Body::Cobblestone256(chunked::Body::parse(body)?),
                Suite::Xaes256Gcm => Body::Xaes256Gcm(xaes::Body::parse(body)?),
            },
        })
    }

    /// The plaintext, in memory that is wiped. A key of another suite opens nothing here.
    pub(super) fn open(
        &self,
        key: &Prepared,
        context: &Context,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut plaintext = self.decrypt(key, context)?;
        if let Some(multiple) = context.multiple() {
            multiple.unpad(&mut plaintext)?;
        }
        Ok(plaintext)
    }

    fn decrypt(&self, key: &Prepared, context: &Context) -> Result<Zeroizing<Vec<u8>>, Error> {
        let prefix = prefix(self.suite, self.version);
        let bound = context.encoded().map(|context| [&prefix[..], context]);
        match (&self.body, key) {
            (Body::Cobblestone256(body), Prepared::Cobblestone256(key)) => body.open(key, &bound?),
            (Body::Xaes256Gcm(body), Prepared::Xaes256Gcm(key)) => body.open(key, &bound?),
            (Body::Cobblestone256(_) | Body::Xaes256Gcm(_), _) => Err(Error::WrongSuite {
                version: self.version,
            }),
        }
    }
}

/// The envelope of `plaintext`. The nonce must be new under this key.
pub(super) fn seal(
    version: KeyVersion,
    key: &Prepared,
    context: &Context,
    plaintext: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> Result<Vec<u8>, Error> {
    if plaintext.len() > MAX_PLAINTEXT_LEN {
        return Err(Error::TooLong);
    }
    let padded = context.multiple().map(|multiple| multiple.pad(plaintext));
    let plaintext = padded.as_ref().map_or(plaintext, |padded| padded);
    if plaintext.len() > MAX_PLAINTEXT_LEN {
        return Err(Error::TooLong);
    }
    let suite = key.suite();
    let prefix = prefix(suite, version);
    let bound = [&prefix[..], context.encoded()?];
    let mut out = Vec::with_capacity(suite.sealed_len(plaintext.len()));
    out.extend_from_slice(&prefix);
    key.seal(nonce, &bound, plaintext, &mut out)?;
    Ok(out)
}

/// What an envelope starts with. The body is bound to it, so that no envelope can be relabelled, and
/// then to the context, which is self-delimiting.
fn prefix(suite: Suite, version: KeyVersion) -> [u8; PREFIX_LEN] {
    let [a, b, c, d] = version.get().to_be_bytes();
    [suite.byte(), a, b, c, d]
}

/// `pc1.` and base64url without padding (RFC 4648 §5).
pub(super) fn to_text(envelope: &[u8]) -> String {
    [TEXT_PREFIX, &Base64UrlUnpadded::encode_string(envelope)].concat()
}

/// Strict: no padding, no white space, no other alphabet, no bits left over.
pub(super) fn from_text(text: &str) -> Result<Vec<u8>, Error> {
    if text.len() > MAX_TEXT_LEN {
        return Err(Error::TooLong);
    }
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or(Error::NotAnEnvelope)?;
    Base64UrlUnpadded::decode_vec(encoded).map_err(|_| Error::NotAnEnvelope)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::field::{
        Key, Padding, Row,
        two_keys::{Gcm, genuine_under_both},
        xaes::tests::message_key,
    };

    const SUITES: [Suite; 2] = [Suite::Cobblestone256, Suite::Xaes256Gcm];

    fn key(suite: Suite, byte: u8) -> Prepared {
        Prepared::new(suite, &Key::from_bytes([byte; 32]))
    }

    fn place() -> Context {
        let context = Context::new().tenant("acme").table("contact");
        context.column("email").row(42)
    }

    fn sealed(suite: Suite, plaintext: &[u8]) -> Vec<u8> {
        let key = key(suite, 7);
        seal(KeyVersion::FIRST, &key, &place(), plaintext, &[9; 24]).unwrap()
    }

    fn open(key: &Prepared, context: &Context, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(Envelope::parse(bytes)?.open(key, context)?.to_vec())
    }

    /// CR-01, CR-03: each suite opens what it sealed, in the length that it says.
    #[test]
    fn opens_what_was_sealed_and_knows_its_length_before() {
        for suite in SUITES {
            for len in [0, 1, 15, 16, 17, 16_383, 16_384, 40_000] {
                let plaintext = vec![b'x'; len];
                let envelope = sealed(suite, &plaintext);
                assert_eq!(envelope.len(), suite.sealed_len(len));
                assert_eq!(envelope.capacity(), envelope.len());
                let opened = open(&key(suite, 7), &place(), &envelope);
                assert!(opened.unwrap() == plaintext, "{suite} {len}");
            }
        }
        assert_eq!(Suite::Cobblestone256.sealed_len(15), 15 + 77);
        assert_eq!(Suite::Xaes256Gcm.sealed_len(15), 15 + 45);
    }

    /// CR-06: the compact suite does not commit to a key, so somebody who knows two can make one
    /// ciphertext for both. The ring's key is selected by the envelope's version, exactly; and the
    /// version is authenticated, so that another one does not open it either.
    #[test]
    fn opens_under_the_version_it_names_only_what_gcm_opens_under_two_keys() {
        let suite = Suite::Xaes256Gcm;
        let (first, second) = (KeyVersion::FIRST, KeyVersion::new(2).unwrap());
        let keys = [[0xAA; 32], [0xBB; 32]];
        let nonce = *b"any nonce of 24 bytes :-";
        let bound = [&prefix(suite, first), place().encoded().unwrap()].concat();
        let made = genuine_under_both(&keys.map(|key| {
            let message_key = message_key(&key, &nonce);
            Gcm::new(&message_key, nonce[12..].try_into().unwrap(), &bound)
        }));
        let [one, other] = keys.map(|key| Prepared::new(suite, &Key::from_bytes(key)));
        let labelled = |version| [&prefix(suite, version)[..], &nonce, &made].concat();

        // That is what the attack promises: two keys, two plaintexts.
        let (mine, yours) = (
            open(&one, &place(), &labelled(first)).unwrap(),
            open(&other, &place(), &labelled(first)).unwrap(),
        );
        assert_ne!(mine, yours);
        // In a ring, the second key has another version, and there it opens nothing.
        for key in [&one, &other] {
            let refused = open(key, &place(), &labelled(second));
            assert_eq!(refused, Err(Error::Open));
        }
    }

    /// The padding counts: what is sealed is at most as long as what opens.
    #[test]
    fn refuses_a_value_that_is_too_long_with_its_padding() {
        let key = key(Suite::Xaes256Gcm, 7);
        let padded = place().padding(Padding::to_multiple_of(4096));
        let seal = |len| seal(KeyVersion::FIRST, &key, &padded, &vec![b'x'; len], &[9; 24]);
        let longest = seal(MAX_PLAINTEXT_LEN - 1).unwrap();
        assert!(Envelope::parse(&longest).is_ok());
        assert_eq!(seal(MAX_PLAINTEXT_LEN), Err(Error::TooLong));
    }

    /// The places of the golden file, in its order.
    fn golden_places() -> [Context; 6] {
        let acme = || Context::new().tenant("acme").table("contact");
        let everything = Context::new()
            .application(0xFF, "ünïcode".as_bytes())
            .application(0x40, &[0, 1])
            .value_type("oauth.v1")
            .environment("production")
            .subject("person-7")
            .without_row()
            .column("token")
            .table("setting")
            .without_tenant();
        let newsletter = acme().padding(Padding::to_multiple_of(16)).row(-1);
        [
            acme().column("email").row(42),
            everything,
            acme().column("email").row("42"),
            acme().column("email").row(Row::Uuid(
                *b"\0\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f",
            )),
            newsletter.column("newsletter"),
            acme()
                .column("born")
                .row(Row::Bytes(vec![0xFF]))
                .value_type("integer"),
        ]
    }

    /// CR-01, CR-03: the golden envelopes were written by another implementation, in Python; sealing
    /// with their nonces gives the same bytes, and the contexts have the same encoding.
    #[test]
    fn seals_the_bytes_of_the_golden_file() {
        let golden = include_str!("../../tests/vectors/field/golden.txt");
        let cases: Vec<_> = golden.split("\n\n").skip(1).collect();
        assert_eq!(cases.len(), golden_places().len() * SUITES.len());
        let places = golden_places()
            .into_iter()
            .flat_map(|place| [place.clone(), place]);
        for (case, place) in cases.into_iter().zip(places) {
            let get = |name: &str| {
                let line = case.lines().find_map(|line| line.strip_prefix(name));
                HEXLOWER.decode(line.unwrap().trim().as_bytes()).unwrap()
            };
            let expected = get("envelope");
            let (version, suite) = {
                let envelope = Envelope::parse(&expected).unwrap();
                (envelope.version, envelope.suite)
            };
            assert_eq!(place.encoded().unwrap(), get("context"), "{case}");
            let key = Key::from_bytes(get("key").try_into().unwrap());
            let (key, nonce) = (Prepared::new(suite, &key), get("nonce").try_into().unwrap());
            let sealed = seal(version, &key, &place, &get("plaintext"), &nonce);
            assert_eq!(sealed.unwrap(), expected, "{case}");
        }
    }
}
