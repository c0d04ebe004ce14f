//! Statements of databases.

use super::marks::{keeps, replaces};

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
