package io.edgeipsec.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Certificates and revocation lists as JSON, for {@link ResourceJson}. */
final class TrustJson {

    private TrustJson() {}

    static void write(ObjectNode node, Certificate certificate) {
        node.put("pem_encoded", certificate.pemEncoded());
        node.put("has_private_key", certificate.hasPrivateKey());
        ArrayNode details = node.putArray("details");
        for (CertificateDetails each : certificate.details()) {
            ObjectNode detail = details.addObject();
            detail.put("subject", each.subject());
            detail.put("issuer", each.issuer());
            detail.put("serial_number", each.serialNumber());
            detail.put("not_before", each.notBefore().toEpochMilli());
            detail.put("not_after", each.notAfter().toEpochMilli());
            detail.put("is_ca", each.authority());
            detail.put("public_key_algo", each.publicKeyAlgorithm());
            detail.put("public_key_length", each.publicKeyLength());
            detail.put("signature_algorithm", each.signatureAlgorithm());
            ArrayNode identities = detail.putArray("identities");
            each.identities().forEach(identities::add);
        }
    }

    static Certificate readCertificate(ResourceHeader header, ObjectNode node) {
        List<CertificateDetails> details = new ArrayList<>();
        for (JsonNode detail : node.path("details")) {
            List<String> identities = new ArrayList<>();
            detail.path("identities").forEach(identity -> identities.add(identity.asText()));
            details.add(
                    new CertificateDetails(
                            detail.path("subject").asText(),
                            detail.path("issuer").asText(),
                            detail.path("serial_number").asText(),
                            instant(detail, "not_before"),
                            instant(detail, "not_after"),
                            detail.path("is_ca").asBoolean(),
                            detail.path("public_key_algo").asText(),
                            detail.path("public_key_length").asInt(),
                            detail.path("signature_algorithm").asText(),
                            identities));
        }
        return new Certificate(
                header,
                Certificate.Type.of(node.path("resource_type").asText()),
                node.path("pem_encoded").asText(),
                details,
                node.path("has_private_key").asBoolean());
    }

    static void write(ObjectNode node, Crl crl) {
        node.put("pem_encoded", crl.pemEncoded());
        ObjectNode details = node.putObject("details");
        details.put("issuer", crl.issuer());
        details.put("this_update", crl.thisUpdate().toEpochMilli());
        if (crl.nextUpdate() != null) {
            details.put("next_update", crl.nextUpdate().toEpochMilli());
        }
        details.put("revoked_count", crl.revoked());
    }

    static Crl readCrl(ResourceHeader header, ObjectNode node) {
        JsonNode details = node.path("details");
        return new Crl(
                header,
                node.path("pem_encoded").asText(),
                details.path("issuer").asText(),
                instant(details, "this_update"),
                details.has("next_update") ? instant(details, "next_update") : null,
                details.path("revoked_count").asInt());
    }

    private static Instant instant(JsonNode node, String name) {
        return Instant.ofEpochMilli(node.path(name).asLong());
    }
}
