package io.edgeipsec.xfrm.nft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the kernel has of our table, as libnftables lists it in JSON: sets and maps with their
 * elements, chains with the number of their rules. The text of rules is not compared: what happens
 * to rule sets is that others flush or reload them.
 */
record TableListing(Map<String, Map<String, String>> sets, Map<String, Integer> chains) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Enough for a person; the repair is the same for one difference and for thousands. */
    private static final int DIFFERENCES = 20;

    static TableListing parse(String json) throws NftException {
        TableListing result = new TableListing(new HashMap<>(), new HashMap<>());
        JsonNode objects;
        try {
            objects = JSON.readTree(json).path("nftables");
        } catch (JsonProcessingException e) {
            throw new NftException("libnftables printed a listing that is not JSON");
        }
        for (JsonNode object : objects) {
            if (object.has("chain")) {
                result.chains.putIfAbsent(object.path("chain").path("name").asText(), 0);
            } else if (object.has("rule")) {
                result.chains.merge(object.path("rule").path("chain").asText(), 1, Integer::sum);
            } else if (object.has("map")) {
                result.readSet(object.path("map"));
            } else if (object.has("set")) {
                result.readSet(object.path("set"));
            }
        }
        return result;
    }

    private void readSet(JsonNode set) {
        Map<String, String> elements = new TreeMap<>();
        for (JsonNode element : set.path("elem")) {
            boolean pair = element.isArray();
            elements.put(key(pair ? element.path(0) : element), pair ? data(element.path(1)) : "");
        }
        sets.put(set.path("name").asText(), elements);
    }

    /** Elements with a comment or counter are wrapped. Keys are interface names or numbers. */
    private static String key(JsonNode element) {
        JsonNode value =
                element.path("elem").has("val") ? element.path("elem").path("val") : element;
        return value.isTextual() ? '"' + value.asText() + '"' : value.asText();
    }

    private static String data(JsonNode data) {
        JsonNode target = data.path("jump").path("target");
        return target.isMissingNode() ? data.asText() : "jump " + target.asText();
    }

    List<String> differencesFrom(TableState wanted) {
        Map<String, Map<String, String>> wantedSets = new TreeMap<>();
        Map<String, Integer> wantedChains = new TreeMap<>(TableText.FIXED_CHAINS);
        wantedChains.put(TableText.REQIDS_IN, 2 * wanted.values().size());
        wantedChains.put(TableText.REQIDS_OUT, 2 * wanted.values().size());
        for (String map :
                List.of(TableText.LINK_INBOUND, TableText.LINK_OUTBOUND, TableText.LOGGED)) {
            wantedSets.put(map, new TreeMap<>());
        }
        for (int value : wanted.values()) {
            wantedSets.put(TableText.reqidsInbound(value), new TreeMap<>());
            wantedSets.put(TableText.reqidsOutbound(value), new TreeMap<>());
        }
        for (SessionElements session : wanted.sessions()) {
            session.elements()
                    .forEach(
                            (set, elements) ->
                                    wantedSets
                                            .computeIfAbsent(set, s -> new TreeMap<>())
                                            .putAll(elements));
            session.logChains().keySet().forEach(chain -> wantedChains.put(chain, 1));
        }
        List<String> differences = new ArrayList<>();
        compare("chain", wantedChains, chains, differences);
        compare("set", wantedSets, sets, differences);
        return differences.size() <= DIFFERENCES
                ? differences
                : List.copyOf(differences.subList(0, DIFFERENCES));
    }

    private static <T> void compare(
            String what, Map<String, T> wanted, Map<String, T> there, List<String> differences) {
        TreeSet<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(there.keySet());
        for (String name : names) {
            T expected = wanted.get(name);
            T seen = there.get(name);
            if (expected == null) {
                differences.add(what + " " + name + " is not ours");
            } else if (seen == null) {
                differences.add(what + " " + name + " is missing");
            } else if (!expected.equals(seen)) {
                differences.add(what + " " + name + " was changed");
            }
        }
    }
}
