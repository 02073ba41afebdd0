package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;

/** AUTH = prf(prf(secret, "Key Pad for IKEv2"), octets) (RFC 7296 §2.15). */
public final class SharedKeyAuthentication {
    private static final byte[] KEY_PAD = "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII);

    private SharedKeyAuthentication() {}

    public static AuthenticationPayload authenticate(
            Primitives primitives, Prf prf, SecretBytes preSharedKey, Octets octets) {
        try (SecretBytes pad = SecretBytes.copyOf(KEY_PAD);
                SecretBytes key = primitives.prf(prf, preSharedKey, pad)) {
            return new AuthenticationPayload(
                    AuthenticationPayload.SHARED_KEY_MIC, primitives.prf(prf, key, octets));
        }
    }

    /** Whether a peer's payload proves the secret, in time that does not depend on the answer. */
    public static boolean verify(
            Primitives primitives,
            Prf prf,
            SecretBytes preSharedKey,
            Octets octets,
            AuthenticationPayload received) {
        AuthenticationPayload expected = authenticate(primitives, prf, preSharedKey, octets);
        return received.method() == expected.method()
                && expected.data().constantTimeEquals(received.data());
    }
}
