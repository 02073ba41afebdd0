package io.edgeipsec.bench;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.daemon.reconcile.Blueprint;
import io.edgeipsec.daemon.reconcile.Blueprints;
import io.edgeipsec.daemon.reconcile.KernelAction;
import io.edgeipsec.daemon.reconcile.Planner;
import io.edgeipsec.daemon.reconcile.SessionObjects;
import io.edgeipsec.daemon.store.KernelIds;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.xfrm.link.TunnelKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to work out what to do: blueprint and plan of so many sessions with four pairs
 * each, from nothing, and where everything is already as it should be.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReconcileBenchmark {
    private static final int MTU = 1438;

    @Param({"1000"})
    public int sessions;

    private final List<SessionIntent> intents = new ArrayList<>();
    private final List<SessionObjects> inPlace = new ArrayList<>();

    @Setup
    public void prepare() {
        for (int number = 0; number < sessions; number++) {
            SessionIntent intent = intent(number);
            intents.add(intent);
            inPlace.add(Blueprints.of(intent, TunnelKind.VTI, MTU).objects());
        }
    }

    private static SessionIntent intent(int number) {
        List<Ipv4Subnet> sources = subnets("10.0.1.0/24", "10.0.2.0/24");
        List<Ipv4Subnet> destinations =
                subnets(
                        "172." + (16 + (number >> 8)) + "." + (number & 255) + ".0/25",
                        "172." + (16 + (number >> 8)) + "." + (number & 255) + ".128/25");
        IPSecVPNPolicyRule rule =
                new IPSecVPNPolicyRule("r", "r", null, sources, destinations, true, false);
        Map<SelectorPair, Integer> numbers = new HashMap<>();
        for (SelectorPair pair : rule.pairs()) {
            numbers.put(pair, 1 + number * 4 + numbers.size());
        }
        String id = String.format("00000000-0000-0000-0000-%012d", number);
        SessionSettings settings =
                new SessionSettings(
                        true,
                        AuthenticationMode.PSK,
                        ConnectionInitiationMode.INITIATOR,
                        new IPSecVPNLocalEndpoint(
                                Ipv4Address.parse("192.0.2.1"),
                                "hub.example",
                                null,
                                List.of(),
                                List.of()),
                        Ipv4Address.parse("198.51." + (number >> 8) + "." + (number & 255)),
                        "spoke" + number + ".example",
                        SystemProfiles.IKE.id(),
                        SystemProfiles.TUNNEL.id(),
                        SystemProfiles.DPD.id(),
                        new TcpMssClamping(MssClampingDirection.BOTH, null));
        return new SessionIntent(
                new PolicyBasedIPSecVPNSession(
                        new ResourceHeader(id, id, null, List.of(), false, Stamp.NONE),
                        settings,
                        List.of(rule)),
                SystemProfiles.IKE,
                SystemProfiles.TUNNEL,
                SystemProfiles.DPD,
                new KernelIds(OptionalInt.empty(), numbers),
                PresharedKey.of("benchmark only"));
    }

    private static List<Ipv4Subnet> subnets(String... texts) {
        return List.of(texts).stream().map(Ipv4Subnet::parse).toList();
    }

    @Benchmark
    public int fromNothing() {
        return plan(false);
    }

    @Benchmark
    public int inPlace() {
        return plan(true);
    }

    private int plan(boolean there) {
        int steps = 0;
        for (int i = 0; i < intents.size(); i++) {
            Blueprint blueprint = Blueprints.of(intents.get(i), TunnelKind.VTI, MTU);
            SessionObjects actual = there ? inPlace.get(i) : SessionObjects.NONE;
            List<KernelAction> plan = Planner.plan(blueprint.objects(), actual);
            steps += plan.size();
            blueprint.peer().ifPresent(peer -> peer.authentication().close());
        }
        return steps;
    }
}
