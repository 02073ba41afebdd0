package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.port.PutRequest;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.TrustObject;
import io.edgeipsec.api.validation.ProfileChecks;
import io.edgeipsec.api.validation.SessionChecks;
import io.edgeipsec.api.validation.Warnings;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** List, get, create, update and delete of one kind of resource. */
final class ResourceOperations<R extends ManagedResource> {

    private static final Logger LOG = LoggerFactory.getLogger(ResourceOperations.class);
    private static final String NOTIFY_MPA = "notify_mpa";
    private static final String DETAILS = "details";

    /** Of whoever uses a resource; an answer does not grow with the number of sessions. */
    private static final int MAX_SHOWN_USERS = 100;

    private static final String WARNING_HEADER = "x-edge-ipsec-warning";

    private final ResourceKind<R> kind;
    private final Links links;
    private final Supplier<RequestReader> reader;
    private final ConfigurationStore store;
    private final Executor executor;

    ResourceOperations(
            ResourceKind<R> kind,
            Links links,
            Supplier<RequestReader> reader,
            ConfigurationStore store,
            Executor executor) {
        this.kind = kind;
        this.links = links;
        this.reader = reader;
        this.store = store;
        this.executor = executor;
    }

    /** Operation ids are the contract's method names. */
    void registerIn(Map<String, ApiService.Handler> handlers) {
        String type = kind.type().getSimpleName();
        handlers.put("List" + type + "s", this::list);
        handlers.put("Get" + type, this::get);
        handlers.put("Delete" + type, this::delete);
        if (TrustObject.class.isAssignableFrom(kind.type())) {
            return; // Made and changed by TrustOperations.
        }
        handlers.put(
                "Update" + type,
                request -> put(request, id(request), PutRequest.Mode.CREATE_OR_REPLACE));
        handlers.put(
                "Create" + type, request -> put(request, Ids.random(), PutRequest.Mode.CREATE));
    }

    private static String id(ApiRequest request) {
        return request.route().id().orElseThrow();
    }

    private CompletionStage<ApiResponse> list(ApiRequest request) {
        Map<String, JsonNode> parameters =
                reader.get().query(request.route().operation(), request.query());
        ListParameters list = ListParameters.of(parameters);
        ListQuery<R> query =
                list.query(
                        kind,
                        Stream.of("session_type", "type")
                                .flatMap(name -> Stream.ofNullable(parameters.get(name)))
                                .map(JsonNode::asText)
                                .findFirst());
        return store.list(query)
                .thenApplyAsync(
                        page -> {
                            ObjectNode node =
                                    Representation.of(query, page, request.context().caller());
                            if (withoutDetails(parameters)) {
                                node.path("results")
                                        .forEach(each -> ((ObjectNode) each).remove(DETAILS));
                            }
                            Representation.retain(node, list.includedFields());
                            return new ApiResponse(200, List.of(), JsonTree.write(node));
                        },
                        executor);
    }

    private CompletionStage<ApiResponse> get(ApiRequest request) {
        String id = id(request);
        Map<String, JsonNode> parameters =
                reader.get().query(request.route().operation(), request.query());
        return store.get(kind, id)
                .thenCombineAsync(
                        store.users(kind, id, MAX_SHOWN_USERS),
                        (found, users) -> {
                            ObjectNode node =
                                    shown(
                                            request,
                                            found.orElseThrow(() -> Refusals.notFound(kind, id)));
                            links.addUsers(node, users);
                            if (kind == ResourceKind.CERTIFICATE) {
                                node.set("used_by", Links.references(users));
                            }
                            if (withoutDetails(parameters)) {
                                node.remove(DETAILS);
                            }
                            return answer(200, found.get(), node);
                        },
                        executor);
    }

    private static boolean withoutDetails(Map<String, JsonNode> parameters) {
        JsonNode details = parameters.get(DETAILS);
        return details != null && !details.asBoolean();
    }

    private CompletionStage<ApiResponse> put(ApiRequest request, String id, PutRequest.Mode mode) {
        ObjectNode node = reader.get().body(request.route().operation(), request.body());
        PresharedKey key = takeKey(node, "psk");
        PresharedKey ppk =
                node.path("ppk") instanceof ObjectNode object ? takeKey(object, "key") : null;
        boolean handedOver = false;
        try {
            JsonNode revision = node.path("_revision");
            Completion.complete(kind, id, node);
            R resource = ResourceJson.read(kind, node);
            List<FieldError> errors = check(resource);
            if (!errors.isEmpty()) {
                throw ApiException.invalid(errors);
            }
            PutRequest<R> put =
                    new PutRequest<>(
                            resource,
                            mode,
                            revision.isMissingNode()
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(revision.longValue()),
                            key,
                            ppk,
                            null,
                            request.context().withNotifyMpa(node.path(NOTIFY_MPA).asBoolean()));
            handedOver = true;
            return store.put(put)
                    .thenApplyAsync(
                            outcome -> {
                                R now = outcome.accept(new Refusals<>(kind, id));
                                announce(request, now, "stored");
                                return stored(
                                        request, mode == PutRequest.Mode.CREATE ? 201 : 200, now);
                            },
                            executor);
        } finally {
            if (key != null && !handedOver) {
                key.close();
            }
            if (ppk != null && !handedOver) {
                ppk.close();
            }
        }
    }

    /** Takes the key out of the tree, so that whatever is done with the tree cannot show it. */
    private static @Nullable PresharedKey takeKey(ObjectNode node, String field) {
        JsonNode key = node.remove(field);
        return key == null ? null : PresharedKey.of(key.asText());
    }

    private static List<FieldError> check(ManagedResource resource) {
        if (resource instanceof IPSecVPNSession session) {
            return SessionChecks.check(session);
        }
        return resource instanceof IPSecVPNProfile profile
                ? ProfileChecks.check(profile)
                : List.of();
    }

    private CompletionStage<ApiResponse> delete(ApiRequest request) {
        String id = id(request);
        JsonNode wanted =
                reader.get().query(request.route().operation(), request.query()).get(NOTIFY_MPA);
        boolean notify = wanted != null && wanted.asBoolean();
        return store.delete(kind, id, request.context().withNotifyMpa(notify))
                .thenApplyAsync(
                        outcome -> {
                            announce(request, outcome.accept(new Refusals<>(kind, id)), "deleted");
                            return new ApiResponse(200, List.of(), new byte[0]);
                        },
                        executor);
    }

    private ApiResponse stored(ApiRequest request, int status, ManagedResource resource) {
        return answer(status, resource, shown(request, resource));
    }

    private ObjectNode shown(ApiRequest request, ManagedResource resource) {
        ObjectNode node = Representation.of(resource, request.context().caller());
        links.addTo(node, resource);
        return node;
    }

    private static ApiResponse answer(int status, ManagedResource resource, ObjectNode node) {
        return new ApiResponse(
                status,
                Warnings.of(resource).stream()
                        .map(warning -> Map.entry(WARNING_HEADER, warning))
                        .toList(),
                JsonTree.write(node));
    }

    private static void announce(ApiRequest request, ManagedResource resource, String what) {
        LOG.info(
                "event=config.{} kind={} id={} revision={} user=\"{}\" request={}",
                what,
                resource.kind(),
                resource.id(),
                resource.revision(),
                request.context().user(),
                request.requestId());
        for (String warning : Warnings.of(resource)) {
            LOG.warn(
                    "event=config.warning kind={} id={} warning=\"{}\"",
                    resource.kind(),
                    resource.id(),
                    warning);
        }
    }
}
