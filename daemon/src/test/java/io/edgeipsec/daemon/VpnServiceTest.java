package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.resource.LoggingLevel;
import io.edgeipsec.daemon.service.LogLevels;
import io.edgeipsec.daemon.testing.EventFeed;
import io.edgeipsec.daemon.testing.LogCapture;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.daemon.testing.Site;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.MemoryIpsecKernel;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whole services on loopback, with kernels in memory. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class VpnServiceTest {
    @TempDir private Path directory;
    private final LogCapture log = new LogCapture(Level.DEBUG);
    private final FakeIpsecKernel kernel = new FakeIpsecKernel("127.0.0.1/8");
    private final FakeIpsecKernel otherKernel = new FakeIpsecKernel("127.0.0.2/8");
    private int port;
    private Site site;
    private Site other;

    @BeforeEach
    void choosePort() throws IOException {
        port = Site.freePort();
        site = new Site(directory, 1, port);
        other = new Site(directory, 2, port);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static VpnService start(Site at, FakeIpsecKernel with) throws IOException {
        return new VpnService(at.config(), with.kernel(), Optional.empty());
    }

    private static void assertRuns(VpnService service) {
        assertFalse(service.broken().toCompletableFuture().isDone());
    }

    private String failure() {
        IOException failure = assertThrows(IOException.class, () -> start(site, kernel).close());
        String message = String.valueOf(failure.getMessage());
        assertFalse(message.contains("\n"), message);
        assertFalse(message.contains("Exception"), message);
        return message;
    }

    private static List<PolicyEntry> policies(FakeIpsecKernel in) {
        return in.memory().listPolicies().toOptional().orElseThrow();
    }

    private static int sas(MemoryIpsecKernel in) {
        return in.listSas().toOptional().orElseThrow().size();
    }

    @Test
    void tunnelComesUpAndGoesWithItsSession() throws Exception {
        try (VpnService one = start(site, kernel);
                VpnService two = start(other, otherKernel)) {
            other.put(1, "RESPOND_ONLY");
            site.put(2, "INITIATOR");
            String status = site.awaitStatus("\"session_status\":\"UP\"");
            assertTrue(status.contains("\"negotiated_tunnels\":1"), status);
            assertTrue(status.contains("\"fail_reason\":\"\""), status);
            other.awaitStatus("\"session_status\":\"UP\"");
            site.delete();
            assertTrue(
                    other.awaitStatus("\"session_status\":\"DOWN\"").contains("Peer sent delete"));
            one.stop();
            two.stop();
        }
        assertEquals(List.of(), policies(kernel));
        assertEquals(0, sas(kernel.memory()));
        assertEquals(3, policies(otherKernel).size());
        assertEquals(
                List.of(),
                log.lines().stream().filter(l -> l.contains(SessionBuilder.SECRET)).toList());
        assertTrue(log.lines().stream().anyMatch(l -> l.contains("event=ike_sa.established")));
    }

    @Test
    void whatHappensIsToldAsItHappens() throws Exception {
        try (VpnService one = start(site, kernel);
                VpnService two = start(other, otherKernel);
                EventFeed feed = EventFeed.unix(site.socket(), "")) {
            other.put(1, "RESPOND_ONLY");
            site.put(2, "INITIATOR");
            assertEquals("CREATED", feed.await("type", "config").path("change").asText());
            assertEquals("ESTABLISHED", feed.await("type", "ike_sa").path("change").asText());
            feed.await("session_status", "UP");
            other.delete();
            JsonNode alarm = feed.await("alarm", "TUNNEL_DOWN");
            assertTrue(
                    alarm.path("message").asText().startsWith("Peer sent delete"), alarm::toString);
            one.stop();
            while (!feed.isEnded()) {
                // What else was told before the end.
            }
            two.stop();
        }
    }

    @Test
    void aStoppedServiceHoldsTrafficBackAlsoAfterARestart() throws Exception {
        try (VpnService two = start(other, otherKernel)) {
            other.put(1, "RESPOND_ONLY");
            try (VpnService one = start(site, kernel);
                    EventFeed feed = EventFeed.unix(site.socket(), "?type=alarm")) {
                site.put(2, "INITIATOR");
                site.awaitStatus("\"session_status\":\"UP\"");
                assertTrue(site.order("stop").contains("\"runtime_state\":\"stopped\""));
                assertTrue(
                        site.awaitStatus("\"session_status\":\"DOWN\"")
                                .contains("VPN service disabled: stopped by "));
                assertTrue(
                        other.awaitStatus("\"session_status\":\"DOWN\"")
                                .contains("Peer sent delete"));
                assertEquals(3, policies(kernel).size());
                assertEquals(0, sas(kernel.memory()));
                assertEquals(
                        "SERVICE_STOPPED",
                        feed.await("type", "alarm").path("alarm").asText(),
                        "and not one for each session");
                one.stop();
            }
            try (VpnService one = start(site, kernel)) {
                assertTrue(site.status().contains("VPN service disabled"));
                assertTrue(
                        policies(kernel).stream()
                                .allMatch(p -> p.action() == PolicyAction.PROTECT));
                assertTrue(site.order("start").contains("\"runtime_state\":\"running\""));
                site.awaitStatus("\"session_status\":\"UP\"");
                assertTrue(site.order("restart").contains("running"));
                site.awaitStatus("\"session_status\":\"UP\"");
                one.stop();
            }
            two.stop();
        }
    }

    @Test
    void theLevelOfTheLogIsTheOneThatWasSet() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        try (VpnService one = start(site, kernel)) {
            site.setLogLevel("ERROR");
            assertEquals(Level.ERROR, root.getLevel(), "at once");
            one.stop();
        }
        root.setLevel(Level.DEBUG);
        try (VpnService one = start(site, kernel)) {
            assertEquals(Level.ERROR, root.getLevel(), "whatever the configuration says");
            assertRuns(one);
        } finally {
            LogLevels.apply(LoggingLevel.INFO);
        }
    }

    @Test
    void nextRunTakesUpWhatIsStored() throws Exception {
        try (VpnService two = start(other, otherKernel)) {
            other.put(1, "RESPOND_ONLY");
            try (VpnService one = start(site, kernel)) {
                site.put(2, "INITIATOR");
                site.awaitStatus("\"session_status\":\"UP\"");
                assertRuns(one);
            }
            List<PolicyEntry> left = policies(kernel);
            assertEquals(3, left.size(), "it was not stopped, it died");
            assertEquals(2, sas(kernel.memory()));
            kernel.forgetRequests();
            try (VpnService one = start(site, kernel)) {
                site.awaitStatus("\"session_status\":\"UP\"");
                one.stop();
            }
            assertEquals(
                    0, kernel.requests().stream().filter(r -> r.startsWith("removeP")).count());
            assertTrue(policies(kernel).stream().allMatch(p -> p.action() == PolicyAction.BLOCK));
            assertEquals(0, sas(kernel.memory()), "those of both runs");
            two.stop();
        }
    }

    @Test
    void blockAtBootNeedsNoNetworkAndNoPeer() throws Exception {
        try (VpnService one = start(site, kernel)) {
            site.put(2, "ON_DEMAND");
            assertRuns(one);
        }
        FakeIpsecKernel fresh = new FakeIpsecKernel();
        VpnService.block(site.config(), fresh.kernel(), Optional.empty());
        assertEquals(3, policies(fresh).size());
        assertTrue(policies(fresh).stream().allMatch(p -> p.action() == PolicyAction.BLOCK));
    }

    @Test
    void clearingLeavesNothing() throws Exception {
        site.write("on_stop: clear");
        try (VpnService one = start(site, kernel)) {
            site.put(2, "RESPOND_ONLY");
            one.stop();
        }
        assertEquals(List.of(), policies(kernel));
    }

    @Test
    void occupiedPortIsNamed() throws Exception {
        try (DatagramSocket taken = Site.bound(1, port + 1)) {
            String message = failure();
            assertTrue(message.startsWith("cannot listen for IKE: "), message);
            assertTrue(message.contains(String.valueOf(taken.getLocalPort())), message);
            assertTrue(message.contains("EADDRINUSE"), message);
        }
        start(site, new FakeIpsecKernel("127.0.0.1/8")).close();
    }

    @Test
    void stateDirectoryThatCannotBeIsNamed() throws Exception {
        Files.writeString(site.stateDir(), "a file");
        String message = failure();
        assertTrue(message.startsWith("state_dir " + site.stateDir()), message);
        assertTrue(message.toLowerCase(java.util.Locale.ROOT).contains("not a directory"), message);
    }

    @Test
    void stateDirectoryOfAnotherIsNotTouched() throws Exception {
        try (VpnService one = start(site, kernel)) {
            assertTrue(failure().contains("is in use by another edge-ipsecd"));
            assertRuns(one);
        }
    }

    @Test
    void brokenDatabaseIsNamed() throws Exception {
        Files.createDirectories(site.stateDir());
        Files.writeString(site.stateDir().resolve("edge-ipsec.db"), "no database".repeat(1000));
        String message = failure();
        assertTrue(message.startsWith("the store " + site.stateDir()), message);
        assertTrue(message.contains("cannot be opened"), message);
    }

    @Test
    void kernelIsClosedHoweverEarlyItFails() throws Exception {
        Files.writeString(site.stateDir(), "a file");
        assertFalse(failure().isEmpty());
        assertTrue(kernel.requests().contains("close"));
    }

    @Test
    void kernelThatMayNotBeAskedSaysWhatIsMissing() {
        kernel.refuseNext(
                "probe", io.edgeipsec.xfrm.kernel.Outcome.Kind.NO_PERMISSION, "EPERM", false);
        String message = failure();
        assertTrue(message.startsWith("cannot set the kernel up: "), message);
        assertTrue(message.contains("CAP_NET_ADMIN"), message);
    }
}
