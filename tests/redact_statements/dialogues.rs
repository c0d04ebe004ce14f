//! Dialogues of protocols, prompts, routers, and what stands at a fixed place.

use super::marks::{keeps, replaces};

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

/// RD-01: answers to security questions, however the question is put and what stands between.
#[test]
fn finds_the_answers_to_security_questions() {
    replaces(&[
        "maiden name of mother = «Ford Fiesta»",
        "Q: What is your mother's maiden name? A: «Aunt Beatrix»",
        "What was the name of your first pet? «Rex»",
        r#"{"question":"What city were you born in?","answer":"«San Marino»"}"#,
        r#"{"What city were you born in?":"«Vienna»"}"#,
        "'What street did you grow up on?' => '«Elm Street»'",
        "Name Ihres ersten Haustiers? «Struppi»",
    ]);
    keeps(&[
        "What was the name of your first release? 1.0.2",
        "What is your mother's maiden name?",
        "Please choose: mother's maiden name, first pet",
        "The first pet store opened: come in",
        "Where were you born? The form asks this of all applicants.",
        r#"{"question":"How many seats?","answer":"42"}"#,
    ]);
}

/// RD-01: what a client answers to a mechanism of SASL (RFC 4954), as programs log it, and what a
/// trace of system calls shows of a dialogue.
#[test]
fn finds_what_a_client_answers_however_it_is_logged() {
    replaces(&[
        "[debug] encoded AUTH LOGIN challenge: '«aHVudGVyMmh1bnRlcg==»'",
        "smtp: AUTH PLAIN response «AGFkYQBodW50ZXIy»",
        "write(5, \"AUTH ada «hunter2»\\r\\n\", 18) = 18",
        "> AUTH ada «$Oy7TYKuqv3»",
    ]);
    keeps(&[
        "AUTH LOGIN challenge: failed",
        "AUTH PLAIN response rejected",
        "> AUTH $REDIS_PASSWORD",
        "read(5, \"AUTH required\\r\\n\", 15) = 15",
    ]);
}

/// RD-01: calls that were made, as logs and stack traces show them without quotes; those of a
/// program stay.
#[test]
fn finds_the_password_of_a_call_without_quotes() {
    replaces(&[
        "login(ada, «hunter2») failed",
        "login(ada, «passwortk») rejected",
        "  at AuthService.login(root, «Whkcuf;hng79») in /app/auth.cs:line 74",
        "Cluster.connect(\"couchbase://db\", \"ada\", \"«hunter2»\")",
    ]);
    keeps(&[
        "connect(\"http://a/b\", \"GET\", \"json\")",
        "login(user, password) failed",
        "return login(name, secret2)",
        "this.login(ctx, newPassword1);",
        "UserService.login(String, String) in Main.java",
        "socket.connect(\"tcp://db\", \"a\")",
        "login(ada, timeout) failed",
    ]);
}

/// RD-01: `[user/password]` as FreeRADIUS logs it, files of PPP and IPsec, ZooKeeper, Sentinel,
/// scripts of expect.
#[test]
fn finds_secrets_at_the_place_that_a_server_gives_them() {
    replaces(&[
        "Auth: (3) Login incorrect (pap: no match): [ada/«hunter2»] (from client nas port 0)",
        "Auth: (3) Login OK: [ada/«hunter2»] (from client nas port 0)",
        "Login attempt with [ada, «hunter2»]",
        "ada  *  \"«purple fox»\"  *",
        "ada pptpd «hunter2» 10.0.0.2",
        "ada : EAP \"«hunter2»\"",
        "addauth digest super:«hunter2»",
        "sentinel auth-pass main «hunter2»",
        "send -- \"«geheim»\\r\"  ;# password",
    ]);
    keeps(&[
        "for a in b * \"quoted text\" *",
        "Auth: (3) Login OK: [ada/<via Auth-Type = eap>] (from client nas port 0)",
        "Auth: (3) Login incorrect: [ada] (from client nas port 0)",
        " * \"git log\" ignored its option",
        "cp -a /etc/ld.so.conf* \"/tmp/x\"",
        "pptpd started",
        "send \"yes\\r\"",
    ]);
}

/// RD-01: configurations of routers and agents, after Cisco's IOS and Net-SNMP's manuals.
#[test]
fn finds_what_routers_and_agents_are_configured_with() {
    replaces(&[
        " neighbor 203.0.113.41 password «contrasenaz»",
        "crypto isakmp key «contrasenael» address 192.168.0.5",
        "snmp-server user ada grp v3 auth sha «hunter2222» priv aes 128 «s3cretPriv1»",
        "createUser ada SHA \"«hunter22»\" AES «hunter23»",
        " ip ospf message-digest-key 1 md5 7 «0822455D0A16»",
        "creds: ada/«uCtgyYpXtzXy»",
        "creds: ada/«41263357»",
        "user/pass ada «DTlbP<m4>dnl»",
    ]);
    keeps(&[
        "cipher suites with auth sha authentication1",
        "ping the neighbor password server",
        "supported: auth sha and priv aes",
        "credentials: aws/default",
        "creds: path/to/file1",
        "createuser ada failed",
    ]);
}

/// RD-01: a user and a password joined by a sign, where somebody comes in; addresses, principals and
/// paths stay.
#[test]
fn finds_the_password_of_a_pair_where_somebody_comes_in() {
    replaces(&[
        "Login ada/«hunter2x» rejected",
        "auth: Authentication failed for ada:«hunter2x»",
        "login attempt [b'root'/b'«hunter2x»'] failed",
        "SMB  10.0.0.5  445  DC01  [+] ACME\\ada:«Summer2026!» (Pwn3d!)",
        "[+] 10.0.0.5:22 - Success: 'root:«hunter2x»' 'uid=0(root)'",
        "credentials for staging: ada / «Blue42horse!»",
        "wifi: HomeNet / «purpleMonkey77»",
        "  15:04.05 > b'PGDK1 LOGIN ada \"«hunter2x»\"'",
        "/oper ada «hunter2x»",
        "127.0.0.1:6379> auth ada «hunter2x»",
        "MIGRATE cache 6379 \"\" 0 5000 AUTH «hunter2x» KEYS a",
        ":ada AUTHENTICATE «AGFkYQBodW50ZXIyAGFi»",
    ]);
    keeps(&[
        "logged in as postgres/5432a",
        "login attempt [3/5] failed",
        "< PASS 3 FAIL 0",
        "Login ada/admin rejected",
        "Authentication failed for 10.0.0.5:22/tcp2",
        "Authentication failed for ada/admin1@EXAMPLE.ORG",
        "logged in as system:serviceaccount:kube-system",
        "[+] Running 3/3",
        "[+] Building 12.3s (5/10)",
        "auth attempt 10.0.0.5:44321a from outside",
        "credentials for staging: see the vault",
        "wifi: connected to HomeNet/5GHz",
        "login with https://id.example/a1b2c3",
    ]);
}

/// RD-01: prompts at which a person types: of FTP's clients, of SQL*Plus; settings of modems and
/// routers, accounts of Dovecot.
#[test]
fn finds_what_is_typed_at_prompts_and_set_on_devices() {
    replaces(&[
        "ftp> user ada «hunter2x»",
        "ftp> pass «hunter2x»",
        "SQL> connect ada/«hunter2x»@orcl",
        "SQL> CONN system/«hunter2x»",
        "ada:{PLAIN}«hunter2x»:1000:1000",
        "\toption key '«hunter2xx»'",
        " wpa-psk ascii 0 «hunter2xx»",
        " vrrp 1 authentication text «hunter2x»",
        "AT+CPIN=\"«4821»\"",
        "AT+CGAUTH=1,1,\"«hunter2x»\",\"ada\"",
    ]);
    keeps(&[
        "ftp> user ada",
        "user ada logged in",
        "SQL> connect / as sysdba",
        "user:{plain}password:1000:1000",
        "\toption key_type wpa",
        "AT+CPIN?",
    ]);
}
