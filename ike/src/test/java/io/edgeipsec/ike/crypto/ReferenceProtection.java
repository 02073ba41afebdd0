package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The SK payload written once more, from RFC 7296 §3.14 and RFC 5282 §3 alone: it seals any
 * plaintext behind any beginning, also those that no honest sender makes.
 */
final class ReferenceProtection {
    private final IkeSuite suite;
    private final byte[] skE;
    private final byte[] skA;

    ReferenceProtection(IkeSuite suite, SecretBytes skE, SecretBytes skA) {
        this.suite = suite;
        this.skE = skE.toByteArray();
        this.skA = skA.toByteArray();
    }

    int ivLength() {
        return suite.encryption().algorithm() == EncryptionAlgorithm.AES_CBC ? 16 : 8;
    }

    int icvLength() {
        return suite.integrity().map(IntegrityAlgorithm::icvLength).orElse(16);
    }

    /** How many octets a plaintext with {@code length} of them becomes: IV, ciphertext, ICV. */
    int sealedLength(int length) {
        return ivLength() + length + icvLength();
    }

    /**
     * @param beginning the message up to the end of SK's generic header, with its lengths set
     * @param plaintext inner payloads, padding and pad length; for AES-CBC a multiple of 16
     */
    Octets seal(Octets beginning, byte[] iv, byte[] plaintext) {
        try {
            return suite.encryption().algorithm() == EncryptionAlgorithm.AES_CBC
                    ? sealCbc(beginning, iv, plaintext)
                    : sealAead(beginning, iv, plaintext);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private Octets sealCbc(Octets beginning, byte[] iv, byte[] plaintext)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(skE, "AES"), new IvParameterSpec(iv));
        Octets covered =
                Octets.concat(beginning, Octets.wrap(iv), Octets.wrap(cipher.doFinal(plaintext)));
        String hmac =
                switch (suite.integrity().orElseThrow()) {
                    case HMAC_SHA1_96 -> "HmacSHA1";
                    case HMAC_SHA2_256_128 -> "HmacSHA256";
                    case HMAC_SHA2_384_192 -> "HmacSHA384";
                    case HMAC_SHA2_512_256 -> "HmacSHA512";
                };
        Mac mac = Mac.getInstance(hmac);
        mac.init(new SecretKeySpec(skA, hmac));
        byte[] icv = mac.doFinal(covered.toByteArray());
        return Octets.concat(covered, Octets.copyOf(icv, 0, icvLength()));
    }

    private Octets sealAead(Octets beginning, byte[] iv, byte[] plaintext)
            throws GeneralSecurityException {
        boolean isGcm = suite.encryption().algorithm() == EncryptionAlgorithm.AES_GCM_16;
        Octets key = Octets.copyOf(skE, 0, skE.length - 4);
        Octets salt = Octets.copyOf(skE, skE.length - 4, 4);
        byte[] nonce = Octets.concat(salt, Octets.wrap(iv)).toByteArray();
        AlgorithmParameterSpec parameters =
                isGcm ? new GCMParameterSpec(128, nonce) : new IvParameterSpec(nonce);
        Cipher cipher = Cipher.getInstance(isGcm ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key.toByteArray(), isGcm ? "AES" : "ChaCha20"),
                parameters);
        cipher.updateAAD(beginning.toByteArray());
        return Octets.concat(beginning, Octets.wrap(iv), Octets.wrap(cipher.doFinal(plaintext)));
    }
}
