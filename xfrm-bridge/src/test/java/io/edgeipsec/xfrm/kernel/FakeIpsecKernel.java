package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaStatistics;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kernel for tests: a {@link MemoryIpsecKernel} that can be told to refuse, that reports what the
 * test lets happen, and that remembers what it was asked. Requests are named by their method, as in
 * {@code refuseNext("installSa", …)}. Not thread-safe.
 */
public final class FakeIpsecKernel {
    private static final long OCTETS = 100;

    private final IpsecKernel kernel;
    private final Map<String, Deque<Refusal>> refusals = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<AddressEntry> addresses = new ArrayList<>();
    private final MemoryIpsecKernel memory = new MemoryIpsecKernel(new ScriptedHost());
    private final Map<SaId, Long> carried = new HashMap<>();
    private final Map<SaId, SaStatistics> refused = new HashMap<>();
    private @Nullable Consumer<KernelEvent> listener;
    private @Nullable RouteAnswer route;

    private record Refusal(Kind kind, String errno, boolean retryable) {}

    /** Everything is reachable from the first address, or as the test says. */
    private final class ScriptedHost implements HostNetwork {
        @Override
        public List<AddressEntry> addresses() {
            return List.copyOf(addresses);
        }

        @Override
        public RouteAnswer route(InetAddress destination, Optional<InetAddress> source) {
            if (route != null) {
                return route;
            }
            return addresses.isEmpty()
                    ? RouteAnswer.noRoute()
                    : new RouteAnswer(
                            RouteAnswer.Reach.REACHABLE,
                            addresses.get(0).linkIndex(),
                            source.orElse(addresses.get(0).address().address()),
                            null,
                            1500);
        }
    }

    /** {@code hostAddresses} as in {@code 192.0.2.1/24}. */
    public FakeIpsecKernel(String... hostAddresses) {
        for (String address : hostAddresses) {
            addresses.add(new AddressEntry(2, IpPrefix.parse(address)));
        }
        kernel =
                (IpsecKernel)
                        Proxy.newProxyInstance(
                                IpsecKernel.class.getClassLoader(),
                                new Class<?>[] {IpsecKernel.class},
                                (proxy, method, arguments) -> answer(method, arguments));
    }

    private @Nullable Object answer(Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return invoke(method, arguments);
        }
        String words =
                method.getName() + (arguments == null ? "" : " " + Arrays.toString(arguments));
        requests.add(words);
        Deque<Refusal> scripted = refusals.get(method.getName());
        if (scripted != null && !scripted.isEmpty()) {
            if (arguments != null && arguments[0] instanceof SaInstall sa) {
                sa.close(); // a refused kernel call zeroes the keys too
            }
            Refusal r = scripted.remove();
            return new Outcome.Refused<>(r.kind, r.errno, words, "the test said so", r.retryable);
        }
        if (method.getName().equals("close")) {
            listener = null;
        }
        if (method.getName().equals("monitor") && arguments != null) {
            if (listener != null) {
                throw new IllegalStateException("the monitor runs already");
            }
            @SuppressWarnings("unchecked") // the interface's one argument
            Consumer<KernelEvent> given = (Consumer<KernelEvent>) arguments[0];
            listener = given;
            IpsecKernel.Monitor monitor = () -> listener = null;
            return Outcome.done(monitor);
        }
        Object result = invoke(method, arguments);
        return result instanceof Outcome<?> read ? counted(read) : result;
    }

    private Outcome<?> counted(Outcome<?> read) {
        Object found = read.toOptional().orElse(null);
        if (found instanceof List<?> list) {
            return Outcome.done(list.stream().map(this::counted).toList());
        }
        return found == null ? read : Outcome.done(counted(found));
    }

    private Object counted(Object entry) {
        return entry instanceof SaEntry sa
                ? withPackets(sa, carried.getOrDefault(sa.id(), 0L))
                : entry;
    }

    private SaEntry withPackets(SaEntry sa, long packets) {
        LifetimeCurrent counters = sa.counters();
        return new SaEntry(
                sa.id(),
                sa.source(),
                sa.reqid(),
                sa.acquireSequence(),
                sa.larval(),
                sa.esn(),
                sa.encapsulation(),
                new LifetimeCurrent(
                        OCTETS * packets, packets, counters.addTime(), counters.useTime()),
                refused.getOrDefault(sa.id(), SaStatistics.NONE),
                sa.outboundSequence(),
                sa.inboundSequence(),
                sa.lastUsedTime());
    }

    /** Lets an SA have refused these packets, as {@code readSa} then tells. */
    public void refusePackets(SaId sa, SaStatistics packets) {
        refused.put(sa, packets);
    }

    /** Lets this many packets of 100 octets more go through an SA, as the kernel then tells. */
    public void carry(SaId sa, long packets) {
        carried.merge(sa, packets, Long::sum);
    }

    private @Nullable Object invoke(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(memory, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** What the code under test is given. */
    public IpsecKernel kernel() {
        return kernel;
    }

    /** What is behind it, for assertions that shall not count as requests. */
    public MemoryIpsecKernel memory() {
        return memory;
    }

    /** Refuses the next request of this name that no earlier script refuses. */
    public void refuseNext(String request, Kind kind, String errno, boolean retryable) {
        if (Arrays.stream(IpsecKernel.class.getMethods())
                .noneMatch(m -> m.getName().equals(request))) {
            throw new IllegalArgumentException("no request " + request);
        }
        refusals.computeIfAbsent(request, r -> new ArrayDeque<>())
                .add(new Refusal(kind, errno, retryable));
    }

    /** Lets the kernel report something, on the calling thread; nothing if nobody listens. */
    public void emit(KernelEvent event) {
        Consumer<KernelEvent> to = listener;
        if (to != null) {
            to.accept(event);
        }
    }

    public boolean isMonitored() {
        return listener != null;
    }

    /** From now on these are the host's addresses; tell with {@link #emit}. */
    public void setAddresses(String... hostAddresses) {
        addresses.clear();
        for (String address : hostAddresses) {
            addresses.add(new AddressEntry(2, IpPrefix.parse(address)));
        }
    }

    /** The answer to every look-up of a route from now on. */
    public void answerRoutes(RouteAnswer answer) {
        route = answer;
    }

    /** Every request so far, as its name and its arguments; no keys. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public void forgetRequests() {
        requests.clear();
    }
}
