package io.edgeipsec.xfrm.event;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.UserAcquire;
import io.edgeipsec.xfrm.policy.UserTemplate;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.UserExpire;
import io.edgeipsec.xfrm.state.UserMapping;
import io.edgeipsec.xfrm.state.UserSaInfo;
import io.edgeipsec.xfrm.state.XfrmAttribute;

/** The bodies of the kernel's XFRM notifications as events. */
final class XfrmEvents {
    private XfrmEvents() {}

    static KernelEvent acquire(NetlinkReader body) throws MalformedNetlinkException {
        UserAcquire a = UserAcquire.read(body);
        NetlinkAttributes attributes = body.attributes();
        UserTemplate template = UserTemplate.read(attributes.required(XfrmAttribute.TMPL));
        return new KernelEvent.Acquire(
                a.source().toInetAddress(template.family()),
                a.id().destination().toInetAddress(template.family()),
                template.reqid(),
                Scope.read(attributes),
                a.selector(),
                a.policy().selector(),
                PolicyDirection.of(a.policy().direction()),
                a.policy().index(),
                a.sequence());
    }

    static KernelEvent expire(NetlinkReader body) throws MalformedNetlinkException {
        UserExpire e = UserExpire.read(body);
        UserSaInfo sa = e.state();
        return new KernelEvent.Expire(
                new SaId(
                        sa.id().destination().toInetAddress(sa.family()),
                        sa.id().spi(),
                        Scope.read(body.attributes())),
                sa.source().toInetAddress(sa.family()),
                sa.reqid(),
                e.hard(),
                sa.current(),
                sa.statistics());
    }

    static KernelEvent mapping(NetlinkReader body) throws MalformedNetlinkException {
        UserMapping m = UserMapping.read(body);
        int family = m.id().family();
        return new KernelEvent.Mapping(
                m.id().destination().toInetAddress(family),
                m.id().spi(),
                m.reqid(),
                m.oldAddress().toInetAddress(family),
                m.oldPort(),
                m.newAddress().toInetAddress(family),
                m.newPort());
    }
}
