package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says in words why no proposal was chosen: what was offered, what is allowed, what differs first.
 */
public final class ProposalMismatch {
    /** A peer may offer dozens of proposals; the nearest one is named in full anyway. */
    private static final int SHOWN = 3;

    private ProposalMismatch() {}

    public static String explain(List<Proposal> offered, List<Proposal> allowed) {
        String text = "offered " + list(offered) + "; allowed " + list(allowed);
        Proposal nearest = offered.get(0);
        Proposal nearestAllowed = allowed.get(0);
        long best = -1;
        for (Proposal theirs : offered) {
            for (Proposal ours : allowed) {
                long common = types(ours).stream().filter(t -> shareOne(theirs, ours, t)).count();
                if (common > best) {
                    best = common;
                    nearest = theirs;
                    nearestAllowed = ours;
                }
            }
        }
        return text + firstDifference(nearest, nearestAllowed);
    }

    private static String firstDifference(Proposal theirs, Proposal ours) {
        for (TransformType type : types(ours)) {
            if (!shareOne(theirs, ours, type)) {
                return "; nearest differs in "
                        + type
                        + ": offered "
                        + names(theirs.transforms(type))
                        + ", allowed "
                        + names(ours.transforms(type));
            }
        }
        return "";
    }

    private static List<TransformType> types(Proposal proposal) {
        return proposal.transforms().stream().map(Transform::type).distinct().toList();
    }

    private static boolean shareOne(Proposal theirs, Proposal ours, TransformType type) {
        return theirs.transforms(type).stream().anyMatch(ours.transforms(type)::contains);
    }

    private static String names(List<Transform> transforms) {
        return transforms.isEmpty()
                ? "none"
                : transforms.stream().map(Transform::toString).collect(Collectors.joining("|"));
    }

    private static String list(List<Proposal> proposals) {
        String shown =
                proposals.stream()
                        .limit(SHOWN)
                        .map(Proposal::toString)
                        .collect(Collectors.joining(", "));
        int more = proposals.size() - SHOWN;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }
}
