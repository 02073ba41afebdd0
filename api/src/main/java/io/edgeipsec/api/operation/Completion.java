package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills in what a valid request left out and the document's defaults cannot say, because it depends
 * on other fields. Callers see the result in the answer.
 */
final class Completion {

    private static final int PERIODIC_SECONDS = 60;
    private static final int ON_DEMAND_SECONDS = 3;

    private Completion() {}

    /** Makes a request's tree complete for {@link io.edgeipsec.api.resource.ResourceJson}. */
    static void complete(ResourceKind<?> kind, String id, ObjectNode node) {
        node.put("id", id);
        putIfAbsent(node, "display_name", id);
        Class<? extends ManagedResource> type = kind.type();
        if (type == IPSecVPNSession.class) {
            completeSession(id, node);
            return;
        }
        node.put("resource_type", type.getSimpleName());
        if (type == IPSecVPNIKEProfile.class) {
            completeDigests(node);
        } else if (type == IPSecVPNDPDProfile.class) {
            boolean periodic =
                    node.path("dpd_probe_mode").asText().equals(DpdProbeMode.PERIODIC.name());
            if (!node.has("dpd_probe_interval")) {
                node.put("dpd_probe_interval", periodic ? PERIODIC_SECONDS : ON_DEMAND_SECONDS);
            }
        }
    }

    private static void completeSession(String id, ObjectNode node) {
        ObjectNode local = (ObjectNode) node.path("local_endpoint");
        putIfAbsent(local, "local_id", local.path("local_address").asText());
        for (String reference :
                List.of("ike_profile_id", "ipsec_tunnel_profile_id", "dpd_profile_id")) {
            node.put(reference, Ids.canonical(node.path(reference).asText()));
        }
        canonicalizeIfPresent(local, "certificate_id");
        canonicalizeIfPresent(node, "multi_path_group_id");
        for (String list : List.of("trust_ca_ids", "trust_crl_ids")) {
            if (local.path(list) instanceof ArrayNode ids) {
                for (int i = 0; i < ids.size(); i++) {
                    ids.set(i, Ids.canonical(ids.path(i).asText()));
                }
            }
        }
        node.path("policy_rules").forEach(rule -> completeRule(id, (ObjectNode) rule));
        node.path("tunnel_ports")
                .forEach(port -> ((ObjectNode) port).put("tunnel_port_id", Ids.ofTunnelPort(id)));
    }

    private static void completeRule(String sessionId, ObjectNode rule) {
        if (!rule.has("id")) {
            rule.put(
                    "id",
                    Ids.ofRule(
                            sessionId,
                            subnets(rule.path("sources")),
                            subnets(rule.path("destinations"))));
        }
        putIfAbsent(rule, "display_name", rule.path("id").asText());
    }

    private static List<Ipv4Subnet> subnets(JsonNode list) {
        List<Ipv4Subnet> subnets = new ArrayList<>();
        list.forEach(element -> subnets.add(Ipv4Subnet.parse(element.path("subnet").asText())));
        return subnets;
    }

    private static void completeDigests(ObjectNode node) {
        if (!node.has("digest_algorithms")) {
            boolean needed = false;
            for (JsonNode cipher : node.path("encryption_algorithms")) {
                needed |= EncryptionAlgorithm.valueOf(cipher.asText()).needsDigest();
            }
            if (needed) {
                node.putArray("digest_algorithms").add(DigestAlgorithm.SHA2_256.name());
            }
        }
    }

    private static void canonicalizeIfPresent(ObjectNode node, String name) {
        if (node.has(name)) {
            node.put(name, Ids.canonical(node.path(name).asText()));
        }
    }

    private static void putIfAbsent(ObjectNode node, String name, String value) {
        if (!node.has(name)) {
            node.put(name, value);
        }
    }
}
