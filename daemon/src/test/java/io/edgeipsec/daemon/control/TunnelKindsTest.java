package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.daemon.config.Config.TunnelInterface;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.xfrm.link.TunnelKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TunnelKindsTest {
    private static final IPSecVPNSession TUNNEL =
            SessionBuilder.routeBased("hq", 3, "192.168.50.1/30").displayName("to hq").session();
    private static final IPSecVPNSession OTHER_TUNNEL =
            SessionBuilder.routeBased("lab", 4, "192.168.51.1/30").session();
    private static final IPSecVPNSession PAIRS =
            SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16").session();
    private static final Optional<TunnelKind> NONE = Optional.empty();
    private static final Optional<TunnelKind> VTI = Optional.of(TunnelKind.VTI);
    private static final Optional<TunnelKind> XFRM = Optional.of(TunnelKind.XFRM_INTERFACE);

    private static List<FieldError> check(
            TunnelKinds kinds, IPSecVPNSession candidate, IPSecVPNSession... neighbours) {
        return kinds.check(candidate, new Neighbours(List.of(neighbours)));
    }

    /** All on the candidate's address pair. */
    private record Neighbours(List<IPSecVPNSession> sessions) implements SessionRule.Others {
        @Override
        public List<IPSecVPNSession> onAddressPair(Ipv4Address local, Ipv4Address peer) {
            return sessions;
        }

        @Override
        public Optional<IPSecVPNSession> withPeersOf(IPSecVPNSession candidate) {
            return Optional.empty();
        }

        @Override
        public Optional<SessionRule.Overlap> overlapping(SelectorPair pair) {
            return Optional.empty();
        }
    }

    @Test
    void autoTakesVtiWhereItServes() {
        TunnelKinds kinds = new TunnelKinds(TunnelInterface.AUTO);
        assertEquals(TunnelKind.VTI, kinds.choose("a", NONE, true));
        assertEquals(TunnelKind.XFRM_INTERFACE, kinds.choose("a", NONE, false));
        assertEquals(TunnelKind.VTI, kinds.choose("a", VTI, true));
        assertEquals(TunnelKind.XFRM_INTERFACE, kinds.choose("a", XFRM, true), "it is in use");
        assertEquals(TunnelKind.XFRM_INTERFACE, kinds.choose("a", VTI, false), "it took all ESP");
        kinds.withoutVti();
        assertEquals(TunnelKind.XFRM_INTERFACE, kinds.choose("a", NONE, true));
    }

    @Test
    void configuredKindIsTheKind() {
        for (boolean alone : new boolean[] {true, false}) {
            assertEquals(
                    TunnelKind.VTI, new TunnelKinds(TunnelInterface.VTI).choose("a", XFRM, alone));
            assertEquals(
                    TunnelKind.XFRM_INTERFACE,
                    new TunnelKinds(TunnelInterface.XFRM).choose("a", VTI, alone));
        }
    }

    @Test
    void nobodyMayJoinAVti() {
        TunnelKinds kinds = new TunnelKinds(TunnelInterface.AUTO);
        kinds.choose("hq", NONE, true);
        List<FieldError> errors = check(kinds, PAIRS, TUNNEL);
        assertEquals(1, errors.size());
        String error = errors.get(0).toString();
        assertTrue(error.contains("/local_endpoint/local_address"), error);
        assertTrue(error.contains("session hq (to hq)"), error);
        assertTrue(error.contains("192.0.2.1 with peer_address 203.0.113.9"), error);
        assertEquals(1, check(kinds, OTHER_TUNNEL, PAIRS, TUNNEL).size(), "whoever comes first");
    }

    @Test
    void xfrmInterfacesAndPairsShareAddresses() {
        TunnelKinds kinds = new TunnelKinds(TunnelInterface.AUTO);
        kinds.choose("hq", NONE, false);
        assertEquals(List.of(), check(kinds, OTHER_TUNNEL, PAIRS, TUNNEL));
        assertEquals(List.of(), check(kinds, PAIRS));
        TunnelKinds xfrm = new TunnelKinds(TunnelInterface.XFRM);
        assertEquals(List.of(), check(xfrm, OTHER_TUNNEL, TUNNEL));
    }

    @Test
    void configuredVtiJoinsNobody() {
        TunnelKinds kinds = new TunnelKinds(TunnelInterface.VTI);
        assertEquals(1, check(kinds, TUNNEL, PAIRS).size());
        assertEquals(List.of(), check(kinds, TUNNEL));
        SessionBuilder other =
                SessionBuilder.policyBased("other").rule("10.2.0.0/24", "10.7.0.0/16");
        assertEquals(List.of(), check(kinds, other.session(), PAIRS));
    }

    /** Stored, but not in the kernel yet: it was alone then, or it would have been refused. */
    @Test
    void tunnelThatIsNotTakenUpYetCountsAsVti() {
        TunnelKinds kinds = new TunnelKinds(TunnelInterface.AUTO);
        assertEquals(1, check(kinds, PAIRS, TUNNEL).size());
        kinds.choose("hq", XFRM, true);
        assertEquals(List.of(), check(kinds, PAIRS, TUNNEL));
        kinds.forget("hq");
        assertEquals(1, check(kinds, PAIRS, TUNNEL).size());
        kinds.withoutVti();
        assertEquals(List.of(), check(kinds, PAIRS, TUNNEL));
    }
}
