// Writes spring_others.txt: java -cp /usr/share/java/bcprov.jar SpringOthers.java > spring_others.txt,
// on Debian 12 with OpenJDK 17.0 and libbcprov-java 1.72, which compute for Spring Security as for this:
// only the encoding is done here. Each line: how, the scheme, the password, the hash.

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;

class SpringOthers {
    static final byte[] SALT = new byte[64];

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < SALT.length; i++) SALT[i] = (byte) (0xF0 - 3 * i);
        System.out.println("# Made by SpringOthers.java beside this file with OpenJDK 17.0 and Bouncy Castle 1.72.");
        for (String password : new String[] {"correct horse battery staple", "Grüße"}) {
            pbkdf2("pbkdf2", "sha1", "PBKDF2WithHmacSHA1", 185000, 8, password);
            pbkdf2("pbkdf2@SpringSecurity_v5_8", "sha256", "PBKDF2WithHmacSHA256", 310000, 16, password);
            scrypt("scrypt", 14, 8, 1, 64, password);
            scrypt("scrypt@SpringSecurity_v5_8", 16, 8, 1, 16, password);
            standard(password);
        }
        scrypt("scrypt", 4, 255, 16, 16, "another cost");
        scrypt("", 5, 3, 2, 8, "without its id");
    }

    static void line(String how, String scheme, String password, String text) {
        System.out.println(String.join("\t", how, scheme, password, text));
    }

    static byte[] salt(int len) {
        return Arrays.copyOf(SALT, len);
    }

    static void pbkdf2(String id, String digest, String name, int iterations, int saltLen, String password)
            throws Exception {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt(saltLen), iterations, 256);
        byte[] key = SecretKeyFactory.getInstance(name).generateSecret(spec).getEncoded();
        HexFormat hex = HexFormat.of();
        String text = "{" + id + "}" + hex.formatHex(salt(saltLen)) + hex.formatHex(key);
        line(name, "pbkdf2-" + digest + " i=" + iterations + ",l=32", password, text);
    }

    static void scrypt(String id, int logN, int r, int p, int saltLen, String password) throws Exception {
        byte[] key = SCrypt.generate(password.getBytes("UTF-8"), salt(saltLen), 1 << logN, r, p, 32);
        String cost = Long.toString(((long) logN << 16) | r << 8 | p, 16);
        Base64.Encoder base64 = Base64.getEncoder();
        String text = "$" + cost + "$" + base64.encodeToString(salt(saltLen)) + "$" + base64.encodeToString(key);
        String scheme = "scrypt ln=" + logN + ",r=" + r + ",p=" + p;
        line("Bouncy Castle", scheme, password, id.isEmpty() ? text : "{" + id + "}" + text);
    }

    static void standard(String password) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(salt(8));
        byte[] value = digest.digest(password.getBytes("UTF-8"));
        for (int i = 1; i < 1024; i++) value = digest.digest(value);
        HexFormat hex = HexFormat.of();
        line("MessageDigest", "sha256 rounds=1024", password, "{sha256}" + hex.formatHex(salt(8)) + hex.formatHex(value));
    }
}
