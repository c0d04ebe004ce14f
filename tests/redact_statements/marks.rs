//! Texts in which guillemets surround what is secret.

use portcullis::redact::Policy;

/// Redacts each line, in which `«` and `»` surround what is secret, and compares.
pub(crate) fn replaces(lines: &[&str]) {
    let policy = Policy::default();
    for line in lines {
        let text = line.replace(['«', '»'], "");
        let mut rest = policy.redact_str(&text).into_owned();
        let mut shown = String::new();
        while let Some((before, after)) = rest.split_once("[REDACTED:") {
            let (_, after) = after.split_once(']').expect("a mark is closed");
            shown = format!("{shown}{before}\u{0}");
            rest = after.to_owned();
        }
        shown.push_str(&rest);
        let mut wanted = String::new();
        let mut rest = *line;
        while let Some((before, after)) = rest.split_once('«') {
            let (_, after) = after.split_once('»').expect("guillemets are closed");
            wanted = format!("{wanted}{before}\u{0}");
            rest = after;
        }
        wanted.push_str(rest);
        assert_eq!(
            shown.replace('\u{0}', "«»"),
            wanted.replace('\u{0}', "«»"),
            "{line}"
        );
        let once = policy.redact_str(&text);
        assert_eq!(policy.redact_str(&once), once, "{line}");
    }
}

/// Compares each line with itself redacted.
pub(crate) fn keeps(lines: &[&str]) {
    let policy = Policy::default();
    for line in lines {
        assert_eq!(policy.redact_str(line), *line);
    }
}
