package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.Stamp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The tunnel ports that there are for route-based sessions: another view of these. */
final class PortOperations {

    private static final String PORTS = "/ports";
    private static final String TYPE = "LogicalRouterIPTunnelPort";
    private static final String ROUTED = "routed";

    private final Supplier<RequestReader> reader;
    private final ConfigurationStore store;
    private final RunningSessions running;
    private final Executor executor;

    PortOperations(
            Supplier<RequestReader> reader,
            ConfigurationStore store,
            RunningSessions running,
            Executor executor) {
        this.reader = reader;
        this.store = store;
        this.running = running;
        this.executor = executor;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("ListLogicalPorts", this::list);
        handlers.put("GetLogicalPort", this::get);
    }

    private CompletionStage<ApiResponse> list(ApiRequest request) {
        Map<String, JsonNode> parameters =
                reader.get().query(request.route().operation(), request.query());
        ListParameters list = ListParameters.of(parameters);
        ListQuery<IPSecVPNSession> query =
                list.query(ResourceKind.SESSION, Optional.of(RouteBasedIPSecVPNSession.TYPE));
        CompletionStage<Page<IPSecVPNSession>> page =
                selectsTunnels(parameters)
                        ? store.list(query)
                        : CompletableFuture.completedStage(
                                new Page<>(List.of(), 0, Optional.empty()));
        return page.thenApplyAsync(
                found -> {
                    ObjectNode node =
                            Representation.of(
                                    query,
                                    found,
                                    PORTS,
                                    "LogicalPortListResult",
                                    session -> write((RouteBasedIPSecVPNSession) session));
                    Representation.retain(node, list.includedFields());
                    return new ApiResponse(200, List.of(), JsonTree.write(node));
                },
                executor);
    }

    /** All that there are are tunnels, which are routed into; there are no extended networks. */
    private static boolean selectsTunnels(Map<String, JsonNode> parameters) {
        JsonNode type = parameters.get("port_type");
        if (parameters.containsKey("l2_extension_id")) {
            if (type != null) {
                throw ApiException.invalid(
                        List.of(
                                new FieldError(
                                        "port_type",
                                        type.asText(),
                                        "nothing beside l2_extension_id: only one of the two")));
            }
            return false;
        }
        JsonNode resourceType = parameters.get("resource_type");
        return (type == null || type.asText().equals(ROUTED))
                && (resourceType == null || resourceType.asText().equals(TYPE));
    }

    private CompletionStage<ApiResponse> get(ApiRequest request) {
        String id = request.route().id().orElseThrow();
        return store.sessionOfTunnelPort(id)
                .thenApplyAsync(
                        session ->
                                new ApiResponse(
                                        200,
                                        List.of(),
                                        JsonTree.write(
                                                write(session.orElseThrow(() -> noSuchPort(id))))),
                        executor);
    }

    private static ApiException noSuchPort(String id) {
        return new ApiException(ErrorCode.NO_SUCH_OBJECT, "there is no tunnel port with id " + id);
    }

    private ObjectNode write(RouteBasedIPSecVPNSession session) {
        String id = session.tunnelPort().id();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("resource_type", TYPE);
        node.put("id", id);
        node.put("display_name", session.displayName());
        node.put("description", "Tunnel of session " + session.id());
        ArrayNode tags = node.putArray("tags");
        running.tunnelInterface(session.id())
                .ifPresent(
                        now -> {
                            tags.addObject().put("scope", "interface").put("tag", now.name());
                            tags.addObject()
                                    .put("scope", "mtu")
                                    .put("tag", String.valueOf(now.mtu()));
                        });
        Ipv4Subnet address = session.tunnelPort().address();
        ObjectNode subnet = node.putArray("subnets").addObject();
        subnet.putArray("ip_addresses").add(address.address().toString());
        subnet.put("prefix_length", address.prefixLength());
        node.put("admin_state", session.settings().enabled() ? "UP" : "DOWN");
        node.put("vpn_session_id", session.id());
        Stamp stamp = session.header().stamp();
        node.put("_revision", stamp.revision());
        node.put("_create_time", stamp.createTime().toEpochMilli());
        node.put("_create_user", stamp.createUser());
        node.put("_last_modified_time", stamp.lastModifiedTime().toEpochMilli());
        node.put("_last_modified_user", stamp.lastModifiedUser());
        node.put("_system_owned", true);
        node.put("_protection", "PROTECTED");
        node.put("_schema", TYPE);
        node.putObject("_self").put("href", PORTS + "/" + id).put("rel", "self");
        node.putArray("_links")
                .addObject()
                .put("href", ResourceKind.SESSION.path() + "/" + session.id())
                .put("rel", "session");
        node.put("notify_mpa", false);
        return node;
    }
}
