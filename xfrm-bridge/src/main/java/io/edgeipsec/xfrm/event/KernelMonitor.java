package io.edgeipsec.xfrm.event;

import io.edgeipsec.xfrm.event.KernelEvent.ForeignChange;
import io.edgeipsec.xfrm.event.KernelEvent.ForeignChange.Change;
import io.edgeipsec.xfrm.event.KernelEvent.Resync;
import io.edgeipsec.xfrm.event.KernelEvent.Resync.Subject;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.NetlinkPoll;
import io.edgeipsec.xfrm.libc.NetlinkSocket;
import io.edgeipsec.xfrm.libc.SystemCallException;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.Nexthops;
import io.edgeipsec.xfrm.link.RouteMessages;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkMessage;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.state.XfrmMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Hears what the kernel reports and hands it to one listener, on a thread of its own
 * ("kernel-events"). There are four sockets, so that a flood of one kind does not make the kernel
 * drop another: what IKE must answer; changes of SAs and policies, of which only other processes'
 * removals matter; links and addresses; routes. When the kernel had to drop something, the listener
 * gets a Resync (of routes: RoutesChanged), for we cannot know what was lost. The sockets belong to
 * the network namespace of the thread that starts the monitor.
 */
public final class KernelMonitor implements AutoCloseable {
    // enum xfrm_nlgroups (linux/xfrm.h)
    private static final int XFRM_ACQUIRE = 1;
    private static final int XFRM_EXPIRE = 2;
    private static final int XFRM_SA = 3;
    private static final int XFRM_POLICY = 4;
    private static final int XFRM_MAPPING = 8;

    // enum rtnetlink_groups (linux/rtnetlink.h)
    private static final int LINK = 1;
    private static final int IPV4_ADDRESS = 5;
    private static final int IPV4_ROUTE = 7;
    private static final int IPV6_ADDRESS = 9;
    private static final int IPV6_ROUTE = 11;
    private static final int NEXTHOP = 32;

    /**
     * Some thousand notifications, each of which takes about 1 KiB of the kernel's accounting:
     * 10,000 SAs that expire together come in bursts of what the thread reads meanwhile.
     */
    private static final int BUFFER_OCTETS = 4 * 1024 * 1024;

    private static final long JOIN_MILLIS = 5_000;

    /** So many per socket and turn; poll(2) calls us back for the rest. */
    private static final int DATAGRAMS_PER_TURN = 256;

    /**
     * A socket, what to do with its messages, and what to say (with a reason) if some were lost.
     */
    private static final class Source {
        final NetlinkSocket socket;
        final Decoder decoder;
        final Function<String, KernelEvent> whenLost;

        /** Why messages were lost, until the listener has been told. */
        String lossReason = "";

        Source(NetlinkSocket socket, Decoder decoder, Function<String, KernelEvent> whenLost) {
            this.socket = socket;
            this.decoder = decoder;
            this.whenLost = whenLost;
        }
    }

    /**
     * Delivers a message's event, or adds it to those that are said once at the end of the turn.
     */
    @FunctionalInterface
    private interface Decoder {
        void decode(NetlinkMessage message, Set<KernelEvent> afterwards)
                throws MalformedNetlinkException;
    }

    private final Consumer<KernelEvent> listener;
    private final Own own;
    private final List<Source> sources = new ArrayList<>();
    private final NetlinkPoll poll;
    private final Thread thread;

    /**
     * What is not foreign: changes by the sockets with these ports, and routing objects with this
     * protocol.
     */
    public record Own(int xfrmPort, int routePort, int routeProtocol) {}

    private KernelMonitor(Own own, Consumer<KernelEvent> listener) throws SystemCallException {
        this.listener = listener;
        this.own = own;
        try {
            add(
                    NetlinkSocket.forEvents(
                            NetlinkSocket.XFRM,
                            BUFFER_OCTETS,
                            XFRM_ACQUIRE,
                            XFRM_EXPIRE,
                            XFRM_MAPPING),
                    this::decodeXfrm,
                    reason -> new Resync(Subject.SECURITY_ASSOCIATIONS, reason));
            add(
                    NetlinkSocket.forEvents(
                            NetlinkSocket.XFRM, BUFFER_OCTETS, XFRM_SA, XFRM_POLICY),
                    this::decodeRemovals,
                    reason -> new Resync(Subject.POLICIES, reason));
            add(
                    NetlinkSocket.forEvents(
                            NetlinkSocket.ROUTE,
                            BUFFER_OCTETS,
                            LINK,
                            IPV4_ADDRESS,
                            IPV6_ADDRESS,
                            NEXTHOP),
                    this::decodeLinks,
                    reason -> new Resync(Subject.LINKS_AND_ADDRESSES, reason));
            add(
                    NetlinkSocket.forEvents(
                            NetlinkSocket.ROUTE, BUFFER_OCTETS, IPV4_ROUTE, IPV6_ROUTE),
                    KernelMonitor::decodeRoutes,
                    reason -> new KernelEvent.RoutesChanged());
            poll = new NetlinkPoll(sources.stream().map(source -> source.socket).toList());
        } catch (SystemCallException e) {
            closeSockets();
            throw e;
        }
        thread = new Thread(this::run, "kernel-events");
        thread.setDaemon(true);
    }

    private void add(
            NetlinkSocket socket, Decoder decoder, Function<String, KernelEvent> whenLost) {
        sources.add(new Source(socket, decoder, whenLost));
    }

    /** Starts listening. The listener must neither block nor throw. */
    public static KernelMonitor start(Own own, Consumer<KernelEvent> listener)
            throws SystemCallException {
        KernelMonitor monitor = new KernelMonitor(own, listener);
        monitor.thread.start();
        return monitor;
    }

    private void run() {
        try (poll) {
            while (poll.await()) {
                for (int i = 0; i < sources.size(); i++) {
                    if (poll.ready(i)) {
                        drain(sources.get(i));
                    }
                }
            }
        } catch (SystemCallException e) {
            listener.accept(new KernelEvent.MonitorStopped(String.valueOf(e.getMessage())));
        } finally {
            closeSockets();
        }
    }

    /**
     * Reads what is there, up to a limit that gives the other sockets their turn. A loss is told
     * once the queue is empty: after ENOBUFS the kernel drops on, without another word, until then
     * (NETLINK_S_CONGESTED in net/netlink/af_netlink.c), so whoever dumped earlier would miss
     * changes.
     */
    private void drain(Source source) throws SystemCallException {
        Set<KernelEvent> afterwards = new LinkedHashSet<>();
        for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
            try {
                ByteBuffer datagram = source.socket.receive();
                if (!datagram.hasRemaining()) {
                    if (!source.lossReason.isEmpty()) {
                        afterwards.add(source.whenLost.apply(source.lossReason));
                        source.lossReason = "";
                    }
                    break;
                }
                for (NetlinkMessage message : NetlinkMessage.split(datagram)) {
                    source.decoder.decode(message, afterwards);
                }
            } catch (MalformedNetlinkException e) {
                source.lossReason = "a message was malformed: " + e.getMessage();
            } catch (SystemCallException e) {
                if (!e.errno().equals(Errno.ENOBUFS)) {
                    throw e;
                }
                source.lossReason = "the kernel's queue to us was full";
            } finally {
                source.socket.wipeReceived(); // notifications of SAs hold their keys
            }
        }
        afterwards.forEach(listener);
    }

    private void decodeXfrm(NetlinkMessage message, Set<KernelEvent> afterwards)
            throws MalformedNetlinkException {
        switch (message.type()) {
            case XfrmMessage.ACQUIRE -> listener.accept(XfrmEvents.acquire(message.body()));
            case XfrmMessage.EXPIRE -> listener.accept(XfrmEvents.expire(message.body()));
            case XfrmMessage.MAPPING -> listener.accept(XfrmEvents.mapping(message.body()));
            default -> {}
        }
    }

    private void decodeRemovals(NetlinkMessage message, Set<KernelEvent> afterwards) {
        if (message.port() == own.xfrmPort()) {
            return;
        }
        switch (message.type()) {
            case XfrmMessage.DELSA -> afterwards.add(new ForeignChange(Change.SA_DELETED));
            case XfrmMessage.FLUSHSA -> afterwards.add(new ForeignChange(Change.SAS_FLUSHED));
            case XfrmMessage.DELPOLICY -> afterwards.add(new ForeignChange(Change.POLICY_DELETED));
            case XfrmMessage.FLUSHPOLICY ->
                    afterwards.add(new ForeignChange(Change.POLICIES_FLUSHED));
            default -> {}
        }
    }

    private void decodeLinks(NetlinkMessage message, Set<KernelEvent> afterwards)
            throws MalformedNetlinkException {
        NetlinkReader body = message.body();
        switch (message.type()) {
            case RouteMessages.NEWLINK -> {
                if (isOfLinkItself(body)) {
                    listener.accept(new KernelEvent.LinkChanged(LinkEntry.read(body)));
                }
            }
            case RouteMessages.DELLINK -> {
                if (isOfLinkItself(body)) {
                    listener.accept(new KernelEvent.LinkRemoved(LinkEntry.read(body)));
                }
            }
            case RouteMessages.NEWADDR ->
                    listener.accept(new KernelEvent.AddressAdded(AddressEntry.read(body)));
            case RouteMessages.DELADDR ->
                    listener.accept(new KernelEvent.AddressRemoved(AddressEntry.read(body)));
            case RouteMessages.DELNEXTHOP -> {
                if (message.port() != own.routePort()
                        && Nexthops.protocol(body) == own.routeProtocol()) {
                    afterwards.add(new ForeignChange(Change.NEXTHOP_DELETED));
                }
            }
            default -> {}
        }
    }

    /**
     * A bridge reports its ports as links of its own family; a port that leaves is not a link gone.
     */
    private static boolean isOfLinkItself(NetlinkReader body) throws MalformedNetlinkException {
        return body.fresh().u8() == 0;
    }

    private static void decodeRoutes(NetlinkMessage message, Set<KernelEvent> afterwards) {
        afterwards.add(new KernelEvent.RoutesChanged());
    }

    private void closeSockets() {
        sources.forEach(source -> source.socket.close());
    }

    /** Ends the thread and waits for it. Any thread but the listener's. */
    @Override
    public void close() {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("the listener cannot close its own monitor");
        }
        poll.wake();
        boolean interrupted = false;
        long deadline = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
