package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;

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
        Octets lowestNonce) {}
