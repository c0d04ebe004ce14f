//! The prefixes by which vendors mark their tokens. To teach one, add a line.
//!
//! A line says what the rule is called, the prefix, what it is the prefix of, the characters that
//! follow it and the fewest of them that make a token, and its source. The source is the vendor's
//! public page that documents the token: its format where the vendor says it, which few do, and
//! otherwise how the token is issued and used; then the prefix, the characters and the length are
//! those of tokens that were published. The fewest are less than a vendor makes, for tokens that
//! were cut off, and as many as no ordinary word has. Prefix and characters together need
//! [`super::words::MIN`] that are letters, digits, `_` and `-`.

use super::{
    super::finding::Kind::{self, ApiKey, Cookie, Password, PrivateKey, Secret, Session, Token},
    Alphabet::{
        self, Alnum, Bang, Base64, Dollar, Dotted, Hex, Lower, Mixed, MixedDotted, Percent, Random,
        Upper, Upperdash, Uuid, Word,
    },
};

/// `(rule, prefix, kind, characters after the prefix, fewest of them, source)`
pub(super) type Row = (
    &'static str,
    &'static str,
    Kind,
    Alphabet,
    usize,
    &'static str,
);

const ALIBABA: &str = "www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair";
const ANTHROPIC: &str = "platform.claude.com/docs/en/manage-claude/authentication";
const AWS: &str = "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html";
const AWS_STS: &str = "docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html";
const BEDROCK: &str = "docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html";
const BUILDKITE: &str = "buildkite.com/docs/apis/managing-api-tokens";
const CIRCLECI: &str = "circleci.com/docs/managing-api-tokens";
const CLOUDFLARE: &str = "developers.cloudflare.com/fundamentals/api/get-started/token-formats";
const DATABRICKS: &str = "docs.databricks.com/dev-tools/auth/pat";
const DIGITALOCEAN: &str = "docs.digitalocean.com/reference/api/create-personal-access-token";
const DOCKER: &str = "docs.docker.com/security/access-tokens";
const DOPPLER: &str = "docs.doppler.com/reference/auth-token-formats";
const DYNATRACE: &str = "docs.dynatrace.com/docs/manage/access-control/access-tokens";
const EASYPOST: &str = "docs.easypost.com/docs/authentication";
const FLY: &str = "fly.io/docs/security/tokens";
const GITHUB: &str =
    "github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats";
const GITLAB: &str = "docs.gitlab.com/security/tokens/#token-prefixes";
const GOOGLE_OAUTH: &str = "developers.google.com/identity/protocols/oauth2";
const GRAFANA: &str = "grafana.com/docs/grafana/latest/administration/service-accounts";
const HONEYBADGER: &str = "docs.honeybadger.io/api/v3/authentication";
const HUBSPOT: &str = "developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview";
const LANGSMITH: &str = "docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key";
const LOGIN_AMAZON: &str = "developer.amazon.com/docs/login-with-amazon/access-token.html";
const NETLIFY: &str =
    "answers.netlify.com/t/change-to-the-netlify-authentication-token-format/106146";
const NEWRELIC: &str = "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys";
const NOTION: &str = "developers.notion.com/docs/authorization";
const OPENAI: &str = "platform.openai.com/docs/api-reference/authentication";
const PASETO: &str =
    "github.com/paseto-standard/paseto-spec/blob/master/docs/01-Protocol-Versions/README.md";
const PLAID: &str = "plaid.com/docs/api/tokens";
const PLANETSCALE: &str = "planetscale.com/docs/concepts/service-tokens";
const POSTHOG: &str = "posthog.com/docs/api#authentication";
const RAZORPAY: &str = "razorpay.com/docs/api/authentication";
const SAML: &str = "docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf";
const SENTRY: &str = "docs.sentry.io/account/auth-tokens";
const SENTRY_CODE: &str = "github.com/getsentry/sentry/blob/master/src/sentry/types/token.py";
const SHOPIFY: &str = "shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing";
const SLACK: &str = "docs.slack.dev/authentication/tokens";
const SNYK: &str = "docs.snyk.io/enterprise-configuration/service-accounts";
const SONAR: &str = "docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens";
const SQUARE: &str = "developer.squareup.com/docs/build-basics/access-tokens";
const STRIPE: &str = "docs.stripe.com/keys";
const SUPABASE: &str = "supabase.com/docs/guides/api/api-keys";
const VAULT: &str = "developer.hashicorp.com/vault/docs/concepts/tokens";
const VERCEL: &str = "vercel.com/changelog/new-token-formats-and-secret-scanning";
const YANDEX: &str = "yandex.cloud/en/docs/iam/concepts/authorization/api-key";
const YANDEX_STATIC: &str = "yandex.cloud/en/docs/iam/concepts/authorization/access-key";

#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    // Clouds and hosting.
    ("aws-access-key", "AKIA", ApiKey, Upper, 16, AWS),
    ("aws-temporary-key", "ASIA", ApiKey, Upper, 16, AWS),
    ("aws-bearer-key", "ABIA", ApiKey, Upper, 16, AWS),
    ("aws-context-key", "ACCA", ApiKey, Upper, 16, AWS),
    ("aws-session-token", "IQoJb3JpZ2lu", Token, Base64, 40, AWS_STS),
    ("aws-session-token-2", "FwoGZXIvYXdz", Token, Base64, 40, AWS_STS),
    ("aws-session-token-1", "FQoGZXIvYXdz", Token, Base64, 40, AWS_STS),
    ("aws-bedrock-key", "ABSKQmVkcm9ja0FQSUtleS", ApiKey, Base64, 20, BEDROCK),
    ("aws-bedrock-temporary-key", "bedrock-api-key-", ApiKey, Base64, 40, BEDROCK),
    ("aws-mws-token", "amzn.mws.", Token, Uuid, 36, "docs.developer.amazonservices.com/en_US/dev_guide/DG_Registering.html"),
    ("login-with-amazon-secret", "amzn1.oa2-cs.v1.", Secret, Hex, 32, LOGIN_AMAZON),
    ("login-with-amazon-token", "Atza|", Token, Base64, 40, LOGIN_AMAZON),
    ("login-with-amazon-refresh-token", "Atzr|", Token, Base64, 40, LOGIN_AMAZON),
    ("google-api-key", "AIza", ApiKey, Word, 30, "cloud.google.com/docs/authentication/api-keys"),
    ("google-auth-key", "AQ.Ab", ApiKey, Word, 30, "ai.google.dev/gemini-api/docs/api-key"),
    ("google-access-token", "ya29.", Token, Dotted, 20, GOOGLE_OAUTH),
    ("google-client-secret", "GOCSPX-", Secret, Word, 20, GOOGLE_OAUTH),
    ("google-refresh-token", "1//0", Token, Mixed, 36, GOOGLE_OAUTH),
    ("google-authorization-code", "4/0A", Kind::Code, Mixed, 36, GOOGLE_OAUTH),
    ("alibaba-access-key", "LTAI", ApiKey, Alnum, 16, ALIBABA),
    ("tencent-secret-id", "AKID", ApiKey, Alnum, 32, "www.tencentcloud.com/document/product/598/32675"),
    ("yandex-api-key", "AQVN", ApiKey, Word, 34, YANDEX),
    ("yandex-oauth-token", "y0_", Token, Word, 40, "yandex.cloud/en/docs/iam/concepts/authorization/oauth-token"),
    ("yandex-static-key", "YCM", Secret, Mixed, 36, YANDEX_STATIC),
    ("yandex-static-key-n", "YCN", Secret, Mixed, 36, YANDEX_STATIC),
    ("yandex-static-key-o", "YCO", Secret, Mixed, 36, YANDEX_STATIC),
    ("yandex-static-key-p", "YCP", Secret, Mixed, 36, YANDEX_STATIC),
    ("digitalocean-pat", "dop_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("digitalocean-oauth", "doo_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("digitalocean-refresh", "dor_v1_", Token, Hex, 32, DIGITALOCEAN),
    ("cloudflare-global-key", "cfk_", ApiKey, Alnum, 40, CLOUDFLARE),
    ("cloudflare-user-token", "cfut_", Token, Alnum, 32, CLOUDFLARE),
    ("cloudflare-account-token", "cfat_", Token, Alnum, 32, CLOUDFLARE),
    ("cloudflare-service-token-secret", "cfast_", Secret, Alnum, 40, "developers.cloudflare.com/changelog/post/2026-08-26-service-token-secret-format"),
    ("cloudflare-origin-ca-key", "v1.0-", ApiKey, Word, 100, "developers.cloudflare.com/fundamentals/api/get-started/ca-keys"),
    ("fly-macaroon", "fm2_", Token, Base64, 40, FLY),
    ("fly-macaroon-1", "fm1r_", Token, Base64, 40, FLY),
    ("fly-macaroon-1a", "fm1a_", Token, Base64, 40, FLY),
    ("fly-token", "fo1_", Token, Word, 32, FLY),
    ("heroku-key", "HRKU-", ApiKey, Word, 36, "devcenter.heroku.com/articles/oauth"),
    ("netlify-token", "nfp_", Token, Alnum, 32, NETLIFY),
    ("netlify-cli-token", "nfc_", Token, Alnum, 32, NETLIFY),
    ("netlify-oauth-token", "nfo_", Token, Alnum, 32, NETLIFY),
    ("netlify-app-token", "nfu_", Token, Alnum, 32, NETLIFY),
    ("netlify-build-token", "nfb_", Token, Alnum, 32, NETLIFY),
    ("vercel-token", "vcp_", Token, Alnum, 24, VERCEL),
    ("vercel-app-token", "vca_", Token, Alnum, 24, VERCEL),
    ("vercel-integration-token", "vci_", Token, Alnum, 24, VERCEL),
    ("vercel-refresh-token", "vcr_", Token, Alnum, 24, VERCEL),
    ("vercel-gateway-key", "vck_", ApiKey, Alnum, 24, VERCEL),
    ("render-key", "rnd_", ApiKey, Random, 24, "render.com/docs/api"),
    ("upcloud-token", "ucat_", Token, Alnum, 24, "developers.upcloud.com/1.3/2-authentication"),
    ("aiven-password", "AVNS_", Password, Word, 15, "aiven.io/docs/platform/concepts/service-users"),
    ("openshift-token", "sha256~", Token, Word, 40, "docs.redhat.com/en/documentation/openshift_container_platform/4.16/html/authentication_and_authorization/managing-oauth-access-tokens"),
    // Language models.
    ("openai-project-key", "sk-proj-", ApiKey, Word, 20, OPENAI),
    ("openai-service-key", "sk-svcacct-", ApiKey, Word, 20, OPENAI),
    ("openai-admin-key", "sk-admin-", ApiKey, Word, 20, OPENAI),
    ("openai-key", "sk-", ApiKey, Alnum, 32, OPENAI),
    ("openai-session", "sess-", Session, Alnum, 32, OPENAI),
    ("anthropic-key", "sk-ant-", ApiKey, Word, 20, ANTHROPIC),
    ("openrouter-key", "sk-or-", ApiKey, Word, 32, "openrouter.ai/docs/api-reference/authentication"),
    ("langfuse-key", "sk-lf-", ApiKey, Uuid, 36, "langfuse.com/docs/api"),
    ("helicone-key", "sk-helicone-", ApiKey, Word, 20, "docs.helicone.ai/helicone-headers/helicone-auth"),
    ("langsmith-pat", "lsv2_pt_", Token, Word, 32, LANGSMITH),
    ("langsmith-key", "lsv2_sk_", ApiKey, Word, 32, LANGSMITH),
    ("huggingface-token", "hf_", Token, Alnum, 30, "huggingface.co/docs/hub/security-tokens"),
    ("huggingface-organization-token", "api_org_", Token, Alnum, 30, "huggingface.co/docs/hub/security-tokens"),
    ("groq-key", "gsk_", ApiKey, Alnum, 32, "console.groq.com/docs/quickstart"),
    ("replicate-token", "r8_", Token, Alnum, 32, "replicate.com/docs/topics/security/api-tokens"),
    ("perplexity-key", "pplx-", ApiKey, Alnum, 32, "docs.perplexity.ai/guides/api-key-management"),
    ("xai-key", "xai-", ApiKey, Alnum, 40, "docs.x.ai/docs/overview"),
    ("elevenlabs-key", "sk_", ApiKey, Hex, 40, "elevenlabs.io/docs/api-reference/authentication"),
    ("together-key", "tgp_v1_", ApiKey, Word, 32, "docs.together.ai/reference/authentication-1"),
    ("fireworks-key", "fw_", ApiKey, Random, 22, "docs.fireworks.ai/api-reference/introduction"),
    ("cerebras-key", "csk-", ApiKey, Lower, 40, "inference-docs.cerebras.ai/quickstart"),
    ("nvidia-key", "nvapi-", ApiKey, Word, 40, "docs.api.nvidia.com/nim/docs/api-quickstart"),
    ("pinecone-key", "pcsk_", ApiKey, Word, 40, "docs.pinecone.io/guides/projects/manage-api-keys"),
    ("jina-key", "jina_", ApiKey, Word, 40, "jina.ai/embeddings"),
    ("tavily-key", "tvly-", ApiKey, Word, 28, "docs.tavily.com/documentation/api-reference/introduction"),
    ("firecrawl-key", "fc-", ApiKey, Hex, 32, "docs.firecrawl.dev/api-reference/introduction"),
    ("e2b-key", "e2b_", ApiKey, Hex, 36, "e2b.dev/docs/api-key"),
    ("runpod-key", "rpa_", ApiKey, Upper, 32, "docs.runpod.io/get-started/api-keys"),
    ("wandb-key", "wandb_v1_", ApiKey, Word, 32, "docs.wandb.ai/support/find_api_key"),
    ("voyage-key", "pa-", ApiKey, Mixed, 40, "docs.voyageai.com/docs/api-key-and-installation"),
    ("sourcegraph-token", "sgp_", Token, Word, 40, "sourcegraph.com/docs/cli/how-tos/creating_an_access_token"),
    // Code, packages and pipelines.
    ("github-pat", "ghp_", Token, Word, 20, GITHUB),
    ("github-oauth", "gho_", Token, Word, 20, GITHUB),
    ("github-user-to-server", "ghu_", Token, Dotted, 20, GITHUB),
    ("github-server-to-server", "ghs_", Token, Dotted, 20, "github.blog/changelog/2026-04-24-notice-about-upcoming-new-format-for-github-app-installation-tokens"),
    ("github-refresh", "ghr_", Token, Word, 20, GITHUB),
    ("github-fine-grained-pat", "github_pat_", Token, Word, 22, GITHUB),
    ("gitlab-pat", "glpat-", Token, Dotted, 16, GITLAB),
    ("gitlab-deploy", "gldt-", Token, Dotted, 16, GITLAB),
    ("gitlab-runner", "glrt-", Token, Dotted, 16, GITLAB),
    ("gitlab-runner-legacy", "glrtr-", Token, Dotted, 16, GITLAB),
    ("gitlab-runner-registration", "GR1348941", Token, Word, 16, GITLAB),
    ("gitlab-trigger", "glptt-", Token, Dotted, 16, GITLAB),
    ("gitlab-feed", "glft-", Token, Dotted, 16, GITLAB),
    ("gitlab-incoming-mail", "glimt-", Token, Dotted, 16, GITLAB),
    ("gitlab-agent", "glagent-", Token, Dotted, 16, GITLAB),
    ("gitlab-scim", "glsoat-", Token, Dotted, 16, GITLAB),
    ("gitlab-job", "glcbt-", Token, Dotted, 16, GITLAB),
    ("gitlab-oauth-secret", "gloas-", Secret, Dotted, 16, GITLAB),
    ("gitlab-feature-flags", "glffct-", Token, Dotted, 16, GITLAB),
    ("gitlab-workspace", "glwt-", Token, Dotted, 16, GITLAB),
    ("bitbucket-app-password", "ATBB", Token, Alnum, 28, "support.atlassian.com/bitbucket-cloud/docs/app-passwords"),
    ("npm-token", "npm_", Token, Alnum, 30, "github.blog/security/announcing-npms-new-access-token-format"),
    ("pypi-token", "pypi-", Token, Word, 40, "docs.pypi.org/api/secrets"),
    ("rubygems-key", "rubygems_", ApiKey, Hex, 32, "guides.rubygems.org/api-key-scopes"),
    ("crates-io-token", "cio", Token, Random, 32, "github.com/rust-lang/crates.io/blob/04fe1d28b7b7/src/util/token.rs"),
    ("nuget-key", "oy2", ApiKey, Lower, 40, "learn.microsoft.com/en-us/nuget/nuget-org/scoped-api-keys"),
    ("clojars-token", "CLOJARS_", Token, Lower, 50, "github.com/clojars/clojars-web/wiki/Deploy-Tokens"),
    ("docker-pat", "dckr_pat_", Token, Word, 20, DOCKER),
    ("docker-organization-token", "dckr_oat_", Token, Word, 20, DOCKER),
    ("jfrog-key", "AKCp", ApiKey, Alnum, 50, "jfrog.com/help/r/jfrog-platform-administration-documentation/api-key"),
    ("jfrog-reference-token", "cmVmdGtu", Token, Alnum, 40, "jfrog.com/help/r/jfrog-platform-administration-documentation/reference-tokens"),
    ("sonar-user-token", "squ_", Token, Hex, 32, SONAR),
    ("sonar-project-token", "sqp_", Token, Hex, 32, SONAR),
    ("sonar-analysis-token", "sqa_", Token, Hex, 32, SONAR),
    ("snyk-user-token", "snyk_uat.", Token, Dotted, 40, SNYK),
    ("snyk-service-token", "snyk_sat.", Token, Dotted, 40, SNYK),
    ("circleci-pat", "CCIPAT_", Token, Word, 40, CIRCLECI),
    ("circleci-project-token", "CCIPRJ_", Token, Word, 40, CIRCLECI),
    ("buildkite-user-token", "bkua_", Token, Hex, 32, BUILDKITE),
    ("pulumi-token", "pul-", Token, Hex, 40, "www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens"),
    ("doppler-personal", "dp.pt.", Token, Alnum, 32, DOPPLER),
    ("doppler-service", "dp.st.", Token, Dotted, 32, DOPPLER),
    ("doppler-cli", "dp.ct.", Token, Alnum, 32, DOPPLER),
    ("doppler-service-account", "dp.sa.", Token, Alnum, 32, DOPPLER),
    ("doppler-scim", "dp.scim.", Token, Alnum, 32, DOPPLER),
    ("doppler-audit", "dp.audit.", Token, Alnum, 32, DOPPLER),
    ("vault-service-token", "hvs.", Token, Word, 20, VAULT),
    ("vault-batch-token", "hvb.", Token, Word, 20, VAULT),
    ("vault-recovery-token", "hvr.", Token, Word, 20, VAULT),
    ("infracost-key", "ico-", ApiKey, Alnum, 32, "www.infracost.io/docs/cloud_pricing_api/overview"),
    ("prefect-key", "pnu_", ApiKey, Alnum, 32, "docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys"),
    ("launchdarkly-key", "sdk-", ApiKey, Uuid, 36, "launchdarkly.com/docs/home/account/environment/keys"),
    ("postman-key", "PMAK-", ApiKey, Word, 40, "learning.postman.com/docs/developer/postman-api/authentication"),
    ("postman-collection-token", "PMAT-", Token, Upper, 24, "learning.postman.com/docs/collaborating-in-postman/sharing"),
    ("readme-key", "rdme_", ApiKey, Lower, 40, "docs.readme.com/main/reference/intro/authentication"),
    // Payments and shops.
    ("stripe-live-key", "sk_live_", ApiKey, Word, 16, STRIPE),
    ("stripe-test-key", "sk_test_", ApiKey, Word, 16, STRIPE),
    ("stripe-organization-key", "sk_org_", ApiKey, Word, 20, STRIPE),
    ("stripe-restricted-live-key", "rk_live_", ApiKey, Word, 16, STRIPE),
    ("stripe-restricted-test-key", "rk_test_", ApiKey, Word, 16, STRIPE),
    ("stripe-ephemeral-key", "ek_live_", ApiKey, Word, 20, STRIPE),
    ("stripe-ephemeral-test-key", "ek_test_", ApiKey, Word, 20, STRIPE),
    ("webhook-secret", "whsec_", Secret, Base64, 16, "docs.stripe.com/webhooks/signature"),
    ("square-token", "sq0atp-", Token, Word, 20, SQUARE),
    ("square-secret", "sq0csp-", Secret, Word, 32, SQUARE),
    ("facebook-token", "EAA", Token, Mixed, 58, "developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    ("braintree-token", "access_token$production$", Token, Dollar, 40, "developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials"),
    ("braintree-sandbox-token", "access_token$sandbox$", Token, Dollar, 40, "developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials"),
    ("adyen-key", "AQE", ApiKey, Base64, 80, "docs.adyen.com/development-resources/api-credentials"),
    ("razorpay-live-key", "rzp_live_", ApiKey, Alnum, 12, RAZORPAY),
    ("razorpay-test-key", "rzp_test_", ApiKey, Alnum, 12, RAZORPAY),
    ("flutterwave-key", "FLWSECK-", ApiKey, Word, 30, "developer.flutterwave.com/docs/api-keys"),
    ("flutterwave-test-key", "FLWSECK_TEST-", ApiKey, Word, 30, "developer.flutterwave.com/docs/api-keys"),
    ("plaid-production-token", "access-production-", Token, Uuid, 36, PLAID),
    ("plaid-development-token", "access-development-", Token, Uuid, 36, PLAID),
    ("plaid-sandbox-token", "access-sandbox-", Token, Uuid, 36, PLAID),
    ("mercado-pago-token", "APP_USR-", Token, Word, 40, "www.mercadopago.com.ar/developers/en/docs/your-integrations/credentials"),
    ("mercury-token", "mercury_production_", Token, Mixed, 32, "docs.mercury.com/docs/getting-started"),
    ("ramp-token", "ramp_tok_", Token, Alnum, 32, "docs.ramp.com/developer-api/v1/authorization"),
    ("paddle-key", "pdl_live_apikey_", ApiKey, Word, 30, "developer.paddle.com/api-reference/about/api-keys"),
    ("paddle-sandbox-key", "pdl_sdbx_apikey_", ApiKey, Word, 30, "developer.paddle.com/api-reference/about/api-keys"),
    ("polar-token", "polar_oat_", Token, Alnum, 32, "polar.sh/docs/integrate/oat"),
    ("xendit-key", "xnd_production_", ApiKey, Alnum, 30, "docs.xendit.co/docs/api-keys"),
    ("midtrans-key", "Mid-server-", ApiKey, Mixed, 16, "docs.midtrans.com/docs/midtrans-account#api-keys"),
    ("cashfree-key", "cfsk_ma_", ApiKey, Word, 32, "www.cashfree.com/docs/api-reference/authentication"),
    ("sumup-key", "sup_sk_", ApiKey, Alnum, 24, "developer.sumup.com/tools/authorization/api-keys"),
    ("shopify-access-token", "shpat_", Token, Word, 24, SHOPIFY),
    ("shopify-custom-token", "shpca_", Token, Word, 24, SHOPIFY),
    ("shopify-private-token", "shppa_", Token, Word, 24, SHOPIFY),
    ("shopify-shared-secret", "shpss_", Secret, Word, 24, SHOPIFY),
    ("easypost-key", "EZAK", ApiKey, Alnum, 50, EASYPOST),
    ("easypost-test-key", "EZTK", ApiKey, Alnum, 50, EASYPOST),
    ("shippo-live-token", "shippo_live_", Token, Hex, 32, "docs.goshippo.com/docs/guides_general/authentication"),
    ("shippo-test-token", "shippo_test_", Token, Hex, 32, "docs.goshippo.com/docs/guides_general/authentication"),
    ("lob-live-key", "live_", ApiKey, Hex, 35, "docs.lob.com/#tag/Authentication"),
    ("duffel-live-token", "duffel_live_", Token, Word, 40, "duffel.com/docs/api/overview/making-requests"),
    ("duffel-test-token", "duffel_test_", Token, Word, 40, "duffel.com/docs/api/overview/making-requests"),
    // Chat, mail and social networks.
    ("slack-bot", "xoxb-", Token, Word, 16, SLACK),
    ("slack-user", "xoxp-", Token, Word, 16, SLACK),
    ("slack-workspace", "xoxa-", Token, Word, 16, SLACK),
    ("slack-refresh", "xoxr-", Token, Word, 16, SLACK),
    ("slack-legacy", "xoxs-", Token, Word, 16, SLACK),
    ("slack-legacy-oauth", "xoxo-", Token, Word, 16, SLACK),
    ("slack-client", "xoxc-", Token, Word, 16, SLACK),
    ("slack-cookie", "xoxd-", Cookie, Base64, 16, SLACK),
    ("slack-configuration", "xoxe.", Token, Dotted, 20, SLACK),
    ("slack-configuration-refresh", "xoxe-", Token, Word, 16, SLACK),
    ("slack-app", "xapp-", Token, Word, 16, SLACK),
    ("mailgun-key", "key-", ApiKey, Lower, 32, "documentation.mailgun.com/docs/mailgun/api-reference/authentication"),
    ("sendgrid-key", "SG.", ApiKey, Dotted, 40, "docs.sendgrid.com/ui/account-and-settings/api-keys"),
    ("brevo-key", "xkeysib-", ApiKey, Word, 40, "developers.brevo.com/docs/getting-started"),
    ("brevo-smtp-key", "xsmtpsib-", Password, Word, 40, "help.brevo.com/hc/en-us/articles/7959631848850"),
    ("resend-key", "re_", ApiKey, Mixed, 28, "resend.com/docs/dashboard/api-keys/introduction"),
    ("mailersend-token", "mlsn.", Token, Hex, 40, "developers.mailersend.com/general.html#authentication"),
    ("twilio-key", "SK", ApiKey, Hex, 32, "www.twilio.com/docs/glossary/what-is-a-sid"),
    ("klaviyo-key", "pk_", ApiKey, Hex, 34, "developers.klaviyo.com/en/docs/authenticate_"),
    ("intercom-token", "dG9rO", Token, Base64, 40, "developers.intercom.com/docs/build-an-integration/learn-more/authentication"),
    ("pubnub-secret", "sec-c-", Secret, Alnum, 40, "www.pubnub.com/docs/general/basics/initialize-pubnub"),
    ("instagram-token", "IGQ", Token, Mixed, 60, "developers.facebook.com/docs/instagram-platform"),
    ("twitter-bearer", "AAAAAAAAAAAAAAAAAAAAA", Token, Percent, 60, "docs.x.com/resources/fundamentals/authentication/oauth-2-0/application-only"),
    ("frameio-token", "fio-u-", Token, Word, 40, "developer.frame.io/docs/getting-started/authentication"),
    ("dropbox-token", "sl.", Token, MixedDotted, 60, "developers.dropbox.com/oauth-guide"),
    // Monitoring and analysis.
    ("new-relic-user-key", "NRAK-", ApiKey, Upper, 24, NEWRELIC),
    ("new-relic-insert-key", "NRII-", ApiKey, Word, 30, NEWRELIC),
    ("new-relic-query-key", "NRIQ-", ApiKey, Word, 30, NEWRELIC),
    ("new-relic-admin-key", "NRAA-", ApiKey, Word, 24, NEWRELIC),
    ("datadog-application-key", "ddapp_", ApiKey, Alnum, 32, "docs.datadoghq.com/account_management/api-app-keys"),
    ("sentry-organization-token", "sntrys_", Token, Base64, 32, SENTRY),
    ("sentry-user-token", "sntryu_", Token, Hex, 32, SENTRY_CODE),
    ("sentry-integration-token", "sntryi_", Token, Hex, 32, SENTRY_CODE),
    ("sentry-application-token", "sntrya_", Token, Hex, 32, SENTRY_CODE),
    ("grafana-service-account", "glsa_", Token, Word, 32, GRAFANA),
    ("grafana-cloud-token", "glc_", Token, Base64, 32, GRAFANA),
    ("grafana-key", "eyJrIjoi", ApiKey, Base64, 60, GRAFANA),
    ("dynatrace-token", "dt0c01.", Token, Dotted, 40, DYNATRACE),
    ("dynatrace-client-secret", "dt0s", Secret, Dotted, 60, DYNATRACE),
    ("honeycomb-ingest-key", "hcaik_", ApiKey, Lower, 40, "docs.honeycomb.io/configure/environments/manage-api-keys"),
    ("axiom-token", "xaat-", Token, Uuid, 36, "axiom.co/docs/reference/tokens"),
    ("axiom-pat", "xapt-", Token, Uuid, 36, "axiom.co/docs/reference/tokens"),
    ("honeybadger-user-token", "hbu_", Token, Alnum, 24, HONEYBADGER),
    ("honeybadger-account-token", "hba_", Token, Alnum, 24, HONEYBADGER),
    ("honeybadger-oauth-token", "hbo_", Token, Alnum, 24, HONEYBADGER),
    ("posthog-personal-key", "phx_", ApiKey, Alnum, 32, POSTHOG),
    ("posthog-feature-flags-key", "phs_", ApiKey, Alnum, 32, POSTHOG),
    ("coralogix-key", "cxtp_", ApiKey, Alnum, 24, "coralogix.com/docs/user-guides/account-management/api-keys/api-keys"),
    ("coralogix-user-key", "cxup_", ApiKey, Alnum, 24, "coralogix.com/docs/user-guides/account-management/api-keys/api-keys"),
    ("elastic-cloud-key", "essu_", ApiKey, Base64, 40, "www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys"),
    ("statsig-secret", "secret-", Secret, Alnum, 40, "docs.statsig.com/access-management/api-keys"),
    // Databases and documents.
    ("databricks-pat", "dapi", Token, Hex, 32, DATABRICKS),
    ("databricks-oauth-secret", "dose", Secret, Hex, 32, DATABRICKS),
    ("supabase-token", "sbp_", Token, Hex, 32, SUPABASE),
    ("supabase-secret-key", "sb_secret_", ApiKey, Word, 24, SUPABASE),
    ("planetscale-token", "pscale_tkn_", Token, Dotted, 32, PLANETSCALE),
    ("planetscale-oauth-token", "pscale_oauth_", Token, Dotted, 32, PLANETSCALE),
    ("planetscale-password", "pscale_pw_", Password, Dotted, 32, "planetscale.com/docs/concepts/password-roles"),
    ("neon-key", "napi_", ApiKey, Lower, 40, "neon.com/docs/manage/api-keys"),
    ("cockroach-key", "CCDB1_", ApiKey, Word, 40, "www.cockroachlabs.com/docs/cockroachcloud/managing-access"),
    ("xata-key", "xau_", ApiKey, Alnum, 30, "xata.io/docs/concepts/api-keys"),
    ("tinybird-token", "p.eyJ", Token, Dotted, 60, "www.tinybird.co/docs/forward/administration/tokens"),
    ("notion-token", "ntn_", Token, Alnum, 40, NOTION),
    ("notion-secret", "secret_", Token, Alnum, 40, NOTION),
    ("contentful-token", "CFPAT-", Token, Word, 40, "www.contentful.com/developers/docs/references/authentication"),
    ("typeform-token", "tfp_", Token, Dotted, 40, "www.typeform.com/developers/get-started/personal-access-token"),
    ("linear-key", "lin_api_", ApiKey, Alnum, 32, "linear.app/developers/graphql"),
    ("linear-oauth-token", "lin_oauth_", Token, Hex, 32, "linear.app/developers/oauth-2-0-authentication"),
    ("atlassian-token", "ATATT3", Token, Dotted, 40, "support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account"),
    ("atlassian-workspace-token", "ATCTT3", Token, Dotted, 40, "support.atlassian.com/bitbucket-cloud/docs/access-tokens"),
    ("atlassian-oauth-secret", "ATOA", Secret, Word, 40, "developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps"),
    ("figma-token", "figd_", Token, Word, 32, "www.figma.com/developers/api#access-tokens"),
    ("hubspot-token", "pat-na1-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-na2-token", "pat-na2-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-na3-token", "pat-na3-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-eu-token", "pat-eu1-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-ap-token", "pat-ap1-", Token, Uuid, 36, HUBSPOT),
    ("mapbox-secret-token", "sk.eyJ1", Token, Dotted, 40, "docs.mapbox.com/accounts/guides/tokens"),
    // Machines, vaults and people.
    ("salesforce-session", "00D", Session, Bang, 60, "help.salesforce.com/s/articleView?id=sf.admin_sessions.htm"),
    ("tailscale-key", "tskey-", ApiKey, Word, 20, "tailscale.com/kb/1277/key-prefixes"),
    ("onepassword-service-account", "ops_eyJ", Token, Base64, 40, "developer.1password.com/docs/service-accounts/security"),
    ("onepassword-secret-key", "A3-", Secret, Upperdash, 28, "support.1password.com/secret-key-security"),
    ("age-secret-key", "AGE-SECRET-KEY-1", PrivateKey, Upper, 30, "age-encryption.org/v1"),
    ("age-plugin-key", "AGE-PLUGIN-", PrivateKey, Upperdash, 24, "age-encryption.org/v1"),
    ("bip32-private-key", "xprv", PrivateKey, Alnum, 90, "github.com/bitcoin/bips/blob/master/bip-0032.mediawiki"),
    ("secret-token-uri", "secret-token:", Token, Word, 19, "www.rfc-editor.org/rfc/rfc8959"),
    // Formats of tokens, whoever issues them.
    ("paseto-1-local", "v1.local.", Token, Dotted, 40, PASETO),
    ("paseto-2-local", "v2.local.", Token, Dotted, 40, PASETO),
    ("paseto-3-local", "v3.local.", Token, Dotted, 40, PASETO),
    ("paseto-4-local", "v4.local.", Token, Dotted, 40, PASETO),
    ("paseto-1-public", "v1.public.", Token, Dotted, 40, PASETO),
    ("paseto-2-public", "v2.public.", Token, Dotted, 40, PASETO),
    ("paseto-3-public", "v3.public.", Token, Dotted, 40, PASETO),
    ("paseto-4-public", "v4.public.", Token, Dotted, 40, PASETO),
    ("fernet-token", "gAAAAA", Token, Base64, 80, "github.com/fernet/spec/blob/master/Spec.md"),
    ("aspnet-protected", "CfDJ8", Session, Base64, 60, "learn.microsoft.com/en-us/aspnet/core/security/data-protection/implementation/authenticated-encryption-details"),
    ("laravel-encrypted", "eyJpdiI6", Session, Base64, 60, "laravel.com/docs/encryption"),
    ("saml-response", "PHNhbWxw", Token, Base64, 60, SAML),
    ("saml-assertion", "PHNhbWw6", Token, Base64, 60, SAML),
    ("ntlm-message", "TlRMTVNTUAA", Token, Base64, 24, "learn.microsoft.com/en-us/openspecs/windows_protocols/ms-nlmp"),
];
