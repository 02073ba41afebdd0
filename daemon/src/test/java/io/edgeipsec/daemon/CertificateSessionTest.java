package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.daemon.adapter.Issuer;
import io.edgeipsec.daemon.adapter.Issuer.Issued;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.daemon.adapter.PemTexts;
import io.edgeipsec.daemon.cli.UnixHttp;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.xfrm.kernel.HostNetwork;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two whole daemons on loopback that authenticate each other by certificate. */
class CertificateSessionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2120-01-01T00:00:00Z");

    @TempDir Path directory;

    private final Issuer root = Issuer.root(Wish.ofAuthority("CN=Root").valid(FROM, UNTIL));
    private final CompletableFuture<String> established = new CompletableFuture<>();
    private final CompletableFuture<String> failed = new CompletableFuture<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    String line = event.getFormattedMessage();
                    if (line.contains("event=child_sa.established session=by-certificate")) {
                        established.complete(line);
                    } else if (line.contains("issued by CN=Stranger")) {
                        failed.complete(line);
                    }
                }
            };

    @BeforeEach
    void listen() {
        appender.start();
        log.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(appender);
    }

    private VpnService start(int number, int port) throws Exception {
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

    private UnixHttp api(int number) {
        return new UnixHttp(directory.resolve(String.valueOf(number)).resolve("api.sock"));
    }

    private String imported(int number, String collection, ObjectNode body) throws IOException {
        UnixHttp.Response response =
                api(number).post("/api/v1/trust-management/" + collection, body.toString());
        assertEquals(201, response.status(), response.body());
        return JSON.readTree(response.body()).path("results").path(0).path("id").asText();
    }

    private void configure(int number, int peer, String peerId, String mode, Issued own)
            throws IOException {
        String certificate =
                imported(
                        number,
                        "certificates",
                        JSON.createObjectNode()
                                .put("pem_encoded", PemTexts.certificates(own.certificate()))
                                .put("private_key", PemTexts.pkcs8(own.keys().getPrivate())));
        String authority =
                imported(
                        number,
                        "certificates",
                        JSON.createObjectNode()
                                .put("pem_encoded", PemTexts.certificates(root.certificate())));
        String body =
                """
                { "resource_type": "PolicyBasedIPSecVPNSession",
                  "authentication_mode": "CERTIFICATE",
                  "local_endpoint": { "local_address": "127.0.0.%1$d",
                                      "certificate_id": "%2$s", "trust_ca_ids": ["%3$s"] },
                  "peer_address": "127.0.0.%4$d", "peer_id": "%5$s",
                  "connection_initiation_mode": "%6$s",
                  "policy_rules": [ { "sources": [ { "subnet": "10.%1$d.0.0/16" } ],
                                      "destinations": [ { "subnet": "10.%4$d.0.0/16" } ] } ] }
                """
                        .formatted(number, certificate, authority, peer, peerId, mode);
        UnixHttp.Response response =
                api(number).put("/api/v1/vpn/ipsec/sessions/by-certificate", body);
        assertEquals(200, response.status(), response.body());
    }

    private Issued issue(int number) {
        return root.issue(
                Wish.of("CN=gateway " + number)
                        .valid(FROM, UNTIL)
                        .names(new GeneralName(GeneralName.iPAddress, "127.0.0." + number)));
    }

    @Test
    void comesUp() throws Exception {
        int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
        try (VpnService one = start(1, port);
                VpnService other = start(2, port)) {
            configure(2, 1, "127.0.0.1", "RESPOND_ONLY", issue(2));
            configure(1, 2, "127.0.0.2", "INITIATOR", issue(1));
            established.get(60, TimeUnit.SECONDS);
            one.stop();
            other.stop();
        }
    }

    @Test
    void saysWhyItDoesNot() throws Exception {
        int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
        Issued ofAnother =
                Issuer.root(Wish.ofAuthority("CN=Stranger").valid(FROM, UNTIL))
                        .issue(
                                Wish.of("CN=gateway 1")
                                        .valid(FROM, UNTIL)
                                        .names(
                                                new GeneralName(
                                                        GeneralName.iPAddress, "127.0.0.1")));
        try (VpnService one = start(1, port);
                VpnService other = start(2, port)) {
            configure(2, 1, "127.0.0.1", "RESPOND_ONLY", issue(2));
            configure(1, 2, "127.0.0.2", "INITIATOR", ofAnother);
            String line = failed.get(60, TimeUnit.SECONDS);
            assertTrue(
                    line.startsWith("event=ike_sa.rejected session=by-certificate")
                            && line.contains("Authentication failed: peer 127.0.0.1 (127.0.0.1)"),
                    line);
            one.stop();
            other.stop();
        }
    }
}
