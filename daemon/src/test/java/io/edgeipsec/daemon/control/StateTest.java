package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.resource.IPSecVPNSessionState;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.daemon.status.SessionStatuses;
import io.edgeipsec.daemon.store.RequestedChange;
import io.edgeipsec.daemon.testing.SessionBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the state of a session says while the control carries changes out. */
class StateTest {
    private final Appliance box = new Appliance();
    private final SessionStatuses sessions =
            new SessionStatuses(
                    box.board, box.plane.traffic(), box.store, box.plane::act, Clock.systemUTC());

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private String state(String request) {
        IPSecVPNSessionState state =
                Appliance.value(
                        sessions.state(
                                branch().session(),
                                request.isEmpty() ? Optional.empty() : Optional.of(request)));
        return state.state().word()
                + (state.failureMessage().isEmpty() ? "" : ": " + state.failureMessage());
    }

    private void request(String id, ResourceKind<?> kind, String object) {
        box.store.request(id, new RequestedChange(box.lastChange(), kind, object));
    }

    @Test
    void aNewSessionIsPendingUntilTheControlHasIt() {
        box.start();
        box.store.holdAnswers();
        box.put(branch());
        request("r", ResourceKind.SESSION, "branch");
        assertEquals("pending", state("r"));
        assertEquals("pending", state(""));
        box.store.answerNext();
        assertEquals("in_sync", state("r"));
    }

    @Test
    void aChangeIsInProgressUntilItIsCarriedOut() {
        box.start(branch());
        box.put(branch());
        request("before", ResourceKind.SESSION, "branch");
        assertEquals("in_sync", state("before"));
        box.store.holdAnswers();
        box.put(branch());
        request("now", ResourceKind.SESSION, "branch");
        assertEquals("in_sync", state("before"));
        assertEquals("in_progress", state("now"));
        box.store.answerNext();
        assertEquals("in_sync", state("now"));
    }

    @Test
    void aProfilesChangeIsCarriedOutSessionBySession() {
        box.start(branch());
        box.put(branch());
        box.put(branch());
        box.store.holdAnswers();
        box.profileChanged();
        String profile = branch().session().settings().ipsecTunnelProfileId();
        request("r", ResourceKind.TUNNEL_PROFILE, profile);
        assertEquals("in_progress", state("r"));
        box.store.answerNext(); // who uses it
        assertEquals("in_progress", state("r"));
        box.store.answerNext(); // the session
        assertEquals("in_sync", state("r"));
    }

    @Test
    void whatTheKernelRefusesIsAnErrorUntilItDoesNot() {
        box.start();
        box.refuse(request -> request.startsWith("putPolicy"));
        box.put(branch());
        request("r", ResourceKind.SESSION, "branch");
        assertTrue(state("r").startsWith("error: Configuration failed"), state("r"));
        box.refuseNothing();
        box.pass(Duration.ofMinutes(5));
        assertEquals("in_sync", state("r"));
    }

    @Test
    void aMissingAddressIsAnError() {
        box.fake.setAddresses("192.0.2.99/24");
        box.start(branch());
        assertTrue(state("").startsWith("error: "), state(""));
        assertTrue(state("").contains("not on this machine"), state(""));
    }

    @Test
    void whatStandsAtTheStartIsKnown() {
        box.store.request("before", new RequestedChange(1, ResourceKind.SESSION, "branch"));
        box.start(branch());
        assertEquals("in_sync", state("before"));
    }

    @Test
    void otherRequestsAreToldApart() {
        box.start(branch());
        assertTrue(state("never seen").startsWith("unknown: request never seen"));
        request("other", ResourceKind.SESSION, "other");
        request("dpd", ResourceKind.DPD_PROFILE, "not this one");
        for (String id : new String[] {"other", "dpd"}) {
            Throwable failure = assertThrows(CompletionException.class, () -> state(id)).getCause();
            ApiException refused = assertInstanceOf(ApiException.class, failure);
            assertTrue(String.valueOf(refused.getMessage()).contains("request_id"));
        }
    }
}
