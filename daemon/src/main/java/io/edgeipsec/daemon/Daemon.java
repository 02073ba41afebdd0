package io.edgeipsec.daemon;

import ch.qos.logback.classic.Level;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.http.ApiServer;
import io.edgeipsec.api.http.Listeners;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.daemon.adapter.IkeSocketPort;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.control.DataPlane;
import io.edgeipsec.daemon.control.TunnelKinds;
import io.edgeipsec.daemon.status.EventLog;
import io.edgeipsec.daemon.status.SessionStatuses;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.store.ConfigurationDatabase;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.transport.DatagramPort;
import io.edgeipsec.ike.transport.IkeTransport;
import io.edgeipsec.xfrm.kernel.HostNetwork;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelFeatures;
import io.edgeipsec.xfrm.kernel.LinuxIpsecKernel;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import io.edgeipsec.xfrm.libc.ProcessHardening;
import io.edgeipsec.xfrm.libc.SdNotify;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon from start to stop. The order is what matters: policies stand before IKE listens, IKE
 * listens before the API answers, and on the way down the other way round.
 */
final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private static final Duration START_PATIENCE = Duration.ofMinutes(2);

    /** Longer than a farewell takes with its retransmissions. */
    private static final Duration FAREWELL_PATIENCE = Duration.ofSeconds(8);

    private static final Duration DROP_LOG_INTERVAL = Duration.ofMinutes(1);

    private final Config config;
    private final SdNotify serviceManager = SdNotify.fromEnvironment();
    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    Daemon(Config config) {
        this.config = config;
    }

    /**
     * Runs until a signal comes, or the store breaks.
     *
     * @return the exit status
     * @throws IOException with a sentence for the operator if it cannot start
     */
    int run() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "shutdown"));
        try {
            return serve();
        } finally {
            stopped.countDown();
        }
    }

    /**
     * Puts block policies for all enabled sessions into the kernel, where protecting ones will be
     * once the daemon runs.
     *
     * @return the exit status
     */
    int block() throws IOException {
        prepareProcess();
        TunnelKinds tunnelKinds = new TunnelKinds(config.tunnelInterface());
        try (ConfigurationDatabase store = openStore(tunnelKinds, new SecureRandom());
                DataPlane dataPlane =
                        new DataPlane(openKernel(), store, tunnelKinds, new StatusBoard())) {
            await(dataPlane.prepare().thenAccept(this::report), "cannot set the kernel up");
            await(dataPlane.start((peer, input) -> {}), "cannot take the sessions up");
            await(dataPlane.stop(Config.OnStop.BLOCK), "cannot block");
            LOG.info("event=daemon.blocked");
            return 0;
        }
    }

    private ConfigurationDatabase openStore(TunnelKinds rule, SecureRandom random)
            throws IOException {
        return ConfigurationDatabase.open(
                config.stateDir(), credentials(), rule, Clock.systemUTC(), random);
    }

    private void stopAndWait() {
        stopRequested.countDown();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private int serve() throws IOException {
        prepareProcess();
        SecureRandom random = new SecureRandom();
        TunnelKinds tunnelKinds = new TunnelKinds(config.tunnelInterface());
        StatusBoard board = new StatusBoard();
        EventLog events = new EventLog();
        try (ConfigurationDatabase store = openStore(tunnelKinds, random);
                DataPlane dataPlane = new DataPlane(openKernel(), store, tunnelKinds, board)) {
            await(dataPlane.prepare().thenAccept(this::report), "cannot set the kernel up");
            try (IkeTransport transport =
                    new IkeTransport(
                            IkeSettings.defaults()
                                    .withPorts(config.ike().port(), config.ike().natPort()),
                            EngineLimits.defaults(),
                            openSockets(),
                            dataPlane.childSas(),
                            random::nextBytes,
                            config.ike()
                                    .threads()
                                    .orElse(Runtime.getRuntime().availableProcessors()),
                            new TransportListener(board, events))) {
                await(dataPlane.start(transport::post), "cannot take the sessions up");
                await(transport.start(), "cannot listen for IKE");
                store.addListener(dataPlane::changed);
                return serve(store, dataPlane, transport, board, events);
            }
        }
    }

    private int serve(
            ConfigurationDatabase store,
            DataPlane dataPlane,
            IkeTransport transport,
            StatusBoard board,
            EventLog events)
            throws IOException {
        OptionalLong least =
                config.lab()
                        .minSaLifeTime()
                        .map(duration -> OptionalLong.of(duration.toSeconds()))
                        .orElse(OptionalLong.empty());
        Listeners listeners =
                new Listeners(
                        config.api().unixSocket(),
                        config.api().unixSocketGroup(),
                        config.api().http());
        SessionStatuses statuses =
                new SessionStatuses(board, dataPlane::traffic, Clock.systemUTC());
        try (ApiServer api = ApiServer.start(listeners, ApiDocument.load(least), store, statuses);
                Housekeeping housekeeping = new Housekeeping(serviceManager)) {
            housekeeping.every(DROP_LOG_INTERVAL, events::logDrops);
            CompletionStage<Throwable> broken = store.broken();
            broken.thenAccept(reason -> stopRequested.countDown());
            serviceManager.ready();
            LOG.info(
                    "event=daemon.ready version={} development_port={}",
                    Version.text(),
                    api.httpPort().map(String::valueOf).orElse("none"));
            awaitStop();
            serviceManager.stopping();
            LOG.info("event=daemon.stopping on_stop={}", config.onStop());
            return broken.toCompletableFuture().isDone() ? 1 : 0;
        } finally {
            farewell(dataPlane, transport);
        }
    }

    private void awaitStop() {
        try {
            stopRequested.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the peers, then leaves the kernel as configured. */
    private void farewell(DataPlane dataPlane, IkeTransport transport) {
        try {
            transport
                    .shutdown()
                    .toCompletableFuture()
                    .get(FAREWELL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException silent) {
            LOG.info("event=daemon.peers_silent");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            await(
                    dataPlane
                            .stop(config.onStop())
                            .thenAccept(
                                    report ->
                                            report.failures()
                                                    .forEach(
                                                            reason ->
                                                                    LOG.warn(
                                                                            "event=kernel.left_over reason=\"{}\"",
                                                                            reason))),
                    "cannot leave the kernel as on_stop says");
        } catch (IOException failure) {
            LOG.error("event=daemon.stop_failed", failure);
        }
    }

    private void prepareProcess() throws IOException {
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
                .setLevel(Level.toLevel(config.logLevel().name()));
        try {
            ProcessHardening.forbidDumps();
        } catch (IOException refused) {
            LOG.warn("event=daemon.dumps_possible reason=\"{}\"", refused.getMessage());
        }
        Files.createDirectories(config.runtimeDir());
        config.lab()
                .minSaLifeTime()
                .ifPresent(
                        least ->
                                LOG.warn(
                                        "event=lab.short_lifetimes least_s={} warning=\"for tests"
                                                + " only: SAs may live shorter than the API's"
                                                + " contract allows\"",
                                        least.toSeconds()));
    }

    private static Optional<java.nio.file.Path> credentials() {
        return Optional.ofNullable(System.getenv("CREDENTIALS_DIRECTORY"))
                .map(java.nio.file.Path::of);
    }

    private IpsecKernel openKernel() throws IOException {
        if (config.kernel() == Config.Kernel.MEMORY) {
            LOG.warn(
                    "event=kernel.memory warning=\"there is no data plane: IKE negotiates, and no"
                            + " packet is protected\"");
            return new MemoryIpsecKernel(HostNetwork.ofThisHost());
        }
        return LinuxIpsecKernel.open();
    }

    private void report(KernelFeatures features) {
        features.missing()
                .forEach(
                        (feature, reason) ->
                                LOG.warn(
                                        "event=kernel.feature_missing feature={} reason=\"{}\"",
                                        feature,
                                        reason));
    }

    /** Ports 500 and 4500, on the wildcard address or on each that is configured. */
    private List<DatagramPort> openSockets() throws IOException {
        boolean kernel = config.kernel() == Config.Kernel.XFRM;
        List<InetAddress> addresses =
                config.ike().listen().isEmpty()
                        ? List.of(InetAddress.getByAddress(new byte[4]))
                        : config.ike().listen().stream().map(Ipv4Address::toInetAddress).toList();
        List<DatagramPort> ports = new ArrayList<>();
        try {
            for (InetAddress address : addresses) {
                ports.add(IkeSocketPort.open(address, config.ike().port(), false, kernel));
                ports.add(IkeSocketPort.open(address, config.ike().natPort(), true, kernel));
            }
            return ports;
        } catch (IOException refused) {
            ports.forEach(DatagramPort::close);
            throw new IOException("cannot listen for IKE: " + refused.getMessage(), refused);
        }
    }

    private static <T> T await(CompletionStage<T> stage, String failure) throws IOException {
        try {
            return stage.toCompletableFuture()
                    .get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(failure + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(failure + ": nothing happened for " + START_PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(failure + ": interrupted", e);
        }
    }

    /** Board and log see every event. */
    private record TransportListener(StatusBoard board, EventLog log)
            implements IkeTransport.Listener {
        @Override
        public void onEvent(IkeEvent event) {
            event.deliverTo(log);
            event.deliverTo(board);
        }

        @Override
        public void onSendFailure(Path path, IOException reason) {
            LOG.debug("event=ike.not_sent path={} reason=\"{}\"", path, reason.getMessage());
        }

        @Override
        public void onReceiveFailure(DatagramPort port, IOException reason) {
            LOG.warn(
                    "event=ike.not_received local={} reason=\"{}\"",
                    port.local(),
                    reason.getMessage());
        }
    }
}
