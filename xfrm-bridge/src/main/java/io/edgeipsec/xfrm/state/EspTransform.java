package io.edgeipsec.xfrm.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How an SA protects its packets: cipher, key size in bits (0 for NULL), and integrity. */
public record EspTransform(EspCipher cipher, int keyBits, EspIntegrity integrity) {
    public EspTransform {
        Objects.requireNonNull(integrity);
        if (!cipher.takesKeyOf(keyBits)) {
            throw new IllegalArgumentException(cipher + " has no key of " + keyBits + " bits");
        }
        if (cipher.isAead() != (integrity == EspIntegrity.NONE)) {
            throw new IllegalArgumentException(
                    cipher
                            + (cipher.isAead()
                                    ? " protects integrity itself; it cannot stand with "
                                            + integrity
                                    : " needs an integrity transform"));
        }
    }

    /** Every combination there is. */
    public static List<EspTransform> all() {
        List<EspTransform> result = new ArrayList<>();
        for (EspCipher cipher : EspCipher.values()) {
            for (int bits = 0; bits <= 256; bits += 64) {
                for (EspIntegrity integrity : EspIntegrity.values()) {
                    if (cipher.takesKeyOf(bits)
                            && cipher.isAead() == (integrity == EspIntegrity.NONE)) {
                        result.add(new EspTransform(cipher, bits, integrity));
                    }
                }
            }
        }
        return result;
    }

    public static EspTransform aead(EspCipher cipher, int keyBits) {
        return new EspTransform(cipher, keyBits, EspIntegrity.NONE);
    }

    /** Octets of keying material for the cipher, salt included. */
    public int encryptionKeyOctets() {
        return keyBits / 8 + cipher.saltOctets();
    }

    public int integrityKeyOctets() {
        return integrity.keyOctets();
    }

    /**
     * The largest inner packet that fits into an outer packet of {@code pathMtu} octets, as sent.
     */
    public int tunnelMtu(int pathMtu, boolean outerIpv6, boolean udpEncapsulated) {
        int icv = (cipher.isAead() ? cipher.icvBits() : integrity.icvBits()) / 8;
        int overhead =
                (outerIpv6 ? 40 : 20) + (udpEncapsulated ? 8 : 0) + 8 + cipher.ivOctets() + icv;
        int protectedOctets = pathMtu - overhead;
        // Payload + padding + pad length + next header fill whole blocks (RFC 4303 §2.4).
        return protectedOctets - protectedOctets % cipher.blockOctets() - 2;
    }

    List<EspAlgorithm> algorithms(KeyMaterial encryptionKey, KeyMaterial integrityKey) {
        List<EspAlgorithm> result = new ArrayList<>(2);
        EspAlgorithm.Kind kind =
                cipher.isAead() ? EspAlgorithm.Kind.AEAD : EspAlgorithm.Kind.CIPHER;
        result.add(new EspAlgorithm(kind, cipher.kernelName(), cipher.icvBits(), encryptionKey));
        if (integrity != EspIntegrity.NONE) {
            result.add(
                    new EspAlgorithm(
                            EspAlgorithm.Kind.INTEGRITY,
                            integrity.kernelName(),
                            integrity.icvBits(),
                            integrityKey));
        }
        return result;
    }

    @Override
    public String toString() {
        return cipher
                + (keyBits == 0 ? "" : "_" + keyBits)
                + (integrity == EspIntegrity.NONE ? "" : "/" + integrity);
    }
}
