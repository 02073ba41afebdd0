package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.kernel.Outcome.Nothing;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import java.util.Set;

/** One step of a plan. Each may be repeated. */
public sealed interface KernelAction {
    Outcome<Nothing> applyTo(IpsecKernel kernel);

    record PutPolicy(PolicyEntry policy) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.putPolicy(policy);
        }
    }

    record RemovePolicy(PolicyKey key) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return goneIsDone(kernel.removePolicy(key));
        }
    }

    record CreateLink(TunnelLinkRequest request) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.createLink(request).map(link -> Nothing.NOTHING);
        }
    }

    /** What others put on the link, their routes above all, stays. */
    record ChangeLink(TunnelLinkRequest request) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.changeLink(request);
        }
    }

    record RemoveLink(String name) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return goneIsDone(kernel.removeLink(name));
        }
    }

    record SetAddresses(String link, Set<IpPrefix> addresses) implements KernelAction {
        public SetAddresses {
            addresses = Set.copyOf(addresses);
        }

        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.setLinkAddresses(link, addresses);
        }
    }

    record SetMtu(String link, int mtu) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.setLinkMtu(link, mtu);
        }
    }

    record PutRules(TrafficRules rules) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.putTrafficRules(rules);
        }
    }

    record RemoveRules(String session) implements KernelAction {
        @Override
        public Outcome<Nothing> applyTo(IpsecKernel kernel) {
            return kernel.removeTrafficRules(session);
        }
    }

    private static Outcome<Nothing> goneIsDone(Outcome<Nothing> outcome) {
        return outcome.isRefused(Outcome.Kind.GONE) ? Outcome.done() : outcome;
    }
}
