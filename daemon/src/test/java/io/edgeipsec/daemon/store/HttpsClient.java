package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.daemon.adapter.Issuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** Calls the API over real TLS, trusting the certificate that the daemon has made, and no other. */
final class HttpsClient {

    private final ApiFixture api;
    private final HttpClient client;
    private final List<String> headers = new ArrayList<>();

    HttpsClient(ApiFixture api) throws Exception {
        this(api, new SSLParameters(), new KeyManager[0]);
    }

    HttpsClient(ApiFixture api, SSLParameters parameters, KeyManager[] identity)
            throws GeneralSecurityException, IOException {
        this.api = api;
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", certificate(api));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(identity, trust.getTrustManagers(), null);
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(context)
                        .sslParameters(parameters)
                        .build();
    }

    static Certificate certificate(ApiFixture api) throws GeneralSecurityException, IOException {
        try (InputStream in =
                Files.newInputStream(api.directory.resolve("state/https-certificate.pem"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** One that shows a certificate. */
    static HttpsClient withCertificate(ApiFixture api, Issuer.Issued issued) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "own",
                issued.keys().getPrivate(),
                new char[0],
                new Certificate[] {
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(issued.certificate().toByteArray()))
                });
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        return new HttpsClient(api, new SSLParameters(), keys.getKeyManagers());
    }

    /** With a header from now on. */
    HttpsClient with(String name, String value) {
        headers.add(name);
        headers.add(value);
        return this;
    }

    HttpsClient basic(String user, String password) {
        return with(
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    RawHttp.Answer get(String path) throws Exception {
        return call("GET", path, Optional.empty());
    }

    RawHttp.Answer put(String path, JsonNode body) throws Exception {
        return call("PUT", path, Optional.of(body.toString()));
    }

    RawHttp.Answer post(String path, JsonNode body) throws Exception {
        return call("POST", path, Optional.of(body.toString()));
    }

    RawHttp.Answer delete(String path) throws Exception {
        return call("DELETE", path, Optional.empty());
    }

    /** An answer that has no end, from its body on. */
    InputStream open(String path) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://localhost:" + api.httpsPort() + path))
                        .headers(headers.toArray(String[]::new));
        HttpResponse<InputStream> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " is answered " + answer.statusCode());
        }
        return answer.body();
    }

    RawHttp.Answer logIn(String user, String password) throws Exception {
        return send(
                "POST",
                "/api/session/create",
                "application/x-www-form-urlencoded",
                Optional.of("j_username=" + user + "&j_password=" + password));
    }

    /** Calls and validates the answer. */
    RawHttp.Answer call(String method, String path, Optional<String> body) throws Exception {
        return send(method, path, "application/json", body);
    }

    private RawHttp.Answer send(String method, String path, String type, Optional<String> body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://localhost:" + api.httpsPort() + path))
                        .method(
                                method,
                                body.map(HttpRequest.BodyPublishers::ofString)
                                        .orElse(HttpRequest.BodyPublishers.noBody()));
        body.ifPresent(there -> request.header("Content-Type", type));
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(String[]::new));
        }
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        List<Map.Entry<String, String>> received = new ArrayList<>();
        answer.headers()
                .map()
                .forEach(
                        (name, values) ->
                                values.forEach(value -> received.add(Map.entry(name, value))));
        return api.check(
                method, path, new RawHttp.Answer(answer.statusCode(), received, answer.body()));
    }
}
