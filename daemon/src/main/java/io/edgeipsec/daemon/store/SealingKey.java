package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.port.PrivateKeyOctets;
import io.edgeipsec.ike.crypto.SecretBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which secrets lie in the store: AES-256-GCM with a random nonce for each sealing,
 * bound to what it is used for, so that a sealed key put under another session does not open.
 *
 * <p>It comes from the systemd credential {@code store.key} where there is one, else from the file
 * {@code store.key} in the state directory, which is made on the first start. Both hold 64
 * hexadecimal digits. Store thread only.
 */
final class SealingKey {

    static final String NAME = "store.key";

    private static final int KEY_OCTETS = 32;
    private static final int NONCE_OCTETS = 12;
    private static final int TAG_BITS = 128;

    /** Hexadecimal digits and a line end or two; more is not a key, and is not read. */
    private static final int MAX_FILE_OCTETS = 2 * KEY_OCTETS + 2;

    private final SecretKeySpec key;
    private final String id;
    private final Path origin;
    private final SecureRandom random;

    /** A sealed key and what it takes to open it. */
    @SuppressWarnings("ArrayRecordComponent") // Goes from cipher to database and back, no further.
    record Sealed(byte[] nonce, byte[] octets) {}

    private SealingKey(byte[] octets, Path origin, SecureRandom random) {
        this.key = new SecretKeySpec(octets, "AES");
        this.id = idOf(octets);
        this.origin = origin;
        this.random = random;
        Arrays.fill(octets, (byte) 0);
    }

    /**
     * Reads the key, making it if there is none anywhere.
     *
     * @param credentials systemd's credentials directory, if the daemon was started with one
     */
    static SealingKey load(Path stateDir, Optional<Path> credentials, SecureRandom random)
            throws IOException {
        if (credentials.isPresent() && Files.exists(credentials.get().resolve(NAME))) {
            return read(credentials.get().resolve(NAME), random);
        }
        Path file = stateDir.resolve(NAME);
        if (Files.notExists(file)) {
            create(file, random);
        }
        return read(file, random);
    }

    private static SealingKey read(Path file, SecureRandom random) throws IOException {
        Set<PosixFilePermission> permissions;
        byte[] text;
        try {
            permissions = Files.getPosixFilePermissions(file);
            try (var in = Files.newInputStream(file)) {
                text = in.readNBytes(MAX_FILE_OCTETS + 1);
            }
        } catch (NoSuchFileException e) {
            throw new StoreException("the store's key " + file + " is not there", e);
        } catch (IOException e) {
            throw new StoreException(
                    "the store's key " + file + " cannot be read: " + e.getMessage(), e);
        }
        try {
            if (permissions.stream().anyMatch(each -> !each.name().startsWith("OWNER_"))) {
                throw new StoreException(
                        "the store's key "
                                + file
                                + " is open to others ("
                                + PosixFilePermissions.toString(permissions)
                                + "); check who has read it, then chmod 600");
            }
            String digits = new String(text, StandardCharsets.ISO_8859_1).strip();
            if (digits.length() != 2 * KEY_OCTETS
                    || !digits.chars().allMatch(HexFormat::isHexDigit)) {
                throw new StoreException(
                        "the store's key "
                                + file
                                + " is not "
                                + 2 * KEY_OCTETS
                                + " hexadecimal digits; restore it from a backup");
            }
            return new SealingKey(HexFormat.of().parseHex(digits), file, random);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /** Complete and on the disk under its name, or not there at all. */
    private static void create(Path file, SecureRandom random) throws IOException {
        byte[] octets = new byte[KEY_OCTETS];
        random.nextBytes(octets);
        byte[] text = (HexFormat.of().formatHex(octets) + "\n").getBytes(StandardCharsets.US_ASCII);
        Path directory = file.toAbsolutePath().getParent();
        Path unfinished = file.resolveSibling(NAME + ".new");
        Files.deleteIfExists(unfinished);
        try (FileChannel out =
                FileChannel.open(
                        unfinished,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer buffer = ByteBuffer.wrap(text);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        } finally {
            Arrays.fill(octets, (byte) 0);
            Arrays.fill(text, (byte) 0);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        if (directory != null) {
            try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
                entry.force(true);
            }
        }
    }

    /** Tells one key from another without giving it away. */
    String id() {
        return id;
    }

    /** Where the key came from, for sentences. */
    Path origin() {
        return origin;
    }

    Sealed seal(SessionSecret kind, String sessionId, PresharedKey secret) {
        return seal(kind.use(sessionId), secret.copyOctets());
    }

    Sealed seal(String certificateId, PrivateKeyOctets secret) {
        return seal("private key " + certificateId, secret.copyOctets());
    }

    /** Zeroes the octets. */
    private Sealed seal(String use, byte[] octets) {
        byte[] nonce = new byte[NONCE_OCTETS];
        random.nextBytes(nonce);
        try {
            return new Sealed(nonce, cipher(Cipher.ENCRYPT_MODE, use, nonce).doFinal(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not available", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** The caller owns what it gets. */
    PresharedKey open(SessionSecret kind, String sessionId, Sealed from) {
        return new PresharedKey(
                open(
                        kind.use(sessionId),
                        from,
                        kind.noun() + " of session " + sessionId,
                        "PUT the session with its " + kind.field() + " again"));
    }

    /** The caller owns what it gets. */
    SecretBytes openPrivateKey(String certificateId, Sealed from) {
        return SecretBytes.wrap(
                open(
                        "private key " + certificateId,
                        from,
                        "the stored private key of certificate " + certificateId,
                        "import the certificate again"));
    }

    private byte[] open(String use, Sealed from, String what, String advice) {
        try {
            return cipher(Cipher.DECRYPT_MODE, use, from.nonce()).doFinal(from.octets());
        } catch (AEADBadTagException e) {
            throw new IllegalStateException(
                    what + " does not open with " + origin + ": the store is damaged; " + advice,
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not available", e);
        }
    }

    private Cipher cipher(int mode, String use, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(use.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static String idOf(byte[] octets) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("edge-ipsec store key id".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(octets), 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }
}
