package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.crypto.SecretBytes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where private keys are kept. */
@FunctionalInterface
public interface SigningKeys {
    /**
     * The private key of a certificate in PKCS#8, unsealed for one signature; whoever asks owns it.
     * Empty if there is none. Any thread may call, and the call does not block.
     */
    CompletionStage<Optional<SecretBytes>> privateKey(String certificateId);
}
