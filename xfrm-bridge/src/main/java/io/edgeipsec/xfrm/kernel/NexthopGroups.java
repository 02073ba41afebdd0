package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.Links;
import io.edgeipsec.xfrm.link.Nexthop;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.Nexthops;
import io.edgeipsec.xfrm.link.Routes;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Nexthop groups of tunnel interfaces, made of nexthop objects: one for each interface that is a
 * member, one blackhole that stands in where there is none, and the group. Kernel request thread
 * only.
 */
final class NexthopGroups {
    private final Nexthops nexthops;
    private final Links links;
    private final Routes routes;

    NexthopGroups(Nexthops nexthops, Links links, Routes routes) {
        this.nexthops = nexthops;
        this.links = links;
        this.routes = routes;
    }

    /** An interface that cannot be a member is left out, and the exception tells of it. */
    void put(NexthopGroup group) throws NetlinkException {
        Set<Integer> former = new HashSet<>(members(nexthops.find(group.id())));
        List<Integer> members = new ArrayList<>();
        NetlinkException leftOut = null;
        for (String name : group.links()) {
            try {
                members.add(putMember(name));
            } catch (NetlinkException e) {
                if (leftOut == null) {
                    leftOut = e;
                }
            }
        }
        if (members.isEmpty()) {
            nexthops.put(new Nexthop.Blackhole(KernelNumbers.NEXTHOP_BLACKHOLE));
            members.add(KernelNumbers.NEXTHOP_BLACKHOLE);
        }
        nexthops.put(new Nexthop.Group(group.id(), members));
        former.removeAll(members);
        if (!former.isEmpty()) {
            former.removeAll(used(nexthops.dumpOurs())); // another group may have them now
            for (int id : former) {
                removeMember(id);
            }
        }
        if (leftOut != null) {
            throw leftOut;
        }
    }

    private static List<Integer> members(Optional<Nexthop> nexthop) {
        return nexthop.filter(Nexthop.Group.class::isInstance)
                .map(group -> ((Nexthop.Group) group).members())
                .orElse(List.of());
    }

    private int putMember(String name) throws NetlinkException {
        @Nullable LinkEntry link = links.find(name).orElse(null);
        if (link == null || !KernelNumbers.isOurs(link)) {
            throw new NetlinkException(Errno.ENODEV, "no tunnel interface " + name + " of ours");
        }
        int id = KernelNumbers.nexthop(KernelNumbers.tunnelIndex(name).orElseThrow());
        nexthops.put(new Nexthop.Device(id, link.index()));
        return id;
    }

    /** One that has gone with its interface is as good as removed. */
    private void removeMember(int id) throws NetlinkException {
        try {
            nexthops.remove(id);
        } catch (NetlinkException e) {
            if (!e.errno().equals(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Takes all members out of a group that is there. */
    void empty(int id) throws NetlinkException {
        if (nexthops.find(id).isEmpty()) {
            throw new NetlinkException(
                    Errno.ENOENT, "no nexthop group " + Integer.toUnsignedString(id));
        }
        put(new NexthopGroup(id, Set.of()));
    }

    /** A route that names the group, by its destination. */
    Optional<IpPrefix> user(int id) throws NetlinkException {
        return routes.destinationOver(id);
    }

    void remove(int id) throws NetlinkException {
        nexthops.remove(id);
    }

    List<NexthopGroup> list() throws NetlinkException {
        List<NexthopGroup> groups = new ArrayList<>();
        for (Nexthop nexthop : nexthops.dumpOurs()) {
            if (nexthop instanceof Nexthop.Group group
                    && KernelNumbers.isNexthopGroup(group.id())) {
                Set<String> names = new HashSet<>();
                group.members().forEach(id -> names.addAll(linkOf(id)));
                groups.add(new NexthopGroup(group.id(), names));
            }
        }
        return groups;
    }

    private static Set<String> linkOf(int id) {
        return KernelNumbers.tunnelOfNexthop(id).isPresent()
                ? Set.of(KernelNumbers.tunnelName(KernelNumbers.tunnelOfNexthop(id).getAsInt()))
                : Set.of();
    }

    private static Set<Integer> used(List<Nexthop> all) {
        Set<Integer> used = new HashSet<>();
        all.forEach(nexthop -> used.addAll(members(Optional.of(nexthop))));
        return used;
    }

    /** What a crash between two steps has left. */
    void removeUnused() throws NetlinkException {
        List<Nexthop> all = nexthops.dumpOurs();
        Set<Integer> used = used(all);
        for (Nexthop nexthop : all) {
            if (!(nexthop instanceof Nexthop.Group)
                    && KernelNumbers.isOurs(nexthop.id())
                    && !used.contains(nexthop.id())) {
                removeMember(nexthop.id());
            }
        }
    }
}
