package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.CallContext;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The one door through which keys of sessions come out of the store again. Any thread may call; no
 * call blocks.
 */
@FunctionalInterface
public interface SessionSecrets {

    /**
     * The keys of a session, which the receiver closes; none of a session that is not stored. That
     * they were read is in the audit record by the same transaction.
     */
    CompletionStage<Keys> keysOf(String session, CallContext context);

    /** Null for what a session does not have. */
    record Keys(@Nullable PresharedKey presharedKey, @Nullable PresharedKey postQuantumKey)
            implements AutoCloseable {

        @Override
        public void close() {
            if (presharedKey != null) {
                presharedKey.close();
            }
            if (postQuantumKey != null) {
                postQuantumKey.close();
            }
        }
    }
}
