//! Clouds, registries of images and packages, stores of secrets, builds.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        &["docker", "podman", "nerdctl", "buildah"],
        &[
            "login -p PASSWORD",
            "login -pPASSWORD",
            "--creds USER:PASSWORD",
            "--creds=USER:PASSWORD",
        ],
    ),
    row(
        &["skopeo"],
        &[
            "--creds|--src-creds|--dest-creds USER:PASSWORD",
            "--creds=USER:PASSWORD",
            "--src-creds=USER:PASSWORD",
            "--dest-creds=USER:PASSWORD",
            "login -p PASSWORD",
        ],
    ),
    row(&["oc"], &["login -p PASSWORD"]),
    row(
        &["az"],
        &["login -p PASSWORD", "keyvault secret set --value SECRET"],
    ),
    row(
        &["aws"],
        &[
            "secretsmanager --secret-string SECRET",
            "ssm put-parameter SecureString --value SECRET",
        ],
    ),
    row(
        &["kubectl"],
        &[
            "create secret --from-literal NAME=SECRET",
            "create secret --from-literal=NAME=SECRET",
        ],
    ),
    row(
        &["vault"],
        &[
            "login TOKEN",
            "unseal KEY",
            "token lookup|renew|revoke TOKEN",
            "kv put|patch PATH NAME=SECRET",
        ],
    ),
    row(
        &["fly", "flyctl", "doppler", "supabase"],
        &["secrets set NAME=SECRET"],
    ),
    row(&["gh"], &["secret set -b|--body SECRET"]),
    row(&["cargo"], &["login TOKEN"]),
    row(&["gem"], &["push --key KEY", "push -k KEY"]),
    row(&["helm", "crane"], &["registry|auth login -p PASSWORD"]),
    row(&["oras", "ibmcloud"], &["login -p PASSWORD"]),
    row(&["cf"], &["auth USER PASSWORD", "login -p PASSWORD"]),
    row(&["snyk"], &["auth TOKEN"]),
    row(&["mc"], &["alias set NAME URL USER SECRET"]),
    row(
        &["rclone"],
        &[
            "obscure PASSWORD",
            "config --no-obscure pass|password|pass2 PASSWORD",
            "config pass|password|pass2 PASSWORD",
        ],
    ),
    row(&["b2"], &["authorize-account|authorize_account NAME KEY"]),
    row(&["pulumi"], &["config set --secret NAME SECRET"]),
    row(&["bw"], &["login USER PASSWORD", "unlock PASSWORD"]),
    row(&["knife"], &["-P PASSWORD"]),
    row(&["ansible-vault"], &["encrypt_string SECRET"]),
    row(
        &["composer"],
        &[
            "config http-basic.* USER PASSWORD",
            "config bearer.*|github-oauth.*|gitlab-token.* TOKEN",
        ],
    ),
    row(&["rancher"], &["login -t|--token TOKEN"]),
    row(&["govc"], &["-u USER:PASSWORD@HOST"]),
    row(&["twine"], &["upload -p PASSWORD"]),
    row(
        &["poetry"],
        &[
            "publish -p PASSWORD",
            "config pypi-token.* TOKEN",
            "config http-basic.* USER PASSWORD",
        ],
    ),
    row(&["nuget"], &["push -k|-ApiKey KEY", "push FILE KEY"]),
    row(&["jenkins-cli"], &["-auth USER:TOKEN"]),
    row(&["sonar-scanner"], &["-Dsonar.login=TOKEN"]),
    row(
        &["ngrok"],
        &["authtoken TOKEN", "config add-authtoken TOKEN"],
    ),
    row(&["altool"], &["-p PASSWORD"]),
    row(&["grafana-cli"], &["admin reset-admin-password PASSWORD"]),
];
