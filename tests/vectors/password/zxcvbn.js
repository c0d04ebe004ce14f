// Writes zxcvbn.txt: node zxcvbn.js > zxcvbn.txt, on Node.js with the original zxcvbn 4.4.2 of npm.
// Each line: the password, the words of the context with a comma between them, the score, log10 of
// the guesses, the warning, the suggestions with a bar between them.
// The passwords without a context are those of the original's own demonstration (demo/demo.coffee).

const zxcvbn = require("zxcvbn");

const published = `
zxcvbn
qwER43@!
Tr0ub4dour&3
correcthorsebatterystaple
coRrecth0rseba++ery9.23.2007staple$
D0g..................
abcdefghijk987654321
neverforget13/3/1997
1qaz2wsx3edc
temppass22
briansmith
briansmith4mayor
password1
viking
thx1138
ScoRpi0ns
do you know
ryanhunter2000
rianhunter2000
asdfghju7654rewq
AOEUIDHG&*()LS_
12345678
defghi6789
rosebud
Rosebud
ROSEBUD
rosebuD
ros3bud99
r0s3bud99
R0$38uD99
verlineVANDERMARK
eheuczkqyq
rWibMFACxAUGZmxhVncy
Ba9ZyWABu99[BK#6MBgbH88Tofv)vs$w`.trim().split("\n");

const own = [
  ["ekaterina.lovelace", ["ekaterina.lovelace"]],
  ["Lovelace2019", ["ekaterina", "lovelace"]],
  ["l0vel4ce", ["lovelace"]],
  ["ecalevol", ["lovelace"]],
  ["aaaaaaaa", []],
  ["abcabcabc", []],
  ["20012001", []],
  ["monkey", []],
  ["!QAZ2wsx", []],
];

for (const [password, context] of [...published.map((p) => [p, []]), ...own]) {
  const r = zxcvbn(password, context);
  const fields = [password, context.join(","), r.score, r.guesses_log10.toFixed(9)];
  console.log([...fields, r.feedback.warning, r.feedback.suggestions.join("|")].join("\t"));
}
