package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do so that a session's kernel objects are as they are to be. What is right already is
 * left alone. Policies come first and go last, so that at no moment a protected packet finds none;
 * only a tunnel interface stands before the policies of what is routed into it matter.
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
        boolean keeps =
                wanted.isPresent() && actual.isPresent() && sameButMtu(wanted.get(), actual.get());
        if (actual.isPresent() && !keeps) {
            plan.add(new KernelAction.RemoveLink(actual.get().request().name()));
        }
        if (wanted.isEmpty()) {
            return;
        }
        TunnelLink link = wanted.get();
        String name = link.request().name();
        if (!keeps) {
            plan.add(new KernelAction.CreateLink(link.request()));
        } else if (actual.get().request().mtu() != link.request().mtu()) {
            plan.add(new KernelAction.SetMtu(name, link.request().mtu()));
        }
        if (!keeps || !actual.get().addresses().equals(link.addresses())) {
            plan.add(new KernelAction.SetAddresses(name, link.addresses()));
        }
    }

    private static boolean sameButMtu(TunnelLink one, TunnelLink other) {
        return one.withMtu(other.request().mtu()).request().equals(other.request());
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
