package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Traffic selectors agreed on (RFC 7296 §2.9).
 *
 * @param child the policy that they belong to
 */
public record Narrowing(
        ChildPolicy child, List<TrafficSelector> local, List<TrafficSelector> remote) {

    /**
     * Chooses as the responder among several policies: one that holds the packet which made the
     * peer ask (its first selectors) before others, one that it fits whole before others, one
     * without an SA before others, in the order of the session's configuration.
     *
     * @param offeredRemote the peer's networks, TSi
     * @param offeredLocal ours, TSr
     * @param isUp whether a policy has a Child SA already
     */
    public static Optional<Narrowing> choose(
            List<ChildPolicy> policies,
            List<TrafficSelector> offeredRemote,
            List<TrafficSelector> offeredLocal,
            Predicate<ChildPolicy> isUp) {
        Optional<Narrowing> best = Optional.empty();
        int bestScore = -1;
        for (ChildPolicy policy : policies) {
            List<TrafficSelector> local = intersect(offeredLocal, policy.local());
            List<TrafficSelector> remote = intersect(offeredRemote, policy.remote());
            if (local.isEmpty() || remote.isEmpty()) {
                continue;
            }
            boolean holdsPacket =
                    policy.local().contains(offeredLocal.get(0))
                            && policy.remote().contains(offeredRemote.get(0));
            boolean whole = local.contains(policy.local()) && remote.contains(policy.remote());
            int score = (holdsPacket ? 4 : 0) + (whole ? 2 : 0) + (isUp.test(policy) ? 0 : 1);
            if (score > bestScore) {
                bestScore = score;
                best = Optional.of(new Narrowing(policy, local, remote));
            }
        }
        return best;
    }

    /** Checks an answer to our offer: inside what we offered, and not empty. */
    public static boolean isWithin(List<TrafficSelector> answer, TrafficSelector offered) {
        return !answer.isEmpty() && answer.stream().allMatch(offered::contains);
    }

    /** What of each offered selector is ours, without those that another one covers. */
    private static List<TrafficSelector> intersect(
            List<TrafficSelector> offered, TrafficSelector ours) {
        List<TrafficSelector> kept = new ArrayList<>();
        for (TrafficSelector selector : offered) {
            Optional<TrafficSelector> common = selector.intersect(ours);
            if (common.isPresent() && kept.stream().noneMatch(k -> k.contains(common.get()))) {
                kept.removeIf(common.get()::contains);
                kept.add(common.get());
            }
        }
        return List.copyOf(kept);
    }
}
