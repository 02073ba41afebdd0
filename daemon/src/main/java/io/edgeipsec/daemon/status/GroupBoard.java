package io.edgeipsec.daemon.status;

import io.edgeipsec.api.resource.MultiPathGroupStatus.Member;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What the control last said of each multiple-path group. Any thread; the control writes. */
public final class GroupBoard {

    private final StatusBoard.Listener listener;
    private final ConcurrentMap<String, View> views = new ConcurrentHashMap<>();

    GroupBoard(StatusBoard.Listener listener) {
        this.listener = listener;
    }

    /**
     * One group.
     *
     * @param nexthopGroupId what routes name it by
     * @param installed whether the kernel has it
     * @param refusal why the kernel has it not as it should be; empty if it has
     */
    public record View(
            int nexthopGroupId, boolean installed, String refusal, List<Member> members) {

        public View {
            members = List.copyOf(members);
        }

        /** How many of the members are sent by. */
        public int usable() {
            return (int) members.stream().filter(Member::usable).count();
        }
    }

    /** Whether it is news. */
    public boolean put(String group, View now) {
        View before = views.put(group, now);
        boolean changed = !now.equals(before);
        if (changed) {
            listener.changed(group, now);
        }
        return changed;
    }

    public void remove(String group) {
        views.remove(group);
    }

    /** Empty for a group that the control has not taken up yet. */
    public Optional<View> view(String group) {
        return Optional.ofNullable(views.get(group));
    }
}
