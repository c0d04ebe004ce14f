//! Clients of servers: the web, databases, queues, mail.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        &["curl"],
        &[
            "-*u|-U|--user|--proxy-user USER:PASSWORD",
            "-uUSER:PASSWORD",
            "-UUSER:PASSWORD",
            "--user=USER:PASSWORD",
            "--proxy-user=USER:PASSWORD",
            "-E|--cert|--proxy-cert FILE:PASSWORD",
            "--oauth2-bearer TOKEN",
            "--tlspassword|--proxy-tlspassword PASSWORD",
        ],
    ),
    row(
        &["http", "https", "xh", "xhs"],
        &[
            "-a|--auth USER:PASSWORD",
            "-aUSER:PASSWORD",
            "--auth=USER:PASSWORD",
        ],
    ),
    row(
        &[
            "mysql",
            "mysqldump",
            "mysqlimport",
            "mysqlshow",
            "mysqlcheck",
            "mysqlslap",
            "mysqlpump",
            "mysqlbinlog",
            "mysqlsh",
            "mysql_upgrade",
            "mysqlrepair",
            "mysqloptimize",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mariadb-import",
            "mariadb-check",
            "mariadb-backup",
        ],
        &["-pPASSWORD"],
    ),
    row(&["mysqladmin"], &["-pPASSWORD", "password PASSWORD"]),
    row(
        &[
            "redis-cli",
            "redis-benchmark",
            "valkey-cli",
            "valkey-benchmark",
        ],
        &["-a PASSWORD", "-aPASSWORD"],
    ),
    row(
        &["redis-server", "redis-sentinel", "valkey-server"],
        &["--requirepass|--masterauth PASSWORD"],
    ),
    row(
        &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "mongotop",
            "mongofiles",
        ],
        &["-p PASSWORD", "-pPASSWORD"],
    ),
    row(
        &["sqlcmd", "osql", "bcp", "tsql", "isql", "isql64", "fisql"],
        &["-P PASSWORD", "-PPASSWORD"],
    ),
    row(
        &["sqlplus", "sqlldr", "expdp", "impdp"],
        &["USER/PASSWORD@HOST", "userid=USER/PASSWORD@HOST"],
    ),
    row(
        &[
            "cqlsh",
            "hdbsql",
            "cypher-shell",
            "couchbase-cli",
            "beeline",
        ],
        &["-p PASSWORD"],
    ),
    row(&["neo4j-admin"], &["set-initial-password PASSWORD"]),
    row(&["rman"], &["target|auxiliary|catalog USER/PASSWORD@HOST"]),
    row(&["db2"], &["connect using PASSWORD"]),
    row(
        &["etcdctl"],
        &["--user USER:PASSWORD", "--user=USER:PASSWORD"],
    ),
    row(
        &["ejabberdctl"],
        &["register|change_password USER HOST PASSWORD"],
    ),
    row(
        &["rabbitmqctl"],
        &["add_user|change_password|authenticate_user USER PASSWORD"],
    ),
    row(&["rabbitmqadmin"], &["-p PASSWORD"]),
    row(
        &["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"],
        &["-P|--pw PASSWORD"],
    ),
    row(&["mosquitto_passwd"], &["-b FILE USER PASSWORD"]),
    row(
        &["htpasswd"],
        &[
            "-b|-bc|-cb|-bB|-Bb|-bcB|-cbB|-Bbc|-bBc|-mb|-bm|-bs|-bd FILE USER PASSWORD",
            "-nb|-bn|-nbB|-bnB|-Bbn|-nbm|-bnm|-nBb|-Bnb USER PASSWORD",
        ],
    ),
    row(&["lftp"], &["-u USER,PASSWORD"]),
    row(
        &["ncftp", "ncftpput", "ncftpget", "ncftpls"],
        &["-p PASSWORD"],
    ),
    row(&["vsql"], &["-w PASSWORD"]),
    row(&["swaks"], &["-ap|--auth-password PASSWORD"]),
    row(&["sendemail"], &["-xp PASSWORD"]),
];
