package io.edgeipsec.daemon.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How often something rare was reached. */
final class Probes {
    private final Map<String, Long> hits = new TreeMap<>();

    void hit(String probe) {
        hits.merge(probe, 1L, Long::sum);
    }

    void add(Probes others) {
        others.hits.forEach((probe, count) -> hits.merge(probe, count, Long::sum));
    }

    Map<String, Long> hits() {
        return hits;
    }
}
