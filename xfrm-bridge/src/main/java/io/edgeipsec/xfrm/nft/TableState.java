package io.edgeipsec.xfrm.nft;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What our table holds, by session. {@link #plan} says in nft's words what a change takes, {@link
 * #commit} remembers it once nftables has done it. No I/O.
 */
final class TableState {
    private final PrimitiveIterator.OfInt chainNumbers =
            IntStream.iterate(1, n -> n == Integer.MAX_VALUE ? 1 : n + 1).iterator();
    private final Map<String, SessionElements> sessions = new LinkedHashMap<>();

    /** Whose an element is, by set and key: sessions do not share interfaces or reqids. */
    private final Map<String, Map<String, String>> owners = new HashMap<>();

    /** How many sessions use an MSS value for reqids. */
    private final TreeMap<Integer, Integer> valueUses = new TreeMap<>();

    SessionElements of(String session) {
        SessionElements elements = sessions.get(session);
        return elements != null ? elements : SessionElements.none(session);
    }

    /** Whether no session has rules. */
    boolean isEmpty() {
        return sessions.isEmpty();
    }

    Collection<SessionElements> sessions() {
        return sessions.values();
    }

    Set<Integer> values() {
        return valueUses.keySet();
    }

    SessionElements elements(TrafficRules rules) {
        return SessionElements.of(rules, of(rules.session()).logChains(), chainNumbers);
    }

    /** The transaction that puts these elements in the place of their session's. */
    String plan(SessionElements after) {
        String session = after.rules().session();
        SessionElements before = of(session);
        checkOwners(after, session);
        TreeSet<Integer> values = new TreeSet<>(valueUses.keySet());
        before.reqidValues().stream().filter(v -> uses(v) == 1).forEach(values::remove);
        values.addAll(after.reqidValues());

        StringBuilder text = new StringBuilder();
        after.reqidValues().stream()
                .filter(v -> uses(v) == 0)
                .forEach(v -> text.append(TableText.addReqidSets(v)));
        if (!values.equals(valueUses.keySet())) {
            text.append(TableText.reqidChains(values));
        }
        after.logChains()
                .forEach(
                        (chain, rule) -> {
                            if (!before.logChains().containsKey(chain)) {
                                text.append(TableText.addChain(chain, rule));
                            }
                        });
        before.elements()
                .forEach(
                        (set, old) ->
                                text.append(
                                        TableText.deleteElements(
                                                set, without(old, after, set).keySet())));
        after.elements()
                .forEach(
                        (set, wanted) ->
                                text.append(
                                        TableText.addElements(set, without(wanted, before, set))));
        before.logChains()
                .forEach(
                        (chain, rule) -> {
                            if (!after.logChains().containsKey(chain)) {
                                text.append(TableText.deleteChain(chain));
                            }
                        });
        before.reqidValues().stream()
                .filter(v -> !values.contains(v))
                .forEach(v -> text.append(TableText.deleteReqidSets(v)));
        return text.toString();
    }

    /** The elements of a set that the other does not have, or has with other data. */
    private static Map<String, String> without(
            Map<String, String> elements, SessionElements other, String set) {
        Map<String, String> there = other.elements().getOrDefault(set, Map.of());
        Map<String, String> result = new TreeMap<>(elements);
        result.entrySet().removeAll(there.entrySet());
        return result;
    }

    private int uses(int value) {
        return valueUses.getOrDefault(value, 0);
    }

    private void checkOwners(SessionElements elements, String session) {
        elements.elements()
                .forEach(
                        (set, keys) -> {
                            Map<String, String> owned = owners.getOrDefault(set, Map.of());
                            for (String key : keys.keySet()) {
                                String owner = owned.getOrDefault(key, session);
                                if (!owner.equals(session)) {
                                    throw new IllegalArgumentException(
                                            elements.rules()
                                                    + ": "
                                                    + key
                                                    + " belongs to session "
                                                    + owner);
                                }
                            }
                        });
    }

    void commit(SessionElements after) {
        String session = after.rules().session();
        SessionElements before = of(session);
        before.elements()
                .forEach(
                        (set, keys) ->
                                owners.computeIfPresent(
                                        set,
                                        (s, owned) -> {
                                            owned.keySet().removeAll(keys.keySet());
                                            return owned.isEmpty() ? null : owned;
                                        }));
        before.reqidValues().forEach(v -> valueUses.merge(v, -1, Integer::sum));
        after.elements()
                .forEach(
                        (set, keys) ->
                                keys.keySet()
                                        .forEach(
                                                key ->
                                                        owners.computeIfAbsent(
                                                                        set, s -> new HashMap<>())
                                                                .put(key, session)));
        after.reqidValues().forEach(v -> valueUses.merge(v, 1, Integer::sum));
        valueUses.values().removeIf(n -> n == 0);
        if (after.elements().isEmpty() && after.logChains().isEmpty()) {
            sessions.remove(session);
        } else {
            sessions.put(session, after);
        }
    }
}
