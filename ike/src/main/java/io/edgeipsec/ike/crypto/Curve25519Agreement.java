package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** X25519 (RFC 8031, RFC 7748 §5). */
final class Curve25519Agreement implements KeyAgreement {
    @Override
    public SecretBytes generate(RandomSource random) {
        byte[] scalar = random.bytes(X25519.SCALAR_SIZE);
        X25519.clampPrivateKey(scalar);
        return SecretBytes.wrap(scalar);
    }

    @Override
    public Octets publicValue(SecretBytes privateValue) {
        byte[] value = new byte[X25519.POINT_SIZE];
        X25519.scalarMultBase(privateValue.open(), 0, value, 0);
        return Octets.wrap(value);
    }

    /** An all-zero result betrays a point of small order (RFC 7748 §6.1). */
    @Override
    public SecretBytes agree(SecretBytes privateValue, Octets peerValue)
            throws InvalidKeyShareException {
        byte[] secret = new byte[X25519.POINT_SIZE];
        boolean contributes =
                X25519.calculateAgreement(
                        privateValue.open(), 0, peerValue.toByteArray(), 0, secret, 0);
        if (!contributes) {
            throw new InvalidKeyShareException("point of small order");
        }
        return SecretBytes.wrap(secret);
    }
}
