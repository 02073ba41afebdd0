package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.auth.IntermediateAuthentication;
import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.model.NatSituation;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The result of IKE_SA_INIT, and of IKE_INTERMEDIATE if there is one: both sides can encrypt,
 * neither knows yet to whom.
 *
 * @param peerSpi the peer's SPI of the IKE SA
 * @param peerHashes what the peer verifies signatures with; empty if it did not say
 * @param keys owned by the IKE SA from here on
 * @param usesPpk whether both have post-quantum pre-shared keys (RFC 8784 §3)
 * @param fragmentation whether both cut and reassemble large messages (RFC 7383 §2.3)
 */
public record SecuredIkeSa(
        IkeSpi peerSpi,
        IkeSuite suite,
        IkeKeys keys,
        InitMaterial material,
        NatSituation nat,
        Set<SignatureHash> peerHashes,
        boolean usesPpk,
        boolean fragmentation) {
    public SecuredIkeSa {
        peerHashes = Collections.unmodifiableSet(new LinkedHashSet<>(peerHashes));
    }

    /**
     * What it becomes by an IKE_INTERMEDIATE with the additional key exchange (RFC 9370 §2.2.2).
     *
     * @param secret of that key exchange; closed
     * @param request what IntAuth covers of it (RFC 9242 §3.3.2)
     * @param response likewise
     * @param messageId of both
     */
    SecuredIkeSa strengthened(
            ExchangeContext sa,
            SecretBytes secret,
            Octets request,
            Octets response,
            long messageId) {
        IkeKeys strongerKeys;
        try (secret) {
            strongerKeys =
                    new KeyDerivation(sa.primitives())
                            .strengthened(
                                    suite,
                                    keys.skD(),
                                    secret,
                                    material.nonceI(),
                                    material.nonceR(),
                                    sa.id().initiator(),
                                    sa.id().responder());
        }
        Octets intermediate =
                IntermediateAuthentication.of(
                        sa.primitives(), suite.prf(), keys, request, response, messageId);
        InitMaterial whole =
                new InitMaterial(
                        material.request(),
                        material.response(),
                        material.nonceI(),
                        material.nonceR(),
                        intermediate);
        return new SecuredIkeSa(
                peerSpi, suite, strongerKeys, whole, nat, peerHashes, usesPpk, fragmentation);
    }
}
