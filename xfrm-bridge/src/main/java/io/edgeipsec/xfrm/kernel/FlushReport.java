package io.edgeipsec.xfrm.kernel;

import java.util.List;

/** What a removal of everything of ours found and removed, and what it could not remove. */
public record FlushReport(
        int securityAssociations, int policies, int links, int routes, List<String> failures) {
    public FlushReport {
        failures = List.copyOf(failures);
    }
}
