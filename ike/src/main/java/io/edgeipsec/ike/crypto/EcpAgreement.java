package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/** ECDH over a NIST prime curve: values are x | y, the secret is x (RFC 5903 §7, §9). */
final class EcpAgreement implements KeyAgreement {
    private final X9ECParameters curve;
    private final int coordinateLength;
    private final int orderBits;

    EcpAgreement(String name) {
        this.curve = CustomNamedCurves.getByName(name);
        this.coordinateLength = (curve.getCurve().getFieldSize() + 7) / 8;
        this.orderBits = curve.getN().bitLength();
    }

    /** Uniform in 1..n-1, by trying again. */
    @Override
    public SecretBytes generate(RandomSource random) {
        while (true) {
            byte[] candidate = random.bytes((orderBits + 7) / 8);
            candidate[0] &= (byte) (0xff >>> (candidate.length * 8 - orderBits));
            BigInteger scalar = new BigInteger(1, candidate);
            if (scalar.signum() > 0 && scalar.compareTo(curve.getN()) < 0) {
                return SecretBytes.wrap(candidate);
            }
            Arrays.fill(candidate, (byte) 0);
        }
    }

    @Override
    public Octets publicValue(SecretBytes privateValue) {
        ECPoint point =
                new FixedPointCombMultiplier()
                        .multiply(curve.getG(), scalar(privateValue))
                        .normalize();
        byte[] value = new byte[2 * coordinateLength];
        System.arraycopy(point.getAffineXCoord().getEncoded(), 0, value, 0, coordinateLength);
        System.arraycopy(
                point.getAffineYCoord().getEncoded(), 0, value, coordinateLength, coordinateLength);
        return Octets.wrap(value);
    }

    /** RFC 6989 §2.3: the point must lie on the curve; the cofactor is 1, so that is all. */
    @Override
    public SecretBytes agree(SecretBytes privateValue, Octets peerValue)
            throws InvalidKeyShareException {
        BigInteger x = coordinate(peerValue.slice(0, coordinateLength));
        BigInteger y = coordinate(peerValue.slice(coordinateLength, 2 * coordinateLength));
        ECPoint peer;
        try {
            peer = curve.getCurve().validatePoint(x, y);
        } catch (IllegalArgumentException offTheCurve) {
            throw new InvalidKeyShareException("point is not on the curve");
        }
        ECPoint shared = peer.multiply(scalar(privateValue)).normalize();
        if (shared.isInfinity()) {
            throw new InvalidKeyShareException("point of small order");
        }
        return SecretBytes.wrap(
                BigIntegers.asUnsignedByteArray(
                        coordinateLength, shared.getAffineXCoord().toBigInteger()));
    }

    private static BigInteger coordinate(Octets octets) {
        return new BigInteger(1, octets.toByteArray());
    }

    private static BigInteger scalar(SecretBytes privateValue) {
        return new BigInteger(1, privateValue.open());
    }
}
