package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.daemon.store.ServiceIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The service stopped, started and restarted by an operator. */
final class ServiceSwitchTest {
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";
    private static final ServiceIntent STOPPED =
            new ServiceIntent(
                    Optional.of(new ServiceIntent.Stop(Instant.ofEpochSecond(1_000), "alice")), 0);
    private static final String REASON =
            "VPN service disabled: stopped by alice at 1970-01-01T00:16:40Z; `edge-ipsec service"
                    + " start`, or POST /node/services/ipsecvpn?action=start, starts it";

    private final Appliance box = new Appliance();

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private List<IkeInput.PeerRemoved> ended() {
        return box.told(IkeInput.PeerRemoved.class);
    }

    private List<IkeInput.PeerConfigured> configured() {
        return box.told(IkeInput.PeerConfigured.class);
    }

    @Test
    void aStopEndsWhatStandsAndLeavesThePolicies() {
        box.start(branch()).mustNeverLeaveInClear(PACKET);
        box.establish("branch", "p1");
        box.order(STOPPED);
        assertEquals(1, ended().size());
        assertEquals(FailReason.Kind.SERVICE_STOPPED, ended().get(0).reason().kind());
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
        assertEquals(REASON, box.reason("branch"));
        assertEquals(Optional.of(REASON), box.board.serviceStop().map(FailReason::toString));
        box.order(STOPPED);
        assertEquals(1, ended().size(), "it is stopped already");
    }

    @Test
    void whileItIsStoppedNothingIsNegotiated() {
        box.start(branch()).mustNeverLeaveInClear(PACKET);
        box.order(STOPPED);
        box.put(branch().rule("10.2.0.0/24", "10.7.0.0/16"));
        box.put(
                SessionBuilder.policyBased("new")
                        .addresses(SessionBuilder.LOCAL, "203.0.113.77")
                        .rule("10.3.0.0/24", "10.8.0.0/16"));
        assertEquals(1, configured().size(), "before the stop");
        assertEquals(
                9, box.policies(PolicyAction.PROTECT).size(), "they are protected all the same");
        assertEquals(REASON, box.reason("new"));
        CompletionException refused =
                assertThrows(
                        CompletionException.class,
                        () ->
                                Appliance.value(
                                        box.plane.act(branch().session(), SessionAction.INITIATE)));
        assertTrue(String.valueOf(refused.getMessage()).contains("stopped by alice"));
    }

    @Test
    void aStartTakesEverySessionUpWithItsKeys() {
        box.start(branch());
        box.order(STOPPED);
        box.order(ServiceIntent.RUNNING);
        assertEquals(2, configured().size());
        Authentication.SharedKey secret =
                (Authentication.SharedKey) configured().get(1).policy().authentication();
        assertFalse(secret.key().isClosed());
        assertEquals("", box.reason("branch"));
        assertEquals(Optional.empty(), box.board.serviceStop());
        assertEquals(box.lastChange(), box.board.progress("branch").orElseThrow().carriedOut());
    }

    @Test
    void aRestartEndsAndBegins() {
        box.start(branch()).mustNeverLeaveInClear(PACKET);
        box.order(new ServiceIntent(Optional.empty(), 1));
        assertEquals(1, ended().size());
        assertEquals(2, configured().size());
        assertEquals("", box.reason("branch"));
        box.order(new ServiceIntent(Optional.empty(), 1));
        assertEquals(1, ended().size(), "a change of something else, such as the log's level");
        assertEquals(box.lastChange(), box.board.progress("branch").orElseThrow().carriedOut());
    }

    @Test
    void aStopIsFoundAtTheStart() {
        box.store.put(STOPPED);
        box.start(branch()).mustNeverLeaveInClear(PACKET);
        assertEquals(List.of(), configured());
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
        assertEquals(REASON, box.reason("branch"));
        box.order(ServiceIntent.RUNNING);
        assertEquals(1, configured().size());
    }

    @Test
    void anAddressThatComesDoesNotStartIt() {
        box.fake.setAddresses();
        box.start(branch());
        box.order(STOPPED);
        box.fake.setAddresses(SessionBuilder.LOCAL + "/24");
        box.fake.emit(
                new KernelEvent.AddressAdded(
                        new AddressEntry(2, IpPrefix.parse(SessionBuilder.LOCAL + "/24"))));
        box.work.checkDefect();
        assertEquals(List.of(), configured());
        assertEquals(REASON, box.reason("branch"));
        box.order(ServiceIntent.RUNNING);
        assertEquals(1, configured().size());
    }

    @Test
    void aStoreThatIsBusyIsAskedAgain() {
        box.start(branch());
        box.store.busyFor(1);
        box.order(STOPPED);
        assertEquals(List.of(), ended());
        box.pass(java.time.Duration.ofSeconds(6));
        assertEquals(1, ended().size());
    }
}
