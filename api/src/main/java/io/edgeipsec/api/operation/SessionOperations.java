package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.MonitoringJson;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SessionsOverview;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be seen of running sessions and their groups, and done with them. */
final class SessionOperations {

    private static final Logger LOG = LoggerFactory.getLogger(SessionOperations.class);

    private final Supplier<RequestReader> reader;
    private final ConfigurationStore store;
    private final RunningSessions running;
    private final Executor executor;

    SessionOperations(
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
        handlers.put(
                "GetIPSecVPNSessionStatus",
                request -> json(stored(request, running::status), ResourceJson::write));
        handlers.put(
                "GetIPSecMultiPathGroupStatus",
                request ->
                        json(
                                stored(ResourceKind.MULTI_PATH_GROUP, request, running::status),
                                MonitoringJson::write));
        handlers.put(
                "GetIPSecVPNSessionStatistics",
                request -> json(stored(request, running::statistics), MonitoringJson::write));
        handlers.put("ResetIPSecVPNSessionStatistics", this::resetStatistics);
        handlers.put("GetIPSecVPNSessionSummary", this::summary);
        handlers.put("ActOnIPSecVPNSession", this::act);
        handlers.put("GetIPSecVPNSessionState", this::state);
    }

    private CompletionStage<ApiResponse> resetStatistics(ApiRequest request) {
        query(request);
        return stored(request, session -> running.resetStatistics(session.id()))
                .thenApply(
                        done -> {
                            LOG.info(
                                    "event=session.statistics_reset session={} user=\"{}\""
                                            + " request={}",
                                    id(request),
                                    request.context().user(),
                                    request.requestId());
                            return new ApiResponse(200, List.of(), new byte[0]);
                        });
    }

    private CompletionStage<ApiResponse> state(ApiRequest request) {
        Optional<String> change =
                Optional.ofNullable(query(request).get("request_id"))
                        .map(id -> Ids.canonical(id.asText()));
        return json(
                stored(request, session -> running.state(session, change)), MonitoringJson::write);
    }

    private CompletionStage<ApiResponse> act(ApiRequest request) {
        SessionAction action =
                SessionAction.of(Objects.requireNonNull(query(request).get("action")).asText());
        return json(
                stored(request, session -> running.act(session, action)),
                begun -> {
                    LOG.info(
                            "event=session.action session={} action={} user=\"{}\" request={}",
                            id(request),
                            action.word(),
                            request.context().user(),
                            request.requestId());
                    return JsonNodeFactory.instance
                            .objectNode()
                            .put("ipsec_vpn_session_id", id(request))
                            .put("action", action.word())
                            .put("begun", begun);
                });
    }

    private CompletionStage<ApiResponse> summary(ApiRequest request) {
        ListQuery<IPSecVPNSession> page =
                ListParameters.of(query(request)).query(ResourceKind.SESSION, Optional.empty());
        return json(
                store.list(page)
                        .thenCombine(
                                running.overview(),
                                (found, overview) -> new Summary(page.order(), found, overview)),
                Summary::toJson);
    }

    private record Summary(
            ListQuery.Order order, Page<IPSecVPNSession> page, SessionsOverview overview) {

        ObjectNode toJson() {
            ObjectNode node = MonitoringJson.write(overview, page.resources());
            ((ObjectNode) node.path("session_summary")).put("total_sessions", page.total());
            page.next()
                    .map(at -> Cursors.encode(new Cursors.Cursor(order, at)))
                    .ifPresent(cursor -> node.put("cursor", cursor).put("page_cursor", cursor));
            return node;
        }
    }

    private Map<String, JsonNode> query(ApiRequest request) {
        return reader.get().query(request.route().operation(), request.query());
    }

    private static String id(ApiRequest request) {
        return request.route().id().orElseThrow();
    }

    /** What is asked about the session in the path, if there is one. */
    private <T> CompletionStage<T> stored(
            ApiRequest request, Function<IPSecVPNSession, CompletionStage<T>> question) {
        return stored(ResourceKind.SESSION, request, question);
    }

    private <R extends ManagedResource, T> CompletionStage<T> stored(
            ResourceKind<R> kind, ApiRequest request, Function<R, CompletionStage<T>> question) {
        String id = id(request);
        return store.get(kind, id)
                .thenCompose(
                        found ->
                                question.apply(
                                        found.orElseThrow(() -> Refusals.notFound(kind, id))));
    }

    private <T> CompletionStage<ApiResponse> json(
            CompletionStage<T> answer, Function<T, ObjectNode> writer) {
        return answer.thenApplyAsync(
                found -> new ApiResponse(200, List.of(), JsonTree.write(writer.apply(found))),
                executor);
    }
}
