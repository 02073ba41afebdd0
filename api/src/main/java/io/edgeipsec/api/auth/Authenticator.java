package io.edgeipsec.api.auth;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Finds out who calls over HTTPS. Any thread may call, no call blocks; stages fail with an {@link
 * ApiException} that is the answer.
 *
 * <p>User and password win over a client certificate, as NSX clients expect. A cookie without its
 * token is refused whatever else is there, since a browser sends cookies by itself.
 */
public final class Authenticator implements AutoCloseable {

    private final Accounts accounts;
    private final AuthSettings settings;
    private final PasswordChecks passwords;
    private final LoginSessions sessions;
    private final Clock clock;
    private volatile Logouts logouts = Logouts.NONE;

    /**
     * Makes one.
     *
     * @param nanoClock monotonic time, for what ends after a while
     * @param clock for certificates
     */
    public Authenticator(
            Accounts accounts,
            PasswordHasher hasher,
            AuthSettings settings,
            LoginRecord record,
            LongSupplier nanoClock,
            Clock clock) {
        this.accounts = accounts;
        this.settings = settings;
        this.passwords =
                new PasswordChecks(
                        accounts,
                        hasher,
                        new LockOuts(settings, nanoClock),
                        record,
                        challenge(settings));
        this.sessions = new LoginSessions(settings, nanoClock);
        this.clock = clock;
    }

    /** Who makes a request that claims this. */
    public CompletionStage<Caller> authenticate(Claims claims) {
        try {
            return settings.sessions() && claims.sessionToken() != null
                    ? bySession(claims, claims.sessionToken())
                    : withoutSession(claims);
        } catch (ApiException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    private CompletionStage<Caller> bySession(Claims claims, String token) {
        String xsrf = claims.xsrfToken();
        Optional<String> user = xsrf == null ? Optional.empty() : sessions.userOf(token, xsrf);
        if (user.isEmpty()) {
            throw new ApiException(
                    ErrorCode.BAD_XSRF_TOKEN,
                    "the login is over, or its X-XSRF-TOKEN is missing or wrong; log in again with"
                            + " POST /api/session/create");
        }
        boolean another =
                claims.password().map(claimed -> !claimed.user().equals(user.get())).orElse(false);
        if (another) {
            return withoutSession(claims);
        }
        return accounts.login(user.get())
                .thenApply(
                        found -> {
                            Login login =
                                    found.orElseThrow(
                                            () ->
                                                    unauthenticated(
                                                            "the user is not there any more"));
                            return caller(login, Authentication.SESSION, claims.source());
                        });
    }

    private CompletionStage<Caller> withoutSession(Claims claims) {
        if (settings.basic() && claims.password().isPresent()) {
            return passwords
                    .check(claims.password().get(), claims.source())
                    .thenApply(login -> caller(login, Authentication.PASSWORD, claims.source()));
        }
        if (!claims.certificates().isEmpty()) {
            return byCertificate(claims.certificates().get(0), claims.source());
        }
        return accounts.anyPassword()
                .thenApply(
                        any -> {
                            throw any
                                    ? unauthenticated("this needs a user, or a client certificate")
                                    : PasswordChecks.nobody();
                        });
    }

    private CompletionStage<Caller> byCertificate(X509Certificate certificate, Source source) {
        String fingerprint = fingerprint(certificate);
        String problem = "";
        try {
            certificate.checkValidity(Date.from(clock.instant()));
        } catch (CertificateExpiredException e) {
            problem = "it has expired";
        } catch (CertificateNotYetValidException e) {
            problem = "it is not valid yet";
        }
        if (!problem.isEmpty()) {
            throw notTrusted(fingerprint, problem);
        }
        return accounts.principalOf(fingerprint)
                .thenApply(
                        found -> {
                            Login login =
                                    found.orElseThrow(
                                            () ->
                                                    notTrusted(
                                                            fingerprint,
                                                            "it is no principal's; add it with"
                                                                    + " 'edge-ipsec principal add'"));
                            return caller(login, Authentication.CERTIFICATE, source);
                        });
    }

    /**
     * The contract's clients know the code; with its status 500 they would take it for our fault.
     */
    private static ApiException notTrusted(String fingerprint, String problem) {
        return new ApiException(
                ErrorCode.CERTIFICATE_NOT_TRUSTED,
                "the client certificate with SHA-256 fingerprint "
                        + fingerprint
                        + " is not trusted: "
                        + problem);
    }

    private static Caller caller(Login login, Authentication authentication, Source source) {
        return new Caller(login.name(), login.role(), authentication, source.text());
    }

    /** Opens a login. */
    public CompletionStage<LoginTokens> logIn(Claims.Password claimed, Source source) {
        if (!settings.sessions()) {
            throw new ApiException(
                    ErrorCode.ROLE_TOO_LOW,
                    "logins are switched off (api.https.sessions); send user and password with each"
                            + " request");
        }
        return passwords.check(claimed, source).thenApply(login -> sessions.open(login.name()));
    }

    /** Has somebody told of logouts from now on. */
    public void tell(Logouts listener) {
        logouts = listener;
    }

    /** Ends a login. */
    public void logOut(String sessionToken) {
        sessions.close(sessionToken);
        logouts.loginEnded(sessionToken);
    }

    /** Ends all logins of a user who has changed; of a principal, what is under way. */
    public void logOutUser(String user) {
        sessions.closeAllOf(user);
        logouts.callerChanged(user);
    }

    /** Checks the password of someone who is logged in. */
    public CompletionStage<Login> confirm(Claims.Password claimed, Source source) {
        return passwords.check(claimed, source);
    }

    /** Hashes a new password, when a worker is free. */
    public CompletionStage<String> hash(byte[] password) {
        return passwords.hash(password);
    }

    private ApiException unauthenticated(String why) {
        return new ApiException(ErrorCode.UNAUTHENTICATED, why, challenge(settings));
    }

    static Map<String, String> challenge(AuthSettings settings) {
        return Map.of(
                "WWW-Authenticate",
                settings.basic()
                        ? "Basic realm=\"edge-ipsec\", charset=\"UTF-8\""
                        : "Cookie realm=\"edge-ipsec\", form-action=\"/api/session/create\"");
    }

    /** What principals are known by: SHA-256 of the certificate, in hexadecimal digits. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate cannot be hashed", e);
        }
    }

    @Override
    public void close() {
        passwords.close();
    }
}
