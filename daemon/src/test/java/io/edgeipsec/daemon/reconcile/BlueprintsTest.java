package io.edgeipsec.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.DfPolicy;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.LoggedRule;
import io.edgeipsec.xfrm.nft.MssClamp;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlueprintsTest {
    private static final int MTU = 1438;
    private static final InetAddress LOCAL = address(SessionBuilder.LOCAL);
    private static final InetAddress PEER = address(SessionBuilder.PEER);

    private static InetAddress address(String text) {
        return IpPrefix.parse(text).address();
    }

    private static Selector selector(String source, String destination) {
        return Selector.between(IpPrefix.parse(source), IpPrefix.parse(destination));
    }

    private static Blueprint blueprint(SessionBuilder session, TunnelKind kind) {
        try (SessionIntent intent = session.intent()) {
            return Blueprints.of(intent, kind, MTU);
        }
    }

    private static Blueprint blueprint(SessionBuilder session) {
        return blueprint(session, TunnelKind.XFRM_INTERFACE);
    }

    private static PolicyEntry policy(
            Blueprint blueprint,
            PolicyDirection direction,
            String source,
            String destination,
            Scope scope) {
        PolicyKey key = new PolicyKey(direction, selector(source, destination), scope);
        return Optional.ofNullable(blueprint.objects().policies().get(key)).orElseThrow();
    }

    private static SessionBuilder twoPairs() {
        return SessionBuilder.policyBased("branch")
                .pairsFrom(7)
                .rule("10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16");
    }

    @Test
    void everyPairHasItsThreePoliciesUnderItsOwnReqid() {
        Blueprint blueprint = blueprint(twoPairs());
        assertEquals(6, blueprint.objects().policies().size());
        int number = 7;
        for (String source : List.of("10.1.0.0/24", "10.1.1.0/24")) {
            int reqid = KernelNumbers.reqid(number++);
            PolicyEntry out =
                    policy(blueprint, PolicyDirection.OUT, source, "10.7.0.0/16", Scope.GLOBAL);
            assertEquals(new PolicyTemplate(LOCAL, PEER, reqid), out.template());
            for (PolicyDirection inbound : List.of(PolicyDirection.IN, PolicyDirection.FORWARD)) {
                PolicyEntry in = policy(blueprint, inbound, "10.7.0.0/16", source, Scope.GLOBAL);
                assertEquals(new PolicyTemplate(PEER, LOCAL, reqid), in.template());
                assertEquals(out.priority(), in.priority());
            }
        }
        assertEquals(Optional.empty(), blueprint.objects().link());
        assertEquals(Optional.empty(), blueprint.objects().rules());
    }

    @Test
    void childrenNameTheirPairsAndCarryItsReqid() {
        Blueprint blueprint = blueprint(twoPairs());
        assertEquals(
                Map.of(
                        "p7",
                        new ChildTraits(
                                KernelNumbers.reqid(7),
                                Scope.GLOBAL,
                                io.edgeipsec.xfrm.state.DfPolicy.COPY,
                                1024),
                        "p8",
                        new ChildTraits(
                                KernelNumbers.reqid(8),
                                Scope.GLOBAL,
                                io.edgeipsec.xfrm.state.DfPolicy.COPY,
                                1024)),
                blueprint.children());
        PeerPolicy peer = blueprint.peer().orElseThrow();
        assertEquals(
                List.of("p7 10.1.0.0/24===10.7.0.0/16", "p8 10.1.1.0/24===10.7.0.0/16"),
                peer.children().stream().map(ChildPolicy::toString).toList());
    }

    @Test
    void narrowerSelectorsWinWhicheverSessionTheyAreOf() {
        Blueprint wide =
                blueprint(SessionBuilder.policyBased("a").rule("10.0.0.0/8", "10.7.0.0/16"));
        Blueprint narrow =
                blueprint(
                        SessionBuilder.policyBased("b")
                                .rule("10.1.0.0/24", "10.7.0.0/16 10.7.1.1/32"));
        int widest = only(wide).priority();
        int middle =
                policy(narrow, PolicyDirection.OUT, "10.1.0.0/24", "10.7.0.0/16", Scope.GLOBAL)
                        .priority();
        int narrowest =
                policy(narrow, PolicyDirection.OUT, "10.1.0.0/24", "10.7.1.1/32", Scope.GLOBAL)
                        .priority();
        assertTrue(narrowest < middle && middle < widest, "a lower number wins");
        int bypassOfEverything =
                KernelNumbers.policyPriority(
                        KernelNumbers.Rank.BYPASS, selector("0.0.0.0/0", "0.0.0.0/0"));
        assertTrue(bypassOfEverything < narrowest, "a bypass wins even if wider");
    }

    private static PolicyEntry only(Blueprint blueprint) {
        return blueprint.objects().policies().values().iterator().next();
    }

    @Test
    void disabledRulesHaveNothingAndKeepTheNumbersOfTheOthers() {
        Blueprint blueprint =
                blueprint(
                        SessionBuilder.policyBased("branch")
                                .rule("10.1.0.0/24", "10.7.0.0/16", false, true)
                                .rule("10.1.1.0/24", "10.7.0.0/16"));
        assertEquals(Set.of("p2"), blueprint.children().keySet());
        assertEquals(3, blueprint.objects().policies().size());
        assertEquals(Optional.empty(), blueprint.objects().rules(), "its log is not wanted");
        assertEquals(1, blueprint.peer().orElseThrow().children().size());
    }

    @Test
    void disabledSessionsHaveNoPoliciesAndNoPeer() {
        Blueprint policyBased =
                blueprint(twoPairs().clamp(MssClampingDirection.BOTH, 1200).disabled());
        assertEquals(SessionObjects.NONE, policyBased.objects());
        assertEquals(Optional.empty(), policyBased.peer());
        Blueprint routeBased =
                blueprint(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30").disabled());
        assertEquals(Map.of(), routeBased.objects().policies());
        assertEquals(Map.of(), routeBased.children());
        assertTrue(routeBased.objects().link().isPresent(), "the interface stays, with its routes");
        assertEquals(Optional.empty(), routeBased.peer());
    }

    @Test
    void withoutKeyPoliciesStandAndNobodyNegotiates() {
        Blueprint blueprint = blueprint(twoPairs().withoutKey());
        assertEquals(6, blueprint.objects().policies().size());
        assertEquals(Optional.empty(), blueprint.peer());
    }

    @Test
    void pairWithoutNumberIsADefectThatNamesIt() {
        IllegalStateException defect =
                assertThrows(
                        IllegalStateException.class, () -> blueprint(twoPairs().withoutNumbers()));
        assertEquals(
                "session branch: no number for 10.1.0.0/24 -> 10.7.0.0/16", defect.getMessage());
    }

    @Test
    void vtiMarksItsPolicies() {
        Blueprint blueprint =
                blueprint(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"), TunnelKind.VTI);
        int key = KernelNumbers.tunnelKey(3);
        assertEquals(
                Optional.of(
                        new TunnelLink(
                                TunnelLinkRequest.vti("vpn3", "hq", LOCAL, PEER, key, MTU),
                                Set.of(IpPrefix.parse("192.168.50.1/30")))),
                blueprint.objects().link());
        checkTunnel(blueprint, Scope.mark(key));
    }

    @Test
    void xfrmInterfaceScopesItsPolicies() {
        Blueprint blueprint = blueprint(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        int key = KernelNumbers.tunnelKey(3);
        assertEquals(
                TunnelLinkRequest.xfrm("vpn3", "hq", key, MTU),
                blueprint.objects().link().orElseThrow().request());
        checkTunnel(blueprint, Scope.interfaceId(key));
    }

    private static void checkTunnel(Blueprint blueprint, Scope scope) {
        assertEquals(3, blueprint.objects().policies().size());
        ChildTraits traits = blueprint.children().get(Blueprints.TUNNEL);
        assertEquals(Set.of(Blueprints.TUNNEL), blueprint.children().keySet());
        for (PolicyDirection direction : PolicyDirection.values()) {
            PolicyEntry policy = policy(blueprint, direction, "0.0.0.0/0", "0.0.0.0/0", scope);
            PolicyTemplate template = policy.protection().orElseThrow();
            assertEquals(Optional.ofNullable(traits).orElseThrow().reqid(), template.reqid());
            assertTrue(KernelNumbers.isOurs(policy));
        }
        ChildPolicy child = blueprint.peer().orElseThrow().children().get(0);
        assertEquals("tunnel 0.0.0.0/0===0.0.0.0/0", child.toString());
    }

    @Test
    void reqidsOfTunnelsAndPairsNeverMeet() {
        int tunnel =
                blueprint(SessionBuilder.routeBased("hq", 1, "192.168.50.1/30"))
                        .children()
                        .values()
                        .iterator()
                        .next()
                        .reqid();
        int pair =
                blueprint(
                                SessionBuilder.policyBased("a")
                                        .pairsFrom(1)
                                        .rule("10.1.0.0/24", "10.7.0.0/16"))
                        .children()
                        .values()
                        .iterator()
                        .next()
                        .reqid();
        assertEquals(KernelNumbers.reqid(0xfe_0001), tunnel);
        assertEquals(KernelNumbers.reqid(1), pair);
        SessionBuilder beyond =
                SessionBuilder.policyBased("a")
                        .pairsFrom(0xfe_0000)
                        .rule("10.1.0.0/24", "10.7.0.0/16");
        assertThrows(IllegalStateException.class, () -> blueprint(beyond));
    }

    @Test
    void tunnelMtuFitsTheWorstTransformOfTheProfile() {
        IPSecVPNTunnelProfile system = SystemProfiles.TUNNEL;
        IPSecVPNTunnelProfile two =
                new IPSecVPNTunnelProfile(
                        system.header(),
                        List.of(EncryptionAlgorithm.AES_GCM_128, EncryptionAlgorithm.AES_256),
                        List.of(io.edgeipsec.api.resource.DigestAlgorithm.SHA2_512),
                        true,
                        system.dhGroups(),
                        DfPolicy.CLEAR,
                        system.saLifeTime(),
                        false,
                        64,
                        List.of());
        try (SessionIntent intent = twoPairs().intent();
                SessionIntent other = twoPairs().tunnelProfile(two).intent()) {
            // 20 IPv4, 8 ESP, 8 IV, 16 ICV; blocks of 4; 2 of trailer.
            assertEquals(1446, Blueprints.tunnelMtu(intent, 1500, false));
            assertEquals(1438, Blueprints.tunnelMtu(intent, 1500, true));
            // 20 IPv4, 8 ESP, 16 IV, 32 ICV; blocks of 16: 1424, of which 2 trail.
            assertEquals(1422, Blueprints.tunnelMtu(other, 1500, false));
            assertEquals(
                    Blueprints.tunnelMtu(intent, 1500, true),
                    Blueprints.tunnelMtu(EspTransform.aead(EspCipher.AES_GCM_16, 128), 1500, true));
        }
    }

    @Test
    void mssIsAsConfiguredOrFollowsTheMtu() {
        Blueprint configured =
                blueprint(twoPairs().clamp(MssClampingDirection.INBOUND_CONNECTION, 1200));
        assertEquals(
                new MssClamp(MssClamp.Direction.INBOUND_CONNECTION, 1200), clamp(configured, MTU));
        assertEquals(clamp(configured, MTU), clamp(configured, 1300));

        Blueprint computed =
                blueprint(twoPairs().clamp(MssClampingDirection.OUTBOUND_CONNECTION, null));
        assertEquals(
                Optional.of(new MssClamp(MssClamp.Direction.OUTBOUND_CONNECTION, MTU - 40)),
                computed.objects().rules().map(TrafficRules::clamp));
        assertEquals(1260, clamp(computed, 1300).maxSegmentSize());
        assertEquals(MssClamp.MIN, clamp(computed, 100).maxSegmentSize());
        assertEquals(MssClamp.MAX, clamp(computed, 65_000).maxSegmentSize());
    }

    private static MssClamp clamp(Blueprint blueprint, int mtu) {
        return blueprint.objectsAt(mtu).rules().map(TrafficRules::clamp).orElseThrow();
    }

    @Test
    void clampsByReqidOrByInterface() {
        TrafficRules pairs =
                blueprint(twoPairs().clamp(MssClampingDirection.BOTH, 1200))
                        .objects()
                        .rules()
                        .orElseThrow();
        assertEquals(Set.of(KernelNumbers.reqid(7), KernelNumbers.reqid(8)), pairs.reqids());
        assertEquals(null, pairs.interfaceName());
        TrafficRules tunnel =
                blueprint(
                                SessionBuilder.routeBased("hq", 3, "192.168.50.1/30")
                                        .clamp(MssClampingDirection.BOTH, null))
                        .objects()
                        .rules()
                        .orElseThrow();
        assertEquals("vpn3", tunnel.interfaceName());
        assertEquals(Set.of(), tunnel.reqids());
    }

    @Test
    void loggedRulesAreKnownByTheirReqidsAndCannotForgeALine() {
        Blueprint blueprint =
                blueprint(
                        SessionBuilder.policyBased("branch")
                                .displayName("to \"hq\"\nkernel: forged \\ é")
                                .rule("10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16", true, true)
                                .rule("10.1.2.0/24", "10.7.0.0/16"));
        TrafficRules rules = blueprint.objects().rules().orElseThrow();
        assertEquals(
                List.of(
                        new LoggedRule(
                                "to ?hq??kernel: forged ? ?/rule0",
                                Set.of(KernelNumbers.reqid(1), KernelNumbers.reqid(2)))),
                rules.logged());
        assertEquals(
                Optional.of(MssClamp.Direction.NONE),
                Optional.ofNullable(rules.clamp()).map(MssClamp::direction));
    }

    @Test
    void blockedFormDropsWhatItProtectedWithTheSamePriorities() {
        SessionObjects objects =
                blueprint(
                                SessionBuilder.routeBased("hq", 3, "192.168.50.1/30")
                                        .clamp(MssClampingDirection.BOTH, 1200))
                        .objects();
        SessionObjects blocked = objects.blocked();
        assertEquals(objects.policies().keySet(), blocked.policies().keySet());
        blocked.policies()
                .forEach(
                        (key, policy) -> {
                            assertEquals(PolicyAction.BLOCK, policy.action());
                            assertEquals(
                                    Optional.ofNullable(objects.policies().get(key))
                                            .map(PolicyEntry::priority),
                                    Optional.of(policy.priority()));
                            assertTrue(KernelNumbers.isOurs(policy), "a start finds it");
                        });
        assertEquals(objects.link(), blocked.link());
        assertEquals(Optional.empty(), blocked.rules());
    }

    @Test
    void onlyTheMtuOfALinkFollowsWhatFits() {
        Blueprint blueprint = blueprint(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        SessionObjects narrower = blueprint.objectsAt(1300);
        assertEquals(1300, narrower.link().orElseThrow().request().mtu());
        assertEquals(
                blueprint.objects().link().orElseThrow(),
                narrower.link().orElseThrow().withMtu(MTU));
        assertEquals(blueprint.objects().policies(), narrower.policies());
    }

    @Test
    void sameIntentSameBlueprint() {
        Blueprint one = blueprint(twoPairs());
        Blueprint other = blueprint(twoPairs());
        assertEquals(one.objects(), other.objects());
        assertEquals(one.children(), other.children());
    }

    @Test
    void dfPolicyAndAntiReplayWindowReachTheSas() {
        IPSecVPNTunnelProfile system = SystemProfiles.TUNNEL;
        IPSecVPNTunnelProfile clear =
                new IPSecVPNTunnelProfile(
                        system.header(),
                        system.encryptionAlgorithms(),
                        system.digestAlgorithms(),
                        system.enablePerfectForwardSecrecy(),
                        system.dhGroups(),
                        DfPolicy.CLEAR,
                        system.saLifeTime(),
                        false,
                        64,
                        List.of());
        blueprint(twoPairs().tunnelProfile(clear))
                .children()
                .values()
                .forEach(
                        traits -> {
                            assertEquals(io.edgeipsec.xfrm.state.DfPolicy.CLEAR, traits.dfPolicy());
                            assertEquals(64, traits.antiReplayWindow());
                        });
    }
}
