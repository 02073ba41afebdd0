package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.XfrmAttribute;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A policy: as we want it, and as the kernel has it. Of several that select a packet the one with
 * the lowest priority number counts. {@code template} is there exactly with PROTECT.
 */
public record PolicyEntry(
        PolicyKey key, PolicyAction action, int priority, @Nullable PolicyTemplate template) {
    public PolicyEntry {
        Objects.requireNonNull(key);
        Objects.requireNonNull(action);
        if ((action == PolicyAction.PROTECT) != (template != null)) {
            throw new IllegalArgumentException(
                    key + ": a template belongs to PROTECT and only there, action is " + action);
        }
    }

    public static PolicyEntry protect(PolicyKey key, int priority, PolicyTemplate template) {
        return new PolicyEntry(key, PolicyAction.PROTECT, priority, template);
    }

    public static PolicyEntry bypass(PolicyKey key, int priority) {
        return new PolicyEntry(key, PolicyAction.BYPASS, priority, null);
    }

    public static PolicyEntry block(PolicyKey key, int priority) {
        return new PolicyEntry(key, PolicyAction.BLOCK, priority, null);
    }

    public Optional<PolicyTemplate> protection() {
        return Optional.ofNullable(template);
    }

    @Override
    public String toString() {
        return key + " " + action + (template == null ? "" : " reqid " + template.reqid());
    }

    /** Empty for the policy of a socket, which a dump holds as well. */
    static Optional<PolicyEntry> readAny(NetlinkReader body) throws MalformedNetlinkException {
        UserPolicyInfo info = UserPolicyInfo.read(body);
        return PolicyDirection.isOfSocket(info.direction())
                ? Optional.empty()
                : Optional.of(of(info, body));
    }

    static PolicyEntry read(NetlinkReader body) throws MalformedNetlinkException {
        return of(UserPolicyInfo.read(body), body);
    }

    private static PolicyEntry of(UserPolicyInfo info, NetlinkReader body)
            throws MalformedNetlinkException {
        NetlinkAttributes attributes = body.attributes();
        PolicyKey key =
                new PolicyKey(
                        PolicyDirection.of(info.direction()),
                        info.selector(),
                        Scope.read(attributes));
        if (info.action() == UserPolicyInfo.ACTION_BLOCK) {
            return block(key, info.priority());
        }
        if (!attributes.has(XfrmAttribute.TMPL)) {
            return bypass(key, info.priority());
        }
        // Others' policies may chain transforms (IPComp, then ESP); the first one stands for them.
        UserTemplate t = UserTemplate.read(attributes.required(XfrmAttribute.TMPL));
        return new PolicyEntry(key, PolicyAction.PROTECT, info.priority(), t.toDomain());
    }
}
