package io.edgeipsec.api.resource;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a policy-based session: each source paired with each destination is protected by a
 * Child SA of its own. The action is always PROTECT.
 */
public record IPSecVPNPolicyRule(
        String id,
        String displayName,
        @Nullable String description,
        List<Ipv4Subnet> sources,
        List<Ipv4Subnet> destinations,
        boolean enabled,
        boolean logged) {

    public IPSecVPNPolicyRule {
        sources = List.copyOf(sources);
        destinations = List.copyOf(destinations);
    }

    /** Every pair, sources in the outer order. */
    public List<SelectorPair> pairs() {
        List<SelectorPair> pairs = new ArrayList<>(sources.size() * destinations.size());
        for (Ipv4Subnet source : sources) {
            for (Ipv4Subnet destination : destinations) {
                pairs.add(new SelectorPair(source, destination));
            }
        }
        return pairs;
    }
}
