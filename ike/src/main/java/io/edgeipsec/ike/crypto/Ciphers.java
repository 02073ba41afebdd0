package io.edgeipsec.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * The ciphers of SK payloads, from the JDK. One Cipher object per algorithm serves every IKE SA of
 * an engine: a kept Cipher per SA would save a key schedule of about a microsecond per message and
 * cost kilobytes per idle SA. Not thread-safe.
 */
final class Ciphers {
    private static final int NONCE_LENGTH = 12;

    private final Hmac hmac;
    private final Cipher gcm = create("AES/GCM/NoPadding");
    private final Cipher cbc = create("AES/CBC/NoPadding");

    Ciphers(Hmac hmac) {
        this.hmac = hmac;
    }

    /**
     * Encrypts or decrypts with an AEAD; the ICV is the tail of the ciphertext.
     *
     * @return empty if the ICV does not fit, which only decryption can find
     */
    Optional<byte[]> aead(
            int mode,
            Encryption encryption,
            SecretBytes keyMaterial,
            byte[] iv,
            byte[] aad,
            int aadLength,
            byte[] input,
            int inputOffset,
            int inputLength) {
        int keyLength = encryption.keyLength();
        byte[] nonce = new byte[NONCE_LENGTH];
        int saltLength = encryption.algorithm().saltLength();
        System.arraycopy(keyMaterial.open(), keyLength, nonce, 0, saltLength);
        System.arraycopy(iv, 0, nonce, saltLength, iv.length);
        boolean isGcm = encryption.algorithm() == EncryptionAlgorithm.AES_GCM_16;
        // The JDK's ChaCha20 object refuses the nonce that it was given last, even to decrypt.
        Cipher cipher = isGcm ? gcm : create("ChaCha20-Poly1305");
        AlgorithmParameterSpec parameters =
                isGcm
                        ? new GCMParameterSpec(encryption.algorithm().icvLength() * 8, nonce)
                        : new IvParameterSpec(nonce);
        try (SecretBytes key = keyMaterial.slice(0, keyLength)) {
            cipher.init(mode, key.asKey(isGcm ? "AES" : "ChaCha20"), parameters);
            cipher.updateAAD(aad, 0, aadLength);
            return Optional.of(cipher.doFinal(input, inputOffset, inputLength));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(encryption + " failed", broken);
        }
    }

    /** AES-CBC without padding; the input is a multiple of the block. */
    byte[] cbc(int mode, SecretBytes key, byte[] iv, byte[] input, int offset, int length) {
        try {
            cbc.init(mode, key.asKey("AES"), new IvParameterSpec(iv));
            return cbc.doFinal(input, offset, length);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("AES-CBC failed", broken);
        }
    }

    /** The HMAC of {@code length} octets, not yet cut to the ICV. */
    byte[] integrity(IntegrityAlgorithm algorithm, SecretBytes key, byte[] data, int length) {
        Mac mac = hmac.keyed(algorithm.jcaName(), key);
        mac.update(data, 0, length);
        return mac.doFinal();
    }

    private static Cipher create(String transformation) {
        try {
            return Cipher.getInstance(transformation, Jdk.SYMMETRIC);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JDK lacks " + transformation, missing);
        }
    }
}
