package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import java.util.Optional;

/**
 * The key schedules of RFC 7296 §2.14, §2.17 and §2.18, of RFC 9370 §2.2.2 and of RFC 8784 §3.
 * Shared secrets passed in stay the caller's.
 */
public final class KeyDerivation {
    private final Primitives primitives;

    public KeyDerivation(Primitives primitives) {
        this.primitives = primitives;
    }

    /** SKEYSEED = prf(Ni | Nr, g^ir), then the seven keys (RFC 7296 §2.14). */
    public IkeKeys initial(
            IkeSuite suite,
            SecretBytes sharedSecret,
            Octets nonceI,
            Octets nonceR,
            IkeSpi spiI,
            IkeSpi spiR) {
        try (SecretBytes nonces = seed(Optional.empty(), nonceI, nonceR, Optional.empty());
                SecretBytes skeyseed = primitives.prf(suite.prf(), nonces, sharedSecret)) {
            return expand(suite, skeyseed, nonceI, nonceR, spiI, spiR);
        }
    }

    /**
     * SKEYSEED(1) = prf(SK_d(0), SK(1) | Ni | Nr), then the seven keys anew (RFC 9370 §2.2.2).
     *
     * @param sharedSecret of the additional key exchange
     */
    public IkeKeys strengthened(
            IkeSuite suite,
            SecretBytes skD,
            SecretBytes sharedSecret,
            Octets nonceI,
            Octets nonceR,
            IkeSpi spiI,
            IkeSpi spiR) {
        return rekeyed(
                suite.prf(),
                skD,
                suite,
                sharedSecret,
                Optional.empty(),
                nonceI,
                nonceR,
                spiI,
                spiR);
    }

    /**
     * SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr [| SK(1)]), with the old PRF (RFC 7296 §2.18,
     * RFC 9370 §2.2.4).
     *
     * @param additional SK(1), the secret of an additional key exchange
     */
    public IkeKeys rekeyed(
            Prf oldPrf,
            SecretBytes oldSkD,
            IkeSuite suite,
            SecretBytes sharedSecret,
            Optional<SecretBytes> additional,
            Octets nonceI,
            Octets nonceR,
            IkeSpi spiI,
            IkeSpi spiR) {
        try (SecretBytes data = seed(Optional.of(sharedSecret), nonceI, nonceR, additional);
                SecretBytes skeyseed = primitives.prf(oldPrf, oldSkD, data)) {
            return expand(suite, skeyseed, nonceI, nonceR, spiI, spiR);
        }
    }

    /**
     * SK_d = prf+(PPK, SK_d'), and SK_pi and SK_pr likewise (RFC 8784 §3).
     *
     * @param keys stay as they are, and share those that protect messages with the result
     */
    public IkeKeys mixed(Prf prf, IkeKeys keys, SecretBytes ppk) {
        return keys.withDerived(
                primitives.prfPlus(prf, ppk, keys.skD(), keys.skD().length()),
                primitives.prfPlus(prf, ppk, keys.skPi(), keys.skPi().length()),
                primitives.prfPlus(prf, ppk, keys.skPr(), keys.skPr().length()));
    }

    /**
     * KEYMAT = prf+(SK_d, [g^ir (new) |] Ni | Nr [| SK(1)]) (RFC 7296 §2.17, RFC 9370 §2.2.4).
     *
     * @param secrets g^ir and SK(1), where there are such; they stay the caller's
     */
    public ChildKeys child(
            Prf prf,
            SecretBytes skD,
            EspSuite suite,
            ExchangedSecrets secrets,
            Octets nonceI,
            Octets nonceR) {
        int encryption = suite.encryption().keyMaterialLength();
        int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
        int direction = encryption + integrity;
        try (SecretBytes seed = seed(secrets.first(), nonceI, nonceR, secrets.additional());
                SecretBytes material = primitives.prfPlus(prf, skD, seed, 2 * direction)) {
            return new ChildKeys(
                    material.slice(0, encryption),
                    material.slice(encryption, direction),
                    material.slice(direction, direction + encryption),
                    material.slice(direction + encryption, 2 * direction));
        }
    }

    private IkeKeys expand(
            IkeSuite suite,
            SecretBytes skeyseed,
            Octets nonceI,
            Octets nonceR,
            IkeSpi spiI,
            IkeSpi spiR) {
        OctetWriter writer = new OctetWriter();
        writer.octets(nonceI).octets(nonceR).u64(spiI.value()).u64(spiR.value());
        int derivation = suite.prf().length();
        int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
        int encryption = suite.encryption().keyMaterialLength();
        int total = 3 * derivation + 2 * integrity + 2 * encryption;
        try (SecretBytes seed = SecretBytes.wrap(writer.toByteArray());
                SecretBytes keys = primitives.prfPlus(suite.prf(), skeyseed, seed, total)) {
            Cutter cut = new Cutter(keys);
            return new IkeKeys(
                    cut.next(derivation),
                    cut.next(integrity),
                    cut.next(integrity),
                    cut.next(encryption),
                    cut.next(encryption),
                    cut.next(derivation),
                    cut.next(derivation));
        }
    }

    private static SecretBytes seed(
            Optional<SecretBytes> secret,
            Octets nonceI,
            Octets nonceR,
            Optional<SecretBytes> additional) {
        int ofI = secret.map(SecretBytes::length).orElse(0);
        int ofR = ofI + nonceI.length();
        int behind = ofR + nonceR.length();
        byte[] seed = new byte[behind + additional.map(SecretBytes::length).orElse(0)];
        secret.ifPresent(s -> System.arraycopy(s.open(), 0, seed, 0, s.length()));
        nonceI.copyTo(seed, ofI);
        nonceR.copyTo(seed, ofR);
        additional.ifPresent(s -> System.arraycopy(s.open(), 0, seed, behind, s.length()));
        return SecretBytes.wrap(seed);
    }

    /** Takes one key after the other off the front. */
    private static final class Cutter {
        private final SecretBytes material;
        private int position;

        Cutter(SecretBytes material) {
            this.material = material;
        }

        SecretBytes next(int length) {
            position += length;
            return material.slice(position - length, position);
        }
    }
}
