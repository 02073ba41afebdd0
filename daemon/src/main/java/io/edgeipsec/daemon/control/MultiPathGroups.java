package io.edgeipsec.daemon.control;

import io.edgeipsec.api.resource.MultiPathGroupStatus.Member;
import io.edgeipsec.daemon.reconcile.TunnelLink;
import io.edgeipsec.daemon.status.GroupBoard;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.MultiPathGroupIntent;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.Nexthop;
import io.edgeipsec.xfrm.link.NexthopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each multiple-path group as one nexthop group of the kernel, whose members are the tunnel
 * interfaces of its sessions that can be sent by just now. Kernel thread only, where a method does
 * not say otherwise.
 *
 * <p>A group without such a member drops what is routed at it. It stands from when it is stored
 * until it is deleted and no route names it any more: the kernel removes a route with its nexthop,
 * and the next best route might lead out in clear. For the same reason an interface leaves its
 * group before it is removed: a group that loses its last one goes with it.
 */
final class MultiPathGroups {
    private static final Logger LOG = LoggerFactory.getLogger(MultiPathGroups.class);

    private static final Duration READ_AGAIN = Duration.ofSeconds(5);

    private final KernelWork thread;
    private final IpsecKernel kernel;
    private final IntentReader intents;
    private final SessionTable table;
    private final GroupBoard board;
    private final Map<String, Group> groups = new LinkedHashMap<>();

    /** The ids in the kernel of groups that are to go. */
    private final Set<Integer> leaving = new LinkedHashSet<>();

    private static final class Group {
        final String id;
        final int kernelId;
        boolean enabled;

        /** The interfaces that it has in the kernel; empty where it is not there, or not known. */
        Optional<Set<String>> actual = Optional.empty();

        String refusal = "";
        int failures;
        boolean retryPending;

        Group(MultiPathGroupIntent intent) {
            this.id = intent.group().id();
            this.kernelId = KernelNumbers.nexthopGroup(intent.number());
            this.enabled = intent.group().enabled();
        }
    }

    MultiPathGroups(
            KernelWork thread,
            IpsecKernel kernel,
            IntentReader intents,
            SessionTable table,
            GroupBoard board) {
        this.thread = thread;
        this.kernel = kernel;
        this.intents = intents;
        this.table = table;
        this.board = board;
    }

    /** A group was stored, changed or deleted. Any thread. */
    void changed(String id) {
        intents.multiPathGroup(id)
                .thenAccept(intent -> thread.execute(() -> take(id, intent)))
                .exceptionally(
                        failure -> {
                            LOG.warn(
                                    "event=store.not_read id={} reason=\"{}\"",
                                    id,
                                    failure.getMessage());
                            thread.executeLater(READ_AGAIN, () -> changed(id));
                            return null;
                        });
    }

    private void take(String id, Optional<MultiPathGroupIntent> intent) {
        if (table.isClosed()) {
            return;
        }
        if (intent.isPresent()) {
            enter(intent.get());
            settle(id);
        } else {
            Group group = groups.remove(id);
            board.remove(id);
            if (group != null) {
                leaving.add(group.kernelId);
                removeLeaving();
            }
        }
    }

    private Group enter(MultiPathGroupIntent intent) {
        Group group = groups.computeIfAbsent(intent.group().id(), id -> new Group(intent));
        group.enabled = intent.group().enabled();
        return group;
    }

    /** Takes the groups up at start; nothing in the kernel changes yet. */
    void adopt(List<MultiPathGroupIntent> stored, List<NexthopGroup> found) {
        stored.forEach(this::enter);
        observe(found);
    }

    /** These are in the kernel. */
    void observe(List<NexthopGroup> found) {
        Map<Integer, NexthopGroup> others = new HashMap<>();
        found.forEach(group -> others.put(group.id(), group));
        for (Group group : groups.values()) {
            group.actual = Optional.ofNullable(others.remove(group.kernelId)).map(g -> g.links());
        }
        leaving.addAll(others.keySet());
    }

    /** Makes all groups as they should be, once the sessions are. */
    void settleAll() {
        groups.values().forEach(this::settle);
        removeLeaving();
        if (!groups.isEmpty()) {
            warn(kernel.tidyNexthops());
        }
    }

    /** Something about a session has changed that its group may follow. */
    void settle(SessionTable.Entry entry) {
        entry.blueprint.multiPathGroup().ifPresent(this::settle);
    }

    void settle(String id) {
        Group group = groups.get(id);
        if (group != null) {
            settle(group);
        }
    }

    private void settle(Group group) {
        put(group, wanted(group));
    }

    /** Takes a session's interface out of its group, since it is going to be removed. */
    void withdraw(SessionTable.Entry entry) {
        for (Group group : groups.values()) {
            Set<String> rest = new HashSet<>(group.actual.orElse(Set.of()));
            if (rest.removeAll(names(entry))) {
                put(group, rest);
            }
        }
    }

    private static Set<String> names(SessionTable.Entry entry) {
        return entry.actual.link().map(MultiPathGroups::name).stream().collect(Collectors.toSet());
    }

    private static String name(TunnelLink link) {
        return link.request().name();
    }

    /** The interfaces that can be sent by. */
    private Set<String> wanted(Group group) {
        Set<String> links = new TreeSet<>();
        if (group.enabled) {
            for (SessionTable.Entry entry : table.members(group.id)) {
                if (entry.usable
                        && entry.blueprint.peer().isPresent()
                        && links.size() < Nexthop.Group.MAX_MEMBERS) {
                    links.addAll(names(entry));
                }
            }
        }
        return links;
    }

    private void put(Group group, Set<String> links) {
        if (!group.actual.equals(Optional.of(links))) {
            Outcome<Outcome.Nothing> outcome =
                    kernel.putNexthopGroup(new NexthopGroup(group.kernelId, links));
            if (outcome.isDone()) {
                group.actual = Optional.of(Set.copyOf(links));
                group.failures = 0;
                group.refusal = "";
            } else {
                refused(group, outcome.refusal().map(Outcome.Refused::message).orElse(""));
            }
        }
        publish(group);
    }

    private void refused(Group group, String reason) {
        group.actual = Optional.empty(); // perhaps in part
        group.refusal = reason;
        LOG.warn("event=multi_path_group.kernel_refused group={} reason=\"{}\"", group.id, reason);
        if (!group.retryPending) {
            group.retryPending = true;
            thread.executeLater(Reconciler.pause(group.failures++), () -> retry(group));
        }
    }

    private void retry(Group group) {
        group.retryPending = false;
        if (groups.get(group.id) == group && !table.isClosed()) {
            settle(group);
        }
    }

    private void publish(Group group) {
        List<Member> members = new ArrayList<>();
        Set<String> links = group.actual.orElse(Set.of());
        for (SessionTable.Entry entry : table.members(group.id)) {
            String link = entry.actual.link().map(MultiPathGroups::name).orElse("");
            members.add(new Member(entry.session, link, links.contains(link)));
        }
        members.sort((a, b) -> a.sessionId().compareTo(b.sessionId()));
        GroupBoard.View view =
                new GroupBoard.View(
                        group.kernelId, group.actual.isPresent(), group.refusal, members);
        if (board.put(group.id, view)) {
            LOG.info(
                    "event=multi_path_group.changed group={} nexthop_group={} usable={} of={}"
                            + " links={}",
                    group.id,
                    Integer.toUnsignedString(group.kernelId),
                    view.usable(),
                    members.size(),
                    links);
        }
    }

    /** Removes the groups that are to go, but for those that routes name. */
    void removeLeaving() {
        leaving.removeIf(
                id -> {
                    Outcome<Outcome.Nothing> outcome = kernel.removeNexthopGroup(id);
                    warn(outcome);
                    return outcome.isDone() || outcome.isRefused(Outcome.Kind.GONE);
                });
    }

    private static void warn(Outcome<Outcome.Nothing> outcome) {
        outcome.refusal()
                .filter(refusal -> refusal.kind() != Outcome.Kind.GONE)
                .ifPresent(
                        refusal ->
                                LOG.warn(
                                        "event=multi_path_group.kernel_refused reason=\"{}\"",
                                        refusal.message()));
    }
}
