package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.model.NatSituation;

/**
 * The result of IKE_SA_INIT: both sides can encrypt, neither knows yet to whom.
 *
 * @param peerSpi the peer's SPI of the IKE SA
 * @param keys owned by the IKE SA from here on
 * @param fragmentation whether both cut and reassemble large messages (RFC 7383 §2.3)
 */
public record SecuredIkeSa(
        IkeSpi peerSpi,
        IkeSuite suite,
        IkeKeys keys,
        InitMaterial material,
        NatSituation nat,
        boolean fragmentation) {}
