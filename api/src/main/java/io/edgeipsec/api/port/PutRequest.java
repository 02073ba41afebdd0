package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.resource.ManagedResource;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A resource to be stored in full; its stamp is the store's business and ignored here.
 *
 * @param revision the revision that the caller saw, if it sent one
 * @param presharedKey a session's new key; without one a stored key is kept. The store takes it
 *     over and closes it whatever the outcome.
 * @param postQuantumKey likewise a session's
 * @param privateKey a certificate's; taken over and closed in the same way
 * @param context in whose name it is stored
 */
public record PutRequest<R extends ManagedResource>(
        R resource,
        Mode mode,
        OptionalLong revision,
        @Nullable PresharedKey presharedKey,
        @Nullable PresharedKey postQuantumKey,
        @Nullable PrivateKeyOctets privateKey,
        CallContext context)
        implements AutoCloseable {

    /** Zeroes the secrets. */
    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
        if (postQuantumKey != null) {
            postQuantumKey.close();
        }
        if (privateKey != null) {
            privateKey.close();
        }
    }

    /** What may be there already. */
    public enum Mode {
        /** Nothing may be there; the revision is not looked at. */
        CREATE,
        /**
         * If the resource is there, it must be at the revision sent; else it is created, unless a
         * revision was sent.
         */
        CREATE_OR_REPLACE
    }
}
