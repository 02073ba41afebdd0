package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.NodeService;
import io.edgeipsec.api.port.ServiceAction;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.LoggingLevel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service as a whole: its log level, and whether it runs. */
final class NodeServiceOperations {

    private static final Logger LOG = LoggerFactory.getLogger(NodeServiceOperations.class);

    private static final String PATH = "/node/services/" + NodeService.NAME;

    private final Supplier<RequestReader> reader;
    private final NodeService service;

    NodeServiceOperations(Supplier<RequestReader> reader, NodeService service) {
        this.reader = reader;
        this.service = service;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put(
                "ReadEdgeIpsecVPNService",
                request -> service.properties().thenApply(now -> answer(write(now))));
        handlers.put("UpdateEdgeIpsecVPNService", this::update);
        handlers.put(
                "ReadEdgeIpsecVPNServiceStatus",
                request -> service.status().thenApply(now -> answer(write(now))));
        handlers.put("ActOnEdgeIpsecVPNService", this::act);
    }

    private CompletionStage<ApiResponse> update(ApiRequest request) {
        ObjectNode body = reader.get().body(request.route().operation(), request.body());
        LoggingLevel level =
                LoggingLevel.valueOf(body.at("/service_properties/logging_level").asText());
        JsonNode sent = body.path("_revision");
        OptionalLong revision =
                sent.isMissingNode() ? OptionalLong.empty() : OptionalLong.of(sent.longValue());
        return service.setLoggingLevel(
                        level,
                        revision,
                        request.context().withNotifyMpa(body.path("notify_mpa").asBoolean()))
                .thenApply(
                        change -> {
                            if (!change.done()) {
                                throw new ApiException(
                                        ErrorCode.STALE_REVISION,
                                        "service "
                                                + NodeService.NAME
                                                + " is at _revision "
                                                + change.now().revision()
                                                + ", the request has _revision "
                                                + sent.longValue()
                                                + "; GET it, apply the change to what it is now,"
                                                + " and PUT that");
                            }
                            LOG.info(
                                    "event=config.stored kind=service id={} revision={} user=\"{}\""
                                            + " request={} logging_level={}",
                                    NodeService.NAME,
                                    change.now().revision(),
                                    request.context().user(),
                                    request.requestId(),
                                    level);
                            return answer(write(change.now()));
                        });
    }

    private CompletionStage<ApiResponse> act(ApiRequest request) {
        String word =
                Objects.requireNonNull(
                                reader.get()
                                        .query(request.route().operation(), request.query())
                                        .get("action"))
                        .asText();
        return service.act(ServiceAction.of(word), request.context())
                .thenApply(
                        status -> {
                            LOG.info(
                                    "event=service.action action={} running={} user=\"{}\""
                                            + " request={}",
                                    word,
                                    status.running(),
                                    request.context().user(),
                                    request.requestId());
                            return answer(write(status));
                        });
    }

    private static ApiResponse answer(ObjectNode node) {
        return new ApiResponse(200, List.of(), JsonTree.write(node));
    }

    private static ObjectNode write(NodeService.Properties properties) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("service_name", NodeService.NAME);
        node.putObject("service_properties").put("logging_level", properties.loggingLevel().name());
        node.put("_revision", properties.revision());
        node.put("_schema", "EdgeNodeServiceLoggingProperties");
        node.putObject("_self").put("href", PATH).put("rel", "self");
        node.putArray("_links").addObject().put("href", PATH + "/status").put("rel", "status");
        node.put("notify_mpa", false);
        return node;
    }

    private static ObjectNode write(NodeService.Status status) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("runtime_state", status.running() ? "running" : "stopped");
        node.putArray("pids").add(status.processId());
        node.put("health", status.stable() ? "STABLE" : "DEGRADED");
        node.put("_schema", "NodeServiceStatusProperties");
        node.putObject("_self").put("href", PATH + "/status").put("rel", "self");
        return node;
    }
}
