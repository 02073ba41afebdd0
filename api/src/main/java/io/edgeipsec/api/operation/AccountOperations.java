package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.auth.Claims;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.User;
import io.edgeipsec.api.resource.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The users who may log in. */
final class AccountOperations {

    private static final String USERS = "/node/users";

    private final Supplier<RequestReader> reader;
    private final AccountStore accounts;
    private final Authenticator authenticator;

    AccountOperations(Supplier<RequestReader> reader, Security security) {
        this.reader = reader;
        this.accounts = security.accounts();
        this.authenticator = security.authenticator();
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("ListNodeUsers", this::list);
        handlers.put("CreateNodeUser", this::create);
        handlers.put("GetNodeUser", request -> found(request).thenApply(AccountOperations::shown));
        handlers.put("UpdateNodeUser", this::update);
        handlers.put("DeleteNodeUser", this::delete);
        handlers.put("ChangeNodeUserPassword", this::changePassword);
    }

    private CompletionStage<ApiResponse> list(ApiRequest request) {
        return accounts.users()
                .thenApply(
                        users -> {
                            ObjectNode page = JsonNodeFactory.instance.objectNode();
                            ArrayNode results = page.putArray("results");
                            users.forEach(user -> results.add(write(user)));
                            page.put("result_count", users.size());
                            page.put("sort_by", "username");
                            page.put("sort_ascending", true);
                            page.putObject("_self").put("href", USERS).put("rel", "self");
                            return new ApiResponse(200, List.of(), JsonTree.write(page));
                        });
    }

    /** By number or name; no name is a number. */
    private CompletionStage<User> found(ApiRequest request) {
        String id = request.route().id().orElseThrow();
        return accounts.users()
                .thenApply(
                        users ->
                                users.stream()
                                        .filter(
                                                user ->
                                                        user.name().equals(id)
                                                                || String.valueOf(user.number())
                                                                        .equals(id))
                                        .findFirst()
                                        .orElseThrow(() -> noSuchUser(id)));
    }

    private static ApiException noSuchUser(String id) {
        return new ApiException(ErrorCode.NO_SUCH_OBJECT, "there is no user " + id);
    }

    private CompletionStage<ApiResponse> create(ApiRequest request) {
        ObjectNode body = reader.get().body(request.route().operation(), request.body());
        String name = body.path("username").asText();
        return hash(body)
                .thenCompose(
                        hash ->
                                accounts.createUser(
                                        change(name, body, Role.AUDITOR, hash), request.context()))
                .thenCompose(
                        outcome -> {
                            if (outcome == AccountStore.Outcome.TAKEN) {
                                throw new ApiException(
                                        ErrorCode.NAME_TAKEN,
                                        "there is a user or principal " + name + " already");
                            }
                            if (outcome == AccountStore.Outcome.FULL) {
                                throw new ApiException(
                                        ErrorCode.FULL, "user " + name + " does not fit");
                            }
                            return stored(name, 201);
                        });
    }

    private CompletionStage<ApiResponse> update(ApiRequest request) {
        ObjectNode body = reader.get().body(request.route().operation(), request.body());
        return found(request)
                .thenCompose(
                        user ->
                                hash(body)
                                        .thenCompose(
                                                hash ->
                                                        store(
                                                                request,
                                                                change(
                                                                        user.name(),
                                                                        body,
                                                                        user.role(),
                                                                        hash))));
    }

    private CompletionStage<ApiResponse> store(ApiRequest request, AccountStore.UserChange change) {
        return accounts.updateUser(change, request.context())
                .thenCompose(
                        outcome -> {
                            if (outcome != AccountStore.Outcome.DONE) {
                                throw noSuchUser(change.name());
                            }
                            authenticator.logOutUser(change.name());
                            return stored(change.name(), 200);
                        });
    }

    private CompletionStage<ApiResponse> stored(String name, int status) {
        return accounts.users()
                .thenApply(
                        users ->
                                users.stream()
                                        .filter(user -> user.name().equals(name))
                                        .findFirst()
                                        .orElseThrow(() -> noSuchUser(name)))
                .thenApply(user -> new ApiResponse(status, List.of(), JsonTree.write(write(user))));
    }

    private CompletionStage<ApiResponse> delete(ApiRequest request) {
        return found(request)
                .thenCompose(
                        user ->
                                accounts.deleteUser(user.name(), request.context())
                                        .thenApply(
                                                outcome -> {
                                                    if (outcome != AccountStore.Outcome.DONE) {
                                                        throw noSuchUser(user.name());
                                                    }
                                                    authenticator.logOutUser(user.name());
                                                    return new ApiResponse(
                                                            200, List.of(), new byte[0]);
                                                }));
    }

    private CompletionStage<ApiResponse> changePassword(ApiRequest request) {
        reader.get().query(request.route().operation(), request.query());
        ObjectNode body = reader.get().body(request.route().operation(), request.body());
        byte[] old = body.remove("old_password").asText().getBytes(StandardCharsets.UTF_8);
        return found(request)
                .thenCompose(
                        user -> {
                            if (!user.name().equals(request.context().user())) {
                                throw new ApiException(
                                        ErrorCode.ROLE_TOO_LOW,
                                        "only "
                                                + user.name()
                                                + " changes this password in this way; an"
                                                + " administrator sets it with PUT");
                            }
                            return authenticator
                                    .confirm(
                                            new Claims.Password(user.name(), old),
                                            request.arrival().source())
                                    .thenCompose(confirmed -> hash(body))
                                    .thenCompose(
                                            hash ->
                                                    store(
                                                            request,
                                                            new AccountStore.UserChange(
                                                                    user.name(),
                                                                    user.fullName(),
                                                                    user.role(),
                                                                    hash)));
                        });
    }

    /** Takes the password out of the tree; its hash, or null if there is none. */
    private CompletionStage<@Nullable String> hash(ObjectNode body) {
        JsonNode password = body.remove("password");
        if (password == null) {
            return CompletableFuture.completedStage(null);
        }
        return authenticator
                .hash(password.asText().getBytes(StandardCharsets.UTF_8))
                .thenApply(hash -> hash);
    }

    private static AccountStore.UserChange change(
            String name, ObjectNode body, Role otherwise, @Nullable String hash) {
        JsonNode role = body.path("role");
        return new AccountStore.UserChange(
                name,
                body.has("full_name") ? body.path("full_name").asText() : null,
                role.isMissingNode()
                        ? otherwise
                        : Role.valueOf(role.asText().toUpperCase(Locale.ROOT)),
                hash);
    }

    private static ApiResponse shown(User user) {
        return new ApiResponse(200, List.of(), JsonTree.write(write(user)));
    }

    private static ObjectNode write(User user) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("userid", user.number());
        node.put("username", user.name());
        if (user.fullName() != null) {
            node.put("full_name", user.fullName());
        }
        node.put("role", user.role().name().toLowerCase(Locale.ROOT));
        node.put("status", user.passwordChanged() == null ? "NOT_ACTIVATED" : "ACTIVE");
        if (user.passwordChanged() != null) {
            node.put("_password_changed_time", user.passwordChanged().toEpochMilli());
        }
        node.put("_schema", "NodeUserProperties");
        node.putObject("_self").put("href", USERS + "/" + user.number()).put("rel", "self");
        return node;
    }
}
