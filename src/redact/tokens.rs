//! Tokens that say themselves what they are, by the prefix their vendor gives them.
//!
//! To teach one, add a line to [`TABLE`]. A token is taken as long as its characters run; nothing
//! is demanded of what follows, and no checksum is computed, so a token that was cut off or that a
//! vendor makes longer tomorrow is found all the same.

use super::{
    bytes::{before, ends_escape, plus, rest, run, run_back},
    finding::Kind::{self, ApiKey, PrivateKey, Secret, Token},
    spans::Spans,
};

/// The characters a token is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Run {
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same and `.`, `=`, `~`, `+`.
    Dotted,
    /// The same and `/`.
    Path,
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
}
use Run::{Alnum, Dotted, Hex, Path, Upper, Word};

/// What stands around the label of a private key.
const DASHES: usize = 5;

/// A prefix, what it is the prefix of, the characters after it and the fewest of them, and where
/// the vendor says so.
type Row = (&'static str, Kind, Run, usize, &'static str);

const GITHUB: &str = "github.blog/2021-04-05-behind-githubs-new-authentication-token-formats";
const GITLAB: &str = "docs.gitlab.com/security/tokens/#token-prefixes";
const SLACK: &str = "docs.slack.dev/authentication/tokens";
const STRIPE: &str = "docs.stripe.com/keys";
const AWS: &str = "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html";
const GOOGLE: &str = "cloud.google.com/docs/authentication/api-keys";
const DIGITALOCEAN: &str = "docs.digitalocean.com/reference/api/create-personal-access-token";
const SHOPIFY: &str = "shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing";
const OPENAI: &str = "platform.openai.com/docs/api-reference/authentication";
const VAULT: &str = "developer.hashicorp.com/vault/docs/concepts/tokens";
const DOPPLER: &str = "docs.doppler.com/reference/auth-token-formats";
const ATLASSIAN: &str = "support.atlassian.com/atlassian-account/docs/manage-api-tokens";
const GRAFANA: &str = "grafana.com/docs/grafana/latest/administration/service-accounts";
const SENTRY: &str = "docs.sentry.io/account/auth-tokens";
const NEWRELIC: &str = "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys";

const TABLE: &[Row] = &[
    ("ghp_", Token, Word, 20, GITHUB),
    ("gho_", Token, Word, 20, GITHUB),
    ("ghu_", Token, Word, 20, GITHUB),
    ("ghs_", Token, Word, 20, GITHUB),
    ("ghr_", Token, Word, 20, GITHUB),
    ("github_pat_", Token, Word, 22, GITHUB),
    ("glpat-", Token, Dotted, 16, GITLAB),
    ("gldt-", Token, Dotted, 16, GITLAB),
    ("glrt-", Token, Dotted, 16, GITLAB),
    ("glptt-", Token, Word, 16, GITLAB),
    ("glsoat-", Token, Word, 16, GITLAB),
    ("glcbt-", Token, Word, 16, GITLAB),
    ("xoxb-", Token, Word, 16, SLACK),
    ("xoxp-", Token, Word, 16, SLACK),
    ("xoxa-", Token, Word, 16, SLACK),
    ("xoxr-", Token, Word, 16, SLACK),
    ("xoxs-", Token, Word, 16, SLACK),
    ("xoxe.", Token, Dotted, 16, SLACK),
    ("xapp-", Token, Word, 16, SLACK),
    (
        "hooks.slack.com/services/",
        Secret,
        Path,
        20,
        "docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    ),
    ("sk_live_", ApiKey, Word, 16, STRIPE),
    ("rk_live_", ApiKey, Word, 16, STRIPE),
    ("sk_test_", ApiKey, Word, 16, STRIPE),
    ("rk_test_", ApiKey, Word, 16, STRIPE),
    (
        "whsec_",
        Secret,
        Dotted,
        16,
        "docs.stripe.com/webhooks/signature",
    ),
    ("AKIA", ApiKey, Upper, 16, AWS),
    ("ASIA", ApiKey, Upper, 16, AWS),
    ("ABIA", ApiKey, Upper, 16, AWS),
    ("ACCA", ApiKey, Upper, 16, AWS),
    ("AIza", ApiKey, Word, 30, GOOGLE),
    (
        "ya29.",
        Token,
        Dotted,
        20,
        "developers.google.com/identity/protocols/oauth2",
    ),
    (
        "GOCSPX-",
        Secret,
        Word,
        20,
        "developers.google.com/identity/protocols/oauth2",
    ),
    (
        "npm_",
        Token,
        Alnum,
        30,
        "docs.npmjs.com/about-access-tokens",
    ),
    ("pypi-", Token, Word, 40, "pypi.org/help/#apitoken"),
    (
        "rubygems_",
        ApiKey,
        Hex,
        32,
        "guides.rubygems.org/api-key-scopes",
    ),
    (
        "dckr_pat_",
        Token,
        Word,
        20,
        "docs.docker.com/security/access-tokens",
    ),
    (
        "SG.",
        ApiKey,
        Dotted,
        40,
        "docs.sendgrid.com/ui/account-and-settings/api-keys",
    ),
    (
        "SK",
        ApiKey,
        Hex,
        32,
        "www.twilio.com/docs/glossary/what-is-a-sid",
    ),
    ("dop_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("doo_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("dor_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("shpat_", Token, Word, 24, SHOPIFY),
    ("shpca_", Token, Word, 24, SHOPIFY),
    ("shppa_", Token, Word, 24, SHOPIFY),
    ("shpss_", Secret, Word, 24, SHOPIFY),
    (
        "sk-ant-",
        ApiKey,
        Word,
        20,
        "docs.claude.com/en/api/overview",
    ),
    ("sk-proj-", ApiKey, Word, 20, OPENAI),
    ("sk-svcacct-", ApiKey, Word, 20, OPENAI),
    ("sk-admin-", ApiKey, Word, 20, OPENAI),
    (
        "sk-or-v1-",
        ApiKey,
        Word,
        32,
        "openrouter.ai/docs/api-reference/authentication",
    ),
    ("sk-", ApiKey, Alnum, 32, OPENAI),
    (
        "gsk_",
        ApiKey,
        Alnum,
        32,
        "console.groq.com/docs/quickstart",
    ),
    (
        "hf_",
        Token,
        Alnum,
        30,
        "huggingface.co/docs/hub/security-tokens",
    ),
    (
        "r8_",
        Token,
        Alnum,
        32,
        "replicate.com/docs/topics/security/api-tokens",
    ),
    (
        "dapi",
        Token,
        Hex,
        32,
        "docs.databricks.com/dev-tools/auth/pat",
    ),
    ("dp.pt.", Token, Alnum, 32, DOPPLER),
    ("dp.st.", Token, Dotted, 32, DOPPLER),
    ("dp.ct.", Token, Alnum, 32, DOPPLER),
    ("dp.sa.", Token, Alnum, 32, DOPPLER),
    (
        "lin_api_",
        ApiKey,
        Alnum,
        32,
        "linear.app/developers/graphql",
    ),
    ("ATATT3", Token, Dotted, 40, ATLASSIAN),
    ("ATCTT3", Token, Dotted, 40, ATLASSIAN),
    (
        "ATBB",
        Token,
        Alnum,
        28,
        "support.atlassian.com/bitbucket-cloud/docs/app-passwords",
    ),
    ("hvs.", Token, Word, 20, VAULT),
    ("hvb.", Token, Word, 20, VAULT),
    ("hvr.", Token, Word, 20, VAULT),
    (
        "AGE-SECRET-KEY-1",
        PrivateKey,
        Upper,
        50,
        "age-encryption.org/v1",
    ),
    ("glsa_", Token, Word, 32, GRAFANA),
    ("glc_", Token, Dotted, 32, GRAFANA),
    ("sntrys_", Token, Dotted, 32, SENTRY),
    ("sntryu_", Token, Hex, 32, SENTRY),
    ("NRAK-", ApiKey, Upper, 24, NEWRELIC),
    (
        "PMAK-",
        ApiKey,
        Word,
        40,
        "learning.postman.com/docs/developer/postman-api/authentication",
    ),
    (
        "figd_",
        Token,
        Word,
        32,
        "www.figma.com/developers/api#access-tokens",
    ),
    (
        "pscale_tkn_",
        Token,
        Dotted,
        32,
        "planetscale.com/docs/concepts/service-tokens",
    ),
    (
        "pscale_pw_",
        Kind::Password,
        Dotted,
        32,
        "planetscale.com/docs/concepts/password-roles",
    ),
    (
        "tskey-",
        ApiKey,
        Word,
        20,
        "tailscale.com/kb/1277/key-prefixes",
    ),
    (
        "sbp_",
        Token,
        Hex,
        32,
        "supabase.com/docs/reference/api/introduction",
    ),
    (
        "EZAK",
        ApiKey,
        Alnum,
        50,
        "docs.easypost.com/docs/authentication",
    ),
    (
        "dt0c01.",
        Token,
        Dotted,
        40,
        "docs.dynatrace.com/docs/manage/access-control/access-tokens",
    ),
];

/// The rules of the table: their ids and what they find.
pub(super) fn rules() -> impl Iterator<Item = (&'static str, &'static str)> {
    core::iter::once(("token", "tokens by the prefix of their vendor"))
}

/// The prefixes, each with the number of its row.
pub(super) fn literals() -> impl Iterator<Item = (&'static [u8], usize)> {
    let rows = TABLE.iter().enumerate();
    rows.map(|(row, (prefix, ..))| (prefix.as_bytes(), row))
}

/// Finds the tokens of the table, whose prefixes stand at `hits`.
pub(super) fn find(text: &[u8], hits: impl Iterator<Item = (usize, usize)>, spans: &mut Spans) {
    // No token starts inside another.
    let mut done = 0;
    for (at, _) in hits {
        if at >= done && starts_token(text, at) {
            done = token_at(text, at, spans).unwrap_or(done);
        }
    }
}

/// Replaces the token at `at` and says where it ends. The gate names one row whose prefix is there,
/// but that may be the prefix of another's.
fn token_at(text: &[u8], at: usize, spans: &mut Spans) -> Option<usize> {
    let here = rest(text, at);
    let rows = TABLE
        .iter()
        .filter(|row| here.starts_with(row.0.as_bytes()));
    let ends = rows.filter_map(|(prefix, kind, alphabet, min, _)| {
        let from = plus(at, prefix.len());
        let end = alphabet.end(text, from);
        (end.saturating_sub(from) >= *min).then_some((end, *kind))
    });
    let (end, kind) = ends.max_by_key(|(end, _)| *end)?;
    // Letters and digits that go on are not left over: no other token may start there.
    let end = run(text, end, |b| b.is_ascii_alphanumeric());
    spans.add_as(at..end, kind, "token");
    Some(end)
}

impl Run {
    fn holds(self, byte: u8) -> bool {
        let extra: &[u8] = match self {
            Word => b"_-",
            Dotted => b"_-.=~+",
            Path => b"_-.=~+/",
            Alnum => b"",
            Upper => return byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Hex => return byte.is_ascii_hexdigit(),
        };
        byte.is_ascii_alphanumeric() || extra.contains(&byte)
    }

    fn end(self, text: &[u8], from: usize) -> usize {
        let mut hyphens = 0;
        let end = run(text, from, |b| {
            hyphens = if b == b'-' { plus(hyphens, 1) } else { 0 };
            hyphens < DASHES && self.holds(b)
        });
        // Five hyphens are in no token, but around the label of a private key; a full stop after
        // a token ends the sentence.
        let last = if hyphens == DASHES { b'-' } else { b'.' };
        run_back(text, end, |b| b == last).max(from)
    }
}

/// Whether a token may start at `at`: not in the middle of a word, but after an escape sequence.
pub(super) fn starts_token(text: &[u8], at: usize) -> bool {
    before(text, at).is_none_or(|b| !b.is_ascii_alphanumeric()) || ends_escape(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_no_prefix_twice_and_a_source_for_each() {
        for (i, row) in TABLE.iter().enumerate() {
            assert!(
                !TABLE.iter().skip(i + 1).any(|other| other.0 == row.0),
                "{}",
                row.0
            );
            assert!(row.4.contains('.') && row.4.contains('/'), "{}", row.0);
        }
    }
}
