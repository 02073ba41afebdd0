package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * The symmetric primitives of one engine: PRF, prf+ and the ciphers of SK payloads. Not
 * thread-safe; called by the event loop that owns the engine.
 */
public final class Primitives {
    private static final int PRF_PLUS_MAX_BLOCKS = 255;

    private final Hmac hmac = new Hmac();
    private final Ciphers ciphers = new Ciphers(hmac);

    /** prf(key, data...) as a value that goes on the wire. */
    public Octets prf(Prf prf, SecretBytes key, Octets... data) {
        Mac mac = hmac.keyed(prf.jcaName(), key);
        for (Octets part : data) {
            part.feed(mac::update);
        }
        return Octets.wrap(mac.doFinal());
    }

    /** prf(key, data) as a secret. */
    public SecretBytes prf(Prf prf, SecretBytes key, SecretBytes data) {
        Mac mac = hmac.keyed(prf.jcaName(), key);
        mac.update(data.open());
        return SecretBytes.wrap(mac.doFinal());
    }

    /**
     * prf+(key, seed) of RFC 7296 §2.13.
     *
     * @param length octets wanted, at most 255 blocks of the PRF
     */
    public SecretBytes prfPlus(Prf prf, SecretBytes key, SecretBytes seed, int length) {
        int blocks = (length + prf.length() - 1) / prf.length();
        if (blocks > PRF_PLUS_MAX_BLOCKS) {
            throw new IllegalArgumentException(length + " octets of prf+");
        }
        Mac mac = hmac.keyed(prf.jcaName(), key);
        byte[] output = new byte[blocks * prf.length()];
        for (int block = 0; block < blocks; block++) {
            int position = block * prf.length();
            if (block > 0) {
                mac.update(output, position - prf.length(), prf.length());
            }
            mac.update(seed.open());
            mac.update((byte) (block + 1));
            byte[] result = mac.doFinal();
            System.arraycopy(result, 0, output, position, result.length);
            Arrays.fill(result, (byte) 0);
        }
        try {
            return SecretBytes.wrap(Arrays.copyOf(output, length));
        } finally {
            Arrays.fill(output, (byte) 0);
        }
    }

    Ciphers ciphers() {
        return ciphers;
    }
}
