package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.auth.ClientLimits;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.operation.ApiService;
import io.edgeipsec.api.operation.LoginAudit;
import io.edgeipsec.api.operation.Security;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.NodeService;
import io.edgeipsec.api.port.RunningSessions;
import io.edgeipsec.api.port.SessionSecrets;
import io.edgeipsec.api.port.TrustReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API on its listeners. One event loop does the I/O, two workers the JSON. Starting and closing
 * block, and are for the main thread.
 */
public final class ApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int WORKERS = 2;
    private static final int START_TIMEOUT_SECONDS = 30;

    private final Vertx vertx;
    private final ExecutorService workers;
    private final List<HttpServer> servers = new ArrayList<>();
    private final RequestDoor door;
    private final Authenticator authenticator;
    private Optional<UnixSocketFile> socketFile = Optional.empty();
    private Optional<Integer> httpPort = Optional.empty();
    private Optional<Integer> httpsPort = Optional.empty();
    private boolean closed;

    private ApiServer(
            ApiDocument document,
            ConfigurationStore store,
            RunningSessions running,
            NodeService service,
            SessionSecrets secrets,
            TrustReader trust,
            EventJournal events,
            Access access) {
        AtomicInteger count = new AtomicInteger();
        this.workers =
                Executors.newFixedThreadPool(
                        WORKERS,
                        work -> {
                            Thread thread =
                                    new Thread(work, "api-worker-" + count.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
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
        LoginAudit record = new LoginAudit(access.audit(), System::nanoTime);
        this.authenticator =
                new Authenticator(
                        access.accounts(),
                        access.hasher(),
                        access.settings(),
                        record,
                        System::nanoTime,
                        Clock.systemUTC());
        EventStreams streams = new EventStreams(vertx, events);
        authenticator.tell(streams);
        Security security = new Security(authenticator, access.accounts(), access.audit());
        this.door =
                new RequestDoor(
                        vertx,
                        new ApiService(
                                document, store, running, service, secrets, trust, security,
                                workers),
                        streams,
                        new Doorkeeper(authenticator, workers),
                        new ClientLimits(access.settings(), System::nanoTime));
    }

    /**
     * Serves the API on all listeners, or on none.
     *
     * @throws IOException with a sentence for the operator if a listener cannot be had
     */
    public static ApiServer start(
            Listeners listeners,
            ApiDocument document,
            ConfigurationStore store,
            RunningSessions running,
            NodeService service,
            SessionSecrets secrets,
            TrustReader trust,
            EventJournal events,
            Access access)
            throws IOException {
        ApiServer server =
                new ApiServer(document, store, running, service, secrets, trust, events, access);
        try {
            server.listenOnUnixSocket(listeners);
            if (listeners.https().isPresent()) {
                server.listenOnHttps(listeners.https().get());
            }
            if (listeners.http().isPresent()) {
                server.listenOnLoopback(listeners.http().get());
            }
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void listenOnUnixSocket(Listeners listeners) throws IOException {
        UnixSocketFile file = UnixSocketFile.prepare(listeners.unixSocket());
        socketFile = Optional.of(file);
        listen(
                SocketAddress.domainSocketAddress(file.bindPath().toString()),
                listeners.unixSocket().toString(),
                options(),
                Listener.UNIX_SOCKET);
        file.publish(listeners.unixSocketGroup());
        LOG.info("event=api.listening socket=\"{}\"", listeners.unixSocket());
    }

    private void listenOnLoopback(InetSocketAddress address) throws IOException {
        HttpServer server =
                listen(
                        SocketAddress.inetSocketAddress(address),
                        address.toString(),
                        options(),
                        Listener.DEVELOPMENT);
        httpPort = Optional.of(server.actualPort());
        LOG.warn(
                "event=api.development_listener address=\"{}:{}\" warning=\"every user of this"
                        + " machine can read and change the VPN here, without authentication\"",
                address.getAddress().getHostAddress(),
                server.actualPort());
    }

    private void listenOnHttps(HttpsListener https) throws IOException {
        InetSocketAddress address = https.address();
        HttpServer server =
                listen(
                        SocketAddress.inetSocketAddress(address),
                        address.toString(),
                        Tls.secured(options(), https.identity()),
                        Listener.HTTPS);
        httpsPort = Optional.of(server.actualPort());
        LOG.info(
                "event=api.listening address=\"{}:{}\" certificate_sha256={}",
                address.getAddress().getHostAddress(),
                server.actualPort(),
                https.certificateSha256());
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxInitialLineLength(Limits.MAX_REQUEST_LINE_OCTETS)
                .setMaxHeaderSize(Limits.MAX_HEADER_OCTETS)
                .setIdleTimeout((int) Limits.IDLE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false);
    }

    private HttpServer listen(
            SocketAddress address, String shown, HttpServerOptions options, Listener listener)
            throws IOException {
        HttpServer server = vertx.createHttpServer(options);
        server.connectionHandler(door::admit);
        server.requestHandler(request -> door.receive(request, listener));
        server.invalidRequestHandler(Replies::refuseInvalid);
        server.exceptionHandler(
                failure ->
                        LOG.debug("event=api.connection_failed reason=\"{}\"", failure.toString()));
        servers.add(server);
        return await(server.listen(address), "cannot serve the API at " + shown);
    }

    /** The port of the development listener, which matters where port 0 was asked for. */
    public Optional<Integer> httpPort() {
        return httpPort;
    }

    /** The port of the HTTPS listener, which matters where port 0 was asked for. */
    public Optional<Integer> httpsPort() {
        return httpsPort;
    }

    /**
     * Stops taking requests, lets those under way end for a few seconds, then closes. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        door.endStreams();
        try {
            for (HttpServer server : servers) {
                await(server.shutdown(Limits.STOP), "cannot close a listener of the API");
            }
            await(vertx.close(), "cannot close the API");
        } catch (IOException e) {
            LOG.warn("event=api.close_failed reason=\"{}\"", e.getMessage());
        } finally {
            workers.shutdownNow();
            authenticator.close();
            removeSocket();
        }
    }

    private void removeSocket() {
        try {
            if (socketFile.isPresent()) {
                socketFile.get().remove();
            }
        } catch (IOException e) {
            LOG.warn("event=api.close_failed reason=\"{}\"", e.getMessage());
        }
    }

    private static <T> T await(Future<T> future, String failure) throws IOException {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(failure + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(
                    failure + ": nothing happened for " + START_TIMEOUT_SECONDS + " seconds", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(failure + ": interrupted", e);
        }
    }
}
