package io.edgeipsec.api.resource;

import java.time.Instant;
import java.util.List;

/**
 * A multiple-path group as it is in the kernel, as far as the daemon knows it at {@code
 * lastUpdate}.
 *
 * @param nexthopGroupId what routes name it by; without a sign
 * @param installed whether the kernel has the group
 * @param failReason why the kernel has not what the group should be; empty if it has
 */
public record MultiPathGroupStatus(
        String groupId,
        String displayName,
        boolean enabled,
        int nexthopGroupId,
        boolean installed,
        String failReason,
        List<Member> members,
        Instant lastUpdate) {

    public MultiPathGroupStatus {
        members = List.copyOf(members);
    }

    /**
     * A session that names the group.
     *
     * @param tunnelInterface empty while there is none
     * @param usable whether the group sends by it
     */
    public record Member(String sessionId, String tunnelInterface, boolean usable) {}

    public int usableMembers() {
        return (int) members.stream().filter(Member::usable).count();
    }

    /** UP if all members can be sent by, DOWN if none can, and what is routed at it is dropped. */
    public SessionStatus status() {
        int usable = usableMembers();
        return usable == 0
                ? SessionStatus.DOWN
                : usable == members.size() ? SessionStatus.UP : SessionStatus.DEGRADED;
    }
}
