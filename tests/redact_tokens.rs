//! Tokens that say themselves what they are, and the words that look like them.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

use std::sync::LazyLock;

use portcullis::redact::Policy;

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn redact(text: &str) -> String {
    POLICY.redact_str(text).into_owned()
}

/// Characters as tokens have them, `len` of those of `alphabet`.
fn body(alphabet: &str, len: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let step = |n: usize| (n * n * 7 + n * 11 + 3) % letters.len();
    (0..len).filter_map(|n| letters.get(step(n))).collect()
}

const HEX: &str = "0123456789abcdef";
const ALNUM: &str = "aB3dE6gH9jKlM2nP5qRs8TuV1wXyZ4";
const LOWER: &str = "a3b5c7d9e2f4g6h8jkmnpq";
const UPPER: &str = "A3B5C7D9E2F4G6H8JKMNPQ";
const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// Prefixes with what follows them in the documentation of their vendor.
fn tokens() -> Vec<(&'static str, String)> {
    let alnum = |prefix: &str, len| format!("{prefix}{}", body(ALNUM, len));
    let hex = |prefix: &str, len| format!("{prefix}{}", body(HEX, len));
    vec![
        ("github-pat", alnum("ghp_", 36)),
        ("github-server-to-server", alnum("ghs_", 36)),
        ("github-fine-grained-pat", alnum("github_pat_", 82)),
        ("gitlab-pat", alnum("glpat-", 20)),
        (
            "gitlab-pat",
            format!("glpat-{}.01.{}", body(ALNUM, 27), body(LOWER, 9)),
        ),
        ("gitlab-feature-flags", alnum("glffct-", 20)),
        (
            "slack-bot",
            format!("xoxb-123456789012-1234567890123-{}", body(ALNUM, 24)),
        ),
        (
            "slack-configuration",
            format!("xoxe.xoxp-1-{}", body(ALNUM, 160)),
        ),
        ("aws-access-key", format!("AKIA{}", body(UPPER, 16))),
        ("aws-session-token", alnum("IQoJb3JpZ2luX2Vj", 180)),
        ("aws-mws-token", format!("amzn.mws.{UUID}")),
        ("google-api-key", alnum("AIza", 35)),
        ("google-access-token", alnum("ya29.a0", 80)),
        ("google-refresh-token", alnum("1//0", 60)),
        ("azure-client-secret", format!("a1B8Q~{}", body(ALNUM, 34))),
        (
            "yandex-iam-token",
            format!("t1.{}.{}", body(ALNUM, 120), body(ALNUM, 86)),
        ),
        ("cloudflare-user-token", alnum("cfut_", 48)),
        ("digitalocean-pat", hex("dop_v1_", 64)),
        ("openai-key", alnum("sk-", 48)),
        ("anthropic-key", alnum("sk-ant-oat01-", 95)),
        ("langfuse-key", format!("sk-lf-{UUID}")),
        (
            "huggingface-token",
            format!("hf_{}", body("abcdEFGHijklMNOP", 34)),
        ),
        ("npm-token", alnum("npm_", 36)),
        ("pypi-token", alnum("pypi-AgEIcHlwaS5vcmc", 150)),
        ("crates-io-token", alnum("cio", 32)),
        ("nuget-key", format!("oy2{}", body(LOWER, 43))),
        (
            "terraform-token",
            format!("{}.atlasv1.{}", body(ALNUM, 14), body(ALNUM, 67)),
        ),
        ("doppler-personal", alnum("dp.pt.", 43)),
        ("vault-service-token", alnum("hvs.", 95)),
        ("sonar-user-token", hex("squ_", 40)),
        ("stripe-live-key", alnum("sk_live_", 24)),
        (
            "braintree-token",
            format!(
                "access_token$production${}${}",
                body(LOWER, 16),
                body(HEX, 32)
            ),
        ),
        (
            "plaid-production-token",
            format!("access-production-{UUID}"),
        ),
        ("flutterwave-key", format!("FLWSECK-{}-X", body(HEX, 32))),
        ("telegram-token", format!("123456789:AA{}", body(ALNUM, 33))),
        (
            "discord-token",
            format!("MTk4{}.Cl2FMQ.{}", body(ALNUM, 20), body(ALNUM, 38)),
        ),
        ("mailgun-key", hex("key-", 32)),
        (
            "mailgun-private-key",
            format!("{}-{}-{}", body(HEX, 32), body(HEX, 8), body(HEX, 8)),
        ),
        ("mailchimp-key", format!("{}-us12", body(HEX, 32))),
        (
            "sendgrid-key",
            format!("SG.{}.{}", body(ALNUM, 22), body(ALNUM, 43)),
        ),
        (
            "resend-key",
            format!("re_{}_{}", body(ALNUM, 8), body(ALNUM, 24)),
        ),
        ("twilio-key", hex("SK", 32)),
        ("new-relic-license-key", format!("{}NRAL", body(HEX, 36))),
        (
            "dynatrace-token",
            format!("dt0c01.{}.{}", body(UPPER, 24), body(UPPER, 64)),
        ),
        (
            "grafana-service-account",
            format!("glsa_{}_{}", body(ALNUM, 32), body(HEX, 8)),
        ),
        ("databricks-pat", hex("dapi", 32)),
        (
            "airtable-token",
            format!("pat{}.{}", body(ALNUM, 14), body(HEX, 64)),
        ),
        (
            "asana-token",
            format!("1/1234567890123456:{}", body(HEX, 32)),
        ),
        (
            "zoho-token",
            format!("1000.{}.{}", body(HEX, 32), body(HEX, 32)),
        ),
        ("notion-token", alnum("ntn_", 46)),
        ("hubspot-token", format!("pat-na1-{UUID}")),
        (
            "rapidapi-key",
            format!(
                "{}msh{}p1{}jsn{}",
                body(HEX, 10),
                body(HEX, 15),
                body(HEX, 5),
                body(HEX, 12)
            ),
        ),
        (
            "firebase-server-key",
            format!("AAAA{}:APA91b{}", body(ALNUM, 7), body(ALNUM, 134)),
        ),
        (
            "age-secret-key",
            format!("AGE-SECRET-KEY-1{}", body(UPPER, 58)),
        ),
        (
            "onepassword-secret-key",
            "A3-C9QX7M-7F4T2N-Z8K3P-L6V2W-R4H9D-S5B3J".into(),
        ),
        ("paseto-4-local", alnum("v4.local.", 100)),
        ("fernet-token", alnum("gAAAAAB", 93)),
        (
            "itsdangerous-session",
            format!("eyJ1c2VyX2lkIjo0Mn0.ZrVbFg.{}", body(ALNUM, 27)),
        ),
        (
            "rails-session",
            format!("{}==--{}", body(ALNUM, 120), body(HEX, 40)),
        ),
        ("launchdarkly-key", format!("sdk-{UUID}")),
        (
            "asana-token",
            format!("2/1234567890123456/1234567890123457:{}", body(HEX, 32)),
        ),
        (
            "maxmind-key",
            format!("{}_{}_mmk", body(ALNUM, 6), body(ALNUM, 29)),
        ),
        ("clickup-token", format!("pk_12345678_{}", body(UPPER, 32))),
        ("deepl-free-key", format!("{UUID}:fx")),
        (
            "datastax-token",
            format!("AstraCS:{}:{}", body("abCDefGHij", 24), body(HEX, 64)),
        ),
        (
            "bitwarden-token",
            format!("0.{UUID}.{}:{}==", body(ALNUM, 30), body(ALNUM, 22)),
        ),
        ("clojars-token", hex("CLOJARS_", 60)),
        ("crates-io-trusted-token", alnum("cio_tp_", 32)),
        ("buildkite-user-token", hex("bkua_", 40)),
        (
            "buildkite-bkct",
            format!("bkct_{}.{}", body(ALNUM, 20), body(ALNUM, 40)),
        ),
        ("octopus-key", format!("API-{}", body(UPPER, 26))),
        (
            "harness-token",
            format!(
                "pat.{}.{}.{}",
                body(ALNUM, 22),
                body(ALNUM, 24),
                body(ALNUM, 20)
            ),
        ),
        ("docker-swarm-token", {
            let (secret, digest) = (body(LOWER, 25), body(LOWER, 50));
            format!("SWMTKN-1-{digest}-{secret}")
        }),
        (
            "baidu-qianfan-key",
            format!("bce-v3/ALTAK-{}/{}", body(ALNUM, 21), body(HEX, 40)),
        ),
        ("kaggle-token", hex("KGAT_", 32)),
        ("llamaindex-key", alnum("llx-", 48)),
        ("logfire-token", alnum("pylf_v1_us_", 44)),
        ("xata-organization-key", alnum("xao_", 33)),
        ("unkey-root-key", alnum("unkey_3Z", 22)),
        ("trigger-production-key", alnum("tr_prod_", 20)),
        ("trigger-staging-key", alnum("tr_stg_sk_", 24)),
        ("doppler-identity", alnum("dp.said.", 43)),
        ("daytona-key", hex("dtn_", 64)),
        ("posthog-personal-key", alnum("phx_", 48)),
        ("inngest-signing-key", hex("signkey-prod-", 64)),
        (
            "onesignal-app-key",
            format!("os_v2_app_{}", body(LOWER, 103)),
        ),
        ("mongodb-atlas-secret", alnum("mdb_sa_sk_", 40)),
        ("dbt-user-token", alnum("dbtu_", 50)),
        (
            "matrix-token",
            format!(
                "syt_{}_{}_{}",
                body(ALNUM, 12),
                body(ALNUM, 20),
                body(ALNUM, 6)
            ),
        ),
        (
            "ory-access-token",
            format!("ory_at_{}.{}", body(ALNUM, 43), body(ALNUM, 43)),
        ),
        ("ory-session", alnum("ory_st_", 32)),
        (
            "stytch-live-secret",
            format!("secret-live-{}=", body(ALNUM, 35)),
        ),
        ("vk-token", alnum("vk1.a.", 200)),
        ("nostr-private-key", format!("nsec1{}", body(LOWER, 58))),
        ("slack-workflow", alnum("xwfp-", 40)),
        (
            "flutterwave-test-key",
            format!("FLWSECK_TEST-{}", body(HEX, 12)),
        ),
    ]
}

/// Those that have nothing in them that the search could look for: they are found in lines only that
/// are looked at for another reason.
const UNMARKED: &[&str] = &[
    "discord-token",
    "airtable-token",
    "zoho-token",
    "asana-token",
    "bitwarden-token",
    "mailgun-private-key",
    "rapidapi-key",
];

/// RD-02: whatever stands around a token, all of it is replaced and nothing else.
#[test]
fn replaces_each_vendors_tokens_wherever_they_stand() {
    let around = [
        ("", ""),
        ("using ", " for the upload"),
        ("(", ")."),
        ("\"", "\","),
        ("line\\n", "\\n"),
        ("x%3D", "&y=1"),
        ("\\x22", "\\x22"),
        ("\u{1b}[1;32m", "\u{1b}[0m"),
        ("a=b,", ",c"),
        ("<", ">"),
    ];
    for (rule, token) in tokens() {
        for (before, after) in around {
            // The sign makes the line one that is looked at.
            let sign = if UNMARKED.contains(&rule) { " @" } else { "" };
            let line = format!("{before}{token}{after}{sign}");
            let found = POLICY.findings(line.as_bytes());
            let rules: Vec<_> = found
                .iter()
                .map(|f| (f.rule(), line.get(f.span())))
                .collect();
            assert_eq!(rules, [(rule, Some(&*token))], "{line}");
        }
    }
}

/// RD-02: a slash behind a backslash belongs to a token, whatever follows it.
#[test]
fn takes_the_last_escaped_slash_of_a_token_wherever_the_text_ends() {
    let token = format!("fm2_{}", body(ALNUM, 60));
    for end in ["", "\n", " ", "\""] {
        let found = redact(&format!("using {token}\\/{end}"));
        assert!(found.ends_with(&format!("]{end}")), "{found}");
    }
}

/// RD-02: what begins like a token and is a word.
#[test]
fn leaves_words_alone_that_begin_like_tokens() {
    let lookalikes = [
        format!("checkout {} done", body(HEX, 40)),
        format!("sha256:{} {UUID}", body(HEX, 64)),
        "class=\"sk-circle-fade-dot sk-chase-animation-container-wrapper\"".into(),
        "re_export_all_of_the_modules_from_here(re_compile_every_pattern_of_v2)".into(),
        "key-value-store-replication-controller-manager".into(),
        "API-GATEWAY-CONFIGURATION-SERVICE pat.map(|pattern_of_the_registry| pattern.kind)".into(),
        "tr_prod_categories_by_name_and_id secret-test-connection-to-the-database-server".into(),
        "history_at_the_time_of_the_first_attempt llx-mcp-server-for-every-project".into(),
        "unkey_all_the_doors_of_the_house aio_error_when_writing_to_the_queue".into(),
        format!("trace 4b1d{} request {UUID}:fxp", body(HEX, 28)),
        "pat-matching-of-names-in-the-registry-of-images".into(),
        "pod/risk-3f2504e04f8941d39a0c0305e82c3301 disk-3f2504e04f8941d39a0c0305e82c3301".into(),
        "TASK3f2504e04f8941d39a0c0305e82c3301".into(),
        "live_migration_of_instance test_that_everything_is_as_it_was_before_the_change".into(),
        "org.apache.hadoop.mapreduce.v2.app.job.impl.TaskAttemptImplementation$Transition".into(),
        "select t1.customer_identifier=t2.customer_identifier and t1.organisation_id=t2.id".into(),
        "node_modules/@scope/some-package-with-a-long-name/dist/index.production.min.js".into(),
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".into(),
        "region eu-us1 i-0123456789abcdef0 web-7d4b9c6f5d-x2x9z ip-10-0-12-34.eu-west-1".into(),
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into(),
        "at com.example.Discord.MessageHandlerForEveryGuild.onMessageReceived".into(),
        "user:123456789:AAA-rating AA:BB:CC:DD:EE:FF 12345678:AAPL".into(),
        "xoxb-************-************-************************".into(),
        format!(
            "ref: data:application/octet-stream;base64,{}",
            "AAAA".repeat(40)
        ),
    ];
    for line in lookalikes {
        assert_eq!(redact(&line), line);
    }
}

/// RD-02: a JSON web token by its header, whatever the order of its members and however cut.
#[test]
fn takes_json_web_tokens_by_their_header() {
    for token in [
        // {"alg":"none"}
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
        // { "alg" : "ES256" }
        "eyAiYWxnIiA6ICJFUzI1NiIgfQ.eyAic3ViIiA6ICJhZGEiIH0.c2lnbmF0dXJl",
        // {"typ":"JWT","alg":"HS256"}, cut off in its claims
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOi",
        // {"alg":"dir","enc":"A256GCM"}
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ",
    ] {
        let line = format!("got {token} from upstream");
        let safe = redact(&line);
        assert!(
            safe.starts_with("got [REDACTED:jwt]") && safe.ends_with(" from upstream"),
            "{safe}"
        );
        assert!(!safe.contains(token.get(..12).unwrap()), "{safe}");
    }
    // {"id":17,"dir":"asc"} names no algorithm.
    let cursor = "next=eyJpZCI6MTcsImRpciI6ImFzYyJ9.json";
    assert_eq!(redact(cursor), cursor);
}
