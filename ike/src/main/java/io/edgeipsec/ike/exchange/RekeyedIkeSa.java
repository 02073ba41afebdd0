package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.util.Optional;

/**
 * An IKE SA that was made under an older one (RFC 7296 §2.18).
 *
 * @param byUs whether we started the exchange, which makes us its original initiator
 * @param keys owned by the new IKE SA
 * @param lowestNonce what the exchange is known by if both sides began one (§2.8.2)
 */
public record RekeyedIkeSa(
        boolean byUs,
        IkeSpi localSpi,
        IkeSpi peerSpi,
        IkeSuite suite,
        IkeKeys keys,
        Octets lowestNonce) {

    /** What the two sides have said and chosen for it, each about itself. */
    record Choice(
            boolean byUs,
            IkeSuite suite,
            IkeSpi localSpi,
            IkeSpi peerSpi,
            Octets localNonce,
            Octets peerNonce) {

        /**
         * What becomes of it.
         *
         * @param secret of the key exchange; closed
         * @param additional of an additional one; closed
         */
        RekeyedIkeSa derive(
                ExchangeContext old, SecretBytes secret, Optional<SecretBytes> additional) {
            try (secret) {
                IkeKeys keys =
                        new KeyDerivation(old.primitives())
                                .rekeyed(
                                        old.suite().prf(),
                                        old.keys().skD(),
                                        suite,
                                        secret,
                                        additional,
                                        byUs ? localNonce : peerNonce,
                                        byUs ? peerNonce : localNonce,
                                        byUs ? localSpi : peerSpi,
                                        byUs ? peerSpi : localSpi);
                return new RekeyedIkeSa(
                        byUs,
                        localSpi,
                        peerSpi,
                        suite,
                        keys,
                        RekeyCollision.lowestNonce(localNonce, peerNonce));
            } finally {
                additional.ifPresent(SecretBytes::close);
            }
        }
    }
}
