package io.edgeipsec.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one mapping between resources and the contract's JSON, used on the wire and in the store.
 * Written by hand rather than with annotations: the records stay free of Jackson, nothing is
 * reflected at start, and every name of the contract stands here once.
 *
 * <p>Reading expects a complete tree: one that this class wrote, or a request that was validated
 * against the API document and had its defaults filled in. Anything else is a defect of ours, so it
 * ends in an unchecked exception. Any thread.
 */
public final class ResourceJson {

    /** In the store only. */
    public static final String OF_PRINCIPAL = "_of_principal";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ResourceJson() {}

    /** Everything that is stored of a resource: its content and its stamp, never a secret. */
    public static ObjectNode write(ManagedResource resource) {
        ObjectNode node = NODES.objectNode();
        writeHeader(node, resource);
        if (resource instanceof IPSecVPNSession session) {
            writeSession(node, session);
        } else if (resource instanceof IPSecVPNIKEProfile profile) {
            node.put("ike_version", profile.ikeVersion().name());
            node.set("encryption_algorithms", names(profile.encryptionAlgorithms()));
            node.set("digest_algorithms", names(profile.digestAlgorithms()));
            node.set("dh_groups", names(profile.dhGroups()));
            node.put("sa_life_time", profile.saLifeTime().toSeconds());
            node.set("additional_key_exchanges", names(profile.additionalKeyExchanges()));
        } else if (resource instanceof IPSecVPNTunnelProfile profile) {
            node.put("encapsulation_mode", "TUNNEL_MODE");
            node.put("transform_protocol", "ESP");
            node.set("encryption_algorithms", names(profile.encryptionAlgorithms()));
            node.set("digest_algorithms", names(profile.digestAlgorithms()));
            node.put("enable_perfect_forward_secrecy", profile.enablePerfectForwardSecrecy());
            node.set("dh_groups", names(profile.dhGroups()));
            node.put("df_policy", profile.dfPolicy().name());
            node.put("sa_life_time", profile.saLifeTime().toSeconds());
            node.put("extended_sequence_numbers", profile.extendedSequenceNumbers());
            node.put("anti_replay_window", profile.antiReplayWindow());
            node.set("additional_key_exchanges", names(profile.additionalKeyExchanges()));
        } else if (resource instanceof IPSecVPNDPDProfile profile) {
            node.put("enabled", profile.enabled());
            node.put("dpd_probe_mode", profile.dpdProbeMode().name());
            node.put("dpd_probe_interval", profile.dpdProbeInterval().toSeconds());
            node.put("retry_count", profile.retryCount());
        } else if (resource instanceof IPSecMultiPathGroup group) {
            node.put("enabled", group.enabled());
            node.put("scheme", group.scheme().name());
            node.put("scheme_value", group.schemeValue());
            node.put("source_port_pool_size", group.sourcePortPoolSize());
        } else if (resource instanceof Certificate certificate) {
            TrustJson.write(node, certificate);
        } else if (resource instanceof Crl crl) {
            TrustJson.write(node, crl);
        }
        return node;
    }

    /** The resource of that kind in a complete tree. */
    public static <R extends ManagedResource> R read(ResourceKind<R> kind, ObjectNode node) {
        return kind.type().cast(readAny(kind, node));
    }

    private static ManagedResource readAny(ResourceKind<?> kind, ObjectNode node) {
        if (kind == ResourceKind.SESSION) {
            return readSession(node);
        }
        ResourceHeader header = readHeader(node);
        if (kind == ResourceKind.IKE_PROFILE) {
            return new IPSecVPNIKEProfile(
                    header,
                    constant(IkeVersion.class, node, "ike_version"),
                    constants(EncryptionAlgorithm.class, node, "encryption_algorithms"),
                    constants(DigestAlgorithm.class, node, "digest_algorithms"),
                    constants(DhGroup.class, node, "dh_groups"),
                    seconds(node, "sa_life_time"),
                    constants(AdditionalKeyExchange.class, node, "additional_key_exchanges"));
        }
        if (kind == ResourceKind.TUNNEL_PROFILE) {
            return new IPSecVPNTunnelProfile(
                    header,
                    constants(EncryptionAlgorithm.class, node, "encryption_algorithms"),
                    constants(DigestAlgorithm.class, node, "digest_algorithms"),
                    flag(node, "enable_perfect_forward_secrecy"),
                    constants(DhGroup.class, node, "dh_groups"),
                    constant(DfPolicy.class, node, "df_policy"),
                    seconds(node, "sa_life_time"),
                    // The store may hold profiles from before these three.
                    node.path("extended_sequence_numbers").asBoolean(true),
                    node.path("anti_replay_window")
                            .asInt(IPSecVPNTunnelProfile.DEFAULT_ANTI_REPLAY_WINDOW),
                    node.has("additional_key_exchanges")
                            ? constants(
                                    AdditionalKeyExchange.class, node, "additional_key_exchanges")
                            : List.of());
        }
        if (kind == ResourceKind.DPD_PROFILE) {
            return new IPSecVPNDPDProfile(
                    header,
                    flag(node, "enabled"),
                    constant(DpdProbeMode.class, node, "dpd_probe_mode"),
                    seconds(node, "dpd_probe_interval"),
                    required(node, "retry_count").intValue());
        }
        if (kind == ResourceKind.MULTI_PATH_GROUP) {
            return new IPSecMultiPathGroup(
                    header,
                    flag(node, "enabled"),
                    constant(MultiPathScheme.class, node, "scheme"),
                    required(node, "scheme_value").intValue(),
                    required(node, "source_port_pool_size").intValue());
        }
        if (kind == ResourceKind.CERTIFICATE) {
            return TrustJson.readCertificate(header, node);
        }
        if (kind == ResourceKind.CRL) {
            return TrustJson.readCrl(header, node);
        }
        throw new IllegalArgumentException("no mapping for kind " + kind);
    }

    private static void writeHeader(ObjectNode node, ManagedResource resource) {
        ResourceHeader header = resource.header();
        node.put("resource_type", resource.resourceType());
        node.put("id", header.id());
        node.put("display_name", header.displayName());
        putIfPresent(node, "description", header.description());
        if (!header.tags().isEmpty()) {
            ArrayNode tags = node.putArray("tags");
            header.tags()
                    .forEach(
                            tag ->
                                    tags.addObject()
                                            .put("scope", tag.scope())
                                            .put("tag", tag.tag()));
        }
        Stamp stamp = header.stamp();
        node.put("_revision", stamp.revision());
        node.put("_create_time", stamp.createTime().toEpochMilli());
        node.put("_create_user", stamp.createUser());
        node.put("_last_modified_time", stamp.lastModifiedTime().toEpochMilli());
        node.put("_last_modified_user", stamp.lastModifiedUser());
        node.put("_system_owned", header.systemOwned());
        if (stamp.ofPrincipal()) {
            node.put(OF_PRINCIPAL, true);
        }
    }

    /** The part that every resource has, in a complete tree. */
    public static ResourceHeader readHeader(ObjectNode node) {
        return new ResourceHeader(
                text(node, "id"),
                text(node, "display_name"),
                optionalText(node, "description"),
                list(node, "tags", tag -> new Tag(text(tag, "scope"), text(tag, "tag"))),
                node.path("_system_owned").asBoolean(false),
                new Stamp(
                        node.path("_revision").asLong(0),
                        Instant.ofEpochMilli(node.path("_create_time").asLong(0)),
                        node.path("_create_user").asText(""),
                        Instant.ofEpochMilli(node.path("_last_modified_time").asLong(0)),
                        node.path("_last_modified_user").asText(""),
                        node.path(OF_PRINCIPAL).asBoolean(false)));
    }

    private static void writeSession(ObjectNode node, IPSecVPNSession session) {
        SessionSettings settings = session.settings();
        node.put("enabled", settings.enabled());
        node.put("authentication_mode", settings.authenticationMode().name());
        node.put("connection_initiation_mode", settings.connectionInitiationMode().name());
        IPSecVPNLocalEndpoint local = settings.localEndpoint();
        ObjectNode localNode = node.putObject("local_endpoint");
        localNode.put("local_address", local.localAddress().toString());
        localNode.put("local_id", local.localId());
        putIfPresent(localNode, "certificate_id", local.certificateId());
        putIfAny(localNode, "trust_ca_ids", local.trustCaIds());
        putIfAny(localNode, "trust_crl_ids", local.trustCrlIds());
        node.put("peer_address", settings.peerAddress().toString());
        node.put("peer_id", settings.peerId());
        node.put("ike_profile_id", settings.ikeProfileId());
        node.put("ipsec_tunnel_profile_id", settings.ipsecTunnelProfileId());
        node.put("dpd_profile_id", settings.dpdProfileId());
        TcpMssClamping clamping = settings.tcpMssClamping();
        ObjectNode clampingNode = node.putObject("tcp_mss_clamping");
        clampingNode.put("direction", clamping.direction().name());
        if (clamping.maxSegmentSize() != null) {
            clampingNode.put("max_segment_size", clamping.maxSegmentSize());
        }
        if (settings.ppk() != null) {
            ObjectNode ppkNode = node.putObject("ppk");
            ppkNode.put("id", settings.ppk().id());
            ppkNode.put("required", settings.ppk().required());
        }
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            ArrayNode rules = node.putArray("policy_rules");
            policyBased.policyRules().forEach(rule -> rules.add(writeRule(rule)));
        } else if (session instanceof RouteBasedIPSecVPNSession routeBased) {
            TunnelPort port = routeBased.tunnelPort();
            ObjectNode portNode = node.putArray("tunnel_ports").addObject();
            portNode.put("tunnel_port_id", port.id());
            ObjectNode subnet = portNode.putArray("ip_subnets").addObject();
            subnet.putArray("ip_addresses").add(port.address().address().toString());
            subnet.put("prefix_length", port.address().prefixLength());
            putIfPresent(node, "multi_path_group_id", routeBased.multiPathGroupId());
        }
    }

    private static ObjectNode writeRule(IPSecVPNPolicyRule rule) {
        ObjectNode node = NODES.objectNode();
        node.put("resource_type", "IPSecVPNPolicyRule");
        node.put("id", rule.id());
        node.put("display_name", rule.displayName());
        putIfPresent(node, "description", rule.description());
        node.set("sources", writeSubnets(rule.sources()));
        node.set("destinations", writeSubnets(rule.destinations()));
        node.put("action", "PROTECT");
        node.put("enabled", rule.enabled());
        node.put("logged", rule.logged());
        return node;
    }

    private static ArrayNode writeSubnets(List<Ipv4Subnet> subnets) {
        ArrayNode array = NODES.arrayNode(subnets.size());
        subnets.forEach(subnet -> array.addObject().put("subnet", subnet.toString()));
        return array;
    }

    private static @Nullable PostQuantumPresharedKey readPpk(JsonNode node) {
        return node.isMissingNode()
                ? null
                : new PostQuantumPresharedKey(text(node, "id"), flag(node, "required"));
    }

    private static IPSecVPNSession readSession(ObjectNode node) {
        ResourceHeader header = readHeader(node);
        SessionSettings settings =
                new SessionSettings(
                        flag(node, "enabled"),
                        constant(AuthenticationMode.class, node, "authentication_mode"),
                        constant(
                                ConnectionInitiationMode.class, node, "connection_initiation_mode"),
                        readLocalEndpoint(required(node, "local_endpoint")),
                        Ipv4Address.parse(text(node, "peer_address")),
                        text(node, "peer_id"),
                        text(node, "ike_profile_id"),
                        text(node, "ipsec_tunnel_profile_id"),
                        text(node, "dpd_profile_id"),
                        readClamping(required(node, "tcp_mss_clamping")),
                        readPpk(node.path("ppk")));
        String type = text(node, "resource_type");
        if (type.equals(PolicyBasedIPSecVPNSession.TYPE)) {
            return new PolicyBasedIPSecVPNSession(
                    header, settings, list(node, "policy_rules", ResourceJson::readRule));
        }
        if (type.equals(RouteBasedIPSecVPNSession.TYPE)) {
            JsonNode port = required(node, "tunnel_ports").path(0);
            JsonNode subnet = required(port, "ip_subnets").path(0);
            return new RouteBasedIPSecVPNSession(
                    header,
                    settings,
                    new TunnelPort(
                            text(port, "tunnel_port_id"),
                            new Ipv4Subnet(
                                    Ipv4Address.parse(
                                            required(subnet, "ip_addresses").path(0).asText()),
                                    required(subnet, "prefix_length").intValue())),
                    optionalText(node, "multi_path_group_id"));
        }
        throw new IllegalArgumentException("no session type " + type);
    }

    private static IPSecVPNLocalEndpoint readLocalEndpoint(JsonNode node) {
        return new IPSecVPNLocalEndpoint(
                Ipv4Address.parse(text(node, "local_address")),
                text(node, "local_id"),
                optionalText(node, "certificate_id"),
                list(node, "trust_ca_ids", JsonNode::asText),
                list(node, "trust_crl_ids", JsonNode::asText));
    }

    private static TcpMssClamping readClamping(JsonNode node) {
        JsonNode size = node.path("max_segment_size");
        return new TcpMssClamping(
                constant(MssClampingDirection.class, node, "direction"),
                size.isMissingNode() ? null : size.intValue());
    }

    private static IPSecVPNPolicyRule readRule(JsonNode node) {
        return new IPSecVPNPolicyRule(
                text(node, "id"),
                text(node, "display_name"),
                optionalText(node, "description"),
                list(node, "sources", subnet -> Ipv4Subnet.parse(text(subnet, "subnet"))),
                list(node, "destinations", subnet -> Ipv4Subnet.parse(text(subnet, "subnet"))),
                flag(node, "enabled"),
                flag(node, "logged"));
    }

    /** A session's status as the contract shows it. */
    public static ObjectNode write(IPSecVPNSessionStatus status) {
        ObjectNode node = NODES.objectNode();
        node.put("ipsec_vpn_session_id", status.sessionId());
        node.put("display_name", status.displayName());
        node.put("session_status", status.sessionStatus().name());
        node.putObject("ike_status")
                .put("ike_session_state", status.ikeStatus().ikeSessionState().name())
                .put("fail_reason", status.ikeStatus().failReason());
        node.put("total_tunnels", status.totalTunnels());
        node.put("negotiated_tunnels", status.negotiatedTunnels());
        node.put("failed_tunnels", status.failedTunnels());
        node.set("aggregate_traffic_counters", write(status.aggregateTrafficCounters()));
        node.put("last_update_timestamp", status.lastUpdate().toEpochMilli());
        return node;
    }

    static ObjectNode write(IPSecVPNTrafficCounters counters) {
        return NODES.objectNode()
                .put("bytes_in", counters.bytesIn())
                .put("bytes_out", counters.bytesOut())
                .put("packets_in", counters.packetsIn())
                .put("packets_out", counters.packetsOut())
                .put("dropped_packets_in", counters.droppedPacketsIn())
                .put("dropped_packets_out", counters.droppedPacketsOut());
    }

    private static JsonNode required(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in a tree that must be complete");
        }
        return value;
    }

    private static String text(JsonNode node, String name) {
        return required(node, name).asText();
    }

    private static @Nullable String optionalText(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null ? null : value.asText();
    }

    private static boolean flag(JsonNode node, String name) {
        return required(node, name).asBoolean();
    }

    private static Duration seconds(JsonNode node, String name) {
        return Duration.ofSeconds(required(node, name).asLong());
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String name) {
        return Enum.valueOf(type, text(node, name));
    }

    private static <E extends Enum<E>> List<E> constants(
            Class<E> type, JsonNode node, String name) {
        return list(node, name, value -> Enum.valueOf(type, value.asText()));
    }

    /** An absent list is an empty one. */
    private static <T> List<T> list(JsonNode node, String name, Function<JsonNode, T> element) {
        List<T> values = new ArrayList<>();
        node.path(name).forEach(value -> values.add(element.apply(value)));
        return values;
    }

    private static ArrayNode names(List<? extends Enum<?>> constants) {
        ArrayNode array = NODES.arrayNode(constants.size());
        constants.forEach(constant -> array.add(constant.name()));
        return array;
    }

    private static void putIfPresent(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static void putIfAny(ObjectNode node, String name, List<String> values) {
        if (!values.isEmpty()) {
            ArrayNode array = node.putArray(name);
            values.forEach(array::add);
        }
    }
}
