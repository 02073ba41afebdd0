package io.edgeipsec.xfrm.libc;

import com.sun.jna.LastErrorException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket for IKE: non-blocking, of one address family, usually on the wildcard address, which
 * tells of each datagram the local address it came to and sends from a local address of the
 * caller's choice (RFC 7296 §2.11). It has no thread: its descriptor is to be watched by somebody's
 * event loop. {@link #receiveBatch} is called by one thread at a time, {@link #send} by any. After
 * {@link #close} neither may be called.
 */
public final class IkeSocket implements AutoCloseable {
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_PKTINFO = 8;
    private static final int IP_XFRM_POLICY = 17;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_XFRM_POLICY = 35;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int PMTUDISC_DONT = 0;
    private static final int UDP_ENCAP = 100;
    private static final int UDP_ENCAP_ESPINUDP = 2;

    /**
     * Some thousand IKE_SA_INIT requests: what can come together while the loop is busy with one
     * exchange, and after a peer's restart with many tunnels.
     */
    private static final int KERNEL_BUFFER_OCTETS = 4 * 1024 * 1024;

    private final int fd;
    private final boolean ipv6;
    private final int localPort;
    private final String name;
    private final ReceiveBatch receive;
    private final ThreadLocal<SendBuffer> sendBuffers;
    private volatile boolean closed;

    /**
     * What kind of socket.
     *
     * @param address to bind to; the wildcard address of either family for all
     * @param port 0 lets the kernel choose
     * @param espInUdp the kernel takes ESP in UDP and NAT keep-alives out of this socket's traffic
     *     (RFC 3948); for port 4500
     * @param bypassPolicies IKE itself is never encrypted nor blocked by a policy; needs
     *     CAP_NET_ADMIN
     * @param maxDatagramOctets longer ones are reported as truncated
     */
    public record Options(
            InetAddress address,
            int port,
            boolean espInUdp,
            boolean bypassPolicies,
            int maxDatagramOctets) {
        public static final int MAX_UDP_PAYLOAD = 65_535;

        public Options {
            Objects.requireNonNull(address);
            if (port < 0 || port > 0xffff) {
                throw new IllegalArgumentException("port " + port + " is not 0..65535");
            }
            if (maxDatagramOctets < 1 || maxDatagramOctets > MAX_UDP_PAYLOAD) {
                throw new IllegalArgumentException(
                        "datagrams of " + maxDatagramOctets + " octets: not 1.." + MAX_UDP_PAYLOAD);
            }
        }
    }

    /** Takes what was received. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * One datagram.
         *
         * @param local the address it was sent to
         * @param interfaceIndex where it came in
         * @param payload valid during the call only; empty if truncated
         * @param truncated it was longer than {@link Options#maxDatagramOctets}
         */
        void onDatagram(
                InetAddress local,
                int interfaceIndex,
                InetSocketAddress remote,
                ByteBuffer payload,
                boolean truncated);
    }

    /**
     * How a send ended. Everything but SENT means that the datagram is lost, as it may be on the
     * way; IKE's retransmission is the cure.
     */
    public record SendResult(Kind kind, @Nullable Errno errno) {
        /** Reasons that differ for an operator. */
        public enum Kind {
            SENT,
            /** The socket's or the interface's queue is full. */
            WOULD_BLOCK,
            /**
             * No route, the network is down, or the local address is not (any more) this host's.
             */
            UNREACHABLE,
            /** A firewall rule or a policy of this host drops it. */
            NOT_PERMITTED,
            TOO_BIG,
            FAILED
        }

        static final SendResult SENT = new SendResult(Kind.SENT, null);

        static SendResult of(Errno errno) {
            return new SendResult(kind(errno), errno);
        }

        private static Kind kind(Errno errno) {
            return switch (errno.number()) {
                case 11, 105 -> Kind.WOULD_BLOCK; // EAGAIN, ENOBUFS
                // ENETDOWN, ENETUNREACH, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH; for a foreign
                // source
                // address IPv4 says ENETUNREACH, IPv6 EINVAL or EADDRNOTAVAIL.
                case 100, 101, 111, 112, 113, 22, 99 -> Kind.UNREACHABLE;
                case 1, 13 -> Kind.NOT_PERMITTED; // EPERM, EACCES
                case 90 -> Kind.TOO_BIG; // EMSGSIZE
                default -> Kind.FAILED;
            };
        }

        public boolean isSent() {
            return kind == Kind.SENT;
        }

        public Optional<Errno> error() {
            return Optional.ofNullable(errno);
        }
    }

    private IkeSocket(int fd, Options options) throws SystemCallException {
        this.fd = fd;
        ipv6 = options.address() instanceof Inet6Address;
        name = "UDP socket " + options.address().getHostAddress() + " port " + options.port();
        receive = new ReceiveBatch(ipv6, options.maxDatagramOctets());
        sendBuffers = ThreadLocal.withInitial(() -> new SendBuffer(ipv6));
        configure(options);
        localPort = bind(options);
    }

    /** Opens and binds it. EADDRINUSE if another process has the port: it is never shared. */
    public static IkeSocket open(Options options) throws SystemCallException {
        int family = options.address() instanceof Inet4Address ? LibC.AF_INET : LibC.AF_INET6;
        int fd;
        try {
            fd = LibC.socket(family, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        } catch (LastErrorException e) {
            throw LibC.failed("socket", "UDP", e);
        }
        try {
            return new IkeSocket(fd, options);
        } catch (SystemCallException e) {
            LibC.close(fd);
            throw e;
        }
    }

    private void configure(Options options) throws SystemCallException {
        SocketBuffers.enlargeReceive(fd, KERNEL_BUFFER_OCTETS, name);
        int level = ipv6 ? LibC.SOL_IPV6 : LibC.SOL_IP;
        LibC.setIntOption(fd, level, ipv6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1, name + " PKTINFO");
        // IKE messages that no fragmentation of IKE's own has cut (RFC 7383) must pass: let IP do
        // it.
        LibC.setIntOption(
                fd,
                level,
                ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
                PMTUDISC_DONT,
                name + " MTU_DISCOVER");
        if (ipv6) {
            LibC.setIntOption(fd, level, IPV6_V6ONLY, 1, name + " V6ONLY");
        }
        if (options.espInUdp()) {
            LibC.setIntOption(fd, LibC.SOL_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP, name + " UDP_ENCAP");
        }
        if (options.bypassPolicies()) {
            for (int direction : new int[] {BypassPolicy.IN, BypassPolicy.OUT}) {
                LibC.setOption(
                        fd,
                        level,
                        ipv6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY,
                        BypassPolicy.of(ipv6, direction),
                        name + " XFRM_POLICY");
            }
        }
    }

    private int bind(Options options) throws SystemCallException {
        NativeMemory address = new NativeMemory(SocketAddress.OCTETS_IPV6);
        NativeMemory length = new NativeMemory(4);
        try {
            int octets =
                    SocketAddress.write(
                            address.bytes(),
                            0,
                            new InetSocketAddress(options.address(), options.port()));
            LibC.bind(fd, address.address(), octets);
            length.bytes().putInt(0, octets);
            LibC.getsockname(fd, address.address(), length.address());
            return SocketAddress.port(address.bytes(), 0);
        } catch (LastErrorException e) {
            throw LibC.failed("bind", name, e);
        } finally {
            java.lang.ref.Reference.reachabilityFence(address);
            java.lang.ref.Reference.reachabilityFence(length);
        }
    }

    /** The descriptor, for an event loop to watch; it stays ours to close. */
    public int fd() {
        return fd;
    }

    public int localPort() {
        return localPort;
    }

    public boolean isIpv6() {
        return ipv6;
    }

    /**
     * Receives what is there, at most a batch, and hands each datagram over. Returns how many;
     * fewer than {@link #batchSize} means that nothing more was there.
     */
    public int receiveBatch(Receiver receiver) throws SystemCallException {
        checkOpen();
        return receive.receive(fd, name, receiver);
    }

    public int batchSize() {
        return ReceiveBatch.SIZE;
    }

    /** Sends the buffer's remaining octets from one of this host's addresses. */
    public SendResult send(InetAddress local, InetSocketAddress remote, ByteBuffer payload) {
        checkOpen();
        return sendBuffers.get().send(fd, local, remote, payload);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
