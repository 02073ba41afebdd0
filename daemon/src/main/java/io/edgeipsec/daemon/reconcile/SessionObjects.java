package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What stands in the kernel for one session besides its SAs: as it is, or as it is to be. */
public record SessionObjects(
        Map<PolicyKey, PolicyEntry> policies,
        Optional<TunnelLink> link,
        Optional<TrafficRules> rules) {
    public static final SessionObjects NONE =
            new SessionObjects(Map.of(), Optional.empty(), Optional.empty());

    public SessionObjects {
        policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
    }

    static SessionObjects of(
            List<PolicyEntry> policies, Optional<TunnelLink> link, Optional<TrafficRules> rules) {
        Map<PolicyKey, PolicyEntry> byKey = new LinkedHashMap<>();
        policies.forEach(policy -> byKey.put(policy.key(), policy));
        return new SessionObjects(byKey, link, rules);
    }

    /** The same with every packet that would be protected dropped instead, and no rules. */
    public SessionObjects blocked() {
        Map<PolicyKey, PolicyEntry> blocks = new LinkedHashMap<>();
        policies.forEach(
                (key, policy) -> blocks.put(key, PolicyEntry.block(key, policy.priority())));
        return new SessionObjects(blocks, link, Optional.empty());
    }

    /** What is there once a step was taken. */
    public SessionObjects after(KernelAction action) {
        Map<PolicyKey, PolicyEntry> policiesAfter = new LinkedHashMap<>(policies);
        Optional<TunnelLink> linkAfter = link;
        Optional<TrafficRules> rulesAfter = rules;
        if (action instanceof KernelAction.PutPolicy put) {
            policiesAfter.put(put.policy().key(), put.policy());
        } else if (action instanceof KernelAction.RemovePolicy remove) {
            policiesAfter.remove(remove.key());
        } else if (action instanceof KernelAction.CreateLink create) {
            linkAfter = Optional.of(new TunnelLink(create.request(), Set.of()));
        } else if (action instanceof KernelAction.ChangeLink change) {
            linkAfter = link.map(l -> new TunnelLink(change.request(), l.addresses()));
        } else if (action instanceof KernelAction.RemoveLink) {
            linkAfter = Optional.empty();
        } else if (action instanceof KernelAction.SetAddresses set) {
            linkAfter = link.map(l -> new TunnelLink(l.request(), set.addresses()));
        } else if (action instanceof KernelAction.SetMtu set) {
            linkAfter = link.map(l -> l.withMtu(set.mtu()));
        } else if (action instanceof KernelAction.PutRules put) {
            rulesAfter = Optional.of(put.rules());
        } else if (action instanceof KernelAction.RemoveRules) {
            rulesAfter = Optional.empty();
        }
        return new SessionObjects(policiesAfter, linkAfter, rulesAfter);
    }

    /** These policies with others besides, of which the others win. */
    public SessionObjects withPolicies(Map<PolicyKey, PolicyEntry> others) {
        Map<PolicyKey, PolicyEntry> both = new LinkedHashMap<>(policies);
        both.putAll(others);
        return new SessionObjects(both, link, rules);
    }

    /** With another outer address in place of one, for SAs that have moved there. */
    public SessionObjects withOuterAddress(InetAddress before, InetAddress after) {
        Map<PolicyKey, PolicyEntry> moved = new LinkedHashMap<>();
        policies.forEach(
                (key, policy) ->
                        moved.put(
                                key,
                                policy.protection()
                                        .map(
                                                template ->
                                                        PolicyEntry.protect(
                                                                key,
                                                                policy.priority(),
                                                                moved(template, before, after)))
                                        .orElse(policy)));
        return new SessionObjects(moved, link.map(l -> l.withOuterAddress(before, after)), rules);
    }

    private static PolicyTemplate moved(
            PolicyTemplate template, InetAddress before, InetAddress after) {
        return new PolicyTemplate(
                template.source().equals(before) ? after : template.source(),
                template.destination().equals(before) ? after : template.destination(),
                template.reqid());
    }

    public SessionObjects withRules(Optional<TrafficRules> other) {
        return new SessionObjects(policies, link, other);
    }
}
