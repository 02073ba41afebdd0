package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.math.BigInteger;
import java.util.Arrays;

/** Diffie-Hellman over a safe prime with generator 2 (RFC 3526, RFC 2409 §6.2). */
final class ModpAgreement implements KeyAgreement {
    private final BigInteger prime;
    private final int primeLength;
    private final int exponentBits;

    ModpAgreement(BigInteger prime, int exponentBits) {
        this.prime = prime;
        this.primeLength = prime.bitLength() / 8;
        this.exponentBits = exponentBits;
    }

    @Override
    public SecretBytes generate(RandomSource random) {
        byte[] exponent = random.bytes(exponentBits / 8);
        exponent[0] |= (byte) 0x80; // full length, so never 0 or 1
        return SecretBytes.wrap(exponent);
    }

    @Override
    public Octets publicValue(SecretBytes privateValue) {
        return Octets.wrap(power(BigInteger.TWO, privateValue));
    }

    /** RFC 6989 §2.1: 1 < y < p - 1. In a safe-prime group that leaves no small subgroup. */
    @Override
    public SecretBytes agree(SecretBytes privateValue, Octets peerValue)
            throws InvalidKeyShareException {
        BigInteger peer = new BigInteger(1, peerValue.toByteArray());
        boolean inRange =
                peer.compareTo(BigInteger.ONE) > 0
                        && peer.compareTo(prime.subtract(BigInteger.ONE)) < 0;
        if (!inRange) {
            throw new InvalidKeyShareException("MODP value out of the range 2..p-2");
        }
        return SecretBytes.wrap(power(peer, privateValue));
    }

    /** base^exponent mod p, padded with zeros to the length of the prime (RFC 7296 §2.14). */
    private byte[] power(BigInteger base, SecretBytes exponent) {
        byte[] minimal = base.modPow(new BigInteger(1, exponent.open()), prime).toByteArray();
        byte[] padded = new byte[primeLength];
        int length = Math.min(minimal.length, primeLength);
        System.arraycopy(minimal, minimal.length - length, padded, primeLength - length, length);
        Arrays.fill(minimal, (byte) 0);
        return padded;
    }
}
