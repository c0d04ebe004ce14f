//! Secrets that are segments of a URL's path: webhooks, whose address is all that it takes to call
//! them, and links that let in whoever has them. And the codes and states of OAuth in its query.

use super::super::{
    bytes::{byte, plus, run, search, slice},
    finding::Kind::{self, Code, Secret, Token},
    phrases::Phrase,
    spans::Spans,
    tokens, values,
};

/// What opens the path, how many segments stay, how many at most are secret, and how few characters
/// one has, and where that is said. To teach one, add a line.
type Row = (&'static str, usize, usize, usize, &'static str);

#[rustfmt::skip]
const HOOKS: &[Row] = &[
    ("hooks.slack.com/services/", 2, 1, 8, "docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"),
    ("hooks.slack.com/workflows/", 3, 1, 8, "slack.com/help/articles/360041352714"),
    ("hooks.slack.com/triggers/", 2, 1, 8, "slack.com/help/articles/360041352714"),
    ("discord.com/api/webhooks/", 1, 1, 20, "docs.discord.com/developers/resources/webhook"),
    ("discordapp.com/api/webhooks/", 1, 1, 20, "docs.discord.com/developers/resources/webhook"),
    ("discord.com/api/v10/webhooks/", 1, 1, 20, "docs.discord.com/developers/resources/webhook"),
    ("discord.com/api/v9/webhooks/", 1, 1, 20, "docs.discord.com/developers/resources/webhook"),
    (".webhook.office.com/webhookb2/", 2, 1, 16, "learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"),
    ("outlook.office.com/webhook/", 2, 1, 16, "learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"),
    ("outlook.office365.com/webhook/", 2, 1, 16, "learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"),
    ("hooks.zapier.com/hooks/catch/", 1, 2, 5, "help.zapier.com/hc/en-us/articles/8496288690317"),
    ("hooks.zapier.com/hooks/standard/", 1, 2, 5, "help.zapier.com/hc/en-us/articles/8496288690317"),
    ("/with/key/", 0, 1, 12, "ifttt.com/maker_webhooks"),
    ("events.pagerduty.com/integration/", 0, 1, 16, "support.pagerduty.com/main/docs/services-and-integrations"),
    ("/open-apis/bot/v2/hook/", 0, 1, 16, "open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"),
    ("/open-apis/bot/hook/", 0, 1, 16, "open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"),
    ("hook.integromat.com/", 0, 1, 16, "apps.make.com/gateway"),
    ("hook.eu1.make.com/", 0, 1, 16, "apps.make.com/gateway"),
    ("hook.eu2.make.com/", 0, 1, 16, "apps.make.com/gateway"),
    ("hook.us1.make.com/", 0, 1, 16, "apps.make.com/gateway"),
    ("hook.us2.make.com/", 0, 1, 16, "apps.make.com/gateway"),
    ("api.netlify.com/build_hooks/", 0, 1, 16, "docs.netlify.com/build/configure-builds/build-hooks"),
    ("api.vercel.com/v1/integrations/deploy/", 1, 1, 8, "vercel.com/docs/deploy-hooks"),
    ("alert.victorops.com/integrations/generic/", 2, 1, 16, "help.victorops.com/knowledge-base/rest-endpoint-integration-guide"),
    ("webhook.site/", 0, 1, 36, "docs.webhook.site"),
    ("hc-ping.com/", 0, 1, 22, "healthchecks.io/docs/http_api"),
    ("nosnch.in/", 0, 1, 10, "deadmanssnitch.com/docs"),
];

/// Paths of links that let in whoever has them, and of webhooks that people host themselves: what
/// follows is secret where it is random.
const LINKS: &[&str] = &[
    "/reset-password/",
    "/reset_password/",
    "/resetpassword/",
    "/password-reset/",
    "/password_reset/",
    "/password/reset/",
    "/passwords/reset/",
    "/set-password/",
    "/forgot-password/",
    "/reset/",
    "/recover/",
    "/invite/",
    "/invites/",
    "/invitation/",
    "/invitations/",
    "/accept-invite/",
    "/verify/",
    "/verify-email/",
    "/verify_email/",
    "/verification/",
    "/confirm/",
    "/confirm-email/",
    "/confirm_email/",
    "/confirmation/",
    "/activate/",
    "/activation/",
    "/magic/",
    "/magic-link/",
    "/magic_link/",
    "/magiclink/",
    "/login/token/",
    "/login/link/",
    "/one-time/",
    "/unlock/",
    "/hooks/",
    "/calendar/ical/",
];
/// Segments after such a path, of which one or two are random: a user, then the token.
const MAX_SEGMENTS: usize = 3;
/// A segment is random from this length on.
const MIN_RANDOM: usize = 16;

/// Parameters of OAuth's answer (RFC 6749 §4.1.2), also percent-encoded.
const CODES: &[&str] = &["?code=", "&code=", "#code=", "%3fcode%3d", "%26code%3d"];
const STATES: &[&str] = &["?state=", "&state=", "#state=", "%26state%3d"];
/// How far around a state its code may be.
const MAX_QUERY: usize = 512;

/// How webhooks open.
pub(in super::super) const HOOK_OPENERS: &[&str] = &hook_openers();
/// How links and the parameters of OAuth open.
pub(in super::super) const LINK_OPENERS: &[&str] = LINKS;
pub(in super::super) const CODE_OPENERS: &[&str] = CODES;
pub(in super::super) const STATE_OPENERS: &[&str] = STATES;

#[allow(clippy::indexing_slicing, reason = "both lists have this length")]
#[allow(clippy::arithmetic_side_effects, reason = "and the index is below it")]
const fn hook_openers() -> [&'static str; HOOKS.len()] {
    let mut openers = [""; HOOKS.len()];
    let mut row = 0;
    while row < HOOKS.len() {
        openers[row] = HOOKS[row].0;
        row += 1;
    }
    openers
}

/// Replaces the secret segments of a webhook's address.
pub(in super::super) fn hook(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let row = HOOKS.iter().find(|row| stands(text, phrase.at, row.0))?;
    let (opener, keep, take, least, _) = *row;
    let mut at = plus(phrase.at, opener.len());
    for _ in 0..keep {
        let end = segment_end(text, at);
        at = plus(end, 1);
        (byte(text, end) == Some(b'/')).then_some(())?;
    }
    let mut replaced = None;
    for _ in 0..take {
        let end = segment_end(text, at);
        let segment = slice(text, at..end);
        if segment.len() < least || values::is_placeholder(segment) {
            break;
        }
        spans.add(at..end, Secret);
        (replaced, at) = (Some(end), plus(end, 1));
        if byte(text, end) != Some(b'/') {
            break;
        }
    }
    replaced
}

/// Replaces the random segments of a link.
pub(in super::super) fn link(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let opener = LINKS.iter().find(|link| stands(text, phrase.at, link))?;
    let mut at = plus(phrase.at, opener.len());
    let mut replaced = None;
    for _ in 0..MAX_SEGMENTS {
        let end = segment_end(text, at);
        let segment = slice(text, at..end);
        if segment.len() >= MIN_RANDOM && !is_file(segment) && tokens::is_random(segment) {
            spans.add(at..end, Token);
            replaced = Some(end);
        }
        at = plus(end, 1);
        if byte(text, end) != Some(b'/') {
            break;
        }
    }
    replaced
}

/// Replaces an authorization code.
pub(in super::super) fn code(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    parameter(phrase, CODES, Code, spans)
}

/// Replaces the state of an authorization where its code is near.
pub(in super::super) fn state(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let near = phrase.at.saturating_sub(MAX_QUERY).max(phrase.line.start)
        ..plus(phrase.at, MAX_QUERY).min(phrase.line.end);
    let is_answer = [&b"code="[..], b"code%3D"]
        .iter()
        .any(|c| search(phrase.text, near.clone(), c).is_some());
    is_answer.then(|| parameter(phrase, STATES, Token, spans))?
}

fn parameter(
    phrase: &Phrase<'_>,
    openers: &[&str],
    kind: Kind,
    spans: &mut Spans,
) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let opener = openers
        .iter()
        .find(|opener| stands(text, phrase.at, opener))?;
    let from = plus(phrase.at, opener.len());
    let near = slice(text, 0..plus(from, MAX_QUERY).min(text.len()));
    let end = values::opaque_end(near, from)?;
    tokens::is_random(slice(text, from..end)).then(|| spans.add(from..end, kind))?;
    Some(end)
}

fn stands(text: &[u8], at: usize, opener: &str) -> bool {
    slice(text, at..plus(at, opener.len())).eq_ignore_ascii_case(opener.as_bytes())
}

/// Where the segment ends that starts at `at`, looked for in a constant window only: it may be none.
fn segment_end(text: &[u8], at: usize) -> usize {
    let near = slice(text, 0..plus(at, MAX_QUERY).min(text.len()));
    let end = run(near, at, |b| {
        b.is_ascii_alphanumeric() || b"-_.~%=:@+!*".contains(&b)
    });
    match slice(near, at..end) {
        [head @ .., b'.' | b':'] => plus(at, head.len()),
        _ => end,
    }
}

/// Whether a segment ends in the extension of a file.
fn is_file(segment: &[u8]) -> bool {
    let mut parts = segment.rsplit(|b| *b == b'.');
    let extension = parts.next().unwrap_or_default();
    parts.next().is_some() && extension.len() <= 5 && extension.iter().all(u8::is_ascii_alphabetic)
}
