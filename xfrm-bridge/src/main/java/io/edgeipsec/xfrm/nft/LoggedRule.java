package io.edgeipsec.xfrm.nft;

import java.util.Set;

/**
 * A rule whose traffic is to be logged, found by the reqids of its SAs.
 *
 * @param label names session and rule in the log line; printable ASCII without quotes, shortened to
 *     what the kernel takes
 */
public record LoggedRule(String label, Set<Integer> reqids) {
    public LoggedRule {
        reqids = Set.copyOf(reqids);
        if (label.isEmpty()) {
            throw new IllegalArgumentException("a logged rule needs a label");
        }
    }
}
