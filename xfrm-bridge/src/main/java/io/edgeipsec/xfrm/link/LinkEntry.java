package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel has it.
 *
 * @param kind the kernel's name of its kind, {@code vti}, {@code xfrm}, ...; empty for hardware
 * @param up IFF_UP: administratively up
 * @param key a VTI's output key, an XFRM interface's if_id, else 0
 */
public record LinkEntry(
        int index,
        String name,
        String kind,
        String alias,
        int mtu,
        boolean up,
        OperationalState state,
        int key,
        @Nullable InetAddress local,
        @Nullable InetAddress peer) {
    private static final int IFF_UP = 1;

    /** Which of our two kinds it is, if any. */
    public Optional<TunnelKind> tunnelKind() {
        return switch (kind) {
            case "vti", "vti6" -> Optional.of(TunnelKind.VTI);
            case "xfrm" -> Optional.of(TunnelKind.XFRM_INTERFACE);
            default -> Optional.empty();
        };
    }

    /** True if this is what the request would make, MTU aside. */
    public boolean satisfies(TunnelLinkRequest request) {
        return tunnelKind().equals(Optional.of(request.kind()))
                && name.equals(request.name())
                && key == request.key()
                && java.util.Objects.equals(local, request.local())
                && java.util.Objects.equals(peer, request.peer());
    }

    /**
     * Reads the body of RTM_NEWLINK and RTM_DELLINK (linux/rtnetlink.h).
     *
     * <pre>
     * struct ifinfomsg {
     *     unsigned char  ifi_family;
     *     unsigned char  __ifi_pad;
     *     unsigned short ifi_type;
     *     int            ifi_index;
     *     unsigned       ifi_flags;
     *     unsigned       ifi_change;
     * };                             // 16 octets
     * </pre>
     */
    public static LinkEntry read(NetlinkReader body) throws MalformedNetlinkException {
        body.skip(4);
        int index = body.u32();
        int flags = body.u32();
        body.skip(4);
        NetlinkAttributes attributes = body.attributes();
        String kind = "";
        int key = 0;
        InetAddress local = null;
        InetAddress peer = null;
        if (attributes.has(RouteMessages.IFLA_LINKINFO)) {
            NetlinkAttributes info = attributes.required(RouteMessages.IFLA_LINKINFO).attributes();
            kind = info.string(RouteMessages.IFLA_INFO_KIND, "");
            boolean vti = kind.equals("vti") || kind.equals("vti6");
            if ((vti || kind.equals("xfrm")) && info.has(RouteMessages.IFLA_INFO_DATA)) {
                NetlinkAttributes data = info.required(RouteMessages.IFLA_INFO_DATA).attributes();
                if (!vti) {
                    key = data.u32(RouteMessages.IFLA_XFRM_IF_ID, 0);
                } else {
                    key =
                            data.has(RouteMessages.IFLA_VTI_OKEY)
                                    ? data.required(RouteMessages.IFLA_VTI_OKEY).u32be()
                                    : 0;
                    local = specified(data, RouteMessages.IFLA_VTI_LOCAL);
                    peer = specified(data, RouteMessages.IFLA_VTI_REMOTE);
                }
            }
        }
        return new LinkEntry(
                index,
                attributes.string(RouteMessages.IFLA_IFNAME, ""),
                kind,
                attributes.string(RouteMessages.IFLA_IFALIAS, ""),
                attributes.u32(RouteMessages.IFLA_MTU, 0),
                (flags & IFF_UP) != 0,
                OperationalState.of(attributes.u8(RouteMessages.IFLA_OPERSTATE, 0)),
                key,
                local,
                peer);
    }

    private static @Nullable InetAddress specified(NetlinkAttributes data, int attribute)
            throws MalformedNetlinkException {
        if (!data.has(attribute)) {
            return null;
        }
        InetAddress address = data.required(attribute).address();
        return address.isAnyLocalAddress() ? null : address;
    }
}
