package io.edgeipsec.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every field, range, pattern and enumeration of the contract's types is in the document. */
class ContractFieldsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String UUID =
            "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$";

    private static final List<String> SESSIONS =
            List.of("PolicyBasedIPSecVPNSession", "RouteBasedIPSecVPNSession");

    /** What the table's short words stand for. */
    private static final Map<String, List<String>> GROUPS =
            Map.of(
                    "@session",
                    SESSIONS,
                    "@managed",
                    List.of(
                            SESSIONS.get(0),
                            SESSIONS.get(1),
                            "IPSecVPNIKEProfile",
                            "IPSecVPNTunnelProfile",
                            "IPSecVPNDPDProfile",
                            "IPSecMultiPathGroup"),
                    "@list",
                    List.of(
                            "IPSecVPNSessionListResult",
                            "IPSecVPNIKEProfileListResult",
                            "IPSecVPNTunnelProfileListResult",
                            "IPSecVPNDPDProfileListResult",
                            "IPSecMultiPathGroupListResult",
                            "LogicalPortListResult",
                            "CertificateList",
                            "CrlList"));

    private final JsonNode document = tree();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> missing = new ArrayList<>();

    private static JsonNode tree() {
        try {
            return JSON.readTree(ApiDocument.load(OptionalLong.empty()).bytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> table() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        ContractFieldsTest.class.getResourceAsStream("contract-fields.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void everyFieldOfTheContractIsThereWithItsLimits() throws IOException {
        for (String line : table()) {
            String[] words = line.split(" ", -1);
            counts.merge("fields", 1, Integer::sum);
            for (int i = 2; i < words.length; i++) {
                counts.merge(kind(words[i]), 1, Integer::sum);
            }
            for (String type : GROUPS.getOrDefault(words[0], List.of(words[0]))) {
                check(type, words);
            }
        }
        System.out.printf(
                "of the contract in the API document: %d fields, %d ranges and lengths, %d patterns,"
                        + " %d enumerations, %d defaults%n",
                counts.getOrDefault("fields", 0),
                counts.getOrDefault("ranges", 0),
                counts.getOrDefault("patterns", 0),
                counts.getOrDefault("enumerations", 0),
                counts.getOrDefault("defaults", 0));
        assertEquals(List.of(), missing);
        assertTrue(counts.getOrDefault("fields", 0) > 180, "the table is there");
    }

    private static String kind(String word) {
        if (word.equals("uuid")) {
            return "patterns";
        }
        return switch (word.split("=", 2)[0]) {
            case "enum", "items" -> "enumerations";
            case "default" -> "defaults";
            case "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems" -> "ranges";
            default -> "others";
        };
    }

    private void check(String type, String[] words) {
        boolean parameter = type.startsWith("?");
        JsonNode owner =
                parameter
                        ? document.at("/components/parameters/" + type.substring(1))
                        : document.at("/components/schemas/" + type);
        JsonNode field = parameter ? owner.path("schema") : owner.path("properties").path(words[1]);
        if (field.isMissingNode()) {
            missing.add(type + "." + words[1]);
            return;
        }
        for (int i = 2; i < words.length; i++) {
            String[] said = words[i].split("=", 2);
            boolean holds =
                    switch (said[0]) {
                        case "required" -> contains(owner.path("required"), words[1]);
                        case "readOnly", "writeOnly" -> find(field, said[0]).asBoolean();
                        case "uuid" -> find(field, "pattern").asText().equals(UUID);
                        case "enum" -> values(field).containsAll(Set.of(said[1].split(",", -1)));
                        case "items" ->
                                values(find(field, "items"))
                                        .containsAll(Set.of(said[1].split(",", -1)));
                        case "type" -> said[1].equals(find(field, "type").asText());
                        default -> said[1].equals(find(field, said[0]).toString());
                    };
            if (!holds) {
                missing.add(type + "." + words[1] + " " + words[i] + " in " + field);
            }
        }
    }

    private static boolean contains(JsonNode list, String text) {
        for (JsonNode element : list) {
            if (element.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }

    /** A keyword of a schema, or of that which it refers to. */
    private JsonNode find(JsonNode schema, String keyword) {
        JsonNode current = schema;
        while (!current.has(keyword) && current.has("$ref")) {
            current = document.at(current.path("$ref").asText().substring(1));
        }
        return current.path(keyword);
    }

    private Set<String> values(JsonNode schema) {
        Set<String> values = new HashSet<>();
        find(schema, "enum").forEach(value -> values.add(value.asText()));
        JsonNode constant = find(schema, "const");
        if (!constant.isMissingNode()) {
            values.add(constant.asText());
        }
        return values;
    }
}
