package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.util.Set;

/** A session's tunnel interface with its addresses. */
public record TunnelLink(TunnelLinkRequest request, Set<IpPrefix> addresses) {
    public TunnelLink {
        addresses = Set.copyOf(addresses);
    }

    public TunnelKind kind() {
        return request.kind();
    }

    TunnelLink withMtu(int mtu) {
        TunnelLinkRequest other =
                new TunnelLinkRequest(
                        request.kind(),
                        request.name(),
                        request.session(),
                        request.local(),
                        request.peer(),
                        request.key(),
                        mtu);
        return new TunnelLink(other, addresses);
    }
}
