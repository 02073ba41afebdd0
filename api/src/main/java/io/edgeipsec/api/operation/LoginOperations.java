package io.edgeipsec.api.operation;

import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.auth.Claims;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.AuditLog;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** Login and logout with a cookie. */
final class LoginOperations {

    /** The cookie's name is the contract's. */
    public static final String COOKIE = "JSESSIONID";

    private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax";

    private final Authenticator authenticator;
    private final AuditLog audit;

    LoginOperations(Security security) {
        this.authenticator = security.authenticator();
        this.audit = security.audit();
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("CreateAuthenticatedSession", this::create);
        handlers.put("DestroyAuthenticatedSession", this::destroy);
    }

    private CompletionStage<ApiResponse> create(ApiRequest request) {
        Map<String, String> form = form(request.body());
        if (!form.containsKey("j_username") || !form.containsKey("j_password")) {
            throw new ApiException(
                    ErrorCode.MALFORMED_REQUEST,
                    "a login is a form: j_username=…&j_password=…, as"
                            + " application/x-www-form-urlencoded");
        }
        return authenticator
                .logIn(
                        new Claims.Password(
                                Objects.requireNonNull(form.get("j_username")),
                                Objects.requireNonNull(form.get("j_password"))
                                        .getBytes(StandardCharsets.UTF_8)),
                        request.arrival().source())
                .thenApply(
                        tokens ->
                                new ApiResponse(
                                        200,
                                        List.of(
                                                Map.entry(
                                                        "Set-Cookie",
                                                        COOKIE
                                                                + "="
                                                                + tokens.session()
                                                                + ATTRIBUTES),
                                                Map.entry("X-XSRF-TOKEN", tokens.xsrf())),
                                        new byte[0]));
    }

    private CompletionStage<ApiResponse> destroy(ApiRequest request) {
        String token = request.arrival().sessionToken();
        if (token != null) {
            authenticator.logOut(token);
        }
        return audit.record(AuditLog.Act.of(request.context(), "login", request.context().user()))
                .thenApply(
                        done ->
                                new ApiResponse(
                                        200,
                                        List.of(
                                                Map.entry(
                                                        "Set-Cookie",
                                                        COOKIE + "=; Max-Age=0" + ATTRIBUTES)),
                                        new byte[0]));
    }

    private static Map<String, String> form(byte[] body) {
        Map<String, String> form = new HashMap<>();
        try {
            for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    form.put(
                            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.MALFORMED_REQUEST, "the form is not percent-encoded correctly");
        }
        return form;
    }
}
