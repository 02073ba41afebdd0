package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Our nexthop objects over NETLINK_ROUTE (Linux 5.3; resilient groups 5.13). Whoever made an object
 * stands in its nh_protocol: what is not ours is neither listed, replaced nor removed. Kernel
 * request thread only.
 *
 * <p>Groups are resilient: flows keep their member while it is there. Of a plain group every change
 * of members moves flows between those that stay, too, and so between tunnels, where packets
 * overtake each other and gateways that follow connections lose them. A member that comes back gets
 * shares that have been idle for a second, in which nothing is under way any more, and after a
 * minute what it still lacks: with busy flows alone it would get nothing.
 */
public final class Nexthops {
    private final NetlinkChannel channel;
    private final int protocol;

    /** {@code protocol} is what nexthops are known by as ours. */
    public Nexthops(NetlinkChannel channel, int protocol) {
        this.channel = channel;
        this.protocol = protocol;
    }

    /**
     * Creates it, or replaces ours of this id in one step: routes that name it stay, and no packet
     * meets a gap.
     */
    public void put(Nexthop nexthop) throws NetlinkException {
        if (find(nexthop.id()).filter(nexthop::equals).isPresent()) {
            return;
        }
        channel.execute(
                RouteMessages.NEWNEXTHOP,
                NetlinkChannel.CREATE | NetlinkChannel.REPLACE,
                w -> NexthopMessage.write(w, nexthop, protocol));
    }

    /**
     * Removes ours of this id; ENOENT if there is none. The kernel then removes the groups that
     * have no other member, and the routes that name what was removed.
     */
    public void remove(int id) throws NetlinkException {
        if (message(id).isEmpty()) {
            throw new NetlinkException(Errno.ENOENT, "");
        }
        channel.execute(RouteMessages.DELNEXTHOP, 0, w -> NexthopMessage.writeId(w, id));
    }

    /** Those that have our protocol and one of the forms that ours have. */
    public List<Nexthop> dumpOurs() throws NetlinkException {
        List<Nexthop> result = new ArrayList<>();
        channel
                .dump(
                        RouteMessages.GETNEXTHOP,
                        RouteMessages.NEWNEXTHOP,
                        NexthopMessage::writeAll,
                        NexthopMessage::read)
                .stream()
                .filter(message -> message.protocol() == protocol)
                .forEach(message -> message.toNexthop().ifPresent(result::add));
        return result;
    }

    /** What has this id, if it has one of the forms that ours have. */
    public Optional<Nexthop> find(int id) throws NetlinkException {
        return message(id).flatMap(NexthopMessage::toNexthop);
    }

    private Optional<NexthopMessage> message(int id) throws NetlinkException {
        NexthopMessage found;
        try {
            found =
                    channel.query(
                            RouteMessages.GETNEXTHOP,
                            RouteMessages.NEWNEXTHOP,
                            w -> NexthopMessage.writeId(w, id),
                            NexthopMessage::read);
        } catch (NetlinkException e) {
            if (e.errno().equals(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
        if (found.protocol() != protocol) {
            throw new ForeignNexthopException(id, found.protocol());
        }
        return Optional.of(found);
    }

    /** Whose the object is that a notification tells of. */
    public static int protocol(NetlinkReader notification) throws MalformedNetlinkException {
        return NexthopMessage.read(notification).protocol();
    }

    /** The id belongs to an object that somebody else has made; it was not touched. */
    public static final class ForeignNexthopException extends NetlinkException {
        private static final long serialVersionUID = 1L;

        ForeignNexthopException(int id, int protocol) {
            super(
                    Errno.EEXIST,
                    "nexthop "
                            + Integer.toUnsignedString(id)
                            + " is another program's, with protocol "
                            + protocol);
        }
    }
}
