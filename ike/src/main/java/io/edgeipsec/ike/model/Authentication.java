package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SecretBytes;

/**
 * How the two sides of a session prove who they are. Both do it in the same way, as the API has one
 * mode for a session.
 */
public sealed interface Authentication extends AutoCloseable {
    /** Zeroes the secret in it, if there is one. */
    @Override
    void close();

    /** Owns its key. */
    record SharedKey(SecretBytes key) implements Authentication {
        @Override
        public void close() {
            key.close();
        }
    }

    /**
     * By signature and certificate.
     *
     * @param own proves us
     * @param trust what proves the peer
     */
    record Certificates(OwnCertificate own, PeerTrust trust) implements Authentication {
        @Override
        public void close() {}
    }
}
