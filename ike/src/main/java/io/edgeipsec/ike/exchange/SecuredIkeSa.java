package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.model.NatSituation;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The result of IKE_SA_INIT: both sides can encrypt, neither knows yet to whom.
 *
 * @param peerSpi the peer's SPI of the IKE SA
 * @param peerHashes what the peer verifies signatures with; empty if it did not say
 * @param keys owned by the IKE SA from here on
 * @param fragmentation whether both cut and reassemble large messages (RFC 7383 §2.3)
 */
public record SecuredIkeSa(
        IkeSpi peerSpi,
        IkeSuite suite,
        IkeKeys keys,
        InitMaterial material,
        NatSituation nat,
        Set<SignatureHash> peerHashes,
        boolean fragmentation) {
    public SecuredIkeSa {
        peerHashes = Collections.unmodifiableSet(new LinkedHashSet<>(peerHashes));
    }
}
