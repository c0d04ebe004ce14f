// Writes npm.txt: node npm.js > npm.txt, on Node 20 with otpauth 9.5.2, otplib 13.5.0 and speakeasy
// 2.0.0 from npm. Each line is either
//   code, maker, algorithm, digits, secret, count, code
//   uri, maker, kind, issuer, account, algorithm, digits, period or counter, secret, uri
//   refused, maker, why, uri
//   read, reader, the same, of a URI of ours.txt
const fs = require("fs");
const otpauth = require("otpauth");
const otplib = require("otplib");
const speakeasy = require("speakeasy");

const SECRETS = [
  "2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB",
  "QCPF6VXALPG6W45EBVVA5QIDYB7GMERMX2OK2GMXXPWJWLZGDGXA",
  "5GJLC35MUPAEATX6JVBKHWTTLI",
];
const ALGORITHMS = ["SHA1", "SHA256", "SHA512"];
const COUNTS = [0, 1, 59841720, 2 ** 31, 2 ** 32 + 7, 2 ** 53 - 1];
const NAMES = [
  ["Example Ltd", "ada"],
  ["Ä & Söhne", "józef+test@exämple.pl"],
  ["100% / 50%?", "a/b c"],
  ["Example", "#1 'quoted' (yes)!~*"],
  ["x", "名前"],
];
const print = (...fields) => console.log(fields.join("\t"));

print(
  "# Made by npm.js beside this file (node npm.js > npm.txt) with otpauth 9.5.2, otplib 13.5.0 and speakeasy 2.0.0 from npm. " +
    "Code: maker, algorithm, digits, secret, count, code. Refused: maker, why, uri. Uri and read: who, kind, issuer, account, algorithm, digits, period or counter, secret, uri.",
);

let n = 0;
for (const secret of SECRETS) {
  for (const algorithm of ALGORITHMS) {
    for (const count of COUNTS) {
      const digits = 6 + (n++ % 3);
      const hotp = new otpauth.HOTP({ secret, algorithm, digits, counter: count });
      print("code", "otpauth", algorithm, digits, secret, count, hotp.generate());
      const options = { strategy: "hotp", secret, algorithm: algorithm.toLowerCase(), digits };
      const code = otplib.generateSync({ ...options, counter: count });
      print("code", "otplib", algorithm, digits, secret, count, code);
      // its counts are 32 bits with a sign
      if (count < 2 ** 31) {
        const theirs = { secret, encoding: "base32", algorithm: algorithm.toLowerCase(), digits };
        const code = speakeasy.hotp({ ...theirs, counter: count });
        print("code", "speakeasy", algorithm, digits, secret, count, code);
      }
    }
  }
}

n = 0;
for (const [issuer, account] of NAMES) {
  for (const kind of ["totp", "hotp"]) {
    const secret = SECRETS[n % 3];
    const algorithm = ALGORITHMS[n % 3];
    const digits = 6 + (n % 3);
    const factor = kind === "totp" ? [30, 60][(n >> 1) % 2] : 7 * n;
    n += 1;
    const of = (maker, uri) =>
      print("uri", maker, kind, issuer, account, algorithm, digits, factor, secret, uri);
    const moving = kind === "totp" ? { period: factor } : { counter: factor };
    const theirs = { issuer, label: account, algorithm, digits, secret, ...moving };
    of("otpauth", (kind === "totp" ? new otpauth.TOTP(theirs) : new otpauth.HOTP(theirs)).toString());
    of("otplib", otplib.generateURI({ strategy: kind, ...theirs, algorithm: algorithm.toLowerCase() }));
    // its label is what its caller encoded
    const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
    const third = speakeasy.otpauthURL({ ...theirs, type: kind, encoding: "base32", label });
    if (kind === "totp") of("speakeasy", third);
    // it asks for a counter and does not write it
    else print("refused", "speakeasy", "NoCounter", third);
  }
}

// its label is not encoded for its caller, and a space is none in a URI
const label = "Example Ltd:ada";
print("refused", "speakeasy", "UriEncoding", speakeasy.otpauthURL({ secret: SECRETS[0], encoding: "base32", label }));

for (const uri of fs.readFileSync(`${__dirname}/ours.txt`, "utf8").split("\n")) {
  if (uri === "" || uri.startsWith("#")) continue;
  const read = otpauth.URI.parse(uri);
  const kind = read instanceof otpauth.TOTP ? "totp" : "hotp";
  const factor = kind === "totp" ? read.period : read.counter;
  print("read", "otpauth", kind, read.issuer, read.label, read.algorithm, read.digits, factor, read.secret.base32, uri);
}
