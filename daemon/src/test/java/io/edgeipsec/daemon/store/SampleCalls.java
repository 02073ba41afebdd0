package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.daemon.adapter.PemTexts;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A valid call of each operation of the document, on objects that are there. */
final class SampleCalls {

    static final String PASSWORD = "correct horse battery";

    /** An id that nothing has. */
    static final String NOBODY = "00000000-0000-4000-8000-00000000dead";

    private static final String TRUST = "/api/v1/trust-management/";
    private static final Issuer ROOT = Issuer.root("O=Example, CN=Root");

    private final ApiFixture api;
    private int serial;

    SampleCalls(ApiFixture api) {
        this.api = api;
    }

    static boolean isSession(ApiOperation operation) {
        return operation.id().endsWith("IPSecVPNSession") && !operation.bodyType().isEmpty();
    }

    /** The schema of a body, where the operation takes several that of its type. */
    static JsonNode schemaOf(ApiOperation operation, ObjectNode body) {
        JsonNode schema = ApiFixture.document().at(Objects.requireNonNull(operation.body()));
        return schema.has("discriminator")
                ? ApiFixture.document()
                        .at("/components/schemas/" + body.path("resource_type").asText())
                : schema;
    }

    /** Valid bodies of an operation, which between them have every object that can be in one. */
    List<ObjectNode> bodies(ApiOperation operation) {
        if (isSession(operation)) {
            ObjectNode route = Samples.routeBased();
            route.putObject("tcp_mss_clamping").put("direction", "BOTH");
            route.putObject("ppk").put("id", "p").put("key", "k".repeat(32));
            route.putArray("tags").addObject().put("tag", "t");
            ((ObjectNode) route.path("local_endpoint")).putArray("trust_ca_ids").add("ca");
            ((ObjectNode) route.path("local_endpoint")).putArray("trust_crl_ids").add("crl");
            return List.of(route, Samples.policyBased());
        }
        return List.of(body(operation));
    }

    private ObjectNode body(ApiOperation operation) {
        String schema = Objects.requireNonNull(operation.body());
        ObjectNode body = ApiFixture.JSON.createObjectNode();
        switch (schema.substring(schema.lastIndexOf('/') + 1)) {
            case "IPSecVPNSession" -> body = Samples.routeBased();
            case "IPSecVPNIKEProfile", "IPSecVPNTunnelProfile" -> {
                body.putArray("encryption_algorithms").add("AES_128");
                body.putArray("digest_algorithms").add("SHA2_256");
                body.putArray("dh_groups").add("GROUP14");
            }
            case "IPSecVPNDPDProfile", "IPSecMultiPathGroup" -> body.put("enabled", true);
            case "TrustObjectData" ->
                    body.put("pem_encoded", PemTexts.certificates(ROOT.certificate()));
            case "CrlObjectData", "CrlReplacement" ->
                    body.put("pem_encoded", PemTexts.crl(ROOT.revoke(1)));
            case "NewPrincipalIdentity" ->
                    body.put("name", "principal-" + ++serial)
                            .put("role", "operator")
                            .put(
                                    "certificate_pem",
                                    PemTexts.certificates(
                                            ROOT.issue(Wish.of("CN=p" + serial)).certificate()));
            case "NewNodeUser" ->
                    body.put("username", "user-" + ++serial)
                            .put("role", "auditor")
                            .put("password", PASSWORD);
            case "NodeUserProperties" -> body.put("role", "auditor");
            case "PasswordChange" ->
                    body.put("old_password", PASSWORD).put("password", PASSWORD + " 2");
            case "EdgeNodeServiceLoggingProperties" ->
                    body.put("service_name", "ipsecvpn")
                            .putObject("service_properties")
                            .put("logging_level", "INFO");
            default -> throw new AssertionError("no sample of " + schema);
        }
        return body;
    }

    /** A body that the operation takes now: a replacement is of what is there. */
    ObjectNode current(ApiOperation operation, String path) throws IOException {
        ObjectNode body = body(operation);
        RawHttp.Answer stored = api.get(path);
        if (operation.method().equals("PUT") && stored.status() == 200) {
            JsonNode revision = ApiFixture.object(stored).path("_revision");
            if (!revision.isMissingNode()) {
                body.set("_revision", revision);
            }
        }
        return body;
    }

    /** The path of an operation with its query, on an object of its own. */
    String path(ApiOperation operation) throws IOException {
        Map<String, String> ids = new HashMap<>();
        for (String name : operation.pathParameters().keySet()) {
            ids.put(name, made(name));
        }
        return path(operation, ids);
    }

    /** The path with these ids, and the queries that are required. */
    static String path(ApiOperation operation, Map<String, String> ids) {
        String path = operation.path();
        for (Map.Entry<String, String> id : ids.entrySet()) {
            path = path.replace("{" + id.getKey() + "}", id.getValue());
        }
        String query = "";
        for (String name : operation.requiredQueryParameters()) {
            JsonNode schema =
                    ApiFixture.document()
                            .at(Objects.requireNonNull(operation.queryParameters().get(name)));
            query += "&" + name + "=" + schema.path("enum").path(0).asText();
        }
        String prefix = path.startsWith("/api/") ? "" : "/api/v1";
        return prefix + path + (query.isEmpty() ? "" : "?" + query.substring(1));
    }

    /** A new object for a path parameter; its id. */
    private String made(String parameter) throws IOException {
        String ipsec = "/api/v1/vpn/ipsec/";
        return switch (parameter) {
            case "ipsec-vpn-session-id" -> session();
            case "logical-port-id" ->
                    ApiFixture.object(api.get("/api/v1/vpn/ipsec/sessions/" + session()))
                            .at("/tunnel_ports/0/tunnel_port_id")
                            .asText();
            case "ipsec-vpn-ike-profile-id" -> posted(ipsec + "ike-profiles", "{}");
            case "ipsec-vpn-tunnel-profile-id" -> posted(ipsec + "tunnel-profiles", "{}");
            case "ipsec-vpn-dpd-profile-id" -> posted(ipsec + "dpd-profiles", "{}");
            case "ipsec-multi-path-group-id" -> posted(ipsec + "multi-path-groups", "{}");
            case "cert-id" -> posted(TRUST + "certificates", sample("ImportCertificate"));
            case "crl-id" -> posted(TRUST + "crls", sample("ImportCrl"));
            case "principal-identity-id" ->
                    posted(TRUST + "principal-identities", sample("RegisterPrincipalIdentity"));
            case "userid" -> posted("/api/v1/node/users", sample("CreateNodeUser"));
            default -> throw new AssertionError("no sample of " + parameter);
        };
    }

    private String sample(String operation) {
        return ApiFixture.operations().stream()
                .filter(each -> each.id().equals(operation))
                .findFirst()
                .map(each -> body(each).toString())
                .orElseThrow();
    }

    private String session() throws IOException {
        String id = "sample-" + ++serial;
        RawHttp.Answer answer = api.put("/api/v1/vpn/ipsec/sessions/" + id, Samples.routeBased());
        assertTrue(answer.status() == 200, answer::body);
        return id;
    }

    private String posted(String collection, String body) throws IOException {
        RawHttp.Answer answer = api.post(collection, ApiFixture.object(body));
        assertTrue(answer.status() == 201, answer::body);
        ObjectNode made = ApiFixture.object(answer);
        JsonNode node = made.has("results") ? made.at("/results/0") : made;
        return node.has("userid") ? node.path("username").asText() : node.path("id").asText();
    }
}
