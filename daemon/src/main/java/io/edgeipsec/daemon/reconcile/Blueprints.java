package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.api.resource.DfPolicy;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.LoggedRule;
import io.edgeipsec.xfrm.nft.MssClamp;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes blueprints of what is stored. Pure: the same intent gives the same blueprint. */
public final class Blueprints {
    /** The one Child policy of a route-based session. */
    public static final String TUNNEL = "tunnel";

    /** reqid indexes of tunnels lie above those of pairs, which count up from 1. */
    private static final int FIRST_TUNNEL_REQID = 0xfe_0000;

    private Blueprints() {}

    /**
     * The blueprint of a session.
     *
     * @param kind of the tunnel interface, for a route-based session
     * @param tunnelMtu largest inner packet; see {@link #tunnelMtu}
     */
    public static Blueprint of(SessionIntent intent, TunnelKind kind, int tunnelMtu) {
        Draft draft = new Draft(intent, tunnelMtu);
        if (intent.session() instanceof PolicyBasedIPSecVPNSession session) {
            draft.policyBased(session);
        } else if (intent.session() instanceof RouteBasedIPSecVPNSession session) {
            draft.routeBased(session, kind);
        }
        return draft.finish();
    }

    /**
     * The largest inner packet that fits whatever transform of its profile a session negotiates.
     *
     * @param udp whether ESP goes inside UDP
     */
    public static int tunnelMtu(SessionIntent intent, int pathMtu, boolean udp) {
        return EspTransforms.of(PeerPolicies.esp(intent.tunnelProfile())).stream()
                .mapToInt(transform -> tunnelMtu(transform, pathMtu, udp))
                .min()
                .orElse(pathMtu);
    }

    /**
     * As {@link #tunnelMtu}, for what was negotiated. Where next to nothing fits it is what IPv4
     * needs at least, and the outer packets are fragmented.
     */
    public static int tunnelMtu(EspTransform transform, int pathMtu, boolean udp) {
        return Math.max(TunnelLinkRequest.MIN_MTU, transform.tunnelMtu(pathMtu, false, udp));
    }

    private static final class Draft {
        private final SessionIntent intent;
        private final SessionSettings settings;
        private final int tunnelMtu;
        private final InetAddress local;
        private final InetAddress peer;
        private final io.edgeipsec.xfrm.state.DfPolicy dfPolicy;
        private final List<PolicyEntry> policies = new ArrayList<>();
        private final List<ChildPolicy> childPolicies = new ArrayList<>();
        private final Map<String, ChildTraits> children = new LinkedHashMap<>();
        private final Map<SelectorPair, String> pairs = new LinkedHashMap<>();
        private final List<LoggedRule> logged = new ArrayList<>();
        private Optional<TunnelLink> link = Optional.empty();

        Draft(SessionIntent intent, int tunnelMtu) {
            this.intent = intent;
            this.settings = intent.session().settings();
            this.tunnelMtu = tunnelMtu;
            this.local = settings.localEndpoint().localAddress().toInetAddress();
            this.peer = settings.peerAddress().toInetAddress();
            this.dfPolicy =
                    intent.tunnelProfile().dfPolicy() == DfPolicy.COPY
                            ? io.edgeipsec.xfrm.state.DfPolicy.COPY
                            : io.edgeipsec.xfrm.state.DfPolicy.CLEAR;
        }

        void policyBased(PolicyBasedIPSecVPNSession session) {
            for (IPSecVPNPolicyRule rule : session.policyRules()) {
                if (settings.enabled() && rule.enabled()) {
                    add(rule);
                }
            }
        }

        private void add(IPSecVPNPolicyRule rule) {
            Set<Integer> reqids = new HashSet<>();
            for (SelectorPair pair : rule.pairs()) {
                Integer number = intent.kernelIds().pairNumbers().get(pair);
                if (number == null || number >= FIRST_TUNNEL_REQID) {
                    throw new IllegalStateException(
                            "session " + intent.session().id() + ": no number for " + pair);
                }
                int reqid = KernelNumbers.reqid(number);
                reqids.add(reqid);
                protect(
                        Selector.between(
                                Conversions.toPrefix(pair.source()),
                                Conversions.toPrefix(pair.destination())),
                        reqid,
                        Scope.GLOBAL);
                pairs.put(pair, "p" + number);
                child(
                        "p" + number,
                        Conversions.toSelector(pair.source()),
                        Conversions.toSelector(pair.destination()),
                        traits(reqid, Scope.GLOBAL));
            }
            if (rule.logged()) {
                String label = intent.session().header().displayName() + "/" + rule.displayName();
                logged.add(new LoggedRule(printable(label), reqids));
            }
        }

        void routeBased(RouteBasedIPSecVPNSession session, TunnelKind kind) {
            int number = intent.kernelIds().tunnelNumber().orElseThrow();
            String name = KernelNumbers.tunnelName(number);
            int key = KernelNumbers.tunnelKey(number);
            String id = session.id();
            TunnelLinkRequest request =
                    kind == TunnelKind.VTI
                            ? TunnelLinkRequest.vti(name, id, local, peer, key, tunnelMtu)
                            : TunnelLinkRequest.xfrm(name, id, key, tunnelMtu);
            IpPrefix address = Conversions.toPrefix(session.tunnelPort().address());
            link = Optional.of(new TunnelLink(request, Set.of(address)));
            if (settings.enabled()) {
                int reqid = KernelNumbers.reqid(FIRST_TUNNEL_REQID | number);
                IpPrefix everything = IpPrefix.all(local);
                protect(Selector.between(everything, everything), reqid, request.scope());
                TrafficSelector any = TrafficSelector.parse("0.0.0.0/0");
                child(TUNNEL, any, any, traits(reqid, request.scope()));
            }
        }

        private ChildTraits traits(int reqid, Scope scope) {
            return new ChildTraits(
                    reqid, scope, dfPolicy, intent.tunnelProfile().antiReplayWindow());
        }

        /** Out, and in the other direction in and forward. */
        private void protect(Selector outbound, int reqid, Scope scope) {
            int priority = KernelNumbers.policyPriority(KernelNumbers.Rank.PROTECT, outbound);
            PolicyTemplate out = new PolicyTemplate(local, peer, reqid);
            PolicyTemplate in = new PolicyTemplate(peer, local, reqid);
            Selector inbound = outbound.reversed();
            policies.add(
                    PolicyEntry.protect(
                            new PolicyKey(PolicyDirection.OUT, outbound, scope), priority, out));
            policies.add(
                    PolicyEntry.protect(
                            new PolicyKey(PolicyDirection.IN, inbound, scope), priority, in));
            policies.add(
                    PolicyEntry.protect(
                            new PolicyKey(PolicyDirection.FORWARD, inbound, scope), priority, in));
        }

        private void child(
                String name, TrafficSelector ours, TrafficSelector theirs, ChildTraits traits) {
            children.put(name, traits);
            childPolicies.add(
                    new ChildPolicy(
                            name,
                            ours,
                            theirs,
                            PeerPolicies.esp(intent.tunnelProfile()),
                            intent.tunnelProfile().saLifeTime()));
        }

        Blueprint finish() {
            Optional<TrafficRules> rules = rules();
            Optional<PeerPolicy> policy =
                    settings.enabled() && !childPolicies.isEmpty()
                            ? PeerPolicies.of(intent, childPolicies)
                            : Optional.empty();
            return new Blueprint(
                    intent.session().id(),
                    SessionObjects.of(policies, link, rules),
                    children,
                    pairs,
                    settings.tcpMssClamping().maxSegmentSize() == null,
                    policy,
                    intent.session() instanceof RouteBasedIPSecVPNSession routeBased
                            ? Optional.ofNullable(routeBased.multiPathGroupId())
                            : Optional.empty());
        }

        private Optional<TrafficRules> rules() {
            TcpMssClamping clamping = settings.tcpMssClamping();
            boolean clamps =
                    clamping.direction() != MssClampingDirection.NONE && !childPolicies.isEmpty();
            if (!clamps && logged.isEmpty()) {
                return Optional.empty();
            }
            Integer value = clamping.maxSegmentSize();
            MssClamp clamp =
                    new MssClamp(
                            direction(clamping.direction()),
                            value == null ? Blueprint.mssOf(tunnelMtu) : value);
            String id = intent.session().id();
            if (link.isPresent()) {
                String name = link.get().request().name();
                return Optional.of(TrafficRules.ofInterface(id, name, clamp, logged));
            }
            Set<Integer> reqids = new HashSet<>();
            children.values().forEach(traits -> reqids.add(traits.reqid()));
            return Optional.of(TrafficRules.ofReqids(id, reqids, clamp, logged));
        }

        private static MssClamp.Direction direction(MssClampingDirection direction) {
            return switch (direction) {
                case NONE -> MssClamp.Direction.NONE;
                case INBOUND_CONNECTION -> MssClamp.Direction.INBOUND_CONNECTION;
                case OUTBOUND_CONNECTION -> MssClamp.Direction.OUTBOUND_CONNECTION;
                case BOTH -> MssClamp.Direction.BOTH;
            };
        }

        private static String printable(String text) {
            return text.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "?");
        }
    }
}
