package io.edgeipsec.xfrm.link;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Tunnel interfaces that packets are shared out among by their flow; without any, packets are
 * dropped. Routes name it by its id ({@code ip route … nhid}).
 *
 * @param links names of tunnel interfaces of ours, at most {@link Nexthop.Group#MAX_MEMBERS}
 */
public record NexthopGroup(int id, Set<String> links) {
    public NexthopGroup {
        SortedSet<String> sorted = new TreeSet<>(links);
        if (sorted.size() > Nexthop.Group.MAX_MEMBERS) {
            throw new IllegalArgumentException(sorted.size() + " members of one nexthop group");
        }
        links = Collections.unmodifiableSortedSet(sorted);
    }

    @Override
    public String toString() {
        return "nexthop group " + Integer.toUnsignedString(id) + " of " + links;
    }
}
