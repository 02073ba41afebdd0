package io.edgeipsec.ike.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key or another secret. Whoever derives one owns it and closes it, which zeroes it; using it
 * afterwards is a bug and throws. The garbage collector may have copied the array before: zeroing
 * shortens the exposure, it does not end it.
 */
public final class SecretBytes implements AutoCloseable {
    private final byte[] bytes;
    private boolean closed;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: the caller never touches it again. */
    public static SecretBytes wrap(byte[] bytes) {
        return new SecretBytes(bytes);
    }

    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    public int length() {
        return bytes.length;
    }

    /** A copy of {@code from} (inclusive) to {@code to} (exclusive), owned by the caller. */
    public SecretBytes slice(int from, int to) {
        return new SecretBytes(Arrays.copyOfRange(open(), from, to));
    }

    public SecretBytes copy() {
        return new SecretBytes(open().clone());
    }

    /** A copy for an API that wants an array; the caller zeroes it after use. */
    public byte[] toByteArray() {
        return open().clone();
    }

    /** The storage itself, for this package's primitives. */
    byte[] open() {
        if (closed) {
            throw new IllegalStateException("secret used after it was zeroed");
        }
        return bytes;
    }

    /** Reads from this object at the moment of use, so no further copy outlives the primitive. */
    SecretKey asKey(String algorithm) {
        return new KeyView(this, algorithm);
    }

    public boolean isClosed() {
        return closed;
    }

    /** Zeroes the secret. Idempotent. */
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        closed = true;
    }

    /** Constant-time for equal lengths. */
    @Override
    public boolean equals(Object object) {
        return object instanceof SecretBytes other && MessageDigest.isEqual(open(), other.open());
    }

    /** Says nothing about the content, so that no hash table or log can leak it. */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "SecretBytes[" + bytes.length + "]";
    }

    private static final class KeyView implements SecretKey {
        private static final long serialVersionUID = 1L;
        private final transient SecretBytes secret;
        private final String algorithm;

        KeyView(SecretBytes secret, String algorithm) {
            this.secret = secret;
            this.algorithm = algorithm;
        }

        @Override
        public String getAlgorithm() {
            return algorithm;
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return secret.toByteArray();
        }

        private void writeObject(ObjectOutputStream stream) throws NotSerializableException {
            throw new NotSerializableException("a key stays in this process");
        }
    }
}
