package io.edgeipsec.ike.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Policies;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerErrorsTest {
    private static final ChildPolicy CHILD = Policies.a().build().children().get(0);
    private static final List<Proposal> OFFERED =
            Proposals.ofEsp(CHILD.proposals(), Octets.ofHex("c0ffee01"), true);

    private static FailReason ofIkeAuth(NotifyType type) {
        return PeerErrors.ofIkeAuth(NotifyPayload.of(type), "198.51.100.1", CHILD, OFFERED);
    }

    @Test
    void whatTakesTheIkeSaWithItIsNamedAfterTheChildSa() {
        FailReason algorithms = ofIkeAuth(NotifyType.NO_PROPOSAL_CHOSEN);
        assertEquals(FailReason.Kind.NO_PROPOSAL_CHOSEN, algorithms.kind());
        assertTrue(algorithms.detail().contains("AES_GCM_16-256"), algorithms.detail());
        assertTrue(algorithms.detail().contains("tunnel-profile"), algorithms.detail());
        FailReason selectors = ofIkeAuth(NotifyType.TS_UNACCEPTABLE);
        assertEquals(FailReason.Kind.TS_UNACCEPTABLE, selectors.kind());
        assertTrue(selectors.detail().contains("10.1.0.0/16"), selectors.detail());
        assertTrue(selectors.detail().contains("10.2.0.0/16"), selectors.detail());
    }

    @Test
    void othersAreAboutTheIkeSa() {
        assertEquals(
                FailReason.Kind.AUTHENTICATION_FAILED,
                ofIkeAuth(NotifyType.AUTHENTICATION_FAILED).kind());
        assertEquals(
                FailReason.Kind.PEER_REFUSED,
                ofIkeAuth(NotifyType.INTERNAL_ADDRESS_FAILURE).kind());
    }
}
