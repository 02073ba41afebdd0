package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.state.Scope;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel interface to create.
 *
 * @param name at most 15 octets (IFNAMSIZ)
 * @param session goes into the alias, by which the interface is known as ours
 * @param local outer address, VTI only
 * @param peer outer address, VTI only
 * @param key a VTI's key in both directions, or an XFRM interface's if_id; not 0
 */
public record TunnelLinkRequest(
        TunnelKind kind,
        String name,
        String session,
        @Nullable InetAddress local,
        @Nullable InetAddress peer,
        int key,
        int mtu) {
    /** Least MTU of IPv4 (RFC 791 §3.2) and largest of a tunnel interface. */
    public static final int MIN_MTU = 68;

    private static final int MAX_MTU = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,15}");

    public TunnelLinkRequest {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(session);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not an interface name of ours");
        }
        if (key == 0) {
            throw new IllegalArgumentException(name + ": a tunnel interface of ours has a key");
        }
        if (mtu < MIN_MTU || mtu > MAX_MTU) {
            throw new IllegalArgumentException(
                    name + ": MTU " + mtu + " is not " + MIN_MTU + ".." + MAX_MTU);
        }
        if (kind == TunnelKind.VTI) {
            if (local == null || peer == null) {
                throw new IllegalArgumentException(name + ": a VTI needs both outer addresses");
            }
            if (local instanceof Inet4Address != peer instanceof Inet4Address) {
                throw new IllegalArgumentException(
                        name + ": the outer addresses are of different families");
            }
        } else if (local != null || peer != null) {
            throw new IllegalArgumentException(name + ": an XFRM interface has no outer addresses");
        }
    }

    public static TunnelLinkRequest vti(
            String name, String session, InetAddress local, InetAddress peer, int key, int mtu) {
        return new TunnelLinkRequest(TunnelKind.VTI, name, session, local, peer, key, mtu);
    }

    public static TunnelLinkRequest xfrm(String name, String session, int interfaceId, int mtu) {
        return new TunnelLinkRequest(
                TunnelKind.XFRM_INTERFACE, name, session, null, null, interfaceId, mtu);
    }

    /**
     * Whether one interface can become the other without being made anew: it keeps its name and
     * owner, and the kernel's kind, which differs between VTIs of IPv4 and of IPv6.
     */
    public boolean canBecome(TunnelLinkRequest other) {
        return kind == other.kind
                && name.equals(other.name)
                && session.equals(other.session)
                && local instanceof Inet4Address == other.local instanceof Inet4Address;
    }

    /** What the SAs and policies of this interface carry. */
    public Scope scope() {
        return kind == TunnelKind.VTI ? Scope.mark(key) : Scope.interfaceId(key);
    }

    @Override
    public String toString() {
        return (kind == TunnelKind.VTI ? "VTI " : "XFRM interface ") + name;
    }
}
