package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.Octets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an IKE SA. Until it is established they may change, most of all behind an
 * IKE_INTERMEDIATE, where the responder must still repeat its answer under the old ones while it
 * waits for the first request under the new ones (RFC 9370 §2.2.2).
 */
final class Keyring implements AutoCloseable {
    private @Nullable Protection current;
    private @Nullable Protection awaited;

    boolean isEmpty() {
        return current == null;
    }

    Optional<Protection> current() {
        return Optional.ofNullable(current);
    }

    /** From now on everything goes under these. */
    void use(Protection next) {
        if (current != null) {
            current.close();
        }
        current = next;
    }

    /**
     * Derives and authenticates with these from now on, and protects messages as before (RFC 8784
     * §3).
     */
    void mix(IkeKeys mixed) {
        Protection before = Objects.requireNonNull(current, "no keys yet");
        before.keys().closeDerived();
        current = new Protection(before.suite(), mixed, before.outgoing(), before.incoming());
    }

    /** The next request of the peer, and everything behind it, goes under these. */
    void await(Protection next) {
        awaited = next;
    }

    /** Opens what is news, whole or a fragment. */
    Optional<Opened> open(EncryptedPayload payload, Octets datagram) {
        if (awaited == null) {
            return openKnown(payload, datagram);
        }
        Optional<Opened> opened = awaited.incoming().open(payload, datagram);
        if (opened.isPresent()) {
            use(awaited);
            awaited = null;
        }
        return opened;
    }

    /** Opens a request that may have been answered already. */
    Optional<Opened> openKnown(EncryptedPayload payload, Octets datagram) {
        return current().flatMap(protection -> protection.incoming().open(payload, datagram));
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
        }
        if (awaited != null) {
            awaited.close();
        }
    }
}
