//! Pages that document several tokens.

pub(super) const ALIBABA: &str =
    "www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair";
pub(super) const ANTHROPIC: &str = "platform.claude.com/docs/en/manage-claude/authentication";
pub(super) const AWS: &str = "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html";
pub(super) const AWS_STS: &str = "docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html";
pub(super) const BEDROCK: &str = "docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html";
pub(super) const BUILDKITE_CODE: &str =
    "github.com/buildkite/agent/blob/main/internal/redact/redact.go";
pub(super) const CIRCLECI: &str = "circleci.com/docs/managing-api-tokens";
pub(super) const CLOUDFLARE: &str =
    "developers.cloudflare.com/fundamentals/api/get-started/token-formats";
pub(super) const CRATES: &str =
    "github.com/rust-lang/crates.io/blob/04fe1d28b7b7/src/util/token.rs";
pub(super) const DATABRICKS: &str = "docs.databricks.com/dev-tools/auth/pat";
pub(super) const DIGITALOCEAN: &str =
    "docs.digitalocean.com/reference/api/create-personal-access-token";
pub(super) const DOCKER: &str = "docs.docker.com/security/access-tokens";
pub(super) const DOPPLER: &str = "docs.doppler.com/reference/auth-token-formats";
pub(super) const DYNATRACE: &str = "docs.dynatrace.com/docs/manage/access-control/access-tokens";
pub(super) const EASYPOST: &str = "docs.easypost.com/docs/authentication";
pub(super) const FLY: &str = "fly.io/docs/security/tokens";
pub(super) const GITHUB: &str =
    "github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats";
pub(super) const GITLAB: &str = "docs.gitlab.com/security/tokens/#token-prefixes";
pub(super) const GOOGLE_OAUTH: &str = "developers.google.com/identity/protocols/oauth2";
pub(super) const GRAFANA: &str = "grafana.com/docs/grafana/latest/administration/service-accounts";
pub(super) const HARNESS: &str =
    "developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys";
pub(super) const HONEYBADGER: &str = "docs.honeybadger.io/api/v3/authentication";
pub(super) const HONEYCOMB: &str = "docs.honeycomb.io/configure/environments/manage-api-keys";
pub(super) const HUBSPOT: &str =
    "developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview";
pub(super) const INNGEST: &str = "www.inngest.com/docs/platform/signing-keys";
pub(super) const LANGSMITH: &str = "docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key";
pub(super) const LOGIN_AMAZON: &str =
    "developer.amazon.com/docs/login-with-amazon/access-token.html";
pub(super) const NETLIFY: &str =
    "answers.netlify.com/t/change-to-the-netlify-authentication-token-format/106146";
pub(super) const NEWRELIC: &str = "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys";
pub(super) const NOTION: &str = "developers.notion.com/docs/authorization";
pub(super) const ONESIGNAL: &str = "documentation.onesignal.com/docs/en/keys-and-ids";
pub(super) const ONFIDO: &str = "documentation.onfido.com/api/latest#api-tokens";
pub(super) const OPENAI: &str = "platform.openai.com/docs/api-reference/authentication";
pub(super) const ORY: &str = "www.ory.com/docs/security-compliance/token-formats";
pub(super) const PASETO: &str =
    "github.com/paseto-standard/paseto-spec/blob/master/docs/01-Protocol-Versions/README.md";
pub(super) const PLAID: &str = "plaid.com/docs/api/tokens";
pub(super) const PLANETSCALE: &str = "planetscale.com/docs/concepts/service-tokens";
pub(super) const POSTHOG: &str = "posthog.com/docs/api#authentication";
pub(super) const PREFECT: &str = "docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys";
pub(super) const RAZORPAY: &str = "razorpay.com/docs/api/authentication";
pub(super) const SAML: &str = "docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf";
pub(super) const SENTRY: &str = "docs.sentry.io/account/auth-tokens";
pub(super) const SENTRY_CODE: &str =
    "github.com/getsentry/sentry/blob/master/src/sentry/types/token.py";
pub(super) const SHOPIFY: &str =
    "shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing";
pub(super) const SLACK: &str = "docs.slack.dev/authentication/tokens";
pub(super) const SNYK: &str = "docs.snyk.io/enterprise-configuration/service-accounts";
pub(super) const SONAR: &str =
    "docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens";
pub(super) const SQUARE: &str = "developer.squareup.com/docs/build-basics/access-tokens";
pub(super) const STRIPE: &str = "docs.stripe.com/keys";
pub(super) const STYTCH: &str = "github.com/stytchauth/stytch-node/blob/master/README.md";
pub(super) const SUPABASE: &str = "supabase.com/docs/guides/api/api-keys";
pub(super) const TRIGGER: &str = "trigger.dev/docs/apikeys";
pub(super) const VAULT: &str = "developer.hashicorp.com/vault/docs/concepts/tokens";
pub(super) const VERCEL: &str = "vercel.com/changelog/new-token-formats-and-secret-scanning";
pub(super) const XATA: &str = "github.com/xataio/xata/blob/main/internal/api/key/key.go";
pub(super) const YANDEX: &str = "yandex.cloud/en/docs/iam/concepts/authorization/api-key";
pub(super) const YANDEX_STATIC: &str = "yandex.cloud/en/docs/iam/concepts/authorization/access-key";
