//! What every hash that others made must do, and how a table of broken texts is gone through.

use portcullis::password::{Cost, Error, Hash, Hasher, Limits, Password};

/// Refusing costs next to nothing.
pub(crate) fn hasher() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

/// The lines of a file: each of `N` fields between tabs.
pub(crate) fn lines<const N: usize>(file: &str) -> Vec<[&str; N]> {
    assert!(file.starts_with("# "), "the first line names the source");
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap())
        .collect()
}

/// Each line: how it was made, the scheme, the password, the hash. The right password verifies and
/// asks for a better hash, a wrong one does not, and the report names scheme and cost.
pub(crate) fn verify_all(hasher: &Hasher, file: &str, count: usize) {
    let lines = lines::<4>(file);
    assert_eq!(lines.len(), count);
    for [how, scheme, password, text] in lines {
        let password = password.replace("\\0", "\0");
        let hash = Hash::from_stored(text);
        let verified = hasher.verify(&Password::from(password.as_str()), Some(&hash));
        let needs_rehash = verified.map(|verified| verified.needs_rehash());
        assert_eq!(needs_rehash, Ok(true), "{how}: {text}");
        // the first character, as bcrypt does not look at the last of a long password
        let mut rest = password.chars();
        let first = if rest.next() == Some('~') { '!' } else { '~' };
        let other = format!("{first}{}", rest.as_str());
        let wrong = hasher.verify(&Password::from(other), Some(&hash));
        assert_eq!(wrong, Err(Error::Wrong), "{how}: {text}");
        let inspected = hash.inspect(&Limits::default()).unwrap();
        assert_eq!(inspected.to_string(), scheme, "{how}: {text}");
    }
}

/// No text that differs from the hash in one bit verifies its password.
pub(crate) fn flip_all(hasher: &Hasher, password: &str, text: &str) {
    let password = Password::from(password);
    for at in 0..text.len() {
        for bit in 0..7 {
            let mut flipped = text.as_bytes().to_vec();
            flipped[at] ^= 1 << bit;
            let flipped = String::from_utf8(flipped).unwrap();
            let hash = Hash::from_stored(flipped.as_str());
            assert!(hasher.verify(&password, Some(&hash)).is_err(), "{flipped}");
        }
    }
}

/// What a text is refused with; `{good}` with one part replaced each.
pub(crate) fn refuse_all(good: &str, table: &[(&str, &str, Error)]) {
    let limits = Limits::default();
    assert!(Hash::from_stored(good).inspect(&limits).is_ok(), "{good}");
    for (from, to, error) in table {
        assert!(good.contains(from), "{from} is of {good}");
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        let inspected = Hash::from_stored(text.as_str()).inspect(&limits);
        assert_eq!(inspected, Err(error.clone()), "{text}");
    }
}
