package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.Page;
import io.edgeipsec.api.port.PrivateKeyOctets;
import io.edgeipsec.api.port.PutRequest;
import io.edgeipsec.api.port.TrustReader;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.TrustObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The import of certificates and revocation lists, and what becomes of these. */
final class TrustOperations {

    private static final Logger LOG = LoggerFactory.getLogger(TrustOperations.class);

    private final Supplier<RequestReader> reader;
    private final ConfigurationStore store;
    private final TrustReader trust;
    private final Executor executor;
    private final Links crlLinks;

    TrustOperations(
            Links crlLinks,
            Supplier<RequestReader> reader,
            ConfigurationStore store,
            TrustReader trust,
            Executor executor) {
        this.crlLinks = crlLinks;
        this.reader = reader;
        this.store = store;
        this.trust = trust;
        this.executor = executor;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("ImportCertificate", this::importCertificate);
        handlers.put("ImportCrl", this::importCrl);
        handlers.put("UpdateCrl", this::updateCrl);
    }

    private CompletionStage<ApiResponse> importCertificate(ApiRequest request) {
        ObjectNode node = body(request);
        // Out of the tree, so that whatever is done with the tree cannot show them.
        String privateKey = take(node, "private_key");
        String passphrase = take(node, "passphrase");
        TrustReader.ImportedCertificate imported =
                trust.readCertificate(
                        header(node), node.path("pem_encoded").asText(), privateKey, passphrase);
        return put(
                request,
                node,
                ResourceKind.CERTIFICATE,
                imported.certificate(),
                imported.privateKey());
    }

    private CompletionStage<ApiResponse> importCrl(ApiRequest request) {
        ObjectNode node = body(request);
        return put(
                request,
                node,
                ResourceKind.CRL,
                trust.readCrl(header(node), node.path("pem_encoded").asText()),
                null);
    }

    private CompletionStage<ApiResponse> updateCrl(ApiRequest request) {
        ObjectNode node = body(request);
        JsonNode revision = node.path("_revision");
        String id = request.route().id().orElseThrow();
        Crl crl = trust.readCrl(header(id, node), node.path("pem_encoded").asText());
        return stored(
                        request,
                        new PutRequest<>(
                                crl,
                                PutRequest.Mode.CREATE_OR_REPLACE,
                                revision.isMissingNode()
                                        ? OptionalLong.empty()
                                        : OptionalLong.of(revision.longValue()),
                                null,
                                null,
                                null,
                                context(request, node)))
                .thenApplyAsync(
                        now -> {
                            ObjectNode answer = Representation.of(now, request.context().caller());
                            crlLinks.addTo(answer, now);
                            return new ApiResponse(200, List.of(), JsonTree.write(answer));
                        },
                        executor);
    }

    private static CallContext context(ApiRequest request, ObjectNode node) {
        return request.context().withNotifyMpa(node.path("notify_mpa").asBoolean());
    }

    private ObjectNode body(ApiRequest request) {
        reader.get().query(request.route().operation(), request.query());
        return reader.get().body(request.route().operation(), request.body());
    }

    private static @Nullable String take(ObjectNode node, String name) {
        return node.has(name) ? node.remove(name).asText() : null;
    }

    private static ResourceHeader header(ObjectNode node) {
        return header(Ids.random(), node);
    }

    private static ResourceHeader header(String id, ObjectNode node) {
        node.put("id", id);
        if (!node.has("display_name")) {
            node.put("display_name", id);
        }
        return ResourceJson.readHeader(node);
    }

    private <R extends TrustObject> CompletionStage<ApiResponse> put(
            ApiRequest request,
            ObjectNode node,
            ResourceKind<R> kind,
            R resource,
            @Nullable PrivateKeyOctets privateKey) {
        return stored(
                        request,
                        new PutRequest<>(
                                resource,
                                PutRequest.Mode.CREATE,
                                OptionalLong.empty(),
                                null,
                                null,
                                privateKey,
                                context(request, node)))
                .thenApplyAsync(
                        stored ->
                                new ApiResponse(
                                        201,
                                        List.of(),
                                        JsonTree.write(listOf(request, kind, stored))),
                        executor);
    }

    private <R extends TrustObject> CompletionStage<R> stored(
            ApiRequest request, PutRequest<R> put) {
        @SuppressWarnings("unchecked") // A resource's kind is of the resource's type.
        ResourceKind<R> kind = (ResourceKind<R>) put.resource().kind();
        return store.put(put)
                .thenApply(
                        outcome -> {
                            R stored = outcome.accept(new Refusals<>(kind, put.resource().id()));
                            LOG.info(
                                    "event=config.stored kind={} id={} revision={} user=\"{}\""
                                            + " request={}",
                                    kind,
                                    stored.id(),
                                    stored.revision(),
                                    request.context().user(),
                                    request.requestId());
                            return stored;
                        });
    }

    /** The contract answers an import with a list. */
    private static <R extends TrustObject> ObjectNode listOf(
            ApiRequest request, ResourceKind<R> kind, R stored) {
        return Representation.of(
                new ListQuery<>(kind, Optional.empty(), ListQuery.Order.BY_ID, Optional.empty(), 1),
                new Page<>(List.of(stored), 1, Optional.empty()),
                request.context().caller());
    }
}
