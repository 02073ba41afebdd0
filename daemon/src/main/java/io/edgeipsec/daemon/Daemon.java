package io.edgeipsec.daemon;

import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.FileFailures;
import io.edgeipsec.daemon.service.LogLevels;
import io.edgeipsec.xfrm.kernel.HostNetwork;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.LinuxIpsecKernel;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import io.edgeipsec.xfrm.libc.ProcessHardening;
import io.edgeipsec.xfrm.libc.SdNotify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process around the service: signals, the service manager, hardening, the log. */
final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Logger EMERGENCY = LoggerFactory.getLogger(LogLevels.EMERGENCY_LOGGER);
    private static final Duration DROP_LOG_INTERVAL = Duration.ofMinutes(1);
    private static final int BROKEN = 1;

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

    /** The signal's thread: the process ends when this does. */
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
        serviceManager.status("taking the sessions up");
        try (VpnService service = new VpnService(config, openKernel(), credentials());
                Housekeeping housekeeping = new Housekeeping(serviceManager)) {
            housekeeping.every(DROP_LOG_INTERVAL, service::logDrops);
            service.broken().thenAccept(this::giveUp);
            serviceManager.ready();
            serviceManager.status("policies stand, IKE listens, the API answers");
            LOG.info(
                    "event=daemon.ready version={} development_port={}",
                    Version.text(),
                    service.developmentPort().map(String::valueOf).orElse("none"));
            awaitStop();
            serviceManager.stopping();
            serviceManager.status("telling the peers goodbye");
            LOG.info("event=daemon.stopping on_stop={}", config.onStop());
            service.stop();
            return service.broken().toCompletableFuture().isDone() ? BROKEN : 0;
        }
    }

    private void giveUp(Throwable reason) {
        EMERGENCY.error("event=daemon.broken reason=\"{}\"", reason.getMessage());
        stopRequested.countDown();
    }

    private void awaitStop() {
        try {
            stopRequested.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Blocks what the service would protect; see {@link VpnService#block}.
     *
     * @return the exit status
     */
    int block() throws IOException {
        prepareProcess();
        VpnService.block(config, openKernel(), credentials());
        LOG.info("event=daemon.blocked");
        return 0;
    }

    private void prepareProcess() throws IOException {
        LogLevels.apply(LoggingLevel.valueOf(config.logLevel().name()));
        try {
            ProcessHardening.forbidDumps();
        } catch (IOException refused) {
            LOG.warn("event=daemon.dumps_possible reason=\"{}\"", refused.getMessage());
        }
        try {
            Files.createDirectories(config.runtimeDir());
        } catch (IOException refused) {
            throw new IOException(
                    "runtime_dir "
                            + config.runtimeDir()
                            + " cannot be made: "
                            + FileFailures.describe(refused),
                    refused);
        }
    }

    private static Optional<Path> credentials() {
        return Optional.ofNullable(System.getenv("CREDENTIALS_DIRECTORY")).map(Path::of);
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
}
