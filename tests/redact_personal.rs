//! Data of persons in logs: numbers of cards and accounts, social security numbers, addresses; and
//! what looks like them and stays.
#![cfg(feature = "redact")]

use std::sync::LazyLock;

use portcullis::redact::{Kind, Policy};

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

fn redact(text: &str) -> String {
    POLICY.redact_str(text).into_owned()
}

#[track_caller]
fn finds(kind: Kind, value: &str, places: &[&str]) {
    for place in places {
        let text = place.replace("{}", value);
        let expected = place.replace("{}", &format!("[REDACTED:{kind}]"));
        assert_eq!(redact(&text), expected, "{text}");
        assert_eq!(redact(&expected), expected, "{expected} again");
    }
}

#[track_caller]
fn stays(lines: &[&str]) {
    for line in lines {
        assert_eq!(redact(line), *line);
    }
}

/// Where a value stands in logs.
const PLACES: &[&str] = &[
    "{}",
    "value {} seen",
    "value={}",
    "a=1 value={}, b=2",
    "{\"value\":\"{}\",\"b\":2}",
    "{\"m\":\"{\\\"value\\\":\\\"{}\\\"}\"}",
    "<value>{}</value>",
    "VALUES ('{}', 1)",
    "[{}]",
    "a\t{}\tb",
    "a,{},b",
    "a|{}|b",
    "line\\n{}\\nline",
    "It was {}.",
    "wert：{}，gut",
    "to.........................{}",
    "* to: **{}**",
];

/// RD-02: the numbers that the schemes and their processors publish for tests
/// (docs.stripe.com/testing, developer.paypal.com/tools/sandbox/card-testing,
/// docs.adyen.com/development-resources/test-cards).
#[test]
fn finds_the_test_numbers_of_the_card_schemes() {
    for number in [
        "4242424242424242",
        "4000056655665556",
        "4111111111111111",
        "5555555555554444",
        "2223003122003222",
        "5200828282828210",
        "5105105105105100",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "6011000990139424",
        "3056930009020004",
        "36227206271667",
        "6555900000604105",
        "3566002020360505",
        "3530111333300000",
        "6200000000000005",
        "6205500000000000004",
        "30569309025904",
        "38520000023237",
    ] {
        finds(Kind::Card, number, PLACES);
    }
}

/// RD-02: as they are embossed, and as forms and editors change that.
#[test]
fn finds_cards_in_groups() {
    for number in [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        "4111\u{2011}1111\u{2011}1111\u{2011}1111",
        "3782 822463 10005",
        "3782-822463-10005",
        "3056 930902 5904",
        "6205 5000 0000 0000 004",
    ] {
        finds(Kind::Card, number, PLACES);
    }
    finds(Kind::Card, "4111+1111+1111+1111", &["a=1&card={}&b=2"]);
    finds(
        Kind::Card,
        "4111%201111%201111%201111",
        &["a=1&card={}&b=2", "%22{}%22"],
    );
    let beside = [
        "12 {} 03/27 123",
        "2026-03-14 {} 1227 123",
        "total 12.50 {}",
    ];
    finds(Kind::Card, "4111 1111 1111 1111", &beside);
}

/// RD-02: tracks of magnetic stripes (ISO/IEC 7813).
#[test]
fn finds_cards_on_stripes() {
    finds(
        Kind::Card,
        "4111111111111111",
        &[
            "%B{}^LOVELACE/ADA^2712101",
            ";{}=27121010000000000000?",
            "57: {}D27121010000",
        ],
    );
}

/// RD-02, RD-05: JSON stays JSON.
#[test]
fn a_bare_number_becomes_a_string_in_json() {
    assert_eq!(
        redact(r#"{"pan":4111111111111111,"n":[5555555555554444, 7],"ssn": 123456789}"#),
        r#"{"pan":"[REDACTED:card]","n":["[REDACTED:card]", 7],"ssn": "[REDACTED:ssn]"}"#
    );
    assert_eq!(
        redact(r#"{"m":"{\"pan\":4111111111111111}"}"#),
        r#"{"m":"{\"pan\":\"[REDACTED:card]\"}"}"#
    );
}

/// RD-02: lengths that identifiers have, where a word says that it is a card.
#[test]
fn finds_rare_lengths_of_cards_by_name() {
    for number in ["4222222222222", "6759649826438453", "4000000000000000006"] {
        for place in [
            "card {}",
            "cardNumber={}",
            "\"pan\":\"{}\"",
            "credit card number is {}",
        ] {
            finds(Kind::Card, number, &[place]);
        }
        // The second has the length of cards.
        if number.len() != 16 {
            stays(&[&format!("value {number}"), &format!("n={number}")]);
        }
    }
}

/// RD-02: other numbers, of which one in ten passes the check; these all do.
#[test]
fn numbers_that_are_no_cards_stay() {
    stays(&[
        "blk_4111111111111111 terminating",
        "blk_-4111111111111111 terminating",
        "order 4111111111111111 shipped",
        "order_id=4111111111111111",
        "{\"traceId\":\"4111111111111111\",\"orderId\":4111111111111111}",
        "tracking 4111 1111 1111 1111",
        "x=0.4111111111111111",
        "x=4111111111111111.5",
        "id a4111111111111111",
        "4111111111111111f",
        "4111111111111111-1",
        "7-4111-1111-1111-1111",
        "4111-1111-1111-1111-1111",
        "41111111-1111-1111-1111-111111111111",
        "4111111111111111.jpg",
        "4111111111111111 ns",
        "#4111111111111111",
        "/orders/4111111111111111/items",
        "0x4111111111111111",
        "411111******1111",
        "4111 11** **** 1111",
        "4111111111111112",
        "4111 1111 1111 1112",
        "0000000000000000 1111111111111111",
        "1700000000000000005 ticks",
        // EAN-13 and IMEI, both with the check digit of a card.
        "4006381333931",
        "ts=1767225600008",
        "10 20 30 4111 5 6",
        "000107e0: 89ef 4111 1111 1111 1111 8944 2440",
        "00000ed0: 4111 1111 1111 1111 a502 0000",
        "Bytes_sent  41111111 11111111 42575373",
    ]);
}

/// RD-02: the examples of the registry (swift.com/standards/data-standards/iban).
#[test]
fn finds_the_examples_of_the_iban_registry() {
    for iban in [
        "AD1200012030200359100100",
        "AE070331234567890123456",
        "AL47212110090000000235698741",
        "AT611904300234573201",
        "AZ21NABZ00000000137010001944",
        "BA391290079401028494",
        "BE68539007547034",
        "BG80BNBG96611020345678",
        "BH67BMAG00001299123456",
        "BR1800360305000010009795493C1",
        "BY13NBRB3600900000002Z00AB00",
        "CH9300762011623852957",
        "CR05015202001026284066",
        "CY17002001280000001200527600",
        "CZ6508000000192000145399",
        "DE89370400440532013000",
        "DK5000400440116243",
        "DO28BAGR00000001212453611324",
        "EE382200221020145685",
        "EG380019000500000000263180002",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "FO6264600001631634",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "GE29NB0000000101904917",
        "GI75NWBK000000007099453",
        "GL8964710001000206",
        "GR1601101250000000012300695",
        "GT82TRAJ01020000001210029690",
        "HR1210010051863000160",
        "HU42117730161111101800000000",
        "IE29AIBK93115212345678",
        "IL620108000000099999999",
        "IQ98NBIQ850123456789012",
        "IS140159260076545510730339",
        "IT60X0542811101000000123456",
        "JO94CBJO0010000000000131000302",
        "KW81CBKU0000000000001234560101",
        "KZ86125KZT5004100100",
        "LB62099900000001001901229114",
        "LC55HEMM000100010012001200023015",
        "LI21088100002324013AA",
        "LT121000011101001000",
        "LU280019400644750000",
        "LV80BANK0000435195001",
        "MC5811222000010123456789030",
        "MD24AG000225100013104168",
        "ME25505000012345678951",
        "MK07250120000058984",
        "MR1300020001010000123456753",
        "MT84MALT011000012345MTLCAST001S",
        "MU17BOMM0101101030300200000MUR",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PK36SCBL0000001123456702",
        "PL61109010140000071219812874",
        "PS92PALS000000000400123456702",
        "PT50000201231234567890154",
        "QA58DOHB00001234567890ABCDEFG",
        "RO49AAAA1B31007593840000",
        "RS35260005601001611379",
        "SA0380000000608010167519",
        "SC18SSCB11010000000000001497USD",
        "SE4550000000058398257466",
        "SI56263300012039086",
        "SK3112000000198742637541",
        "SM86U0322509800000000270100",
        "ST23000100010051845310146",
        "SV62CENR00000000000000700025",
        "TL380080012345678910157",
        "TN5910006035183598478831",
        "TR330006100519786457841326",
        "UA213223130000026007233566001",
        "VA59001123000012345678",
        "VG96VPVG0000012345678901",
        "XK051212012345678906",
    ] {
        finds(Kind::Iban, iban, PLACES);
        finds(Kind::Iban, &iban.to_lowercase(), PLACES);
        let groups: Vec<&str> = (0..iban.len())
            .step_by(4)
            .filter_map(|at| iban.get(at..iban.len().min(at + 4)))
            .collect();
        for joint in [" ", "-", "\u{a0}"] {
            finds(Kind::Iban, &groups.join(joint), PLACES);
        }
        finds(Kind::Iban, &groups.join("%20"), &["a=1&iban={}&b=2"]);
        finds(Kind::Iban, iban, &["a%3D{}%26b", "IBAN:{}"]);
    }
}

/// RD-02: look-alikes of IBANs.
#[test]
fn words_that_are_no_ibans_stay() {
    stays(&[
        "DE89370400440532013001",
        "DE8937040044053201300",
        "DE893704004405320130001",
        "XX89370400440532013000",
        "xDE89370400440532013000",
        "DE89_370400440532013000",
        "De89370400440532013000",
        "DE89 3704 0044 0532 0130 01",
        "GB29 NWBK 6016 1331 9268",
        "part GB12ABCDX",
        "sha256:de89370400440532013000de89370400440532013000de89370400440532013000",
    ]);
}

/// RD-02: the ranges of the Social Security Administration, and one of its own examples.
#[test]
fn finds_social_security_numbers() {
    for ssn in [
        "123-45-6789",
        "078-05-1120",
        "219-09-9999",
        "001-01-0001",
        "899-99-9999",
    ] {
        finds(Kind::Ssn, ssn, PLACES);
        finds(
            Kind::Ssn,
            ssn,
            &[
                "SSN: {}",
                "ssn={}",
                "Customer SSN {} verified",
                "2026-01-02 {} x",
            ],
        );
    }
    for ssn in ["123456789", "123 45 6789"] {
        finds(
            Kind::Ssn,
            ssn,
            &[
                "SSN: {}",
                "userSsn={}",
                "social security number {}",
                "<ssn>{}</ssn>",
                "taxId='{}'",
            ],
        );
        stays(&[&format!("n={ssn}"), &format!("className {ssn}")]);
    }
}

/// RD-02: look-alikes of social security numbers.
#[test]
fn numbers_that_are_no_social_security_numbers_stay() {
    stays(&[
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "999-12-3456",
        "123-00-4567",
        "123-45-0000",
        "1-123-45-6789",
        "123-45-6789-0",
        "123-45-67890",
        "123-45-678",
        "x123-45-6789",
        "123-45-6789x",
        "123-45-6789.txt",
        "part 123-45-6789",
        "order no. 123-45-6789",
        "v123-45-6789",
        "+123-45-6789",
        "2026-03-14-0915",
        "call 555-867-5309 now",
        "10115-1234",
        "***-**-6789",
    ]);
}

/// RD-02: addresses as RFC 5321, RFC 6531 and people write them.
#[test]
fn finds_addresses() {
    for address in [
        "ada@example.com",
        "ada.lovelace@example.co.uk",
        "Ada.Lovelace@Example.COM",
        "ADA@EXAMPLE.COM",
        "ada+news@mail.example.org",
        "ada_l-1815@sub.example-shop.de",
        "o'brien@example.ie",
        "a@b.io",
        "12345678@qq.com",
        "13800138000@163.com",
        "ada@xn--bcher-kva.example",
        "jürgen@müller.de",
        "用户@例子.广告",
        "noreply@example.com",
        "ada@example.photography",
    ] {
        finds(Kind::Email, address, PLACES);
        finds(
            Kind::Email,
            address,
            &[
                "<{}>",
                "mailto:{}",
                "to=<{}>, relay=mx",
                "({})",
                "user {}: no such user",
                "GET /u?email={}&b=2",
                "/users/{}/messages",
                "\u{1b}[33m{}\u{1b}[0m",
                "{}, {};{}",
                "email%3D{}",
            ],
        );
    }
}

/// RD-02: the sign as URLs, JSON and HTML escape it.
#[test]
fn finds_addresses_with_an_escaped_sign() {
    for address in [
        "ada%40example.com",
        "ada%2Bnews%40example.com",
        "ada%2540example.com",
    ] {
        finds(Kind::Email, address, &["?email={}&b=2", "%22{}%22", "{}"]);
    }
    finds(
        Kind::Email,
        r"ada\u0040example.com",
        &[r#"{"a":"{}"}"#, r"\u0022{}\u0022"],
    );
    finds(Kind::Email, "ada&#64;example.com", &["<a>{}</a>"]);
}

/// RD-02: what else has an `@`.
#[test]
fn what_is_no_address_stays() {
    stays(&[
        "git@github.com:acme/shop.git",
        "remote: git@gitlab.example.com/acme/shop",
        "Cloning ssh://git@git.example.com:2222/acme/shop.git",
        "ssh://ada@git.example.com/srv",
        "https://ada@example.com/dav",
        "postgres://[REDACTED:password]@db.example.com/shop",
        "ssh -p 22 ada@web.example.com uptime",
        "plink -ssh ada@web.example.com ls",
        "Cron <backup@edge-3.example.com> /opt/backup.sh",
        "node ada@db01.prod.example.com joined",
        "scp file.txt ada@web.example.com:/tmp",
        "ada@web-1.example.com:~$ ls",
        "ada@web-1.example.com's password: ",
        "256 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU ada@web-1.example.com (ED25519)",
        "AS_REQ: NEEDED_PREAUTH: ada@EXAMPLE.COM for krbtgt/EXAMPLE.COM@EXAMPLE.COM",
        "rsync -a x ada@web.example.com:backup/",
        "npm i react@18.2.0 lodash@4.17.21",
        "/node_modules/.pnpm/react-dom@18.2.0/node_modules/x.js",
        "@types/node@20.11.5 @scope/pkg@1.0",
        "pkg@1.2.3-beta.dev",
        "github.com/acme/mod@v1.2.3/auth.go:12",
        "golang.org/x/net@v0.17.0",
        "icon@2x.png logo-60@3x.jpg",
        "user@10.0.0.1 root@localhost ada@laptop",
        "postgres@db.internal root@web.local x@host.lan",
        "getty@tty1.service user@1000.service dev@sda.device",
        "java.lang.Object@1a2b3c com.acme.User@6d06d69c.x",
        "uses: actions/checkout@v4",
        "@media screen @Override @app.route(\"/x\") @ada",
        "return@Page.link(x)",
        "rabbit@rmq1.example.com connected",
        "Message-ID: <20260314.8FA2C@mail.example.com>",
        "postfix/cleanup[1]: 4F: message-id=<20260314.8FA2C@mail.example.com>",
        "\"In-Reply-To\": \"<abc@mail.example.com>\"",
        "<0100018e4f7a1b2c-3d4e5f60-7a8b@email.example.com>",
        "Linux version 6.1.0 (build@kojipkgs.example.org) (gcc 12)",
        "%s@example.com {user}@example.com ${USER}@example.com $USER@example.com",
        "j***@example.com ***@example.com xxxx@example.com",
        "kinit ada@EXAMPLE.COM",
        "jdbc ada@db.example.com:1521/XE",
        "svc-1@shop.iam.gserviceaccount.com",
        "@ada@mastodon.example.com",
        "a@b a@.com @b.com a..b@c.com a@-b.com",
        "[REDACTED:email:a***@example.com]",
    ]);
}

/// RD-02: without the rules for persons, nothing of this is found, and credentials are.
#[test]
fn personal_data_can_be_left_alone() {
    let policy = Policy::default().without_personal_data();
    let text = "ada@example.com 4111111111111111 DE89370400440532013000 123-45-6789";
    assert_eq!(policy.redact_str(text), text);
    assert_eq!(
        policy.redact_str("password=x1y2z3"),
        "password=[REDACTED:password]"
    );
}

/// RD-04: numbers of each kind behind as many other numbers as a line may have, wherever they fall.
#[test]
fn finds_a_number_behind_any_count_of_other_numbers() {
    for (kind, number) in [
        (Kind::Card, "4111 1111 1111 1111"),
        (Kind::Card, "4111-1111-1111-1111"),
        (Kind::Card, "3782 822463 10005"),
        (Kind::Card, "622126 0000000000126"),
        (Kind::Card, "4111111111111111"),
        (Kind::Ssn, "078-05-1120"),
        (Kind::Iban, "DE89 3704 0044 0532 0130 00"),
    ] {
        for group in ["1 ", "12 ", "1.2 "] {
            for count in 0..=30 {
                let place = format!("{}{{}} .", group.repeat(count));
                finds(kind, number, &[&place]);
            }
        }
        for offset in 0..=70 {
            finds(kind, number, &[&format!("{} {{}} .", "x".repeat(offset))]);
            finds(
                kind,
                number,
                &[&format!("{} 1 2 3 {{}} .", "x".repeat(offset))],
            );
        }
    }
}

/// RD-04: the same behind dates and addresses, and where the groups before are as wide.
#[test]
fn finds_a_number_behind_dates_addresses_and_groups_of_four() {
    finds(
        Kind::Card,
        "4111 1111 1111 1111",
        &["2026-11-22 10.250.19.102 200 512 {}"],
    );
    finds(
        Kind::Ssn,
        "078-05-1120",
        &[
            "1.2.3.4 5.6.7.8 2026-11-22 {}",
            "10.250.19.102 10.250.19.103 10.250.19.103 {}",
        ],
    );
    finds(
        Kind::Card,
        "4111111111111111",
        &["0 0 1 0 0 0 2 0 0 0 0 0 {}"],
    );
    for (kind, number) in [
        (Kind::Card, "4111-1111-1111-1111"),
        (Kind::Card, "4111111111111111"),
        (Kind::Ssn, "078-05-1120"),
    ] {
        for count in 0..=40 {
            finds(kind, number, &[&format!("{}{{}} .", "2026 ".repeat(count))]);
        }
    }
}

/// RD-10: groups of a long number are none of a shorter one, however many of them there are.
#[test]
fn leaves_long_rows_of_groups_of_four_wherever_a_card_seems_to_begin() {
    for before in 0..=30 {
        for tail in [" 2027", " 12"] {
            let (lead, tail) = ("2026 ".repeat(before + 1), tail.repeat(6));
            let row = format!("{lead}4111 1111 1111 1111{tail}");
            stays(&[&row, &format!("x {row} .")]);
        }
    }
}

/// RD-10: the words of a memory dump are no card, and what ends the row says nothing else.
#[test]
fn leaves_the_words_of_a_dump_whatever_ends_the_row() {
    for end in ["", "\n", "\r\n", "\r", "\t", " ", " 1111"] {
        stays(&[&format!("4111 1111 1111 1111 0abc{end}")]);
    }
    finds(
        Kind::Card,
        "4111 1111 1111 1111",
        &["{} 0abcd", "{} 0abc.", "{} was", "{} 12/27"],
    );
}

/// RD-02: a percent sign before the digits of a card makes its first two no code.
#[test]
fn finds_a_card_glued_to_a_percent_sign() {
    for number in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555555555554444",
        "378282246310005",
    ] {
        finds(
            Kind::Card,
            number,
            &[
                "%{}",
                "%{}\n",
                "x %{} y",
                "a=%{}&b=1",
                "card %{} of 4242",
                "q=%20{}",
                "q=%22{}%22",
            ],
        );
    }
}
