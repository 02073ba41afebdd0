package io.edgeipsec.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static SessionObjects objects(SessionBuilder session, TunnelKind kind, int mtu) {
        try (SessionIntent intent = session.intent()) {
            return Blueprints.of(intent, kind, mtu).objects();
        }
    }

    private static SessionObjects pairs(String sources) {
        return objects(
                SessionBuilder.policyBased("branch")
                        .rule(sources, "10.7.0.0/16")
                        .clamp(MssClampingDirection.BOTH, 1200),
                TunnelKind.XFRM_INTERFACE,
                1400);
    }

    private static SessionBuilder tunnel() {
        return SessionBuilder.routeBased("hq", 3, "192.168.50.1/30");
    }

    private static SessionObjects vti(int mtu) {
        return objects(tunnel(), TunnelKind.VTI, mtu);
    }

    private static SessionObjects xfrm() {
        return objects(
                tunnel().clamp(MssClampingDirection.BOTH, null), TunnelKind.XFRM_INTERFACE, 1400);
    }

    private static List<String> kinds(List<KernelAction> plan) {
        return plan.stream().map(action -> action.getClass().getSimpleName()).toList();
    }

    private static SessionObjects carriedOut(List<KernelAction> plan, SessionObjects from) {
        SessionObjects now = from;
        for (KernelAction action : plan) {
            now = now.after(action);
        }
        return now;
    }

    @Test
    void whatIsRightIsLeftAlone() {
        for (SessionObjects objects :
                List.of(SessionObjects.NONE, pairs("10.1.0.0/24"), vti(1400), xfrm())) {
            assertEquals(List.of(), Planner.plan(objects, objects));
        }
    }

    /** Whatever is there and whatever is wanted: the plan leads there, and then nothing is left. */
    @Test
    void everyPlanLeadsToWhatIsWanted() {
        List<SessionObjects> states =
                Stream.of(
                                SessionObjects.NONE,
                                pairs("10.1.0.0/24"),
                                pairs("10.1.0.0/24 10.1.1.0/24"),
                                pairs("10.1.1.0/24"),
                                vti(1400),
                                vti(1300),
                                xfrm())
                        .flatMap(objects -> Stream.of(objects, objects.blocked()))
                        .toList();
        for (SessionObjects from : states) {
            for (SessionObjects to : states) {
                SessionObjects reached = carriedOut(Planner.plan(to, from), from);
                assertEquals(to, reached);
                assertEquals(List.of(), Planner.plan(to, reached));
            }
        }
    }

    /** After any number of steps every selector that both states protect still finds a policy. */
    @Test
    void atNoMomentASelectorOfBothStatesIsWithoutPolicy() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            SessionObjects from = randomPairs(random);
            SessionObjects to = randomPairs(random);
            List<PolicyKey> inBoth =
                    from.policies().keySet().stream().filter(to.policies()::containsKey).toList();
            SessionObjects now = from;
            boolean removing = false;
            for (KernelAction action : Planner.plan(to, from)) {
                now = now.after(action);
                assertTrue(now.policies().keySet().containsAll(inBoth), action::toString);
                removing |= action instanceof KernelAction.RemovePolicy;
                assertFalse(
                        removing && action instanceof KernelAction.PutPolicy,
                        "a policy goes before its successor is there");
            }
        }
    }

    private static SessionObjects randomPairs(Random random) {
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            if (random.nextBoolean()) {
                sources.add("10.1." + i + ".0/24");
            }
        }
        if (sources.isEmpty()) {
            return SessionObjects.NONE;
        }
        SessionObjects objects = pairs(String.join(" ", sources));
        return random.nextInt(4) == 0 ? objects.blocked() : objects;
    }

    @Test
    void policiesComeFirstAndGoLast() {
        assertEquals(
                List.of(
                        "PutPolicy",
                        "PutPolicy",
                        "PutPolicy",
                        "CreateLink",
                        "SetAddresses",
                        "PutRules"),
                kinds(Planner.plan(xfrm(), SessionObjects.NONE)));
        assertEquals(
                List.of(
                        "RemoveLink",
                        "RemoveRules",
                        "RemovePolicy",
                        "RemovePolicy",
                        "RemovePolicy"),
                kinds(Planner.plan(SessionObjects.NONE, xfrm())));
        assertEquals(
                List.of(
                        "PutPolicy",
                        "PutPolicy",
                        "PutPolicy",
                        "RemoveLink",
                        "CreateLink",
                        "SetAddresses",
                        "PutRules",
                        "RemovePolicy",
                        "RemovePolicy",
                        "RemovePolicy"),
                kinds(Planner.plan(xfrm(), vti(1400))));
    }

    @Test
    void onlyWhatDiffersOfALinkIsTouched() {
        assertEquals(List.of("SetMtu"), kinds(Planner.plan(vti(1300), vti(1400))));
        SessionObjects vti = vti(1400);
        TunnelLink link = vti.link().orElseThrow();
        SessionObjects otherAddress =
                new SessionObjects(
                        vti.policies(),
                        Optional.of(
                                new TunnelLink(
                                        link.request(), Set.of(IpPrefix.parse("192.0.2.77/32")))),
                        vti.rules());
        assertEquals(
                List.of(new KernelAction.SetAddresses("vpn3", link.addresses())),
                Planner.plan(vti, otherAddress));
    }

    @Test
    void linkWithOtherOuterAddressesOrAnotherKeyIsChangedAndKeepsItsRoutes() throws Exception {
        SessionObjects wanted = vti(1300);
        TunnelLink link = wanted.link().orElseThrow();
        TunnelLinkRequest request = link.request();
        for (TunnelLinkRequest before :
                List.of(
                        TunnelLinkRequest.vti(
                                request.name(),
                                request.session(),
                                InetAddress.getByName("203.0.113.77"),
                                Objects.requireNonNull(request.peer()),
                                request.key(),
                                1400),
                        TunnelLinkRequest.vti(
                                request.name(),
                                request.session(),
                                Objects.requireNonNull(request.local()),
                                Objects.requireNonNull(request.peer()),
                                request.key() + 1,
                                1400))) {
            SessionObjects actual =
                    new SessionObjects(
                            wanted.policies(),
                            Optional.of(new TunnelLink(before, link.addresses())),
                            wanted.rules());
            List<KernelAction> plan = Planner.plan(wanted, actual);
            assertEquals(List.of(new KernelAction.ChangeLink(request)), plan);
            assertEquals(wanted, actual.after(plan.get(0)));
        }
    }

    @Test
    void linkOfTheOtherAddressFamilyIsMadeAnew() throws Exception {
        SessionObjects wanted = vti(1300);
        TunnelLink link = wanted.link().orElseThrow();
        TunnelLinkRequest before =
                TunnelLinkRequest.vti(
                        link.request().name(),
                        link.request().session(),
                        InetAddress.getByName("2001:db8::1"),
                        InetAddress.getByName("2001:db8::2"),
                        link.request().key(),
                        1300);
        SessionObjects actual =
                new SessionObjects(
                        wanted.policies(),
                        Optional.of(new TunnelLink(before, link.addresses())),
                        wanted.rules());
        assertEquals(
                List.of("RemoveLink", "CreateLink", "SetAddresses"),
                kinds(Planner.plan(wanted, actual)));
    }

    @Test
    void policyWithAnotherTemplateIsReplacedInOneStep() {
        SessionObjects wanted = pairs("10.1.0.0/24");
        SessionObjects other =
                objects(
                        SessionBuilder.policyBased("branch")
                                .pairsFrom(9)
                                .rule("10.1.0.0/24", "10.7.0.0/16")
                                .clamp(MssClampingDirection.BOTH, 1200),
                        TunnelKind.XFRM_INTERFACE,
                        1400);
        assertEquals(
                List.of("PutPolicy", "PutPolicy", "PutPolicy", "PutRules"),
                kinds(Planner.plan(wanted, other)));
    }

    @Test
    void blocksTakeThePlaceOfPoliciesAndBack() {
        SessionObjects running = pairs("10.1.0.0/24");
        assertEquals(
                List.of("PutPolicy", "PutPolicy", "PutPolicy", "RemoveRules"),
                kinds(Planner.plan(running.blocked(), running)));
        assertEquals(
                List.of("PutPolicy", "PutPolicy", "PutPolicy", "PutRules"),
                kinds(Planner.plan(running, running.blocked())));
    }

    @Test
    void withPoliciesKeepsTheOldBesideTheNew() {
        Map<PolicyKey, PolicyEntry> old = new LinkedHashMap<>();
        PolicyKey key =
                new PolicyKey(
                        PolicyDirection.OUT,
                        Selector.between(
                                IpPrefix.parse("10.9.0.0/16"), IpPrefix.parse("10.7.0.0/16")),
                        Scope.GLOBAL);
        old.put(key, PolicyEntry.block(key, 4));
        SessionObjects actual = new SessionObjects(old, Optional.empty(), Optional.empty());
        SessionObjects both = actual.withPolicies(pairs("10.1.0.0/24").policies());
        assertEquals(4, both.policies().size());
        assertEquals(
                List.of("PutPolicy", "PutPolicy", "PutPolicy"), kinds(Planner.plan(both, actual)));
    }
}
