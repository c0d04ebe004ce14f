//! The signs of a URL, in each way that they are written.

/// How a URL writes its signs: as they are, escaped in JSON, percent-encoded once or twice.
pub(super) struct Signs {
    pub(super) slashes: &'static [u8],
    pub(super) colon: &'static [u8],
    pub(super) at: &'static [u8],
    /// What the authority ends before.
    pub(super) ends: &'static [&'static [u8]],
}

pub(super) const PLAIN: &Signs = &Signs {
    slashes: b"://",
    colon: b":",
    at: b"@",
    ends: &[b"/", b"?", b"#"],
};

pub(super) const JSON: &Signs = &Signs {
    slashes: br":\/\/",
    ..*PLAIN
};

/// As files of properties escape them.
pub(super) const PROPERTIES: &Signs = &Signs {
    slashes: br"\://",
    colon: br"\:",
    ..*PLAIN
};

pub(super) const SIP: &Signs = &Signs {
    slashes: b"sip:",
    ..*PLAIN
};

pub(super) const SIPS: &Signs = &Signs {
    slashes: b"sips:",
    ..*PLAIN
};

pub(super) const ENCODED: &[&Signs] = &[
    &Signs {
        slashes: b"%3A%2F%2F",
        colon: b"%3A",
        at: b"%40",
        ends: &[b"%2F", b"%3F", b"%23", b"&"],
    },
    &Signs {
        slashes: b"%3a%2f%2f",
        colon: b"%3a",
        at: b"%40",
        ends: &[b"%2f", b"%3f", b"%23", b"&"],
    },
    &Signs {
        slashes: b"%253A%252F%252F",
        colon: b"%253A",
        at: b"%2540",
        ends: &[b"%252F", b"%253F", b"%2523", b"&", b"%26"],
    },
    &Signs {
        slashes: b"%253a%252f%252f",
        colon: b"%253a",
        at: b"%2540",
        ends: &[b"%252f", b"%253f", b"%2523", b"&", b"%26"],
    },
    // Only what must be is encoded: the slashes are, the colons are not.
    &Signs {
        slashes: b":%2F%2F",
        colon: b":",
        at: b"%40",
        ends: &[b"%2F", b"%3F", b"%23", b"&"],
    },
    &Signs {
        slashes: b":%2f%2f",
        colon: b":",
        at: b"%40",
        ends: &[b"%2f", b"%3f", b"%23", b"&"],
    },
    &Signs {
        slashes: b":%2F%2F",
        colon: b":",
        at: b"@",
        ends: &[b"%2F", b"%3F", b"%23", b"&"],
    },
];
