package io.edgeipsec.daemon;

import ch.qos.logback.classic.Level;
import io.edgeipsec.daemon.cli.UnixHttp;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.ConfigException;
import io.edgeipsec.xfrm.kernel.HostNetwork;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.LinuxIpsecKernel;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two services on loopback in this process, which negotiate a tunnel with each other over real
 * sockets and real stores, with kernels in memory. It shows that the daemon works with this JRE on
 * this machine, needs no privileges and touches nothing but a temporary directory. It also loads
 * nearly every class that the daemon needs, which makes it the run to record a class archive from.
 */
final class SelfTest {
    private static final String SESSION = "/api/v1/vpn/ipsec/sessions/self-test";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ATTEMPTS_AT_PORTS = 10;

    private final PrintStream out;

    SelfTest(PrintStream out) {
        this.out = out;
    }

    /** Runs it; the exit status. */
    int run() throws IOException, ConfigException {
        Path directory = Files.createTempDirectory("edge-ipsec");
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
                .setLevel(Level.WARN);
        try {
            return run(directory);
        } finally {
            remove(directory);
        }
    }

    private int run(Path directory) throws IOException, ConfigException {
        long began = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 60_000);
            try (VpnService one = start(directory, 1, port)) {
                out.println("store, kernel in memory, IKE sockets, API: up");
                try (VpnService other = start(directory, 2, port)) {
                    lookAtKernel();
                    put(directory, 2, 1, "RESPOND_ONLY");
                    put(directory, 1, 2, "INITIATOR");
                    awaitUp(directory);
                    out.println("IKEv2 with a second one on loopback: up");
                    one.stop();
                    other.stop();
                }
                break;
            } catch (IOException failure) {
                boolean portTaken = String.valueOf(failure.getMessage()).contains("EADDRINUSE");
                if (!portTaken || attempt == ATTEMPTS_AT_PORTS) {
                    throw failure;
                }
            }
        }
        out.printf("self-test passed in %d ms%n", (System.nanoTime() - began) / 1_000_000);
        return 0;
    }

    private static VpnService start(Path directory, int number, int port)
            throws IOException, ConfigException {
        Path home = Files.createDirectories(directory.resolve(String.valueOf(number)));
        Path file = home.resolve("edge-ipsecd.yaml");
        Files.writeString(
                file,
                """
                state_dir: %1$s/state
                runtime_dir: %1$s
                kernel: memory
                ike:
                  listen: [127.0.0.%2$d]
                  port: %3$d
                  nat_port: %4$d
                """
                        .formatted(home, number, port, port + 1));
        return new VpnService(
                Config.load(file),
                new MemoryIpsecKernel(HostNetwork.ofThisHost()),
                Optional.empty());
    }

    /** Whether or not we may ask it anything, the classes for it get loaded. */
    private void lookAtKernel() {
        try (IpsecKernel kernel = LinuxIpsecKernel.open()) {
            boolean allowed = kernel.listPolicies().isDone() && kernel.listTunnelLinks().isDone();
            out.println(
                    "this machine's kernel: IPsec, "
                            + (allowed ? "and we may ask it" : "which we may not ask"));
        } catch (IOException none) {
            out.println("this machine's kernel: no IPsec (" + none.getMessage() + ")");
        }
    }

    private static void put(Path directory, int local, int peer, String mode) throws IOException {
        String body =
                """
                { "resource_type": "PolicyBasedIPSecVPNSession",
                  "local_endpoint": { "local_address": "127.0.0.%1$d" },
                  "peer_address": "127.0.0.%2$d", "peer_id": "127.0.0.%2$d",
                  "psk": "of no value", "connection_initiation_mode": "%3$s",
                  "policy_rules": [ { "sources": [ { "subnet": "10.%1$d.0.0/16" } ],
                                      "destinations": [ { "subnet": "10.%2$d.0.0/16" } ] } ] }
                """
                        .formatted(local, peer, mode);
        UnixHttp.Response response = api(directory, local).put(SESSION, body);
        if (response.status() != 200) {
            throw new IOException(
                    "a PUT was answered " + response.status() + " " + response.body());
        }
    }

    private static void awaitUp(Path directory) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "";
        while (System.nanoTime() < end) {
            last = api(directory, 1).get(SESSION + "/status").body();
            if (last.contains("\"session_status\":\"UP\"")) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        throw new IOException("the tunnel did not come up: " + last);
    }

    private static UnixHttp api(Path directory, int number) {
        return new UnixHttp(directory.resolve(String.valueOf(number)).resolve("api.sock"));
    }

    private static void remove(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
