// Writes the last lines of pbkdf2_others.txt, on Node.js 20 with, from npm, @phc/pbkdf2 1.1.14 and
// aspnetcore-identity-password-hasher 1.0.1.
const phc = require("@phc/pbkdf2");
const identity = require("aspnetcore-identity-password-hasher/build/PasswordHasher");

const line = (how, digest, iterations, len, password, text) =>
  console.log([how, `pbkdf2-${digest} i=${iterations},l=${len}`, password, text].join("\t"));

(async () => {
  for (const [digest, iterations, len, saltSize, password] of [
    ["sha512", 25000, 64, 16, "correct horse battery staple"],
    ["sha256", 1000, 32, 1, "Grüße, 世界"],
    ["sha1", 1000, 20, 32, "password"],
  ]) {
    const text = await phc.hash(password, { digest, iterations, saltSize });
    line("@phc/pbkdf2", digest, iterations, len, password, text);
  }
  const { IdentityV2, IdentityV3 } = identity.PasswordHasherCompatibilityMode;
  const v3 = new identity.PasswordHasher(10000, IdentityV3);
  const v2 = new identity.PasswordHasher(1000, IdentityV2);
  for (const password of ["correct horse battery staple", "Grüße, 世界"]) {
    const name = "aspnetcore-identity-password-hasher, version";
    line(name + " 3", "sha256", 10000, 32, password, await v3.hashPassword(password));
    line(name + " 2", "sha1", 1000, 32, password, await v2.hashPassword(password));
  }
})();
