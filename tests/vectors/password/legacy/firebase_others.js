// Writes firebase_others.txt: node firebase_others.js > firebase_others.txt, on Node.js 20 with, from
// npm, firebase-scrypt 2.2.0. Each line: how, signer key, separator, rounds, memory cost, password, salt,
// hash.
const crypto = require("crypto");
const { FirebaseScrypt } = require("firebase-scrypt");

const bytes = (label, len) =>
  crypto.createHash("sha512").update(label).digest().subarray(0, len).toString("base64");

(async () => {
  console.log("# Made by firebase_others.js beside this file with firebase-scrypt 2.2.0.");
  for (const [how, key, separator, rounds, memCost, password, salt] of [
    ["as the console shows", "a", "Bw==", 8, 14, "correct horse battery staple", 10],
    ["least cost", "b", "Bw==", 1, 1, "x", 1],
    ["no separator", "c", "", 3, 5, "Grüße, 世界", 16],
    ["long salt and separator", "d", bytes("e", 64), 5, 9, "é".repeat(512), 64],
  ]) {
    const signerKey = bytes(key, 64);
    const scrypt = new FirebaseScrypt({ memCost, rounds, saltSeparator: separator, signerKey });
    const hash = await scrypt.hash(password, bytes(key + how, salt));
    const fields = [how, signerKey, separator, rounds, memCost, password, bytes(key + how, salt), hash];
    console.log(fields.join("\t"));
  }
})();
