package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.xfrm.nft.MssClamp;
import io.edgeipsec.xfrm.nft.TrafficRules;
import java.util.Map;
import java.util.Optional;

/**
 * One session as the daemon is to run it.
 *
 * @param children what ties SAs to kernel objects, by the name of the Child policy
 * @param pairs the names of the Child policies by what they protect, of a policy-based session
 * @param computesMss whether the MSS follows the MTU, no value being configured
 * @param peer what IKE is told; empty while the session is disabled. Holds the pre-shared key,
 *     which goes to the engine with it
 * @param multiPathGroup id of the group that the session's tunnel interface is a member of
 */
public record Blueprint(
        String session,
        SessionObjects objects,
        Map<String, ChildTraits> children,
        Map<SelectorPair, String> pairs,
        boolean computesMss,
        Optional<PeerPolicy> peer,
        Optional<String> multiPathGroup) {
    /** TCP and IPv4 headers without options. */
    private static final int TCP_IP_HEADERS = 40;

    public Blueprint {
        children = Map.copyOf(children);
        pairs = Map.copyOf(pairs);
    }

    static int mssOf(int tunnelMtu) {
        return Math.max(MssClamp.MIN, Math.min(MssClamp.MAX, tunnelMtu - TCP_IP_HEADERS));
    }

    /** The kernel objects once it is known what fits through the tunnel. */
    public SessionObjects objectsAt(int tunnelMtu) {
        return new SessionObjects(
                objects.policies(),
                objects.link().map(link -> link.withMtu(tunnelMtu)),
                objects.rules().map(rules -> computesMss ? withMss(rules, tunnelMtu) : rules));
    }

    private static TrafficRules withMss(TrafficRules rules, int tunnelMtu) {
        MssClamp clamp = rules.clamp();
        return clamp == null
                ? rules
                : new TrafficRules(
                        rules.session(),
                        rules.interfaceName(),
                        rules.reqids(),
                        new MssClamp(clamp.direction(), mssOf(tunnelMtu)),
                        rules.logged());
    }
}
