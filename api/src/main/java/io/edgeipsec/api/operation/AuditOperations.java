package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.port.AuditLog;
import io.edgeipsec.api.resource.JsonTree;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The record of who changed what. */
final class AuditOperations {

    private final Supplier<RequestReader> reader;
    private final AuditLog audit;
    private final Executor executor;

    AuditOperations(Supplier<RequestReader> reader, AuditLog audit, Executor executor) {
        this.reader = reader;
        this.audit = audit;
        this.executor = executor;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("ListAuditRecords", this::list);
    }

    private CompletionStage<ApiResponse> list(ApiRequest request) {
        Map<String, JsonNode> parameters =
                reader.get().query(request.route().operation(), request.query());
        AuditLog.Query query =
                new AuditLog.Query(
                        text(parameters, "user"),
                        text(parameters, "kind"),
                        text(parameters, "object_id").map(Ids::canonical),
                        text(parameters, "cursor")
                                .map(cursor -> OptionalLong.of(Cursors.number(cursor)))
                                .orElse(OptionalLong.empty()),
                        Objects.requireNonNull(parameters.get("page_size")).intValue());
        return audit.page(query)
                .thenApplyAsync(
                        page -> new ApiResponse(200, List.of(), JsonTree.write(write(page))),
                        executor);
    }

    private static Optional<String> text(Map<String, JsonNode> parameters, String name) {
        return Optional.ofNullable(parameters.get(name)).map(JsonNode::asText);
    }

    private static ObjectNode write(AuditLog.AuditPage page) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode results = node.putArray("results");
        page.records().forEach(results::add);
        if (page.next().isPresent()) {
            String cursor = Cursors.opaque(String.valueOf(page.next().getAsLong()));
            node.put("cursor", cursor);
            node.put("page_cursor", cursor);
        }
        node.put("sort_by", "sequence");
        node.put("sort_ascending", false);
        node.putObject("_self").put("href", "/audit").put("rel", "self");
        return node;
    }
}
