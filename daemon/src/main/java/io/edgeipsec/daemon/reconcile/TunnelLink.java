package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A session's tunnel interface with its addresses. */
public record TunnelLink(TunnelLinkRequest request, Set<IpPrefix> addresses) {
    public TunnelLink {
        addresses = Set.copyOf(addresses);
    }

    public TunnelKind kind() {
        return request.kind();
    }

    TunnelLink withMtu(int mtu) {
        return with(request.local(), request.peer(), mtu);
    }

    /** A VTI with another outer address in place of one; an XFRM interface has none. */
    TunnelLink withOuterAddress(InetAddress before, InetAddress after) {
        return with(
                before.equals(request.local()) ? after : request.local(),
                before.equals(request.peer()) ? after : request.peer(),
                request.mtu());
    }

    private TunnelLink with(@Nullable InetAddress local, @Nullable InetAddress peer, int mtu) {
        TunnelLinkRequest other =
                new TunnelLinkRequest(
                        request.kind(),
                        request.name(),
                        request.session(),
                        local,
                        peer,
                        request.key(),
                        mtu);
        return new TunnelLink(other, addresses);
    }
}
