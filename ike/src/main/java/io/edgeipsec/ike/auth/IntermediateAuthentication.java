package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;

/** How the AUTH payloads come to cover an IKE_INTERMEDIATE exchange (RFC 9242 §3.3). */
public final class IntermediateAuthentication {
    private IntermediateAuthentication() {}

    /**
     * IntAuth = prf(SK_pi, request) | prf(SK_pr, response) | message id of IKE_AUTH.
     *
     * @param keys that the exchange was protected with
     * @param request as {@link io.edgeipsec.ike.message.EncryptedPayload#authenticated} gives it
     * @param response likewise
     * @param id the exchange's message id; IKE_AUTH is the next one
     */
    public static Octets of(
            Primitives primitives,
            Prf prf,
            IkeKeys keys,
            Octets request,
            Octets response,
            long id) {
        return Octets.concat(
                primitives.prf(prf, keys.skPi(), request),
                primitives.prf(prf, keys.skPr(), response),
                new OctetWriter(Integer.BYTES).u32(id + 1).toOctets());
    }
}
