package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do so that a session's kernel objects are as they are to be. What is right already is
 * left alone. Policies come first and go last, so that at no moment a protected packet finds none.
 * A tunnel interface is made anew only if it cannot be changed: others' routes would go with it,
 * and what they routed into the tunnel might leave in clear.
 */
public final class Planner {
    private Planner() {}

    public static List<KernelAction> plan(SessionObjects wanted, SessionObjects actual) {
        List<KernelAction> plan = new ArrayList<>();
        putPolicies(wanted, actual, plan);
        planLink(wanted.link(), actual.link(), plan);
        planRules(wanted, actual, plan);
        removePolicies(wanted, actual, plan);
        return plan;
    }

    private static void putPolicies(
            SessionObjects wanted, SessionObjects actual, List<KernelAction> plan) {
        for (Map.Entry<PolicyKey, PolicyEntry> entry : wanted.policies().entrySet()) {
            if (!entry.getValue().equals(actual.policies().get(entry.getKey()))) {
                plan.add(new KernelAction.PutPolicy(entry.getValue()));
            }
        }
    }

    private static void removePolicies(
            SessionObjects wanted, SessionObjects actual, List<KernelAction> plan) {
        for (PolicyKey key : actual.policies().keySet()) {
            if (!wanted.policies().containsKey(key)) {
                plan.add(new KernelAction.RemovePolicy(key));
            }
        }
    }

    private static void planLink(
            Optional<TunnelLink> wanted, Optional<TunnelLink> actual, List<KernelAction> plan) {
        Optional<TunnelLink> kept =
                actual.filter(
                        had ->
                                wanted.isPresent()
                                        && had.request().canBecome(wanted.get().request()));
        if (actual.isPresent() && kept.isEmpty()) {
            plan.add(new KernelAction.RemoveLink(actual.get().request().name()));
        }
        if (wanted.isEmpty()) {
            return;
        }
        TunnelLink link = wanted.get();
        String name = link.request().name();
        if (kept.isEmpty()) {
            plan.add(new KernelAction.CreateLink(link.request()));
        } else if (!kept.get().withMtu(link.request().mtu()).request().equals(link.request())) {
            plan.add(new KernelAction.ChangeLink(link.request()));
        } else if (kept.get().request().mtu() != link.request().mtu()) {
            plan.add(new KernelAction.SetMtu(name, link.request().mtu()));
        }
        if (kept.isEmpty() || !kept.get().addresses().equals(link.addresses())) {
            plan.add(new KernelAction.SetAddresses(name, link.addresses()));
        }
    }

    private static void planRules(
            SessionObjects wanted, SessionObjects actual, List<KernelAction> plan) {
        if (wanted.rules().equals(actual.rules())) {
            return;
        }
        wanted.rules()
                .ifPresentOrElse(
                        rules -> plan.add(new KernelAction.PutRules(rules)),
                        () ->
                                actual.rules()
                                        .ifPresent(
                                                rules ->
                                                        plan.add(
                                                                new KernelAction.RemoveRules(
                                                                        rules.session()))));
    }
}
