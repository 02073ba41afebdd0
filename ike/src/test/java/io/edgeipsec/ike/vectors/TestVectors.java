package io.edgeipsec.ike.vectors;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** Published test vectors from the class path, and the count of those that ran. */
public final class TestVectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestVectors() {}

    /** One test of a file. */
    @FunctionalInterface
    public interface Check {
        void run(JsonNode vector) throws Exception;
    }

    public static JsonNode read(String resource) {
        try (InputStream raw = TestVectors.class.getResourceAsStream("/" + resource)) {
            if (raw == null) {
                throw new IllegalStateException("no test resource " + resource);
            }
            return JSON.readTree(resource.endsWith(".gz") ? new GZIPInputStream(raw) : raw);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** One test of a group of a file. */
    @FunctionalInterface
    public interface GroupCheck {
        void run(JsonNode group, JsonNode vector) throws Exception;
    }

    /**
     * Runs {@code check} on every vector of a file that {@code applies}, prints how many ran, and
     * fails if none did. All that fail are reported, each with its content.
     */
    public static void runEach(
            String what, String resource, Predicate<JsonNode> applies, Check check) {
        run(
                what,
                resource,
                file -> select(file, applies),
                (file, vector) -> check.run(vector),
                List.of(read(resource)));
    }

    /** The same for a file of groups; {@code testsOf} gives the vectors of one. */
    public static void runEachOfGroups(
            String what,
            String resource,
            Function<JsonNode, Iterable<JsonNode>> testsOf,
            GroupCheck check) {
        run(what, resource, testsOf, check, read(resource));
    }

    private static void run(
            String what,
            String resource,
            Function<JsonNode, Iterable<JsonNode>> testsOf,
            GroupCheck check,
            Iterable<JsonNode> groups) {
        List<String> failures = new ArrayList<>();
        int ran = 0;
        for (JsonNode group : groups) {
            for (JsonNode vector : testsOf.apply(group)) {
                ran++;
                try {
                    check.run(group, vector);
                } catch (Exception | AssertionError failure) {
                    failures.add(vector + ": " + failure);
                }
            }
        }
        System.out.println("vectors: " + ran + " of " + resource + ", " + what);
        assertTrue(ran > 0, resource + " has no vector for " + what);
        assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }

    public static List<JsonNode> select(JsonNode vectors, Predicate<JsonNode> applies) {
        List<JsonNode> selected = new ArrayList<>();
        for (JsonNode vector : vectors) {
            if (applies.test(vector)) {
                selected.add(vector);
            }
        }
        return selected;
    }

    public static void runEach(String what, String resource, Check check) {
        runEach(what, resource, vector -> true, check);
    }

    /** Those of the RFCs' vectors that are of one kind. */
    public static void runEachOfKind(String kind, Check check) {
        runEach(kind, "vectors/rfc-vectors.json", v -> text(v, "kind").equals(kind), check);
    }

    public static String text(JsonNode vector, String field) {
        return vector.required(field).asText();
    }

    public static Octets octets(JsonNode vector, String field) {
        return Octets.ofHex(text(vector, field));
    }

    public static byte[] bytes(JsonNode vector, String field) {
        return octets(vector, field).toByteArray();
    }
}
