package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.Octets;

/**
 * A post-quantum pre-shared key, PPK: goes into the keys of an IKE SA and its Child SAs beside what
 * the key exchange gives, and does not authenticate anybody (RFC 8784).
 *
 * @param id by which the peer knows it too, PPK_ID_FIXED of RFC 8784 §5.1
 * @param key owned
 * @param required whether a peer without it is refused
 */
public record PostQuantumKey(Octets id, SecretBytes key, boolean required)
        implements AutoCloseable {
    @Override
    public void close() {
        key.close();
    }
}
