package io.edgeipsec.daemon.status;

import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.TunnelTraffic;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What tunnels have carried, by the kernel's counters. Any thread may call; no call blocks. */
public interface TrafficSource {

    /** One session; nothing of one that has not been taken up yet. */
    CompletionStage<SessionTraffic> traffic(String session);

    /** Every session that has carried something, by id. It may be as old as a second. */
    CompletionStage<Map<String, TunnelTraffic>> trafficOfAll();

    /** Has the counters of a session begin at zero again. */
    CompletionStage<Void> resetTraffic(String session);

    /**
     * What a session has carried.
     *
     * @param total more than its tunnels' where rules have been removed
     * @param tunnels by the name of the Child policy
     * @param children the Child policies' names by what they protect, of a policy-based session
     */
    record SessionTraffic(
            TunnelTraffic total,
            Map<String, TunnelTraffic> tunnels,
            Map<SelectorPair, String> children) {

        public static final SessionTraffic NONE =
                new SessionTraffic(TunnelTraffic.NONE, Map.of(), Map.of());

        public SessionTraffic {
            tunnels = Map.copyOf(tunnels);
        }

        /** What the tunnel of this Child policy has carried. */
        TunnelTraffic of(Optional<String> child) {
            return child.map(name -> tunnels.getOrDefault(name, TunnelTraffic.NONE))
                    .orElse(TunnelTraffic.NONE);
        }
    }
}
