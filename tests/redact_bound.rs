//! Secrets bound to statements, and those that workflows hand to their runner.
#![cfg(feature = "redact")]
#![allow(clippy::expect_used, reason = "a test may fail where it stands")]

use portcullis::redact::Policy;

/// Redacts each text, in which `«` and `»` surround what is secret, and compares.
fn replaces(texts: &[&str]) {
    let policy = Policy::default();
    for text in texts {
        let plain = text.replace(['«', '»'], "");
        let once = policy.redact_str(&plain);
        assert_eq!(blanked(&once, "[REDACTED:", ']'), blanked(text, "«", '»'));
        assert_eq!(policy.redact_str(&once), once, "{text}");
    }
}

/// `text` without what stands from each `open` to the next `close`.
fn blanked(text: &str, open: &str, close: char) -> String {
    let mut parts = text.split(open);
    let mut blanked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once(close).expect("what opens is closed");
        blanked.push('\u{0}');
        blanked.push_str(after);
    }
    blanked
}

/// Compares each text with itself redacted.
fn keeps(texts: &[&str]) {
    let policy = Policy::default();
    for text in texts {
        assert_eq!(policy.redact_str(text), *text);
    }
}

/// RD-01: typeorm, Doctrine, Knex, Sequelize and ActiveRecord print a list behind the statement.
#[test]
fn finds_bound_values_on_the_line_of_their_statement() {
    replaces(&[
        r#"query: UPDATE `user` SET `password` = ? WHERE `id` = ? -- PARAMETERS: ["«hunter2 x»",4527]"#,
        r#"query: INSERT INTO "user"("name", "password") VALUES ($1, $2) RETURNING "id" -- PARAMETERS: ["ada","«hunter2»"]"#,
        r#"Executing statement: INSERT INTO users (name, password) VALUES (?, ?) (parameters: array{"1":"ada","2":"«hunter2»"}, types: array{})"#,
        "{ sql: 'insert into users (name, password) values (?, ?)', bindings: [ 'ada', '«hunter2»' ] }",
        r#"{"query":"select * from users where name = $2 and api_token = $1","values":["«tok-1-abcdef»","ada"]}"#,
        r#"Executing (default): UPDATE "Users" SET "password"=$1,"updatedAt"=$2 WHERE "id" = $3; "«hunter2»", "2024-05-01", 7"#,
        r#"SELECT * FROM users WHERE token = ? LIMIT ?  [["token", "«a1b2c3d4e5f6»"], ["LIMIT", 1]]"#,
        r#"UPDATE u SET password = ? [{"1":"«Yankees_1»","2":6}]"#,
        r#"UPDATE users SET password = $1 WHERE id = $2  [[nil, "«hunter2»"], [nil, 7]]"#,
        r#"cursor.execute("insert into users (name, password) values (%s, %s)", ("ada", "«hunter2»"))"#,
        r#"INSERT INTO users (name, password) VALUES (?, ?)  [nil, "«hunter2»"]"#,
        "Query: UPDATE users SET password = SHA2(?, 256) WHERE id = ? with params ('«hunter2»', 7)",
    ]);
}

/// RD-01: MyBatis, Hibernate, PostgreSQL and SQLAlchemy print the values below the statement.
#[test]
fn finds_bound_values_in_lines_below_their_statement() {
    replaces(&[
        "==>  Preparing: insert into users (name, password) values (?, ?)\n==> Parameters: ada(String), «hunter2»(String)\n<==    Updates: 1\n",
        "Preparing: update t set login_password=? where id=?\nParameters: «a, b(c)»(String), 6(Long)\n",
        "Preparing: update t set name=?, password=? where id=?\nParameters: null, «hunter2»(String), 6(Long)\n",
        "Hibernate: insert into users (name, password) values (?, ?)\nbinding parameter [1] as [VARCHAR] - [ada]\nbinding parameter [2] as [VARCHAR] - [«hunter2»]\n",
        "insert into users (name, password) values (?,?)\nTRACE o.h.o.j.bind : binding parameter (1:VARCHAR) <- [ada]\nTRACE o.h.o.j.bind : binding parameter (2:VARCHAR) <- [«hunter 2»]\n",
        "LOG:  execute <unnamed>: insert into users (name, password) values ($1, $2)\nDETAIL:  parameters: $1 = 'ada', $2 = '«hunter2»'\n",
        "STATEMENT:  update users set password = $1 where id = $2\nDETAIL:  Parameters: $1 = '«it''s»', $2 = '7'\n",
        "INFO sqlalchemy.engine.Engine INSERT INTO users (name, password) VALUES (?, ?)\nINFO sqlalchemy.engine.Engine [generated in 0.00012s] ('ada', '«hunter2»')\n",
        "INSERT INTO users (name, password) VALUES (?, ?)\n[generated in 0.0s] [('ada', '«hunter2»'), ('bob', '«hunter3»'), ('eve', '«hunter4»')]\n",
        "UPDATE users SET password=? WHERE id = ?\n[cached since 1.2s ago] ('«hunter2»', 7)\n",
    ]);
}

/// RD-01: values that belong to other columns stay, and so does what only follows a statement.
#[test]
fn leaves_what_is_bound_to_other_columns() {
    keeps(&[
        "==>  Preparing: insert into users (name, password) values (?, now())\n==> Parameters: ada(String)\n",
        "==>  Preparing: select name from users where id = ?\n==> Parameters: 7(Long)\n",
        "select * from users where name = ? and password is null\n('ada', 'bob')\n",
        "update users set password = ? where id = ?\nfoo('bar')\nlisting ['a', 'b', 'c']\n(1, 2)\n('ada', 'bob')\n",
        "update users set password = ? where id = ?\nParameters: null, 6(Long)\n",
        "where do I put the password = ?\nvalues ('a', 'b')\n",
        "binding parameter [2] as [VARCHAR] - [ada]\n",
        r#"UPDATE users SET password = ? WHERE id = ? [["password", "[FILTERED]"], ["id", 7]]"#,
    ]);
}

/// RD-01: the commands that GitHub's and Azure's runners read.
#[test]
fn finds_what_workflows_tell_their_runner() {
    replaces(&[
        "::add-mask::«Mona The Octocat»",
        "2024-05-01T10:00:00.0000000Z ::add-mask::«phaPY2jcNdV9»",
        "+ echo '::add-mask::«phaPY2jcNdV9»'",
        r#"{"log":"::add-mask::«phaPY2jcNdV9»\n","stream":"stdout"}"#,
        "::set-output name=token::«abc123»",
        "echo \"::save-state name=db_password::«hunter2»\" # saved",
        "##vso[task.setvariable variable=apiToken]«abc 123»",
        "##vso[task.setvariable variable=out;issecret=true]«abc123»",
        "##vso[task.setvariable variable=dbPassword;isOutput=true]«abc123»",
        "##vso[task.setsecret]«abc123»",
    ]);
    keeps(&[
        "::set-output name=version::1.2.3",
        "::add-mask::***",
        "echo \"::add-mask::$TOKEN\"",
        "echo \"::add-mask::${{ secrets.TOKEN }}\"",
        "::error file=token.rs,line=1::expected `;`",
        "##vso[task.setvariable variable=version]1.2.3",
        "##vso[task.setvariable variable=version;issecret=false]1.2.3",
        "##vso[task.complete result=Succeeded;]done",
        "##[debug]password=***",
    ]);
}

/// RD-01: to a shell, an option's value without quotes is one word.
#[test]
fn leaves_what_follows_the_value_of_an_option() {
    replaces(&[
        "gpg --batch --passphrase «YhNJ:tzp» -d x.gpg",
        "iwctl --passphrase «942491» station wlan0 connect HomeNet",
        "isql -S DB -U sa -P «hunter2» -i a.sql",
        "isql -S DB -U sa -P«hunter2»",
        "mc alias set prod https://s3.example AKIAIOSFODNN7 «wJalrXUtnFEMI1»",
        "rman target sys/«hunter2»@orcl",
        "hydra -l ada -p «hunter2» ssh://10.0.0.1",
        "helm registry login -u ada -p «hunter2» reg.example",
    ]);
    keeps(&[
        "cf auth is needed",
        "cf login -p",
        "isql -p 5000 -S DB",
        "mc alias list",
    ]);
}

/// RD-05: what only looks like the columns of a statement that puts something is none.
#[test]
fn leaves_lists_that_are_no_columns() {
    keeps(&[
        "insert into notes about name, password values ('a', 'b')",
        "inserted into a [name, password] values ('a', 'b')",
        "insert into t {name, password} values ('a', 'b')",
    ]);
}
