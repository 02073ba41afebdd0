package io.edgeipsec.xfrm.event;

import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkAddresses;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.Links;
import io.edgeipsec.xfrm.link.Routes;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkMessage;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.OctetsPort;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.Spd;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.Sad;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a kernel may say, of a version or a machine that we do not know, or damaged: as the answer
 * to every request and as every notification. It is decoded, or refused by the exception for that.
 */
public final class NetlinkFuzzer {
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

    private static final IpPrefix ANY = new IpPrefix(ADDRESS, 0);

    /** A request whose answer is read. */
    @FunctionalInterface
    private interface Request {
        Object ask(NetlinkChannel channel) throws NetlinkException;
    }

    /** How the body of a notification is read. */
    @FunctionalInterface
    private interface Notification {
        Object read(NetlinkReader body) throws MalformedNetlinkException;
    }

    private static final List<Request> REQUESTS =
            List.of(
                    channel -> new Sad(channel).dump(),
                    channel -> new Sad(channel).get(new SaId(ADDRESS, 7, Scope.GLOBAL)),
                    channel -> new Spd(channel).dump(),
                    channel ->
                            new Spd(channel)
                                    .get(
                                            new PolicyKey(
                                                    PolicyDirection.OUT,
                                                    Selector.between(ANY, ANY),
                                                    Scope.GLOBAL)),
                    channel -> new Links(channel).dump(),
                    channel -> new Links(channel).get(7),
                    channel -> new LinkAddresses(channel).dump(7),
                    channel -> new Routes(channel, 99).dumpOurs(),
                    channel -> new Routes(channel, 99).lookUp(ADDRESS, Optional.empty()));

    private static final List<Notification> NOTIFICATIONS =
            List.of(
                    XfrmEvents::acquire,
                    XfrmEvents::expire,
                    XfrmEvents::mapping,
                    LinkEntry::read,
                    AddressEntry::read);

    private NetlinkFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int kind = (data[0] & 0xff) % (REQUESTS.size() + NOTIFICATIONS.size());
        byte[] said = Arrays.copyOfRange(data, 1, data.length);
        try {
            Object read =
                    kind < REQUESTS.size()
                            ? REQUESTS.get(kind).ask(OctetsPort.answering(said))
                            : notifications(NOTIFICATIONS.get(kind - REQUESTS.size()), said);
            if (read.toString() == null) {
                throw new AssertionError("read what has no words");
            }
        } catch (NetlinkException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a word", refused);
            }
        }
    }

    private static List<Object> notifications(Notification kind, byte[] said)
            throws MalformedNetlinkException {
        List<Object> read = new ArrayList<>();
        for (NetlinkMessage message : NetlinkMessage.split(ByteBuffer.wrap(said))) {
            read.add(kind.read(message.body()));
        }
        return read;
    }
}
