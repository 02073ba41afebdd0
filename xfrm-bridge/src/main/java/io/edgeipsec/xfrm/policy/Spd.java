package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.LifetimeConfig;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.XfrmAttribute;
import io.edgeipsec.xfrm.state.XfrmMessage;
import java.util.List;
import java.util.Optional;

/** The kernel's security policy database. Kernel request thread only. */
public final class Spd {
    private final NetlinkChannel channel;

    public Spd(NetlinkChannel channel) {
        this.channel = channel;
    }

    /** Creates the policy, or replaces the one with its key in one step. */
    public void put(PolicyEntry policy) throws NetlinkException {
        PolicyKey key = policy.key();
        channel.execute(
                XfrmMessage.UPDPOLICY,
                0,
                w -> {
                    new UserPolicyInfo(
                                    key.selector(),
                                    LifetimeConfig.NONE,
                                    LifetimeCurrent.NEW,
                                    policy.priority(),
                                    0,
                                    key.direction().code(),
                                    policy.action() == PolicyAction.BLOCK
                                            ? UserPolicyInfo.ACTION_BLOCK
                                            : UserPolicyInfo.ACTION_ALLOW,
                                    0,
                                    0)
                            .write(w);
                    key.scope().writeAttributes(w);
                    PolicyTemplate template = policy.template();
                    if (template != null) {
                        int at = w.begin(XfrmAttribute.TMPL);
                        UserTemplate.of(template).write(w);
                        w.end(at);
                    }
                });
    }

    public void delete(PolicyKey key) throws NetlinkException {
        channel.execute(XfrmMessage.DELPOLICY, 0, w -> writeKey(w, key));
    }

    public PolicyEntry get(PolicyKey key) throws NetlinkException {
        return channel.query(
                XfrmMessage.GETPOLICY,
                XfrmMessage.NEWPOLICY,
                w -> writeKey(w, key),
                PolicyEntry::read);
    }

    /** Every policy of this network namespace, others' too, but not those of sockets. */
    public List<PolicyEntry> dump() throws NetlinkException {
        return channel
                .dump(XfrmMessage.GETPOLICY, XfrmMessage.NEWPOLICY, w -> {}, PolicyEntry::readAny)
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static void writeKey(NetlinkWriter w, PolicyKey key) {
        new UserPolicyId(key.selector(), 0, key.direction().code()).write(w);
        key.scope().writeAttributes(w);
    }
}
