package io.edgeipsec.daemon;

import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.http.Access;
import io.edgeipsec.api.http.ApiServer;
import io.edgeipsec.api.http.HttpsListener;
import io.edgeipsec.api.http.Listeners;
import io.edgeipsec.api.http.NotificationClient;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.api.validation.SessionConflicts;
import io.edgeipsec.daemon.adapter.Argon2Passwords;
import io.edgeipsec.daemon.adapter.Credentials;
import io.edgeipsec.daemon.adapter.IkeSocketPort;
import io.edgeipsec.daemon.adapter.PemTrustReader;
import io.edgeipsec.daemon.adapter.TlsIdentity;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.control.DataPlane;
import io.edgeipsec.daemon.control.TunnelKinds;
import io.edgeipsec.daemon.notify.NotificationSender;
import io.edgeipsec.daemon.notify.Pace;
import io.edgeipsec.daemon.service.IpsecVpnService;
import io.edgeipsec.daemon.service.LogLevels;
import io.edgeipsec.daemon.status.EventLog;
import io.edgeipsec.daemon.status.EventPublisher;
import io.edgeipsec.daemon.status.SessionStatuses;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.daemon.store.ConfigurationDatabase;
import io.edgeipsec.ike.engine.EngineLimits;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.transport.DatagramPort;
import io.edgeipsec.ike.transport.IkeTransport;
import io.edgeipsec.xfrm.kernel.FlushReport;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelFeatures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the daemon, put together. The order is what matters: policies stand before IKE
 * listens, IKE listens before the API answers, and on the way down the other way round. Main
 * thread.
 */
final class VpnService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VpnService.class);

    private static final Duration START_PATIENCE = Duration.ofMinutes(2);

    /** Longer than a farewell takes with its retransmissions. */
    private static final Duration FAREWELL_PATIENCE = Duration.ofSeconds(8);

    /** Closes a part; the last one that was opened is closed first. */
    @FunctionalInterface
    private interface Closer {
        void close() throws IOException;
    }

    private final Config config;
    private final StatusBoard board;
    private final EventLog events = new EventLog();
    private final EventJournal journal;
    private final EventPublisher publisher;
    private final Deque<Closer> open = new ArrayDeque<>();
    private final ConfigurationDatabase store;
    private final DataPlane dataPlane;
    private final IpsecVpnService service;
    private final IkeTransport transport;
    private final ApiServer api;

    /**
     * Starts everything.
     *
     * @param kernel closed with the service
     * @param credentials systemd's credentials directory, if there is one
     * @throws IOException with a sentence for the operator if something cannot start
     */
    VpnService(Config config, IpsecKernel kernel, Optional<java.nio.file.Path> credentials)
            throws IOException {
        this.config = config;
        SecureRandom random = new SecureRandom();
        TunnelKinds tunnelKinds = new TunnelKinds(config.tunnelInterface());
        try {
            open.push(kernel::close);
            store = opened(openStore(config, credentials, tunnelKinds, random));
            journal = new EventJournal(store.run(), Clock.systemUTC());
            publisher = new EventPublisher(journal);
            board = new StatusBoard(publisher);
            store.addListener(publisher);
            store.broken().thenAccept(publisher::storeFailed);
            dataPlane = new DataPlane(kernel, store, tunnelKinds, board);
            open.push(dataPlane::close);
            service = openService();
            Stages.await(service.applyStoredLevel(), START_PATIENCE, "cannot read the log's level");
            Stages.await(
                    dataPlane.prepare().thenAccept(VpnService::report),
                    START_PATIENCE,
                    "cannot set the kernel up");
            Credentials signatures = new Credentials(store, Clock.systemUTC(), ikeThreads());
            open.push(signatures::close);
            transport = openTransport(signatures, random);
            open.push(transport::close);
            Stages.await(
                    dataPlane.start(transport::post),
                    START_PATIENCE,
                    "cannot take the sessions up");
            Stages.await(transport.start(), START_PATIENCE, "cannot listen for IKE");
            store.addListener(dataPlane::changed);
            startNotifications();
            api = startApi();
            open.push(api::close);
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private IpsecVpnService openService() {
        return new IpsecVpnService(
                store.service(),
                LoggingLevel.valueOf(config.logLevel().name()),
                LogLevels::apply,
                new IpsecVpnService.InForce() {
                    @Override
                    public boolean isRunning() {
                        return board.serviceStop().isEmpty();
                    }

                    @Override
                    public CompletionStage<Boolean> isProtected() {
                        return dataPlane.isProtected();
                    }
                });
    }

    private ConfigurationDatabase opened(ConfigurationDatabase database) {
        open.push(database::close);
        return database;
    }

    /**
     * Puts block policies for all enabled sessions into the kernel, where protecting ones will be
     * once the service runs.
     *
     * @param kernel closed at the end
     */
    static void block(Config config, IpsecKernel kernel, Optional<java.nio.file.Path> credentials)
            throws IOException {
        TunnelKinds tunnelKinds = new TunnelKinds(config.tunnelInterface());
        try (ConfigurationDatabase store =
                        openStore(config, credentials, tunnelKinds, new SecureRandom());
                DataPlane dataPlane =
                        new DataPlane(kernel, store, tunnelKinds, new StatusBoard())) {
            Stages.await(
                    dataPlane.prepare().thenAccept(VpnService::report),
                    START_PATIENCE,
                    "cannot set the kernel up");
            Stages.await(
                    dataPlane.start((peer, input) -> {}),
                    START_PATIENCE,
                    "cannot take the sessions up");
            Stages.await(dataPlane.stop(Config.OnStop.BLOCK), START_PATIENCE, "cannot block");
        }
    }

    private static ConfigurationDatabase openStore(
            Config config,
            Optional<java.nio.file.Path> credentials,
            TunnelKinds rule,
            SecureRandom random)
            throws IOException {
        return ConfigurationDatabase.open(
                config.stateDir(),
                credentials,
                SessionRule.all(new SessionConflicts(), rule),
                Clock.systemUTC(),
                random);
    }

    private static void report(KernelFeatures features) {
        features.missing()
                .forEach(
                        (feature, reason) ->
                                LOG.warn(
                                        "event=kernel.feature_missing feature={} reason=\"{}\"",
                                        feature,
                                        reason));
    }

    private IkeTransport openTransport(Credentials credentials, SecureRandom random)
            throws IOException {
        return new IkeTransport(
                IkeSettings.defaults().withPorts(config.ike().port(), config.ike().natPort()),
                EngineLimits.defaults(),
                openSockets(),
                dataPlane.childSas(),
                credentials,
                random::nextBytes,
                ikeThreads(),
                new TransportListener(board, events, publisher, dataPlane));
    }

    private int ikeThreads() {
        return config.ike().threads().orElse(Runtime.getRuntime().availableProcessors());
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

    private void startNotifications() {
        Config.Notify notify = config.notifications();
        if (notify.url().isEmpty() && notify.unixSocket().isEmpty()) {
            return;
        }
        NotificationSender sender =
                new NotificationSender(
                        store.outbox(),
                        new NotificationClient(
                                new NotificationClient.Receiver(
                                        notify.url().orElse(URI.create("http://localhost/")),
                                        notify.unixSocket(),
                                        notify.authorities())),
                        notify.tokenFile(),
                        Pace.NORMAL,
                        publisher);
        open.push(sender::close);
        sender.start();
    }

    private ApiServer startApi() throws IOException {
        OptionalLong least =
                config.lab()
                        .minSaLifeTime()
                        .map(duration -> OptionalLong.of(duration.toSeconds()))
                        .orElse(OptionalLong.empty());
        return ApiServer.start(
                new Listeners(
                        config.api().unixSocket(),
                        config.api().unixSocketGroup(),
                        https(),
                        config.api().http()),
                ApiDocument.load(least),
                store,
                sessions(),
                service,
                store,
                new PemTrustReader(),
                journal,
                new Access(
                        config.api().https().auth(),
                        store.accounts(),
                        store.audit(),
                        new Argon2Passwords(new SecureRandom())));
    }

    private Optional<HttpsListener> https() throws IOException {
        Config.Https https = config.api().https();
        if (https.listen().isEmpty()) {
            return Optional.empty();
        }
        TlsIdentity identity =
                TlsIdentity.load(config.stateDir(), https.certificateFile(), https.keyFile());
        return Optional.of(
                new HttpsListener(https.listen().get(), identity, identity.fingerprint()));
    }

    private SessionStatuses sessions() {
        return new SessionStatuses(
                board, dataPlane.traffic(), store, dataPlane::act, Clock.systemUTC());
    }

    /** The port of the API's development listener, if there is one. */
    Optional<Integer> developmentPort() {
        return api.httpPort();
    }

    /** Completes when the store cannot go on; the service is then better stopped than wrong. */
    CompletionStage<Throwable> broken() {
        return store.broken();
    }

    /** Logs how many datagrams were dropped since the last call. One thread. */
    void logDrops() {
        events.logDrops();
    }

    /** Takes no more requests, tells the peers goodbye, and leaves the kernel as configured. */
    void stop() throws IOException {
        api.close();
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
        FlushReport report =
                Stages.await(
                        dataPlane.stop(config.onStop()),
                        START_PATIENCE,
                        "cannot leave the kernel as on_stop says");
        for (String reason : report.failures()) {
            LOG.warn("event=kernel.left_over reason=\"{}\"", reason);
        }
    }

    /** Frees what the process holds; what is in the kernel stays. */
    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /**
     * Board, log and journal see every event, the data plane those that packets may be waiting for.
     */
    private record TransportListener(
            StatusBoard board, EventLog log, EventPublisher publisher, DataPlane dataPlane)
            implements IkeTransport.Listener {
        @Override
        public void onEvent(IkeEvent event) {
            event.deliverTo(log);
            // Before what the board makes of it.
            event.deliverTo(publisher);
            event.deliverTo(board);
            if (event instanceof IkeEvent.NegotiationFailed failed) {
                dataPlane.negotiationFailed(failed.session());
            } else if (event instanceof IkeEvent.ChildSaFailed failed) {
                dataPlane.childFailed(failed.session(), failed.child());
            }
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
