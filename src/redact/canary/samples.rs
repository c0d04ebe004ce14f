//! What each rule's fake looks like. To teach one, add a line to [`SAMPLES`].

use crate::redact::tokens;

/// A rule, and a text with the secret between `<` and `>` doubled. In braces stand how many letters
/// and digits (`a`), capitals (`u`) or small letters (`l`) and digits, hexadecimal digits (`h`) are
/// drawn.
type Sample = (&'static str, &'static str);

#[rustfmt::skip]
const SAMPLES: &[Sample] = &[
    ("keyed", "password=<<CANARY0fake{a12}>>"),
    ("header", "Authorization: Bearer <<CANARY0fake{a24}>>"),
    ("command", "curl -u canary:<<CANARY0fake{a12}>> https://canary.invalid/"),
    ("sql", "CREATE USER canary IDENTIFIED BY '<<CANARY0fake{a12}>>'"),
    ("dialogue", "ACL SETUSER canary on ><<CANARY0fake{a12}>> ~*"),
    ("prose", "the password for canary is <<CANARY0fake{a12}>>"),
    ("element", "<password><<CANARY0fake{a12}>></password>"),
    ("member", "{\"name\":\"password\",\"value\":\"<<CANARY0fake{a12}>>\"}"),
    ("url", "https://canary:<<CANARY0fake{a12}>>@canary.invalid/"),
    ("connection-string", "canary:<<CANARY0fake{a12}>>@tcp(canary.invalid:3306)/canary"),
    ("jwt", "<<eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.CANARY0fake{a32}>>"),
    ("private-key", "-----BEGIN PRIVATE KEY-----\\n<<CANARY0fake{a53}>>\\n-----END PRIVATE KEY-----"),
    // Numbers that are published as examples: by Visa, by the registry of ISO 13616, by the Social
    // Security Administration; and a name for documentation (RFC 2606).
    ("card", "paid with <<4111 1111 1111 1111>>"),
    ("iban", "paid to <<GB82 WEST 1234 5698 7654 32>>"),
    ("ssn", "SSN <<219-09-9999>>"),
    ("email", "mail to <<canary@example.com>>"),
    // {"password":"CANARY0fakeCANARY1fake"}
    ("encoded", "data <<eyJwYXNzd29yZCI6IkNBTkFSWTBmYWtlQ0FOQVJZMWZha2UifQ==>>"),
    // Tokens that no prefix tells.
    ("discord-token", "<<MTk4CANARYfakeCANARYfake.Cl2FMQ.CANARY0fake{a16}>>"),
    ("terraform-token", "<<CANARY0fake{a3}.atlasv1.CANARY0fake{a50}>>"),
    ("airtable-token", "<<patCANARY0fake{a3}.facade0decade{h51}>>"),
    ("zoho-token", "<<1000.facade0decade{h19}.facade0decade{h19}>>"),
    ("yandex-iam-token", "<<t1.CANARY0fake{a30}.CANARY0fake{a75}>>"),
    ("itsdangerous-session", "<<eyJjYW5hcnkiOjF9.Cl2FMQ.CANARY0fake{a16}>>"),
    ("django-signed", "<<.eJCANARYfakeCANARY:1pQRST:CANARY0fake{a32}>>"),
    ("rails-session", "<<Q0FOQVJZZmFrZUNBTkFSWWZha2U=--facade0decade{h27}>>"),
    ("telegram-token", "<<123456789:AACANARY0fake{a22}>>"),
    ("firebase-server-key", "<<AAAACANARYf:APA91bCANARY0fake{a117}>>"),
    ("asana-token", "<<1/120000000000000:facade0decade{h19}>>"),
    ("azure-client-secret", "<<can8Q~CANARY0fake{a23}>>"),
    ("azure-identifiable-key", "<<CANARY0fake{a41}JQQJ99{a26}>>"),
    ("mailchimp-key", "<<facade0decade{h19}-us10>>"),
    ("mailgun-private-key", "<<facade0decade{h19}-{h8}-{h8}>>"),
    ("new-relic-license-key", "<<CANARY0fake{a25}NRAL>>"),
    ("rapidapi-key", "<<CANARY0fakmsh{a22}jsn{a12}>>"),
    ("ngrok-token", "<<1CANARY0fake{a15}_CANARY0fake{a10}>>"),
    ("maxmind-key", "<<CANARY_CANARY0fake{a18}_mmk>>"),
    ("clickup-token", "<<pk_12345678_CANARY0FAKE{u21}>>"),
    ("deepl-free-key", "<<facade00-0000-4000-8000-{h12}:fx>>"),
    ("datastax-token", "<<AstraCS:CANARYfakeCANARYfakeCANA:facade0decade{h51}>>"),
    ("bitwarden-token", "<<0.facade00-0000-4000-8000-{h12}.CANARY0fake{a19}:Q0FOQVJZZmFrZUNBTkFSWQ==>>"),
    ("macaroon", "<<MDAyNGxvY2F0aW9uIGh0dHBzOi8vY2FuYXJ5LmludmFsaWQKMDAxYmlkZW50aWZpZXIgQ0FOQVJZMGZha2Uw>>"),
];

/// A fake of a rule.
pub(super) struct Fake {
    pub(super) rule: &'static str,
    pub(super) text: String,
    /// What must not be left of the text.
    pub(super) secret: String,
    /// Whether characters of it were drawn.
    pub(super) is_unique: bool,
}

pub(super) fn fakes(random: &mut Nonce) -> impl Iterator<Item = Fake> {
    let samples = SAMPLES.iter().map(|(rule, text)| (*rule, text.to_string()));
    samples
        .chain(tokens::samples())
        .map(|(rule, template)| fill(rule, &template, random))
}

/// The fake that a template describes. Without double brackets the whole of it is the secret.
fn fill(rule: &'static str, template: &str, random: &mut Nonce) -> Fake {
    let text = drawn(template, random);
    let inner = text
        .split_once("<<")
        .and_then(|(_, rest)| rest.split_once(">>"));
    let secret = inner.map_or(text.as_str(), |(secret, _)| secret).to_owned();
    let text = text.replacen("<<", "", 1).replacen(">>", "", 1);
    Fake {
        rule,
        is_unique: drawn(template, &mut Nonce::new(0)) != template,
        text,
        secret,
    }
}

/// `template` with characters drawn for what stands in braces.
fn drawn(template: &str, random: &mut Nonce) -> String {
    let mut out = String::new();
    let mut left = template;
    while let Some((before, after)) = left.split_once('{') {
        out.push_str(before);
        let draw = after.split_once('}').and_then(|(inner, rest)| {
            let alphabet = alphabet(inner.get(..1)?)?;
            Some((alphabet, inner.get(1..)?.parse::<usize>().ok()?, rest))
        });
        left = match draw {
            Some((alphabet, count, rest)) => {
                out.extend((0..count).map(|_| random.pick(alphabet)));
                rest
            }
            None => {
                out.push('{');
                after
            }
        };
    }
    out.push_str(left);
    out
}

/// Letters that differ from the words around them.
const ALNUM: &str = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const HEX: &str = "0123456789abcdef";

fn alphabet(name: &str) -> Option<&'static str> {
    match name {
        "a" => Some(ALNUM),
        "h" => Some(HEX),
        "u" => Some("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
        "l" => Some("abcdefghjkmnpqrstuvwxyz23456789"),
        _ => None,
    }
}

/// Characters that follow from a number: the same for the same, and no secret.
pub(super) struct Nonce(u64);

impl Nonce {
    pub(super) fn new(nonce: u64) -> Self {
        Self(nonce)
    }

    /// Sixteen letters that stand for the number: no digits, which could be taken for a number of
    /// something.
    pub(super) fn name(&self) -> String {
        let digit = |place: u32| self.0.checked_shr(place).unwrap_or_default() & 0xf;
        let letter = |digit: u64| "abcdefghijklmnop".chars().nth(usize::try_from(digit).ok()?);
        (0..16_u32)
            .filter_map(|i| letter(digit(i.saturating_mul(4))))
            .collect()
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the characters, which are ASCII.
    pub(super) fn pick(&mut self, alphabet: &str) -> char {
        let len = u64::try_from(alphabet.len()).unwrap_or(u64::MAX);
        let at = self.next().checked_rem(len).unwrap_or_default();
        let byte = usize::try_from(at)
            .ok()
            .and_then(|at| alphabet.as_bytes().get(at));
        char::from(byte.copied().unwrap_or(b'x'))
    }
}
