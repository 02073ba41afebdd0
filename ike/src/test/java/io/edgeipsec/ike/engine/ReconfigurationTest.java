package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A changed session ends no more of its SAs than it must. */
final class ReconfigurationTest {
    @Test
    void theSameAgainIsNoChange() {
        TwoGateways net = TwoGateways.connected(1);
        SecretBytes keyAgain = reconfigureA(net, Policies.a());
        new Ladder(net).silence();
        net.assertOneTunnel();
        assertTrue(keyAgain.isClosed(), "the session goes on with the key that it has");
    }

    @Test
    void probesAndLifetimesChangeUnderWay() {
        TwoGateways net = TwoGateways.connected(2);
        Duration often = Duration.ofSeconds(10);
        reconfigureA(
                net,
                Policies.a()
                        .dpd(new DpdPolicy(DpdPolicy.Mode.PERIODIC, often, 2))
                        .mode(InitiationMode.ON_DEMAND));
        new Ladder(net).silence();
        net.pass(often, false);
        new Ladder(net).fromA("INFORMATIONAL request 2");
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void aNewPairIsAddedToTheTunnel() {
        TwoGateways net = TwoGateways.connected(3, onePairAtA(), twoPairsAtB());
        reconfigureA(net, twoPairsAtA());
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 SA Nonce KE TSi TSr");
        ladder.silence();
        net.assertOneTunnel();
        assertEquals(2, net.a().childSas().size());
    }

    @Test
    void anotherTunnelProfileReplacesTheChildSaOnly() {
        TwoGateways net = TwoGateways.connected(4);
        IkeSaId before = net.a().ikeSas().get(0);
        reconfigureA(net, Policies.a().espGroups());
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 2 N(REKEY_SA) SA Nonce TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 N(NO_PROPOSAL_CHOSEN)");
        ladder.silence();
        net.assertOneTunnel();

        net.b().configure(Policies.b().espGroups().build());
        ladder.fromB("CREATE_CHILD_SA request 0 N(REKEY_SA) SA Nonce TSi TSr");
        ladder.fromA("CREATE_CHILD_SA response 0 SA Nonce TSi TSr");
        ladder.fromB("INFORMATIONAL request 1 D");
        ladder.fromA("INFORMATIONAL response 1 D");
        ladder.silence();
        net.assertOneTunnel();
        assertEquals(List.of(before), net.a().ikeSas());
        assertEquals(
                FailReason.Kind.DELETED_BY_PEER,
                last(net, IkeEvent.ChildSaClosed.class).reason().kind());
    }

    @Test
    void anotherTunnelProfileIsInForceBeforeTheOldChildSaGoes() {
        TwoGateways net = TwoGateways.connected(10, Policies.a(), Policies.b().esp(esp(256, 128)));
        ChildSaLocator old = net.a().only(IkeEvent.ChildSaEstablished.class).locator();
        reconfigureA(net, Policies.a().esp(esp(128)));
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 2 N(REKEY_SA) SA Nonce KE TSi TSr");
        assertEquals(List.of(old), net.a().childSas(), "it carries traffic until then");
        ladder.fromB("CREATE_CHILD_SA response 2 SA Nonce KE TSi TSr");
        // Both stand before the old one is deleted, at the peer first: nothing is held back.
        assertEquals(2, net.a().childSas().size());
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromB("INFORMATIONAL response 3 D");
        ladder.silence();
        net.assertOneTunnel();
        IkeEvent.ChildSaEstablished now = last(net, IkeEvent.ChildSaEstablished.class);
        assertEquals(128, now.suite().encryption().keyLengthBits());
        assertEquals(
                FailReason.Kind.REPLACED,
                net.a().only(IkeEvent.ChildSaClosed.class).reason().kind());
    }

    @Test
    void whatTheProfileForbidsNowEndsIfThePeerTakesNothingElse() {
        TwoGateways net = TwoGateways.connected(11);
        reconfigureA(net, Policies.a().esp(esp(128)));
        Ladder ladder = new Ladder(net);
        ladder.fromA("CREATE_CHILD_SA request 2 N(REKEY_SA) SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 N(NO_PROPOSAL_CHOSEN)");
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromB("INFORMATIONAL response 3 D");
        assertEquals(List.of(), net.a().childSas());
        net.b().configure(Policies.b().esp(esp(128)).build());
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    @Test
    void aChangeDuringARekeyIsInForceBehindIt() {
        TwoGateways net = TwoGateways.connected(12, Policies.a(), Policies.b().esp(esp(256, 128)));
        net.a().tell(new IkeInput.PeerCommanded("session-a", IkeInput.PeerCommanded.Command.REKEY));
        net.deliverAll();
        net.a()
                .tell(
                        new IkeInput.ChildSaExpired(
                                "session-a", "net", net.a().childSas().get(0).inbound(), false));
        reconfigureA(net, Policies.a().esp(esp(128)));
        net.deliverAll();
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
        assertEquals(
                128,
                last(net, IkeEvent.ChildSaEstablished.class).suite().encryption().keyLengthBits());
    }

    private static <E extends IkeEvent> E last(TwoGateways net, Class<E> kind) {
        List<E> events = net.a().events(kind);
        return events.get(events.size() - 1);
    }

    private static EspProposalPolicy esp(int... keyBits) {
        return new EspProposalPolicy(
                IntStream.of(keyBits)
                        .mapToObj(bits -> new Encryption(EncryptionAlgorithm.AES_GCM_16, bits))
                        .toList(),
                List.of(),
                List.of(KeyExchangeMethod.CURVE25519),
                true);
    }

    @Test
    void anotherKeyReplacesTheIkeSa() {
        TwoGateways net = TwoGateways.connected(5);
        net.b().configure(Policies.b().psk("another").build());
        net.deliverAll();
        assertEquals(List.of(), net.a().ikeSas());
        net.wire().clear();
        reconfigureA(net, Policies.a().psk("another"));
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void aChangedSessionStartsAnewAtOnce() {
        TwoGateways net = TwoGateways.connected(6);
        reconfigureA(net, Policies.a().ikeGroups(KeyExchangeMethod.ECP256));
        Ladder ladder = new Ladder(net);
        ladder.fromA("INFORMATIONAL request 2 D");
        ladder.fromA(INIT_REQUEST);
        assertEquals(
                FailReason.Kind.CONFIGURATION,
                net.a().only(IkeEvent.IkeSaClosed.class).reason().kind());
    }

    @Test
    void aChangeDuringAHandshakeStartsItAnew() {
        TwoGateways net = new TwoGateways(7);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().psk("another").build());
        net.a().configure(Policies.a().build());
        ladder.fromA(INIT_REQUEST);
        reconfigureA(net, Policies.a().psk("another"));
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        net.deliverAll();
        net.assertOneTunnel();
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
        assertEquals(1, net.b().engine().ikeSaCount(), "the first handshake has timed out");
    }

    @Test
    void aDisabledSessionComesBackWhenItIsEnabled() {
        TwoGateways net = TwoGateways.connected(8);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        reconfigureA(net, Policies.a());
        net.deliverAll();
        net.assertOneTunnel();
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    @Test
    void aRemovedPairIsDeletedAtThePeerEvenWhileTheIkeSaIsReplaced() {
        Duration lifetime = Duration.ofMinutes(10);
        DpdPolicy seldom = new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofHours(1), 2);
        TwoGateways net =
                TwoGateways.connected(
                        9,
                        twoPairsAtA().dpd(seldom).lifetimes(lifetime, Duration.ofHours(1)),
                        twoPairsAtB().dpd(seldom));
        net.passUntilSomethingIsSaid();
        Ladder ladder = new Ladder(net);
        reconfigureA(net, onePairAtA().dpd(seldom).lifetimes(lifetime, Duration.ofHours(1)));
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE");
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(1, net.b().childSas().size());
    }

    private static SecretBytes reconfigureA(TwoGateways net, Policies policies) {
        PeerPolicy policy = policies.build();
        net.a().configure(policy);
        return ((Authentication.SharedKey) policy.authentication()).key();
    }

    private static Policies onePairAtA() {
        return Policies.a().pair("one", "10.1.1.0/24", "10.2.1.0/24");
    }

    private static Policies twoPairsAtA() {
        return onePairAtA().pair("two", "10.1.2.0/24", "10.2.2.0/24");
    }

    private static Policies twoPairsAtB() {
        return Policies.b()
                .pair("one", "10.2.1.0/24", "10.1.1.0/24")
                .pair("two", "10.2.2.0/24", "10.1.2.0/24");
    }
}
