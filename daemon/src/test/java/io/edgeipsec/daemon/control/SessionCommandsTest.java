package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.IkeInput;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class SessionCommandsTest {
    private final Appliance box = new Appliance();

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private String act(SessionBuilder session, SessionAction action) {
        return Appliance.value(box.plane.act(session.session(), action));
    }

    private String refusal(SessionBuilder session, SessionAction action) {
        Throwable failure =
                assertThrows(CompletionException.class, () -> act(session, action)).getCause();
        ApiException refused = assertInstanceOf(ApiException.class, failure);
        assertEquals(ErrorCode.NOT_POSSIBLE_NOW, refused.code());
        return String.valueOf(refused.getMessage());
    }

    @Test
    void theEngineOfTheSessionIsTold() {
        box.start(branch());
        assertTrue(act(branch(), SessionAction.INITIATE).contains("is set up with 203.0.113.9"));
        act(branch(), SessionAction.RESET);
        assertEquals(
                List.of(
                        new IkeInput.PeerCommanded(
                                "branch", IkeInput.PeerCommanded.Command.INITIATE),
                        new IkeInput.PeerCommanded("branch", IkeInput.PeerCommanded.Command.RESET)),
                box.told(IkeInput.PeerCommanded.class));
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        box.start(branch());
        assertTrue(refusal(branch(), SessionAction.REKEY).contains("no IKE SA to be rekeyed"));
        box.put(branch().disabled());
        assertTrue(refusal(branch().disabled(), SessionAction.RESET).contains("is disabled"));
        box.delete("branch");
        assertTrue(refusal(branch(), SessionAction.INITIATE).contains("not in force yet"));
        assertEquals(List.of(), box.told(IkeInput.PeerCommanded.class));
    }

    @Test
    void withoutItsAddressItCannotWork() {
        box.fake.setAddresses("192.0.2.99/24");
        box.start(branch());
        assertTrue(refusal(branch(), SessionAction.RESET).contains("is not on this machine"));
    }

    @Test
    void respondOnlySaysWhoIsToStart() {
        SessionBuilder session = branch().mode(ConnectionInitiationMode.RESPOND_ONLY);
        box.start(session);
        assertTrue(act(session, SessionAction.RESET).contains("the peer is to set them up again"));
        assertTrue(act(session, SessionAction.INITIATE).contains("not tried again"));
    }
}
