package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.event.EventSelection;
import io.edgeipsec.api.event.EventType;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The stream of events: finds out which are wanted. */
final class EventOperations {

    private final Supplier<RequestReader> reader;

    EventOperations(Supplier<RequestReader> reader) {
        this.reader = reader;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("StreamEvents", this::stream);
    }

    private CompletionStage<ApiResponse> stream(ApiRequest request) {
        ApiOperation operation = request.route().operation();
        Map<String, JsonNode> query = reader.get().query(operation, request.query());
        Map<String, JsonNode> headers = reader.get().headers(operation, request.headers());
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        Optional.ofNullable(query.get("type"))
                .ifPresent(
                        names ->
                                names.forEach(
                                        name -> types.add(EventType.ofWireName(name.asText()))));
        return CompletableFuture.completedStage(
                ApiResponse.events(
                        new EventSelection(
                                types,
                                text(query.get("session_id")).map(Ids::canonical),
                                text(headers.get("Last-Event-ID")))));
    }

    private static Optional<String> text(@Nullable JsonNode value) {
        return Optional.ofNullable(value).map(JsonNode::asText);
    }
}
