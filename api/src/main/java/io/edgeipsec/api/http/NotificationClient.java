package io.edgeipsec.api.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts JSON to one receiver, over TCP with or without TLS, or over a unix socket; one at a time,
 * on one connection that is kept. Any thread; nothing blocks but closing.
 */
public final class NotificationClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NotificationClient.class);

    /** What a receiver answers is not read; one that does not end is cut off here. */
    private static final int MAX_ANSWER_OCTETS = 64 * 1024;

    private static final int CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final HttpClient client;
    private final Receiver receiver;

    /**
     * Where notifications go.
     *
     * @param url http or https, with a host
     * @param unixSocket where to connect instead; the URL then gives path and host alone
     * @param authorities certificates in PEM that vouch for the receiver; those of the JRE without
     */
    public record Receiver(URI url, Optional<Path> unixSocket, Optional<Path> authorities) {

        boolean usesTls() {
            return "https".equals(url.getScheme());
        }

        private int port() {
            return url.getPort() > 0 ? url.getPort() : usesTls() ? 443 : 80;
        }

        private String target() {
            String path = url.getRawPath();
            String query = url.getRawQuery();
            return (path == null || path.isEmpty() ? "/" : path)
                    + (query == null ? "" : "?" + query);
        }

        @Override
        public String toString() {
            return unixSocket.map(Path::toString).orElse(url.toString());
        }
    }

    public NotificationClient(Receiver receiver) {
        this.receiver = receiver;
        this.vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(1)
                                .setInternalBlockingPoolSize(1)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        HttpClientOptions options =
                new HttpClientOptions().setSsl(receiver.usesTls()).setKeepAlive(true);
        receiver.authorities()
                .ifPresent(
                        file ->
                                options.setTrustOptions(
                                        new PemTrustOptions().addCertPath(file.toString())));
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(1));
    }

    /**
     * Posts a document.
     *
     * @param token of the header {@code Authorization: Bearer}
     * @param timeout from the connection to the end of the answer
     * @return done once the receiver has answered with a status of 2xx; fails with an IOException
     *     that says in a sentence what happened instead
     */
    public CompletionStage<Boolean> post(String json, Optional<String> token, Duration timeout) {
        Promise<Boolean> outcome = Promise.promise();
        vertx.runOnContext(
                loop -> {
                    long timer =
                            vertx.setTimer(
                                    timeout.toMillis(),
                                    late ->
                                            outcome.tryFail(
                                                    new IOException(
                                                            receiver
                                                                    + " did not answer within "
                                                                    + timeout.toMillis()
                                                                    + " ms")));
                    client.request(request())
                            .onFailure(failure -> outcome.tryFail(unreachable(failure)))
                            .onSuccess(request -> send(request, json, token, outcome));
                    outcome.future().onComplete(over -> vertx.cancelTimer(timer));
                });
        return outcome.future().toCompletionStage();
    }

    private RequestOptions request() {
        RequestOptions options =
                new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost(receiver.url().getHost())
                        .setPort(receiver.port())
                        .setSsl(receiver.usesTls())
                        .setURI(receiver.target());
        receiver.unixSocket()
                .ifPresent(
                        path ->
                                options.setServer(
                                        SocketAddress.domainSocketAddress(path.toString())));
        return options;
    }

    private void send(
            HttpClientRequest request,
            String json,
            Optional<String> token,
            Promise<Boolean> outcome) {
        // What ends the connection also ends the request, and is told by that.
        request.connection()
                .exceptionHandler(
                        failure ->
                                LOG.debug(
                                        "event=notify.connection_failed reason=\"{}\"",
                                        failure.getMessage()));
        // Whatever way it ends badly, what is left of it does not reach the next one.
        outcome.future().onFailure(failure -> request.connection().close());
        if (outcome.future().isComplete()) {
            return;
        }
        request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        token.ifPresent(bearer -> request.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + bearer));
        request.send(Buffer.buffer(json))
                .compose(NotificationClient::wholeAnswer)
                .onFailure(failure -> outcome.tryFail(unreachable(failure)))
                .onSuccess(
                        status -> {
                            if (status >= 200 && status < 300) {
                                outcome.tryComplete(true);
                            } else {
                                outcome.tryFail(
                                        new IOException(
                                                receiver
                                                        + " answered "
                                                        + status
                                                        + "; 2xx says that it has taken it"));
                            }
                        });
    }

    private static Future<Integer> wholeAnswer(HttpClientResponse response) {
        int[] octets = {0};
        response.handler(
                part -> {
                    octets[0] += part.length();
                    if (octets[0] > MAX_ANSWER_OCTETS) {
                        response.request().connection().close();
                    }
                });
        return response.end().map(end -> response.statusCode());
    }

    private IOException unreachable(Throwable failure) {
        return new IOException(receiver + ": " + failure.getMessage(), failure);
    }

    @Override
    public void close() throws IOException {
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot close the connection to " + receiver, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
