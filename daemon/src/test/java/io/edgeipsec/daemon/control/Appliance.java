package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.port.ConfigurationChange;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.store.ServiceIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.RequestId;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.Scope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A data plane over a scripted kernel, a store without a database, and the test in the place of
 * IKE; all on one thread and a virtual clock. After every request to the kernel each packet that
 * {@link #mustNeverLeaveInClear} names must meet a policy.
 */
final class Appliance {
    final FakeIpsecKernel fake;
    final VirtualWork work = new VirtualWork();
    final StoredSessions store;
    final StatusBoard board = new StatusBoard();
    final TunnelKinds tunnelKinds;
    final DataPlane plane;

    /** What IKE was told, oldest first. */
    final List<Told> told = new ArrayList<>();

    private final Set<String> guarded = new TreeSet<>();
    private final Map<String, Object> answers = new HashMap<>();
    private Predicate<String> refused = request -> false;
    private long serial;
    private int outboundSpi = 0x1000;

    record Told(IpAddress peer, IkeInput input) {}

    Appliance() {
        this(
                new FakeIpsecKernel(SessionBuilder.LOCAL + "/24"),
                new StoredSessions(),
                Config.TunnelInterface.AUTO);
    }

    Appliance(FakeIpsecKernel fake, StoredSessions store, Config.TunnelInterface mode) {
        this.fake = fake;
        this.store = store;
        tunnelKinds = new TunnelKinds(mode);
        plane = new DataPlane(work, guardedKernel(), store, tunnelKinds, board);
    }

    /** The next run of the daemon on what this one leaves behind, which was killed. */
    Appliance successor() {
        fake.kernel().close();
        fake.forgetRequests();
        Appliance next = new Appliance(fake, store, Config.TunnelInterface.AUTO);
        next.outboundSpi = outboundSpi;
        return next;
    }

    private IpsecKernel guardedKernel() {
        return (IpsecKernel)
                Proxy.newProxyInstance(
                        IpsecKernel.class.getClassLoader(),
                        new Class<?>[] {IpsecKernel.class},
                        (proxy, method, arguments) -> {
                            String words = method.getName() + " " + Arrays.toString(arguments);
                            if (refused.test(words)) {
                                return refusal(words);
                            }
                            Object scripted = answers.remove(method.getName());
                            if (scripted != null) {
                                return Outcome.done(scripted);
                            }
                            try {
                                Object answer = method.invoke(fake.kernel(), arguments);
                                checkGuarded(method.getName());
                                return answer;
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
    }

    private static Outcome<Object> refusal(String request) {
        return new Outcome.Refused<>(Outcome.Kind.OTHER, "EIO", request, "", true);
    }

    /** Answers the next request of this name. */
    void answer(String request, Object answer) {
        answers.put(request, answer);
    }

    /** Refuses every request like this until the next call. */
    void refuse(Predicate<String> request) {
        refused = request;
    }

    void refuseNothing() {
        refused = request -> false;
    }

    /** Packets as in {@code 10.1.0.5 > 10.7.0.5}. */
    Appliance mustNeverLeaveInClear(String... packets) {
        guarded.addAll(List.of(packets));
        checkGuarded("the test's beginning");
        return this;
    }

    private void checkGuarded(String after) {
        for (String packet : guarded) {
            assertTrue(policyOf(packet).isPresent(), () -> packet + " in clear after " + after);
        }
    }

    /** The policy that a packet going out meets, if no tunnel interface takes it. */
    Optional<PolicyEntry> policyOf(String packet) {
        String[] ends = packet.split(" > ", -1);
        return policies().stream()
                .filter(policy -> policy.key().direction() == PolicyDirection.OUT)
                .filter(policy -> policy.key().scope().equals(Scope.GLOBAL))
                .filter(policy -> covers(policy.key().selector().source(), ends[0]))
                .filter(policy -> covers(policy.key().selector().destination(), ends[1]))
                .min((a, b) -> Integer.compare(a.priority(), b.priority()));
    }

    private static boolean covers(IpPrefix prefix, String address) {
        IpPrefix host = IpPrefix.parse(address);
        return new IpPrefix(host.address(), prefix.length()).network().equals(prefix.network());
    }

    // ---- the operator

    Appliance start(SessionBuilder... sessions) {
        List.of(sessions).forEach(store::put);
        value(plane.prepare());
        value(plane.start((peer, input) -> told.add(new Told(peer, input))));
        work.checkDefect();
        return this;
    }

    void put(SessionBuilder session) {
        store.put(session);
        changed(session.session().id(), ConfigurationChange.Type.REPLACED);
    }

    void order(ServiceIntent service) {
        store.put(service);
        plane.changed(
                new ConfigurationChange(
                        ++serial,
                        ResourceKind.SERVICE,
                        "any",
                        "ipsecvpn",
                        0,
                        ConfigurationChange.Type.REPLACED));
        work.checkDefect();
    }

    void delete(String session) {
        store.delete(session);
        changed(session, ConfigurationChange.Type.DELETED);
    }

    private void changed(String session, ConfigurationChange.Type type) {
        changed(ResourceKind.SESSION, session, type);
    }

    private void changed(ResourceKind<?> kind, String id, ConfigurationChange.Type type) {
        plane.changed(new ConfigurationChange(++serial, kind, "any", id, 0, type));
        work.checkDefect();
    }

    /** Stores a multiple-path group, or another state of it. */
    Appliance putGroup(String id, boolean enabled) {
        store.putGroup(id, enabled);
        changed(ResourceKind.MULTI_PATH_GROUP, id, ConfigurationChange.Type.REPLACED);
        return this;
    }

    void deleteGroup(String id) {
        store.deleteGroup(id);
        changed(ResourceKind.MULTI_PATH_GROUP, id, ConfigurationChange.Type.DELETED);
    }

    /** The number of the last change. */
    long lastChange() {
        return serial;
    }

    void profileChanged() {
        plane.changed(
                new ConfigurationChange(
                        ++serial,
                        ResourceKind.TUNNEL_PROFILE,
                        "any",
                        "profile",
                        0,
                        ConfigurationChange.Type.REPLACED));
    }

    void pass(Duration time) {
        work.advance(time);
        work.checkDefect();
    }

    String reason(String session) {
        return board.view(session).orElseThrow().reason();
    }

    static <T> T value(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    static <T> T value(Outcome<T> outcome) {
        return outcome.toOptional().orElseThrow();
    }

    // ---- the kernel

    List<PolicyEntry> policies() {
        return value(fake.memory().listPolicies());
    }

    List<PolicyEntry> policies(PolicyAction action) {
        return policies().stream().filter(policy -> policy.action() == action).toList();
    }

    List<SaEntry> sas() {
        return value(fake.memory().listSas());
    }

    LinkEntry link(String name) {
        return value(fake.memory().findLink(name)).orElseThrow();
    }

    /** The requests of these names, in their order. */
    List<String> requests(String... names) {
        Set<String> wanted = Set.of(names);
        return fake.requests().stream()
                .map(request -> request.split(" ", 2)[0])
                .filter(wanted::contains)
                .collect(Collectors.toList());
    }

    // ---- IKE

    static Path path(String local, String peer) {
        return new Path(
                new Endpoint(IpAddress.parse(local), 500),
                new Endpoint(IpAddress.parse(peer), 500));
    }

    IkeReply allocateSpi(String session, String child, Path path) {
        List<IkeReply> replies = new ArrayList<>();
        plane.childSas()
                .allocateSpi(
                        new IkeEffect.AllocateSpi(
                                nextRequest(), ChildSaLocator.wanted(session, child, path)),
                        replies::add);
        return replies.get(0);
    }

    /** What the peer's rekeying leads to; its keys are zeroed once both SAs are installed. */
    ChildSaInstallation rekeyedByPeer(ChildSaLocator reserved) {
        ChildSaInstallation usual = installation(reserved, NatSituation.NONE);
        return new ChildSaInstallation(
                usual.locator(),
                usual.suite(),
                usual.nat(),
                usual.local(),
                usual.remote(),
                usual.inboundEncryption(),
                usual.inboundIntegrity(),
                usual.outboundEncryption(),
                usual.outboundIntegrity(),
                usual.lifetime(),
                true);
    }

    IkeReply install(ChildSaInstallation installation) {
        List<IkeReply> replies = new ArrayList<>();
        plane.childSas()
                .installChildSa(
                        new IkeEffect.InstallChildSa(nextRequest(), installation), replies::add);
        if (!installation.rekeyedByPeer()) {
            assertTrue(installation.inboundEncryption().isClosed(), "keys are zeroed at once");
            assertTrue(installation.outboundEncryption().isClosed(), "keys are zeroed at once");
        }
        return replies.get(0);
    }

    private RequestId nextRequest() {
        return new RequestId(new IkeSpi(1), ++serial);
    }

    /** A Child SA of AES-GCM-128 for a reserved SPI. */
    ChildSaInstallation installation(ChildSaLocator reserved, NatSituation nat) {
        return installation(reserved, new EspSpi(++outboundSpi), nat);
    }

    ChildSaInstallation installation(ChildSaLocator reserved, EspSpi outbound) {
        return installation(reserved, outbound, NatSituation.NONE);
    }

    private static ChildSaInstallation installation(
            ChildSaLocator reserved, EspSpi outbound, NatSituation nat) {
        return new ChildSaInstallation(
                reserved.withOutbound(outbound),
                new EspSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        Optional.empty(),
                        Optional.empty(),
                        true),
                nat,
                List.of(),
                List.of(),
                SecretBytes.wrap(new byte[20]),
                SecretBytes.wrap(new byte[0]),
                SecretBytes.wrap(new byte[20]),
                SecretBytes.wrap(new byte[0]),
                Duration.ofHours(1),
                false);
    }

    ChildSaLocator reserve(String session, String child) {
        return reserve(session, child, path(SessionBuilder.LOCAL, SessionBuilder.PEER));
    }

    ChildSaLocator reserve(String session, String child, Path path) {
        if (allocateSpi(session, child, path) instanceof IkeReply.SpiAllocated allocated) {
            return allocated.locator();
        }
        throw new AssertionError("no SPI for " + child);
    }

    /** What a negotiation ends with; the locator of both SAs. */
    ChildSaLocator establish(String session, String child) {
        return establish(reserve(session, child));
    }

    ChildSaLocator establish(ChildSaLocator reserved) {
        if (install(installation(reserved, NatSituation.NONE))
                instanceof IkeReply.ChildSaInstalled installed) {
            return installed.locator();
        }
        throw new AssertionError("not installed: " + reserved);
    }

    void remove(ChildSaLocator locator) {
        plane.childSas().removeChildSa(new IkeEffect.RemoveChildSa(locator));
    }

    /** What is told when it is done. */
    List<IkeReply> stopSending(ChildSaLocator locator, boolean deletedByPeer) {
        List<IkeReply> replies = new ArrayList<>();
        plane.childSas()
                .stopSending(
                        new IkeEffect.StopSending(nextRequest(), locator, deletedByPeer),
                        replies::add);
        return replies;
    }

    /** What IKE was told of a kind. */
    <T extends IkeInput> List<T> told(Class<T> kind) {
        return told.stream().map(Told::input).filter(kind::isInstance).map(kind::cast).toList();
    }
}
