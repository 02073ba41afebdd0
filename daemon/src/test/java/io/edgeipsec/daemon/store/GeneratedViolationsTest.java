package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.ApiOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Violates each constraint of each body of the document once, over HTTP: the answer must be 400 and
 * name that field and no other. The violations are made from the document, so a new field or
 * operation is covered as soon as it is described.
 */
class GeneratedViolationsTest {

    private static final JsonNode SCHEMAS = ApiFixture.document().at("/components/schemas");

    @Test
    void eachConstraintOfEachBodyIsEnforced(@TempDir Path directory) throws IOException {
        int count = 0;
        int operations = 0;
        try (ApiFixture api = new ApiFixture(directory)) {
            SampleCalls samples = new SampleCalls(api);
            for (ApiOperation operation : ApiFixture.operations()) {
                if (operation.bodyType().equals("application/json")) {
                    operations++;
                    for (ObjectNode valid : samples.bodies(operation)) {
                        count += violate(api, operation, samples.path(operation), valid);
                    }
                }
            }
        }
        System.out.printf(
                "constraints of the API document violated over HTTP: %d, in %d operations%n",
                count, operations);
        assertTrue(count > 400, "violations made");
    }

    private static int violate(
            ApiFixture api, ApiOperation operation, String path, ObjectNode valid)
            throws IOException {
        int count = 0;
        for (Violations.Violation violation :
                Violations.of(SampleCalls.schemaOf(operation, valid), valid)) {
            if (SampleCalls.isSession(operation)
                    && violation.at().toString().equals("/resource_type")) {
                // Another type, or none, is another schema, or none.
                continue;
            }
            RawHttp.Answer answer =
                    api.call(
                            operation.method(),
                            path,
                            List.of("Content-Type: application/json"),
                            violation.in(valid).toString());
            assertEquals(
                    List.of(violation.at().toString()),
                    SessionApiTest.fields(answer),
                    () -> operation.id() + " with another " + violation.at() + answer.body());
            count++;
        }
        assertTrue(count > 0, operation.id());
        return count;
    }

    @Test
    void listsHaveTheirGreatestLength(@TempDir Path directory) throws IOException {
        try (ApiFixture api = new ApiFixture(directory)) {
            ObjectNode route = Samples.routeBased();
            JsonNode port = route.path("tunnel_ports").path(0);
            ((ArrayNode) route.path("tunnel_ports")).add(port.deepCopy());
            ArrayNode tags = route.putArray("tags");
            for (int i = 0; i <= SCHEMAS.path("Tags").path("maxItems").asInt(); i++) {
                tags.addObject();
            }
            assertEquals(
                    List.of("/tags", "/tunnel_ports"),
                    SessionApiTest.fields(api.put("/vpn/ipsec/sessions/v", route)));
            ObjectNode policy = Samples.policyBased();
            ArrayNode sources = (ArrayNode) policy.path("policy_rules").path(0).path("sources");
            for (int i = sources.size(); i <= 128; i++) {
                sources.addObject().put("subnet", "10.3." + i + ".0/24");
            }
            assertEquals(
                    List.of("/policy_rules/0/sources"),
                    SessionApiTest.fields(api.put("/vpn/ipsec/sessions/v", policy)));
        }
    }
}
