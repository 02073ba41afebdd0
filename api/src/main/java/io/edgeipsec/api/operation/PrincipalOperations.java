package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.Principal;
import io.edgeipsec.api.port.TrustReader;
import io.edgeipsec.api.resource.JsonTree;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The principals, for whom client certificates stand. */
final class PrincipalOperations {

    private static final String PATH = "/trust-management/principal-identities";

    private final Supplier<RequestReader> reader;
    private final AccountStore accounts;
    private final Authenticator authenticator;
    private final TrustReader trust;

    PrincipalOperations(Supplier<RequestReader> reader, Security security, TrustReader trust) {
        this.reader = reader;
        this.accounts = security.accounts();
        this.authenticator = security.authenticator();
        this.trust = trust;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("ListPrincipalIdentities", this::list);
        handlers.put("RegisterPrincipalIdentity", this::create);
        handlers.put("GetPrincipalIdentity", this::get);
        handlers.put("DeletePrincipalIdentity", this::delete);
    }

    private CompletionStage<ApiResponse> list(ApiRequest request) {
        return accounts.principals()
                .thenApply(
                        principals -> {
                            ObjectNode page = JsonNodeFactory.instance.objectNode();
                            ArrayNode results = page.putArray("results");
                            principals.forEach(principal -> results.add(write(principal)));
                            page.put("result_count", principals.size());
                            page.put("sort_by", "name");
                            page.put("sort_ascending", true);
                            page.putObject("_self").put("href", PATH).put("rel", "self");
                            return new ApiResponse(200, List.of(), JsonTree.write(page));
                        });
    }

    private CompletionStage<ApiResponse> get(ApiRequest request) {
        String id = request.route().id().orElseThrow();
        return found(id)
                .thenApply(
                        principal ->
                                new ApiResponse(200, List.of(), JsonTree.write(write(principal))));
    }

    private CompletionStage<ApiResponse> create(ApiRequest request) {
        ObjectNode body = reader.get().body(request.route().operation(), request.body());
        TrustReader.ClientCertificate certificate =
                trust.readClientCertificate(body.path("certificate_pem").asText());
        Principal principal =
                new Principal(
                        Ids.random(),
                        body.path("name").asText(),
                        Role.valueOf(body.path("role").asText().toUpperCase(Locale.ROOT)),
                        certificate.sha256(),
                        certificate.subject(),
                        certificate.notAfter());
        return accounts.createPrincipal(principal, request.context())
                .thenApply(
                        outcome -> {
                            if (outcome == AccountStore.Outcome.TAKEN) {
                                throw new ApiException(
                                        ErrorCode.NAME_TAKEN,
                                        "a user or principal has the name "
                                                + principal.name()
                                                + ", or a principal has the certificate, already");
                            }
                            if (outcome == AccountStore.Outcome.FULL) {
                                throw new ApiException(
                                        ErrorCode.FULL,
                                        "principal " + principal.name() + " does not fit");
                            }
                            return new ApiResponse(
                                    201, List.of(), JsonTree.write(write(principal)));
                        });
    }

    private CompletionStage<ApiResponse> delete(ApiRequest request) {
        String id = request.route().id().orElseThrow();
        return found(id)
                .thenCompose(
                        principal ->
                                accounts.deletePrincipal(id, request.context())
                                        .thenApply(
                                                outcome -> {
                                                    if (outcome != AccountStore.Outcome.DONE) {
                                                        throw notFound(id);
                                                    }
                                                    authenticator.logOutUser(principal.name());
                                                    return new ApiResponse(
                                                            200, List.of(), new byte[0]);
                                                }));
    }

    private CompletionStage<Principal> found(String id) {
        return accounts.principals()
                .thenApply(
                        principals ->
                                principals.stream()
                                        .filter(principal -> principal.id().equals(id))
                                        .findFirst()
                                        .orElseThrow(() -> notFound(id)));
    }

    private static ApiException notFound(String id) {
        return new ApiException(ErrorCode.NO_SUCH_OBJECT, "there is no principal with id " + id);
    }

    private static ObjectNode write(Principal principal) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", principal.id());
        node.put("name", principal.name());
        node.put("role", principal.role().name().toLowerCase(Locale.ROOT));
        node.put("is_protected", true);
        node.put("certificate_sha256", principal.certificateSha256());
        node.put("certificate_subject", principal.certificateSubject());
        node.put("certificate_not_after", principal.certificateNotAfter().toEpochMilli());
        node.put("_schema", "PrincipalIdentity");
        node.putObject("_self").put("href", PATH + "/" + principal.id()).put("rel", "self");
        return node;
    }
}
