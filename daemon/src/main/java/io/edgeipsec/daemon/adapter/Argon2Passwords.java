package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.auth.PasswordHasher;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id (RFC 9106), stored in its usual text form with its parameters. 19 MiB and two passes are
 * OWASP's figures for one lane: as hard to guess as fewer passes over more memory, and two at a
 * time fit beside everything else into the heap that we run with. Any thread.
 */
public final class Argon2Passwords implements PasswordHasher {
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int SALT_OCTETS = 16;
    private static final int HASH_OCTETS = 32;

    private static final Pattern STORED =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=1\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    private final SecureRandom random;
    private final int memoryKib;

    public Argon2Passwords(SecureRandom random) {
        this(random, MEMORY_KIB);
    }

    /** With less memory, for tests of other things. */
    Argon2Passwords(SecureRandom random, int memoryKib) {
        this.random = random;
        this.memoryKib = memoryKib;
    }

    @Override
    public String hash(byte[] password) {
        byte[] salt = new byte[SALT_OCTETS];
        random.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return String.format(
                Locale.ROOT,
                "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s",
                memoryKib,
                PASSES,
                base64.encodeToString(salt),
                base64.encodeToString(derive(password, salt, memoryKib, PASSES, HASH_OCTETS)));
    }

    @Override
    public boolean matches(byte[] password, String stored) {
        Matcher matcher = STORED.matcher(stored);
        if (!matcher.matches()) {
            throw new IllegalStateException("a stored password hash is damaged");
        }
        byte[] expected = Base64.getDecoder().decode(matcher.group(4));
        byte[] derived =
                derive(
                        password,
                        Base64.getDecoder().decode(matcher.group(3)),
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        expected.length);
        return MessageDigest.isEqual(expected, derived);
    }

    private static byte[] derive(
            byte[] password, byte[] salt, int memoryKib, int passes, int octets) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(memoryKib)
                        .withIterations(passes)
                        .withParallelism(1)
                        .withSalt(salt)
                        .build());
        byte[] hash = new byte[octets];
        generator.generateBytes(password, hash);
        return hash;
    }
}
