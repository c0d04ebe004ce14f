//! Command lines: arguments, lists of them, what is printed into a pipe.

use super::marks::{keeps, replaces};

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

/// RD-01: the user and the password in quotes of their own, and short options in one word.
#[test]
fn finds_a_pair_however_its_parts_are_quoted() {
    replaces(&[
        "DEBUG: curl --silent -X GET -u 'ada':'«hunter2»' 'https://a.example/'",
        "curl -u ada:\"«hunter 2»\" https://a.example/",
        "curl -sSu ada:«hunter2» https://a.example/",
        "unzip -oP «hunter2» a.zip",
    ]);
    keeps(&[
        "curl -o a1 -su https://a.example/",
        "curl -sSo out.txt https://a.example/",
        r#"{"curl":"8.5.0","user":"ada","n":"a:b"}"#,
        "unzip -op a.zip b.txt",
    ]);
}

/// RD-01: a command goes on behind a backslash, and behind what PowerShell and Windows have for it.
#[test]
fn goes_on_with_a_command_in_the_next_line() {
    replaces(&[
        "curl -X POST \\\n  -u ada:«hunter2» \\\n  https://a.example/\n",
        "docker login \\\n  -u ada \\\n  -p \\\n  «hunter2»\n",
        "$ mysql -h db \\\n> -p«hunter2» shop\n",
        "curl.exe ^\r\n  -u ada:«hunter2» https://a.example/\r\n",
        "curl.exe `\n  -u ada:«hunter2»\n",
    ]);
    keeps(&[
        "curl https://a.example/\n  -u ada:hunter2\n",
        "curl -sS https://a.example/ | tee \\\n  -u ada:hunter2\n",
        "curl \\\n  https://a.example/\n  -u ada:hunter2\n",
    ]);
}

/// RD-01: here-strings, for programs that read a secret from their input.
#[test]
fn finds_the_here_string_of_a_program_that_reads_a_secret() {
    replaces(&[
        "docker login -u ada --password-stdin <<< \"«hunter2»\"",
        "chpasswd <<< 'ada:«hunter2»'",
        "sudo -S apt update <<< «hunter2»",
        "echo -e \"«hunter2\\nhunter2»\" | passwd ada",
    ]);
    keeps(&[
        "cat <<< \"hello world\"",
        "docker login --password-stdin <<< \"$TOKEN\"",
        "echo secret | sudo -S true; tr a b <<< word",
        "<<<<<<< HEAD",
    ]);
}

/// RD-01: a sign with which a comment or a variable would begin belongs to the value of an option.
#[test]
fn finds_passwords_that_begin_with_a_sign() {
    replaces(&[
        r"schtasks /create /tn job /ru ACME\ada /rp «#2ZaxtRP3bZ6h»",
        "mysql -u ada -p«@yyGHqFGbAp» shop",
    ]);
    keeps(&[
        "mysql -u root -p # asks",
        "redis-cli -a $REDIS_PASSWORD ping",
    ]);
}

/// RD-01: networks, directories, registries and stores of secrets.
#[test]
fn finds_the_secrets_of_more_programs() {
    replaces(&[
        "cmdkey /add:fs1 /user:ada /pass:«489476»",
        "wmic /node:db /user:ACME\\ada /password:«DgUE(6693)» os get",
        "nmcli dev wifi connect HomeNet password «correct-horse»",
        "wpa_cli set_network 0 psk '«\"hunter22\"»'",
        "networksetup -setairportnetwork en0 HomeNet «hunter22»",
        "reg add HKLM\\SOFTWARE\\Winlogon /v DefaultPassword /t REG_SZ /d «hunter2» /f",
        "aws ssm put-parameter --name /a --type SecureString --value «hunter2»",
        "doveadm auth test ada «hunter2»",
        "wmiexec.py ACME/ada:«hunter2»@10.0.0.5",
        "ansible-vault encrypt_string '«hunter2»' --name db",
        "composer config http-basic.repo.example ada «hunter2»",
        "bw unlock «hunter2»",
        "netsh wlan set hostednetwork mode=allow ssid=x key=«hunter2xx»",
        "rabbitmqctl add_user ada «HDm14Hvfc=dlp3»",
        "neo4j-admin dbms set-initial-password «hunter2»",
        "gem push a.gem --key «2i7ww45erdec:QfkqJf»",
    ]);
    keeps(&[
        "nmcli dev wifi list",
        "reg add HKLM\\SOFTWARE\\App /v Path /t REG_SZ /d hunter2 /f",
        "aws ssm put-parameter --name /a --type String --value plain1",
        "doveadm: Info: auth test passed",
        "rclone sync /srv remote:srv -P",
        "knife node list",
        "ansible-vault edit group_vars/all.yml",
    ]);
}
