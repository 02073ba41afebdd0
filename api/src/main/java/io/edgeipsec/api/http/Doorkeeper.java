package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Authentication;
import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.auth.Claims;
import io.edgeipsec.api.auth.Role;
import io.edgeipsec.api.auth.Source;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Finds out who makes a request, from its head and its connection. Event loop; does not block. */
final class Doorkeeper {

    private static final String COOKIE = "JSESSIONID";
    private static final String XSRF_HEADER = "X-XSRF-TOKEN";
    private static final String BASIC = "basic ";

    private final Authenticator authenticator;
    private final PeerNames peerNames;

    /**
     * Makes one.
     *
     * @param executor for looking up the names of users of this machine, which may take a while
     */
    Doorkeeper(Authenticator authenticator, Executor executor) {
        this.authenticator = authenticator;
        this.peerNames = new PeerNames(executor);
    }

    /** Who calls; the stage fails with the answer if that is not to be found out. */
    CompletionStage<Caller> callerOf(
            HttpServerRequest request, Listener listener, Source source, ApiOperation operation) {
        return switch (listener) {
            case UNIX_SOCKET ->
                    peerNames
                            .of(request.connection())
                            .thenApply(name -> local(name, Authentication.UNIX_SOCKET, source));
            case DEVELOPMENT ->
                    CompletableFuture.completedStage(
                            local(source.text(), Authentication.NONE, source));
            case HTTPS ->
                    operation.requiredRole().isEmpty()
                            ? CompletableFuture.completedStage(
                                    new Caller(
                                            "anonymous",
                                            Role.AUDITOR,
                                            Authentication.NONE,
                                            source.text()))
                            : remote(request, source);
        };
    }

    private static Caller local(String name, Authentication authentication, Source source) {
        return new Caller(name, Role.ADMIN, authentication, source.text());
    }

    private CompletionStage<Caller> remote(HttpServerRequest request, Source source) {
        try {
            return authenticator.authenticate(claims(request, source));
        } catch (ApiException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    /** Refuses a caller who may not do this. */
    static void checkRole(Caller caller, ApiOperation operation) {
        Optional<Role> required = operation.requiredRole();
        if (required.isPresent() && !caller.role().includes(required.get())) {
            throw new ApiException(
                    ErrorCode.ROLE_TOO_LOW,
                    operation.id()
                            + " takes the role "
                            + word(required.get())
                            + "; "
                            + caller.name()
                            + " is "
                            + word(caller.role()));
        }
    }

    private static String word(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    static Source sourceOf(HttpServerRequest request, Listener listener) {
        return switch (listener) {
            case UNIX_SOCKET -> new Source("unix-socket", "unix-socket");
            case DEVELOPMENT -> new Source("development-listener", "development-listener");
            case HTTPS -> Source.of(address(request));
        };
    }

    private static InetAddress address(HttpServerRequest request) {
        try {
            // A number, so nothing is looked up.
            return InetAddress.getByName(request.remoteAddress().hostAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a connection without an address", e);
        }
    }

    static @Nullable String sessionToken(HttpServerRequest request) {
        var cookie = request.getCookie(COOKIE);
        return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
    }

    private static Claims claims(HttpServerRequest request, Source source) {
        return new Claims(
                password(request.getHeader(HttpHeaders.AUTHORIZATION)),
                sessionToken(request),
                request.getHeader(XSRF_HEADER),
                certificates(request),
                source);
    }

    private static Optional<Claims.Password> password(@Nullable String header) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
            return Optional.empty();
        }
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        int colon = 0;
        while (colon < decoded.length && decoded[colon] != ':') {
            colon++;
        }
        if (colon == decoded.length) {
            Arrays.fill(decoded, (byte) 0);
            throw malformed();
        }
        byte[] octets = Arrays.copyOfRange(decoded, colon + 1, decoded.length);
        String user = new String(decoded, 0, colon, StandardCharsets.UTF_8);
        Arrays.fill(decoded, (byte) 0);
        return Optional.of(new Claims.Password(user, octets));
    }

    private static ApiException malformed() {
        return new ApiException(
                ErrorCode.MALFORMED_REQUEST,
                "the header Authorization is not 'Basic' with user:password in Base64");
    }

    private static List<X509Certificate> certificates(HttpServerRequest request) {
        try {
            return request.connection().peerCertificates().stream()
                    .filter(X509Certificate.class::isInstance)
                    .map(Doorkeeper::x509)
                    .toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    private static X509Certificate x509(Certificate certificate) {
        return (X509Certificate) certificate;
    }
}
