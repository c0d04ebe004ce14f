//! Secrets that stand in statements: command lines, databases, dialogues, sentences.
#![cfg(feature = "redact")]
#![allow(clippy::expect_used, reason = "a test may fail where it stands")]

use portcullis::redact::Policy;

/// Redacts each line, in which `«` and `»` surround what is secret, and compares.
fn replaces(lines: &[&str]) {
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
fn keeps(lines: &[&str]) {
    let policy = Policy::default();
    for line in lines {
        assert_eq!(policy.redact_str(line), *line);
    }
}

/// RD-01: after curl's manual, "-u, --user <user:password>" and "--oauth2-bearer <token>".
#[test]
fn finds_the_credentials_of_http_clients_and_leaves_their_users() {
    replaces(&[
        "curl -u ada:«hunter2» https://api.example.com/",
        "curl -sS -u 'ada:«two words»' https://api.example.com/",
        "curl -uada:«hunter2» https://api.example.com/",
        "+ curl --fail --user=ada:«hunter2» --proxy-user bob:«s3cret» -x proxy:3128 https://a.example",
        "curl --oauth2-bearer «tGzv3JOkF0XG5Qx2TlKWIA» https://api.example.com/",
        "sh -c \"curl -u ada:«hunter2» https://api.example.com/ | jq .\"",
        "C:\\Windows\\System32\\curl.exe -u ada:«hunter2» https://api.example.com/",
        "http -a ada:«hunter2» api.example.com/v1",
    ]);
}

/// RD-01: MySQL takes a password only where nothing is between it and its option.
#[test]
fn finds_the_passwords_of_database_clients() {
    replaces(&[
        "mysql -u root -p«hunter2» shop",
        "sudo /usr/bin/mysqldump -uroot -p'«hunter 2»' --all-databases",
        "mysql -uroot -p\"«hunter 2»\" -e 'select 1'",
        "redis-cli -h cache -a «hunter2» ping",
        "mongosh --host db -u ada -p «hunter2» admin",
        "sqlcmd -S db -U sa -P «hunter2» -Q \"SELECT 1\"",
        "bcp shop.dbo.users out u.csv -U sa -P«hunter2» -c",
        "sqlplus -s scott/«tiger1»@db.example:1521/XE @report.sql",
        "etcdctl --user root:«hunter2» get a",
        "mysql -u root -p'«it'\\''s secret»' shop",
    ]);
    keeps(&[
        "mysql -u root -p shop",
        "mysql -P 3306 -h db",
        "sqlplus / as sysdba",
        "mysql -u root -p$MYSQL_ROOT_PASSWORD shop",
        "redis-cli -a \"$REDIS_PASSWORD\" ping",
        "psql -p 5432 -h db shop",
    ]);
}

/// RD-01: lists of arguments as runtimes print them, and the forms of audit logs.
#[test]
fn finds_them_in_lists_of_arguments() {
    replaces(&[
        r#"exec ["mysql", "-u", "root", "-p«hunter2»", "shop"]"#,
        r#"Command '['mysql', '-u', 'root', '-p«hunter2»', 'shop']' returned non-zero exit status 1."#,
        r#"{"Cmd":["sshpass","-p","«hunter2»","ssh","ada@10.0.0.1"]}"#,
        r#"{"cmd":"redis-cli -a \"«hunter 2»\" ping","rc":0}"#,
        r#"{"cmd":"mysql -u root -p«hunter2» shop","rc":0}"#,
        r#"running "curl" "-u" "ada:«hunter2»" "https://a.example/""#,
        r#"type=EXECVE msg=audit(1700000000.123:4): argc=4 a0="mysql" a1="-u" a2="root" a3="-p«hunter2»""#,
        "exec: [redis-cli -a «hunter2» ping]",
        r"cmdline: mysql\u0000-uroot\u0000-p«hunter2»\u0000shop",
        "mysql\0-uroot\0-p«hunter2»\0shop",
    ]);
}

/// RD-01: what is no secret looks alike: ports, paths, users, and options of other programs.
#[test]
fn leaves_options_that_hold_no_secret() {
    keeps(&[
        "ssh -p 22 ada@10.0.0.1",
        "docker run -p 8080:80 -u 1000:1000 nginx",
        "docker compose -p shop up -d",
        "mkdir -p /var/lib/shop",
        "sort -u names | date -u",
        "sudo -u postgres psql",
        "python -u main.py",
        "curl -k -X POST https://api.example.com/ -o out -p",
        "curl/8.5.0 -u ada:b1",
        "libcurl -u ada:b1",
        "curl -u ada https://api.example.com/",
        "curl -u \"$USER:$PASS\" https://api.example.com/",
        "curl -u <user>:<password> https://api.example.com/",
        "curl -u USER:PASSWORD https://api.example.com/",
        "curl -u ****:**** https://api.example.com/",
        "$ docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY",
        "$ echo \"$DEPLOY_TOKEN\" | docker login --password-stdin",
        "net use Z: %PASSWORD% /user:%USER%",
        "net use Z: \\\\fs1\\share * /user:ada",
        "the net user count grew by 4",
        "docker login failed: unauthorized",
        "vault login required before this step",
        "ICMP echo request from 10.0.0.1",
        "echo done | tee log",
        "zip -r backup.zip /srv",
        "unzip -p archive.zip file.txt",
        "openssl s_client -connect db:5432 -key k.pem",
        "ldapsearch -x -H ldap://db -W -b dc=example",
        "kubectl create secret generic db --from-file=p=/run/p",
        "snmp trap received -c",
        "security -p audit",
        "tool -password is required",
        "tool -token -verbose",
    ]);
}

/// RD-01: commands of remote access, of archives, of Windows.
#[test]
fn finds_the_secrets_of_many_programs() {
    replaces(&[
        "sshpass -p«hunter2» ssh ada@10.0.0.1",
        "plink -ssh ada@10.0.0.1 -pw «hunter2» uptime",
        "openssl rsa -in k.pem -passin pass:«hunter2» -out p.pem",
        "keytool -list -keystore a.jks -storepass «hunter2»",
        "7z x -p«hunter2» a.7z",
        "unzip -P «hunter2» a.zip",
        "docker login -u ada -p «hunter2» registry.example.com",
        "az login --service-principal -u app -p «Xy7~abc» --tenant t",
        "ldapsearch -x -D cn=admin -w «hunter2» -b dc=example",
        "smbclient //fs1/share -U ada%«hunter2»",
        "net use Z: \\\\fs1\\share «hunter2» /user:CORP\\ada",
        "net user ada «Hunter2!» /add",
        "schtasks /create /tn b /tr b.bat /ru CORP\\ada /rp «hunter2»",
        "psexec \\\\web1 -u CORP\\ada -p «hunter2» cmd",
        "xfreerdp /v:10.0.0.1 /u:ada /p:«hunter2»",
        "(ConvertTo-SecureString '«hunter2»' -AsPlainText -Force)",
        "(ConvertTo-SecureString -String \"«hunter2»\" -AsPlainText -Force)",
        "rabbitmqctl add_user ada «hunter2»",
        "htpasswd -bB /etc/nginx/.htpasswd ada «hunter2»",
        "snmpwalk -v2c -c «c0mmunity» 10.0.0.1",
        "snmpget -v3 -u ada -l authPriv -A «hunter22» -x AES -X «hunter33» 10.0.0.1",
        "radtest ada «hunter2» localhost 0 testing123",
        "ipmitool -H 10.0.0.1 -U ADMIN -P «hunter2» power status",
        "lftp -u ada,«hunter2» files.example.com",
        "vault login «s.a1b2c3d4»",
        "cargo login «cio0123456789»",
        "Connect-App -User ada -ApiToken '«0123abcd»' -Force",
        "tool.exe -Password «hunter2» -Verbose",
        "influx -username ada -password «letmein» -execute 'show'",
        "skopeo copy --src-creds ada:«hunter2» docker://a docker://b",
        "kubectl create secret generic db --from-literal=colour=«mauve7»",
    ]);
}

/// RD-01: a secret that another program prints into the pipe.
#[test]
fn finds_what_is_printed_into_a_program_that_reads_a_secret() {
    replaces(&[
        "echo «hunter2» | sudo -S systemctl restart nginx",
        "echo 'ada:«two words»' | chpasswd",
        "echo -n \"«hunter2»\" | cryptsetup luksOpen /dev/sdb1 x -",
        "printf '%s' «hunter2» | docker login -u ada --password-stdin",
        "echo «correct horse» | passwd --stdin ada",
        "gh auth login --with-token <<< «0123456789abcdef»",
    ]);
    keeps(&["echo hello | sudo tee /etc/motd", "echo a:b | cat"]);
}

/// RD-01, RD-05: statements that make users, in the dialects of MySQL, PostgreSQL, SQL Server,
/// Oracle, and functions that take a key.
#[test]
fn finds_the_passwords_that_statements_give_to_users() {
    replaces(&[
        "CREATE USER 'ada'@'%' IDENTIFIED BY '«hunter2»';",
        "ALTER USER 'ada'@'%' IDENTIFIED WITH caching_sha2_password BY '«it''s»';",
        "grant all on shop.* to 'ada'@'%' identified by password '«*2470C0C06DEE42FD»'",
        "CREATE USER ada IDENTIFIED BY \"«hunter2»\" DEFAULT TABLESPACE users",
        "ALTER USER ada IDENTIFIED BY «hunter2»;",
        "CREATE ROLE ada WITH LOGIN PASSWORD '«two words»' VALID UNTIL 'infinity';",
        "ALTER ROLE ada ENCRYPTED PASSWORD '«md5c0ffee»'",
        "SET PASSWORD FOR 'ada'@'%' = PASSWORD('«hunter2»');",
        "SET PASSWORD FOR ada = '«hunter2»';",
        "CREATE LOGIN ada WITH PASSWORD = N'«hunter2»', CHECK_POLICY = ON;",
        "SELECT id FROM users WHERE password IN ('«hunter2»', '«hunter3»')",
        "SELECT pgp_sym_encrypt(body, '«hunter2»') FROM mails",
        "SELECT AES_DECRYPT(body, '«hunter2»')",
        "SELECT crypt('«hunter2»', gen_salt('bf'))",
        "PRAGMA key = '«hunter2»';",
        "EXEC sp_addlogin 'ada', '«hunter2»'",
        "{\"sql\":\"CREATE USER ada IDENTIFIED BY '«hunter2»'\",\"ms\":3}",
    ]);
    keeps(&[
        "Resource identified by 'db-1' was not found",
        "The session was identified by its id",
        "PRAGMA journal_mode = 'wal'",
        "Key encryption key rotated: crypt('a', 'b')",
        "if token in (\"def\", \"class\"):",
        "password = getpass.getpass(\"Password: \")",
        "CREATE TABLE users (id INT, password VARCHAR(255) NOT NULL, pin CHAR(60))",
    ]);
}

/// RD-01, RD-05: the place of a column names the value at the same place of each row.
#[test]
fn finds_the_values_of_an_insert_by_their_place() {
    replaces(&[
        "INSERT INTO users (id, name, password) VALUES (1, 'ada', '«hunter2»');",
        "INSERT INTO users (name, password, role) VALUES ('a', '«x1»', 'r'), ('b', '«y, 2»', 's')",
        "INSERT INTO \"users\" (\"password\", \"ok\") VALUES ('«it''s»', true) RETURNING \"id\"",
        "insert into [users] ([pin], [name]) output inserted.id values (N'«4711»', N'ada')",
        "REPLACE INTO `users` (`name`, `api_key`) VALUES (CONCAT('a', 'b'), '«k3y»')",
        "{\"sql\":\"INSERT INTO t (a, token) VALUES ('b', '«t0k»')\",\"n\":1}",
    ]);
    keeps(&[
        "INSERT INTO users (name, password) VALUES (?, ?)",
        "INSERT INTO users (name, password) VALUES ($1, $2) RETURNING id",
        "INSERT INTO users (name, password) VALUES ('ada', NULL), ('bob', DEFAULT)",
        "INSERT INTO events (kind, n) VALUES ('password_reset', 3)",
        "insert into a select name, password from (values ('b', 'c'))",
        "partition by list (name, password) values ('b', 'c')",
        "create index i on users (password, token) where id > 3",
    ]);
}

/// RD-01: what a person or a template says, in several languages.
#[test]
fn finds_the_secrets_of_sentences() {
    replaces(&[
        "the password for ada is «hunter2» and it expires tomorrow",
        "Your password is \"«correct horse»\". Please change it.",
        "password for ada set to '«hunter2»'",
        "changed password of ada from «hunter2» to «hunter3»",
        "Password changed from '«hunter2»' to '«hunter3»'",
        "login with user ada and password «letmein»",
        "Logging in as ada with password \"«correct horse»\"",
        "connected by api key \"«k3yk3yk3y»\"",
        "token «tGzv3JOkF0XG5Qx2TlKWIA» expired",
        "my password is «hunter2» can you check?",
        "Das Passwort für ada lautet «Sommer24!»",
        "Your verification code is «123456». It expires in 10 minutes.",
        "Your Acme code is «123456»",
        "«123456» is your Acme login code.",
        "G-«123456» is your Google verification code.",
        "Use «123-456» to sign in. Don't share it.",
        "Ihr Code lautet «123456».",
        "Your security code: «123 456»",
        "Your PIN is «4711», keep it safe",
    ]);
}

/// RD-05: words of a language stay, and so do the numbers and names of sentences about secrets.
#[test]
fn leaves_sentences_about_secrets() {
    keeps(&[
        "password is required",
        "the token is invalid",
        "the secret is out",
        "password is case-sensitive",
        "the password is base64-encoded",
        "the PIN is 4711 times wrong",
        "the password is 12 characters long",
        "password is stored as SHA-256",
        "passwords are argon2id hashes",
        "your password is about to expire in 3 days",
        "password for ada is wrong",
        "secret \"default-token-x7k2p\" not found",
        "password changed for ada",
        "password set to expire in 90 days",
        "token expired 12 minutes ago",
        "API key 42 was revoked",
        "had sessionid 0x14f05578bd80018",
        "Setting up passwd (1:4.8.1-2ubuntu2.2) ...",
        "you can pass \"-v\" to the linker",
        "pass 'ignore' to ignore errors",
        "process exited with code: 137",
        "status code is 404",
        "HTTP error code: 5000",
        "use port 8080 to sign in",
        "took 1234 ms to log in",
        "password reset to default",
        "Enter pass phrase for server.key:",
        "read password from file",
        "Accepted password for root from 10.0.0.1 port 22 ssh2",
        "Failed password for invalid user admin1 from 10.0.0.1 port 54022",
    ]);
}

/// RD-01: dialogues in traces, after RFC 4954 (SMTP), 9051 (IMAP), 1939 (POP3), 959 (FTP), and the
/// commands of Redis.
#[test]
fn finds_what_clients_say_to_servers() {
    replaces(&[
        "127.0.0.1:6379> AUTH «hunter2»",
        "1700000000.123456 [0 10.0.0.1:1234] \"AUTH\" \"ada\" \"«hunter2»\"",
        "HELLO 3 AUTH ada «hunter2» SETNAME x",
        "CONFIG SET requirepass «hunter2»",
        "ACL SETUSER ada on >«hunter2» ~* +@all",
        "*2\\r\\n$4\\r\\nAUTH\\r\\n$7\\r\\n«hunter2»\\r\\n",
        ">>> AUTH PLAIN «AGFkYQBodW50ZXIy»",
        "C: A2 AUTHENTICATE PLAIN «AGFkYQBodW50ZXIy»",
        "C: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\nC: «aHVudGVyMg==»\nS: 235 ok",
        "==> AUTH LOGIN YWRh\n==> «aHVudGVyMg==»",
        "ftpd[9551]: <- PASS «hunter2»",
        "A001 LOGIN ada \"«hunter2»\"",
        "> USER ada\n< +OK\n> PASS «hunter2»\n< +OK logged in",
        "USER ada\r\n331 Please specify the password.\r\nPASS «hunter2»\r\n230 Login successful.",
        "10:02:03 Command:\tPASS «hunter2»",
        "PRIVMSG NickServ :IDENTIFY ada «hunter2»",
        "OPER ada «hunter2»",
        "send \"«hunter2»\\r\"",
        "#0 /srv/Auth.php(12): Auth->login('ada', '«hunter2»')",
    ]);
    keeps(&[
        "PASS src/x.test.js",
        "--- PASS: TestX (0.01s)",
        "PASS: gdb.base/foo.exp: run to main",
        "    PASS string             pass_(string)",
        "AUTH failed for user ada",
        "auth required pam_unix.so",
        "250-AUTH PLAIN LOGIN",
        "250 AUTH PLAIN SCRAM-SHA-256\n250 STARTTLS",
        "C: AUTH LOGIN YWRh\nS: 535 5.7.8 failed",
        "> AUTH LOGIN YWRh\n535 failed",
        "S: 250 AUTH LOGIN PLAIN\nC: STARTTLS",
        "C: AUTH TLS",
        "LOGIN ada failed",
        "web1 login failed again",
        "send \"show version\\r\"",
        "login(\"Please enter\", name)",
        "please identify yourself",
        "# the \"requirepass\" configuration directive",
    ]);
}

/// RD-01: the lines of routers and the files of accounts, after Cisco's and Juniper's manuals,
/// crypt(5), the PostgreSQL password file.
#[test]
fn finds_the_secrets_of_routers_and_account_files() {
    replaces(&[
        "username ada privilege 15 secret 0 «hunter2»",
        "enable secret 5 «$1$mERr$hx5rVt7rPNoS4wqbXKX7m0»",
        " neighbor 10.0.0.1 password 7 «0822455D0A16»",
        "snmp-server community «s3cr3t» RO",
        "tacacs-server key 7 «0822455D0A16»",
        "secret \"«$9$LZyXwgoaUH.fhS»\"; ## SECRET-DATA",
        "ada:«$6$saltsalt$hx5rVt7rPNoS4wqbXKX7m0hx5rVt7rPNoS4»:19500:0:99999:7:::",
        "db.example.com:5432:shop:ada:«hunter2»",
        "[smtp.example.com]:587 ada:«hunter2»",
        "SetEnv DB_PASSWORD «hunter»",
        "aws configure set aws_secret_access_key «wJalrXUtnFEMI/K7MDENG»",
        "machine db.example.com login ada password «letmein»",
    ]);
    keeps(&[
        "enable secret rotation",
        "SNMP community string, defaults to \"public\"",
        "snmp-server community public RO",
        "key-string is missing",
        "costs $1$ or $6$, see $5$",
        "Set _pin to None explicitly",
        "Invalid username or password entered",
        "used as a password database",
        "Length limit for TLS PSK usernames has been increased",
    ]);
}

/// RD-01: sentences, dialogues and calls in which the place says what is secret.
#[test]
fn finds_secrets_that_stand_before_their_name_or_at_a_fixed_place() {
    replaces(&[
        "proxy: using ada:«hunter2x»@proxy.corp:3128",
        "select set_config('app.db_password', '«Qx7-aaaaz»', false)",
        "{\"question\":\"Mother's maiden name?\",\"answer\":\"«Smithers»\"}",
        "root password: «hunter2x» (changed on Friday)",
        "2FA code for ada: «123456»",
        "Login code for ada: «123 456»",
        "security answer given: «Ford Fiesta»",
        "password entered: «hunter2x»",
        "PIN entered: «4401» (attempt 2)",
        "Q: What is your mother's maiden name? A: «Ford Fiesta»",
        "«123456» is the OTP for your transaction",
        "Dear customer, «123456» is the OTP for your transaction of EUR 12.00",
        "one-time password «123456» sent to +4366412345",
        "Votre code de vérification est «123456»",
        "Su código de verificación es «123456»",
        "I keep typing «hunter2x» as my password and it fails",
        "use «hunter2x» as password",
        "pwd of the admin account was changed to «hunter2x» yesterday",
        "the password of our service user is «hunter2x»",
        "creds: anneliese/«2x3UGOJdoYY»",
        "user/pass ada «hunter2x»",
        ">>> AUTHINFO PASS «stefan2611»",
        "dovecot: auth: Debug: client in: AUTH\t1\tPLAIN\tservice=imap\tresp=«AG5pbmEAY2hhbmdlbWU4»",
        "#0 /var/www/db.php(12): PDO->__construct('mysql:host=db-7.corp.example', 'opsadmin', '«Fjk8.INmF.F5VI-PHeLN»')",
        "::add-mask::«phaPY2jcNdV9AZTl»",
        "##vso[task.setvariable variable=apiKey;issecret=true]«phaPY2jcNdV9AZTl»",
        "consul kv put app/credential «u+CqjKS1X_GasNUNw8HE»",
        "consul kv put app/db_password «hunter2x»",
        "set /app/api-key «hunter2xyz»",
        "Key Content            : «anything here»",
        "AT+CWJAP=\"HomeNet\",\"«QG-XV 919»\"",
        "AT+CWJAP_DEF=\"HomeNet\",\"«QG-XV 919»\"",
        ":local pass \"«QG-XV 919»\"",
        "radius-server host 10.0.0.1 key «hunter2x»",
        "UI_CFG_AUDIT_SET: User 'ci-runner' set: [system login user anneliese authentication plain-text-password] \"«BRVXTn-nrfrnc-QNcVJL»\"",
        "2026-12-09T14:20:50.308Z <<< PASS «qwe12329»",
        "Mar 19 23:25:43 ftpd[9551]: <- PASS «Passw0rd!»",
        "< USER ada\n< PASS «hunter2x»",
        "db.auth(\"ada\", \"«hunter2x»\")",
        "Notice: /Stage[main]/Db/User[ada]/password: password changed 'absent' to '«hunter2x»'",
        "Nov 2 host proftpd[12]: USER ada\nNov 2 host proftpd[12]: PASS «hunter2x»",
        "«hunter2xyz» <- API key",
        "mother's maiden name: «Smithers»",
    ]);
}

/// RD-05: the same words where they bring no secret.
#[test]
fn leaves_what_such_sentences_and_places_hold_else() {
    keeps(&[
        "GET /wifi/psk 200 12ms",
        "invalid password for user ada: ORA-01017",
        "wrong password for ada: 3 attempts left",
        "password for ada: rejected",
        "token for request 12: expired",
        "error: could not read password for 'https://github.com': terminal prompts disabled",
        "PUT /api/password HTTP/1.1",
        "put /v1/password 200",
        "set /etc/app/password mode",
        "create /var/lib/token 0644",
        "GET /token 200",
        "It uses SHA256 as the password hash",
        "defaults to 12 as the password length",
        "42 is the PIN length",
        "1234 is the port",
        "stored 1f2e3d4c as the token id",
        "credentials: config/app2.yml",
        "creds: loaded 12 from disk",
        "credentials: using /etc/ssl/k1",
        "user/password authentication v2 enabled",
        "user/pass: invalid",
        "using proxy 10.0.0.1:3128",
        "via proxy http://proxy:3128/",
        "via proxy proxy.corp:3128",
        "new mysqli($host, $user, $pass)",
        "new PDO($dsn, $user, $password)",
        "getConnection(\"jdbc:x\", user, password)",
        "set_config('app.name', 'web', false)",
        "{\"question\":\"How many?\",\"answer\":\"42\"}",
        "{\"question\":\"What is your favourite colour?\",\"answer\":null}",
        "Votre code de retour est 1234",
        "Process code de sortie 1234",
        "the status code is 404",
        "one-time password sent to ada",
        "one-time password 6 digits",
        "password entered: yes",
        "password used: no",
        "password provided: false",
        "PIN entered: wrong",
        "password changed 'absent' to 'present'",
        "test[12]: PASS test_foo",
        "make[1]: PASS all",
        "--- PASS: TestX (0.00s)",
        "PASS src/app.test.js",
        "< PASS",
        "the key is stored as token",
        "the number <- token",
        "plain-text-password authentication is off",
        "::add-mask::***",
        "radius-server host 10.0.0.1 auth-port 1812",
        "Key content looks fine",
        "Q: What time is it? A: noon",
        "access token for user ada: valid until 2026-01-01T00:00:00Z",
        "session token for ada: 12 entries",
        "password of the user is required",
        "password of the user will expire in 3 days",
        "auth(user, password)",
        "auth(\"login\", \"token\")",
        "password reset for ada: https://example.com/r",
        "token count for model gpt4: 1234",
        "Password for ada: ********",
    ]);
}
