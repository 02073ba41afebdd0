package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;

/**
 * What a side's AUTH payload covers: RealMessage | the other side's nonce | prf(SK_p, ID body) (RFC
 * 7296 §2.15), and IntAuth behind an IKE_INTERMEDIATE (RFC 9242 §3.3).
 */
public final class AuthenticatedOctets {
    private AuthenticatedOctets() {}

    /**
     * The octets that one side signs.
     *
     * @param ownInit the IKE_SA_INIT message of that side, the last one if it was repeated
     * @param otherNonce the nonce of the other side
     * @param skP SK_pi for the original initiator, SK_pr for the responder
     * @param intermediate IntAuth, empty without IKE_INTERMEDIATE
     */
    public static Octets of(
            Primitives primitives,
            Prf prf,
            Octets ownInit,
            Octets otherNonce,
            SecretBytes skP,
            Identification id,
            Octets intermediate) {
        return Octets.concat(
                ownInit, otherNonce, primitives.prf(prf, skP, id.body()), intermediate);
    }
}
