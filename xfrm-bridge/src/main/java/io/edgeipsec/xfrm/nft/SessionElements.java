package io.edgeipsec.xfrm.nft;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one session puts into our table: elements of sets and maps, and a chain for each logged
 * rule. Pure.
 *
 * @param elements by set or map, then by key, to data (empty in a set); in nft's words
 * @param logChains the chains' one rule, by chain name
 * @param reqidValues the MSS values that its reqids need the two sets of
 */
record SessionElements(
        TrafficRules rules,
        Map<String, Map<String, String>> elements,
        Map<String, String> logChains,
        TreeSet<Integer> reqidValues) {
    /** Per rule, so that one busy rule does not drown another in the log. */
    private static final String LOG_LIMIT = "limit rate 10/second burst 20 packets";

    /** The kernel takes 127 characters (NF_LOG_PREFIXLEN), and some of them are ours. */
    private static final int LABEL_CHARACTERS = 96;

    static SessionElements none(String session) {
        return of(
                new TrafficRules(session, null, java.util.Set.of(), null, java.util.List.of()),
                Map.of(),
                java.util.stream.IntStream.empty().iterator());
    }

    /** Log chains that were there before with the same rule keep their names. */
    static SessionElements of(
            TrafficRules rules, Map<String, String> chainsBefore, PrimitiveIterator.OfInt numbers) {
        SessionElements result =
                new SessionElements(rules, new TreeMap<>(), new LinkedHashMap<>(), new TreeSet<>());
        rules.activeClamp().ifPresent(result::clamp);
        Map<String, String> reusable = new LinkedHashMap<>();
        chainsBefore.forEach((chain, rule) -> reusable.put(rule, chain));
        for (LoggedRule logged : rules.logged()) {
            String rule = logRule(logged);
            String old = reusable.remove(rule);
            String chain = old != null ? old : "log_" + numbers.nextInt();
            result.logChains.put(chain, rule);
            for (int reqid : logged.reqids()) {
                result.put(TableText.LOGGED, TableText.reqid(reqid), "jump " + chain);
            }
        }
        return result;
    }

    private void clamp(MssClamp clamp) {
        int value = clamp.maxSegmentSize();
        boolean inbound = clamp.direction().inbound();
        boolean outbound = clamp.direction().outbound();
        rules.link()
                .ifPresent(
                        name -> {
                            String key = '"' + name + '"';
                            if (inbound) {
                                put(TableText.LINK_INBOUND, key, Integer.toString(value));
                            }
                            if (outbound) {
                                put(TableText.LINK_OUTBOUND, key, Integer.toString(value));
                            }
                        });
        for (int reqid : rules.reqids()) {
            reqidValues.add(value);
            if (inbound) {
                put(TableText.reqidsInbound(value), TableText.reqid(reqid), "");
            }
            if (outbound) {
                put(TableText.reqidsOutbound(value), TableText.reqid(reqid), "");
            }
        }
    }

    private void put(String set, String key, String data) {
        String before = elements.computeIfAbsent(set, s -> new TreeMap<>()).put(key, data);
        if (before != null) {
            throw new IllegalArgumentException(
                    rules + ": reqid " + key + " is in two logged rules");
        }
    }

    private static String logRule(LoggedRule rule) {
        StringBuilder label = new StringBuilder();
        rule.label()
                .chars()
                .filter(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '$')
                .limit(LABEL_CHARACTERS)
                .forEach(c -> label.append((char) c));
        return LOG_LIMIT + " log prefix \"edge-ipsec " + label + ": \" level info";
    }
}
