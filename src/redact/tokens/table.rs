//! The prefixes by which vendors mark their tokens. To teach one, add a line.
//!
//! A line says what the rule is called, the prefix, what it is the prefix of, the characters that
//! follow it and the fewest of them that make a token, and its source. The source is the vendor's
//! public page that documents the token: its format where the vendor says it, which few do, and
//! otherwise how the token is issued and used; then the prefix, the characters and the length are
//! those of tokens that were published. What was compared with its source, or with the vendor's own
//! code, ends in `// format`, or in `// prefix` where that is all that the vendor says. The fewest
//! are less than a vendor makes, for tokens that were cut off, and as many as no ordinary word has.
//! Prefix and characters together need [`super::words::MIN`] that are letters, digits, `_` and `-`.

mod sources;

use super::{
    super::finding::Kind::{self, ApiKey, Cookie, Password, PrivateKey, Secret, Session, Token},
    Alphabet::{
        self, Alnum, Bang, Base64, Dollar, Dotted, Hex, Lower, Mixed, MixedDotted, Percent, Random,
        Upper, Upperdash, Uuid, Word,
    },
};
use sources::*;

/// `(rule, prefix, kind, characters after the prefix, fewest of them, source)`
pub(super) type Row = (
    &'static str,
    &'static str,
    Kind,
    Alphabet,
    usize,
    &'static str,
);

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
    ("fly-macaroon", "fm2_", Token, Base64, 40, FLY), // format
    ("fly-macaroon-1", "fm1r_", Token, Base64, 40, FLY), // format
    ("fly-macaroon-1a", "fm1a_", Token, Base64, 40, FLY), // format
    ("fly-token", "fo1_", Token, Word, 32, FLY),
    ("heroku-key", "HRKU-", ApiKey, Word, 36, "devcenter.heroku.com/articles/oauth"),
    ("netlify-token", "nfp_", Token, Alnum, 32, NETLIFY),
    ("netlify-cli-token", "nfc_", Token, Alnum, 32, NETLIFY),
    ("netlify-oauth-token", "nfo_", Token, Alnum, 32, NETLIFY),
    ("netlify-app-token", "nfu_", Token, Alnum, 32, NETLIFY),
    ("netlify-build-token", "nfb_", Token, Alnum, 32, NETLIFY),
    ("vercel-token", "vcp_", Token, Alnum, 24, VERCEL), // prefix
    ("vercel-app-token", "vca_", Token, Alnum, 24, VERCEL), // prefix
    ("vercel-integration-token", "vci_", Token, Alnum, 24, VERCEL),
    ("vercel-refresh-token", "vcr_", Token, Alnum, 24, VERCEL), // prefix
    ("vercel-gateway-key", "vck_", ApiKey, Alnum, 24, VERCEL), // prefix
    ("render-key", "rnd_", ApiKey, Random, 24, "render.com/docs/api"),
    ("upcloud-token", "ucat_", Token, Alnum, 24, "developers.upcloud.com/1.3/2-authentication"),
    ("aiven-password", "AVNS_", Password, Word, 15, "aiven.io/docs/platform/concepts/service-users"),
    ("scalingo-token", "tk-us-", Token, Word, 40, "developers.scalingo.com/#authentication"),
    ("docker-swarm-token", "SWMTKN-1-", Token, Word, 50, "docs.docker.com/engine/swarm/join-nodes"),
    ("adobe-client-secret", "p8e-", Secret, Word, 30, "developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication"),
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
    ("jina-key", "jina_", ApiKey, Word, 40, "jina.ai/embeddings"), // prefix
    ("tavily-key", "tvly-", ApiKey, Word, 28, "docs.tavily.com/documentation/api-reference/introduction"),
    ("firecrawl-key", "fc-", ApiKey, Hex, 32, "docs.firecrawl.dev/api-reference/introduction"),
    ("e2b-key", "e2b_", ApiKey, Hex, 36, "e2b.dev/docs/api-key"),
    ("daytona-key", "dtn_", ApiKey, Hex, 40, "github.com/daytonaio/daytona/blob/v0.190.0/apps/api/src/common/utils/api-key.ts"), // format
    ("runpod-key", "rpa_", ApiKey, Upper, 32, "docs.runpod.io/get-started/api-keys"),
    ("wandb-key", "wandb_v1_", ApiKey, Word, 32, "docs.wandb.ai/support/find_api_key"),
    ("voyage-key", "pa-", ApiKey, Mixed, 40, "docs.voyageai.com/docs/api-key-and-installation"),
    ("llamaindex-key", "llx-", ApiKey, Random, 40, "github.com/run-llama/llama_cloud_services/blob/main/py/llama_parse/README.md"), // prefix
    ("kaggle-token", "KGAT_", Token, Hex, 32, "www.kaggle.com/docs/api"), // prefix
    ("baidu-qianfan-key", "bce-v3/ALTAK", ApiKey, Base64, 40, "cloud.baidu.com/doc/qianfan-api/s/3m7of64lb"),
    ("apify-token", "apify_api_", Token, Alnum, 30, "docs.apify.com/platform/integrations/api"),
    ("sourcegraph-token", "sgp_", Token, Word, 40, "sourcegraph.com/docs/cli/how-tos/creating_an_access_token"), // format
    // Code, packages and pipelines.
    ("github-pat", "ghp_", Token, Word, 20, GITHUB),
    ("github-oauth", "gho_", Token, Word, 20, GITHUB),
    ("github-user-to-server", "ghu_", Token, Dotted, 20, GITHUB),
    ("github-server-to-server", "ghs_", Token, Dotted, 20, "github.blog/changelog/2026-04-24-notice-about-upcoming-new-format-for-github-app-installation-tokens"),
    ("github-refresh", "ghr_", Token, Word, 20, GITHUB),
    ("github-fine-grained-pat", "github_pat_", Token, Word, 22, GITHUB),
    ("gitlab-pat", "glpat-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-deploy", "gldt-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-runner", "glrt-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-runner-legacy", "glrtr-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-runner-registration", "GR1348941", Token, Word, 16, GITLAB),
    ("gitlab-trigger", "glptt-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-feed", "glft-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-incoming-mail", "glimt-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-agent", "glagent-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-scim", "glsoat-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-job", "glcbt-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-oauth-secret", "gloas-", Secret, Dotted, 16, GITLAB), // prefix
    ("gitlab-feature-flags", "glffct-", Token, Dotted, 16, GITLAB), // prefix
    ("gitlab-workspace", "glwt-", Token, Dotted, 16, GITLAB), // prefix
    ("bitbucket-app-password", "ATBB", Token, Alnum, 28, "support.atlassian.com/bitbucket-cloud/docs/app-passwords"),
    ("bitbucket-server-token", "BBDC-", Token, Base64, 36, "confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html"),
    ("npm-token", "npm_", Token, Alnum, 30, "github.blog/security/announcing-npms-new-access-token-format"),
    ("pypi-token", "pypi-", Token, Word, 40, "docs.pypi.org/api/secrets"),
    ("rubygems-key", "rubygems_", ApiKey, Hex, 32, "guides.rubygems.org/api-key-scopes"), // format
    ("crates-io-token", "cio", Token, Random, 32, CRATES), // format
    ("crates-io-trusted-token", "cio_tp_", Token, Alnum, 24, CRATES), // format
    ("nuget-key", "oy2", ApiKey, Lower, 40, "learn.microsoft.com/en-us/nuget/nuget-org/scoped-api-keys"),
    ("clojars-token", "CLOJARS_", Token, Hex, 40, "github.com/clojars/clojars-web/blob/main/src/clojars/db.clj"), // format
    ("docker-pat", "dckr_pat_", Token, Word, 20, DOCKER),
    ("docker-organization-token", "dckr_oat_", Token, Word, 20, DOCKER),
    ("jfrog-key", "AKCp", ApiKey, Alnum, 50, "jfrog.com/help/r/jfrog-platform-administration-documentation/api-key"),
    ("jfrog-reference-token", "cmVmdGtu", Token, Alnum, 40, "jfrog.com/help/r/jfrog-platform-administration-documentation/reference-tokens"),
    ("sonar-user-token", "squ_", Token, Hex, 32, SONAR), // format
    ("sonar-project-token", "sqp_", Token, Hex, 32, SONAR), // format
    ("sonar-analysis-token", "sqa_", Token, Hex, 32, SONAR), // format
    ("snyk-user-token", "snyk_uat.", Token, Dotted, 40, SNYK),
    ("snyk-service-token", "snyk_sat.", Token, Dotted, 40, SNYK),
    ("circleci-pat", "CCIPAT_", Token, Word, 40, CIRCLECI), // prefix
    ("circleci-project-token", "CCIPRJ_", Token, Word, 40, CIRCLECI),
    ("buildkite-user-token", "bkua_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkur", "bkur_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bktx", "bktx_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkaa", "bkaa_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkar", "bkar_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkct", "bkct_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkcqt", "bkcqt_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkaj", "bkaj_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkjat", "bkjat_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkpt", "bkpt_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkrt", "bkrt_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bktr", "bktr_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkat", "bkat_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkpat", "bkpat_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("buildkite-bkps", "bkps_", Token, Dotted, 24, BUILDKITE_CODE), // format
    ("pulumi-token", "pul-", Token, Hex, 40, "www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens"),
    ("doppler-personal", "dp.pt.", Token, Alnum, 32, DOPPLER), // format
    ("doppler-service", "dp.st.", Token, Dotted, 32, DOPPLER), // format
    ("doppler-cli", "dp.ct.", Token, Alnum, 32, DOPPLER), // format
    ("doppler-service-account", "dp.sa.", Token, Alnum, 32, DOPPLER), // format
    ("doppler-identity", "dp.said.", Token, Alnum, 32, DOPPLER), // format
    ("doppler-scim", "dp.scim.", Token, Alnum, 32, DOPPLER), // format
    ("doppler-audit", "dp.audit.", Token, Alnum, 32, DOPPLER), // format
    ("vault-service-token", "hvs.", Token, Word, 20, VAULT),
    ("vault-batch-token", "hvb.", Token, Word, 20, VAULT),
    ("vault-recovery-token", "hvr.", Token, Word, 20, VAULT),
    ("infracost-key", "ico-", ApiKey, Alnum, 32, "www.infracost.io/docs/cloud_pricing_api/overview"),
    ("prefect-key", "pnu_", ApiKey, Alnum, 32, PREFECT),
    ("prefect-service-key", "pnb_", ApiKey, Alnum, 32, PREFECT),
    ("harness-token", "pat.", Token, MixedDotted, 50, HARNESS), // prefix
    ("harness-service-token", "sat.", Token, MixedDotted, 50, HARNESS), // prefix
    ("octopus-key", "API-", ApiKey, Upper, 25, "octopus.com/docs/octopus-rest-api/how-to-create-an-api-key"), // prefix
    ("trigger-production-key", "tr_prod_", ApiKey, Mixed, 18, TRIGGER), // format
    ("trigger-development-key", "tr_dev_", ApiKey, Mixed, 18, TRIGGER), // format
    ("trigger-staging-key", "tr_stg_", ApiKey, Mixed, 18, TRIGGER), // format
    ("trigger-preview-key", "tr_preview_", ApiKey, Mixed, 18, TRIGGER), // format
    ("trigger-token", "tr_pat_", Token, Lower, 32, TRIGGER), // format
    ("inngest-signing-key", "signkey-prod-", Secret, Hex, 32, INNGEST),
    ("inngest-test-signing-key", "signkey-test-", Secret, Hex, 32, INNGEST),
    ("n8n-key", "n8n_api_", ApiKey, Hex, 40, "docs.n8n.io/api/authentication"),
    ("devcycle-server-key", "dvc_server_", ApiKey, Mixed, 24, "github.com/DevCycleHQ/js-sdks/blob/main/sdk/js-cloud-server/src/utils/paramUtils.ts"), // prefix
    ("zuplo-key", "zpka_", ApiKey, Word, 32, "zuplo.com/docs/concepts/api-keys"), // prefix
    ("unkey-root-key", "unkey_", ApiKey, Random, 20, "github.com/unkeyed/unkey/blob/main/web/apps/dashboard/lib/trpc/routers/key/createRootKey.ts"), // format
    ("launchdarkly-key", "sdk-", ApiKey, Uuid, 36, "launchdarkly.com/docs/home/account/environment/keys"), // prefix
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
    ("square-token", "sq0atp-", Token, Word, 20, SQUARE), // prefix
    ("square-secret", "sq0csp-", Secret, Word, 32, SQUARE),
    ("facebook-token", "EAA", Token, Mixed, 58, "developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    ("braintree-token", "access_token$production$", Token, Dollar, 40, "developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials"),
    ("braintree-sandbox-token", "access_token$sandbox$", Token, Dollar, 40, "developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials"),
    ("adyen-key", "AQE", ApiKey, Base64, 80, "docs.adyen.com/development-resources/api-credentials"),
    ("razorpay-live-key", "rzp_live_", ApiKey, Alnum, 12, RAZORPAY),
    ("razorpay-test-key", "rzp_test_", ApiKey, Alnum, 12, RAZORPAY),
    ("flutterwave-key", "FLWSECK-", ApiKey, Word, 30, "developer.flutterwave.com/docs/api-keys"), // prefix
    ("flutterwave-test-key", "FLWSECK_TEST-", ApiKey, Word, 12, "developer.flutterwave.com/docs/api-keys"),
    ("plaid-production-token", "access-production-", Token, Uuid, 36, PLAID),
    ("plaid-development-token", "access-development-", Token, Uuid, 36, PLAID),
    ("plaid-sandbox-token", "access-sandbox-", Token, Uuid, 36, PLAID),
    ("mercado-pago-token", "APP_USR-", Token, Word, 40, "www.mercadopago.com.ar/developers/en/docs/your-integrations/credentials"),
    ("mercury-token", "mercury_production_", Token, Mixed, 32, "docs.mercury.com/docs/getting-started"), // prefix
    ("ramp-token", "ramp_tok_", Token, Alnum, 32, "docs.ramp.com/developer-api/v1/authorization"),
    ("brex-token", "bxt_", Token, Alnum, 24, "developer.brex.com/docs/authentication"),
    ("onfido-live-token", "api_live.", Token, MixedDotted, 36, ONFIDO),
    ("onfido-sandbox-token", "api_sandbox.", Token, MixedDotted, 36, ONFIDO),
    ("paddle-key", "pdl_live_apikey_", ApiKey, Word, 30, "developer.paddle.com/api-reference/about/api-keys"), // format
    ("paddle-sandbox-key", "pdl_sdbx_apikey_", ApiKey, Word, 30, "developer.paddle.com/api-reference/about/api-keys"), // format
    ("polar-token", "polar_oat_", Token, Alnum, 32, "polar.sh/docs/integrate/oat"), // format
    ("xendit-key", "xnd_production_", ApiKey, Alnum, 30, "docs.xendit.co/docs/api-keys"),
    ("midtrans-key", "Mid-server-", ApiKey, Mixed, 16, "docs.midtrans.com/docs/midtrans-account#api-keys"),
    ("cashfree-key", "cfsk_ma_", ApiKey, Word, 32, "www.cashfree.com/docs/api-reference/authentication"),
    ("sumup-key", "sup_sk_", ApiKey, Alnum, 24, "developer.sumup.com/tools/authorization/api-keys"),
    ("shopify-access-token", "shpat_", Token, Word, 24, SHOPIFY),
    ("shopify-custom-token", "shpca_", Token, Word, 24, SHOPIFY),
    ("shopify-private-token", "shppa_", Token, Word, 24, SHOPIFY),
    ("shopify-shared-secret", "shpss_", Secret, Word, 24, SHOPIFY),
    ("shopify-theme-token", "shptka_", Token, Word, 24, "shopify.dev/docs/storefronts/themes/tools/theme-access"),
    ("easypost-key", "EZAK", ApiKey, Alnum, 50, EASYPOST),
    ("easypost-test-key", "EZTK", ApiKey, Alnum, 50, EASYPOST),
    ("shippo-live-token", "shippo_live_", Token, Hex, 32, "docs.goshippo.com/docs/guides_general/authentication"), // prefix
    ("shippo-test-token", "shippo_test_", Token, Hex, 32, "docs.goshippo.com/docs/guides_general/authentication"),
    ("lob-live-key", "live_", ApiKey, Hex, 35, "docs.lob.com/#tag/Authentication"),
    ("duffel-live-token", "duffel_live_", Token, Word, 40, "duffel.com/docs/api/overview/making-requests"),
    ("duffel-test-token", "duffel_test_", Token, Word, 40, "duffel.com/docs/api/overview/making-requests"), // prefix
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
    ("slack-workflow", "xwfp-", Token, Word, 16, SLACK),
    ("mailgun-key", "key-", ApiKey, Lower, 32, "documentation.mailgun.com/docs/mailgun/api-reference/authentication"),
    ("sendgrid-key", "SG.", ApiKey, Dotted, 40, "docs.sendgrid.com/ui/account-and-settings/api-keys"),
    ("brevo-key", "xkeysib-", ApiKey, Word, 40, "developers.brevo.com/docs/getting-started"), // prefix
    ("brevo-smtp-key", "xsmtpsib-", Password, Word, 40, "help.brevo.com/hc/en-us/articles/7959631848850"),
    ("resend-key", "re_", ApiKey, Mixed, 28, "resend.com/docs/dashboard/api-keys/introduction"),
    ("mailersend-token", "mlsn.", Token, Hex, 40, "developers.mailersend.com/general.html#authentication"), // prefix
    ("twilio-key", "SK", ApiKey, Hex, 32, "www.twilio.com/docs/glossary/what-is-a-sid"),
    ("klaviyo-key", "pk_", ApiKey, Hex, 34, "developers.klaviyo.com/en/docs/authenticate_"),
    ("intercom-token", "dG9rO", Token, Base64, 40, "developers.intercom.com/docs/build-an-integration/learn-more/authentication"),
    ("pubnub-secret", "sec-c-", Secret, Alnum, 40, "www.pubnub.com/docs/general/basics/initialize-pubnub"),
    ("onesignal-app-key", "os_v2_app_", ApiKey, Lower, 40, ONESIGNAL), // format
    ("onesignal-organization-key", "os_v2_org_", ApiKey, Lower, 40, ONESIGNAL), // format
    ("vk-token", "vk1.a.", Token, Word, 60, "dev.vk.com/ru/api/access-token/getting-started"),
    ("matrix-token", "syt_", Token, Word, 28, "github.com/element-hq/synapse/blob/develop/synapse/handlers/auth.py"),
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
    ("dynatrace-token", "dt0c01.", Token, Dotted, 40, DYNATRACE), // format
    ("dynatrace-client-secret", "dt0s", Secret, Dotted, 60, DYNATRACE),
    ("honeycomb-ingest-key", "hcaik_", ApiKey, Lower, 40, HONEYCOMB), // format
    ("honeycomb-classic-ingest-key", "hcaic_", ApiKey, Lower, 40, HONEYCOMB), // format
    ("logfire-token", "pylf_v", Token, Word, 28, "github.com/pydantic/logfire/blob/main/logfire-sdk/logfire/_internal/auth.py"), // format
    ("axiom-token", "xaat-", Token, Uuid, 36, "axiom.co/docs/reference/tokens"), // format
    ("axiom-pat", "xapt-", Token, Uuid, 36, "axiom.co/docs/reference/tokens"), // format
    ("honeybadger-user-token", "hbu_", Token, Alnum, 24, HONEYBADGER),
    ("honeybadger-account-token", "hba_", Token, Alnum, 24, HONEYBADGER),
    ("honeybadger-oauth-token", "hbo_", Token, Alnum, 24, HONEYBADGER),
    ("posthog-personal-key", "phx_", ApiKey, Alnum, 32, POSTHOG), // format
    ("posthog-feature-flags-key", "phs_", ApiKey, Alnum, 32, POSTHOG), // format
    ("posthog-oauth-token", "pha_", Token, Alnum, 32, POSTHOG), // prefix
    ("posthog-oauth-refresh-token", "phr_", Token, Alnum, 32, POSTHOG), // prefix
    ("coralogix-key", "cxtp_", ApiKey, Alnum, 24, "coralogix.com/docs/user-guides/account-management/api-keys/api-keys"),
    ("coralogix-user-key", "cxup_", ApiKey, Alnum, 24, "coralogix.com/docs/user-guides/account-management/api-keys/api-keys"),
    ("elastic-cloud-key", "essu_", ApiKey, Base64, 40, "www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys"), // prefix
    ("statsig-secret", "secret-", Secret, Alnum, 40, "docs.statsig.com/access-management/api-keys"),
    // Databases and documents.
    ("databricks-pat", "dapi", Token, Hex, 32, DATABRICKS),
    ("databricks-oauth-secret", "dose", Secret, Hex, 32, DATABRICKS),
    ("mongodb-atlas-secret", "mdb_sa_sk_", Secret, Word, 32, "www.mongodb.com/docs/atlas/api/service-accounts-overview"),
    ("dbt-user-token", "dbtu_", Token, Mixed, 32, "docs.getdbt.com/docs/dbt-apis/user-tokens"), // prefix
    ("dbt-service-token", "dbtc_", Token, Mixed, 32, "docs.getdbt.com/docs/dbt-apis/service-tokens"), // prefix
    ("clickhouse-cloud-secret", "4b1d", Secret, Random, 36, "clickhouse.com/docs/cloud/manage/openapi"),
    ("supabase-token", "sbp_", Token, Hex, 32, SUPABASE),
    ("supabase-secret-key", "sb_secret_", ApiKey, Word, 24, SUPABASE),
    ("planetscale-token", "pscale_tkn_", Token, Dotted, 32, PLANETSCALE),
    ("planetscale-oauth-token", "pscale_oauth_", Token, Dotted, 32, PLANETSCALE),
    ("planetscale-password", "pscale_pw_", Password, Dotted, 32, "planetscale.com/docs/concepts/password-roles"),
    ("neon-key", "napi_", ApiKey, Lower, 40, "neon.com/docs/manage/api-keys"),
    ("cockroach-key", "CCDB1_", ApiKey, Word, 40, "www.cockroachlabs.com/docs/cockroachcloud/managing-access"),
    ("xata-key", "xau_", ApiKey, Alnum, 30, XATA), // format
    ("xata-organization-key", "xao_", ApiKey, Alnum, 30, XATA), // format
    ("tinybird-token", "p.eyJ", Token, Dotted, 60, "www.tinybird.co/docs/forward/administration/tokens"),
    ("notion-token", "ntn_", Token, Alnum, 40, NOTION),
    ("notion-secret", "secret_", Token, Alnum, 40, NOTION),
    ("contentful-token", "CFPAT-", Token, Word, 40, "www.contentful.com/developers/docs/references/authentication"), // prefix
    ("typeform-token", "tfp_", Token, Dotted, 40, "www.typeform.com/developers/get-started/personal-access-token"),
    ("linear-key", "lin_api_", ApiKey, Alnum, 32, "linear.app/developers/graphql"),
    ("linear-oauth-token", "lin_oauth_", Token, Hex, 32, "linear.app/developers/oauth-2-0-authentication"),
    ("atlassian-token", "ATATT3", Token, Dotted, 40, "support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account"),
    ("atlassian-workspace-token", "ATCTT3", Token, Dotted, 40, "support.atlassian.com/bitbucket-cloud/docs/access-tokens"),
    ("atlassian-oauth-secret", "ATOA", Secret, Word, 40, "developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps"),
    ("figma-token", "figd_", Token, Word, 32, "www.figma.com/developers/api#access-tokens"), // prefix
    ("figma-plan-token", "figp_", Token, Word, 32, "www.figma.com/developers/api#access-tokens"), // prefix
    ("gitbook-token", "gb_api_", Token, Alnum, 30, "gitbook.com/docs/developers/gitbook-api/authentication"),
    ("hubspot-token", "pat-na1-", Token, Uuid, 36, HUBSPOT), // prefix
    ("hubspot-na2-token", "pat-na2-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-na3-token", "pat-na3-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-eu-token", "pat-eu1-", Token, Uuid, 36, HUBSPOT),
    ("hubspot-ap-token", "pat-ap1-", Token, Uuid, 36, HUBSPOT),
    ("mapbox-secret-token", "sk.eyJ1", Token, Dotted, 40, "docs.mapbox.com/accounts/guides/tokens"), // format
    ("mapbox-temporary-token", "tk.eyJ1", Token, Dotted, 40, "docs.mapbox.com/accounts/guides/tokens"), // prefix
    ("samsara-token", "samsara_api_", Token, Random, 24, "developers.samsara.com/docs/authentication"),
    ("adafruit-key", "aio_", ApiKey, Random, 24, "io.adafruit.com/api/docs"),
    // Machines, vaults and people.
    ("salesforce-session", "00D", Session, Bang, 60, "help.salesforce.com/s/articleView?id=sf.admin_sessions.htm"),
    ("tailscale-key", "tskey-", ApiKey, Word, 20, "tailscale.com/kb/1277/key-prefixes"), // prefix
    ("defined-networking-key", "dnkey-", ApiKey, Word, 60, "docs.defined.net/guides/automating-host-creation"),
    ("stytch-live-secret", "secret-live-", Secret, MixedDotted, 30, STYTCH), // prefix
    ("stytch-test-secret", "secret-test-", Secret, MixedDotted, 30, STYTCH),
    ("ory-session", "ory_st_", Session, Alnum, 28, ORY), // format
    ("ory-access-token", "ory_at_", Token, Dotted, 40, ORY), // format
    ("ory-refresh-token", "ory_rt_", Token, Dotted, 40, ORY), // format
    ("ory-authorization-code", "ory_ac_", Kind::Code, Dotted, 40, ORY), // format
    ("ory-key", "ory_apikey_", ApiKey, Alnum, 24, ORY), // prefix
    ("ory-personal-token", "ory_pat_", Token, Alnum, 24, ORY), // prefix
    ("ory-workspace-key", "ory_wak_", ApiKey, Alnum, 24, ORY), // prefix
    ("onepassword-service-account", "ops_eyJ", Token, Base64, 40, "developer.1password.com/docs/service-accounts/security"),
    ("onepassword-secret-key", "A3-", Secret, Upperdash, 28, "support.1password.com/secret-key-security"),
    ("age-secret-key", "AGE-SECRET-KEY-1", PrivateKey, Upper, 30, "age-encryption.org/v1"),
    ("age-plugin-key", "AGE-PLUGIN-", PrivateKey, Upperdash, 24, "age-encryption.org/v1"),
    ("bip32-private-key", "xprv", PrivateKey, Alnum, 90, "github.com/bitcoin/bips/blob/master/bip-0032.mediawiki"),
    ("nostr-private-key", "nsec1", PrivateKey, Lower, 50, "github.com/nostr-protocol/nips/blob/master/19.md"),
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
