package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SecretBytes;
import java.util.Optional;

/**
 * How the two sides of a session prove who they are. Both do it in the same way, as the API has one
 * mode for a session.
 */
public sealed interface Authentication extends AutoCloseable {
    /** What goes into the keys beside; owned. */
    Optional<PostQuantumKey> ppk();

    /** Zeroes the secrets in it. */
    @Override
    default void close() {
        ppk().ifPresent(PostQuantumKey::close);
    }

    /** Owns its key. */
    record SharedKey(SecretBytes key, Optional<PostQuantumKey> ppk) implements Authentication {
        public SharedKey(SecretBytes key) {
            this(key, Optional.empty());
        }

        @Override
        public void close() {
            key.close();
            Authentication.super.close();
        }
    }

    /**
     * By signature and certificate.
     *
     * @param own proves us
     * @param trust what proves the peer
     */
    record Certificates(OwnCertificate own, PeerTrust trust, Optional<PostQuantumKey> ppk)
            implements Authentication {
        public Certificates(OwnCertificate own, PeerTrust trust) {
            this(own, trust, Optional.empty());
        }
    }
}
