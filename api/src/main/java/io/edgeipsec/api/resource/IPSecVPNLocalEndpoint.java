package io.edgeipsec.api.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our end of a session: the address IKE and ESP use, and the identity we claim there. */
public record IPSecVPNLocalEndpoint(
        Ipv4Address localAddress,
        String localId,
        @Nullable String certificateId,
        List<String> trustCaIds,
        List<String> trustCrlIds) {

    public IPSecVPNLocalEndpoint {
        trustCaIds = List.copyOf(trustCaIds);
        trustCrlIds = List.copyOf(trustCrlIds);
    }
}
