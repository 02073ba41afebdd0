package io.edgeipsec.daemon.testing;

import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.ConfigException;
import io.edgeipsec.daemon.store.RawHttp;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One of two sites on loopback: its files, and what its operator asks. 127.0.0.1 and so on. */
public final class Site {
    private static final String SERVICE = "/api/v1/node/services/ipsecvpn";
    public static final String SESSION = "/api/v1/vpn/ipsec/sessions/branch";

    private final int number;
    private final Path home;
    private final int port;

    public Site(Path directory, int number, int port) throws IOException {
        this.number = number;
        this.home = Files.createDirectories(directory.resolve("site" + number));
        this.port = port;
        write("on_stop: block");
    }

    /** A port that is free, with the one above it, on the addresses of two sites. */
    public static int freePort() throws IOException {
        for (int attempt = 0; ; attempt++) {
            try (DatagramSocket any = bound(1, 0);
                    DatagramSocket above = bound(1, any.getLocalPort() + 1);
                    DatagramSocket other = bound(2, any.getLocalPort());
                    DatagramSocket otherAbove = bound(2, above.getLocalPort())) {
                return otherAbove.getLocalPort() - 1 == other.getLocalPort()
                        ? any.getLocalPort()
                        : 0;
            } catch (IOException taken) {
                if (attempt == 100) {
                    throw taken;
                }
            }
        }
    }

    /** A socket on the address of a site; 0 for any port. */
    public static DatagramSocket bound(int site, int port) throws IOException {
        return new DatagramSocket(
                new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) site}), port));
    }

    /** Writes the configuration with some more lines. */
    public void write(String more) throws IOException {
        Files.writeString(
                file(),
                """
                state_dir: %1$s/state
                runtime_dir: %1$s
                kernel: memory
                ike:
                  listen: [127.0.0.%2$d]
                  port: %3$d
                  nat_port: %4$d
                  threads: 1
                %5$s
                """
                        .formatted(home, number, port, port + 1, more));
    }

    public Path file() {
        return home.resolve("edge-ipsecd.yaml");
    }

    public Path stateDir() {
        return home.resolve("state");
    }

    public Path socket() {
        return home.resolve("api.sock");
    }

    public Config config() throws IOException {
        try {
            return Config.load(file());
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** Puts the session with another site. */
    public void put(int peer, String mode) throws IOException {
        String body =
                """
                { "resource_type": "PolicyBasedIPSecVPNSession", "display_name": "to site %2$d",
                  "local_endpoint": { "local_address": "127.0.0.%1$d" },
                  "peer_address": "127.0.0.%2$d", "peer_id": "127.0.0.%2$d",
                  "psk": "%3$s", "connection_initiation_mode": "%4$s",
                  "policy_rules": [ { "sources": [ { "subnet": "10.%1$d.0.0/16" } ],
                                      "destinations": [ { "subnet": "10.%2$d.0.0/16" } ] } ] }
                """
                        .formatted(number, peer, SessionBuilder.SECRET, mode);
        request("PUT", SESSION, body);
    }

    public void delete() throws IOException {
        request("DELETE", SESSION, "");
    }

    /** Orders something of the service as a whole; how it runs then. */
    public String order(String action) throws IOException {
        return request("POST", SERVICE + "?action=" + action, "");
    }

    public void setLogLevel(String level) throws IOException {
        request(
                "PUT",
                SERVICE,
                """
                { "service_name": "ipsecvpn", "service_properties": { "logging_level": "%s" } }
                """
                        .formatted(level));
    }

    public String status() throws IOException {
        return request("GET", SESSION + "/status", "");
    }

    /** Asks until the status contains a text; the test's time limit is the only one. */
    public String awaitStatus(String text) throws IOException {
        String status = status();
        while (!status.contains(text)) {
            status = status();
        }
        return status;
    }

    private String request(String method, String path, String body) throws IOException {
        try (RawHttp http = RawHttp.unix(socket())) {
            RawHttp.Answer answer =
                    http.request(
                            method,
                            path,
                            List.of("Content-Type: application/json"),
                            body.getBytes(StandardCharsets.UTF_8));
            if (answer.status() != 200) {
                throw new AssertionError(answer.status() + " " + answer.body());
            }
            return answer.body();
        }
    }
}
