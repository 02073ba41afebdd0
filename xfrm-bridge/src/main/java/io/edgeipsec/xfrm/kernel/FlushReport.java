package io.edgeipsec.xfrm.kernel;

import java.util.List;

/** What a removal of everything of ours found and removed, and what it could not remove. */
public record FlushReport(
        int securityAssociations,
        int policies,
        int links,
        int routes,
        int nexthopGroups,
        List<String> failures) {
    public static final FlushReport NOTHING = new FlushReport(0, 0, 0, 0, 0, List.of());

    public FlushReport {
        failures = List.copyOf(failures);
    }

    /** That not even a beginning could be made. */
    public static FlushReport failed(String reason) {
        return new FlushReport(0, 0, 0, 0, 0, List.of(reason));
    }
}
