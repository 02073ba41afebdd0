package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IKE_SA_INIT that is repeated for a cookie or another group (RFC 7296 §1.2, §2.6, §2.6.1). */
final class InitRepeatsTest {
    private static final String WITH_COOKIE = INIT_REQUEST.replace(" SA ", " N(COOKIE) SA ");
    private static final String CHALLENGE = "IKE_SA_INIT response 0 N(COOKIE)";
    private static final String OTHER_GROUP = "IKE_SA_INIT response 0 N(INVALID_KE_PAYLOAD)";

    @Test
    void anotherGroupIsTried() {
        TwoGateways net = new TwoGateways(1);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(twoGroups().build());

        // A: HDR, SAi1, KEi (Curve25519), Ni -->  <-- HDR, N(INVALID_KE_PAYLOAD: ECP384)
        IkeMessage first = ladder.fromA(INIT_REQUEST);
        assertEquals(KeyExchangeMethod.CURVE25519.id(), group(first));
        assertEquals(0, net.b().engine().halfOpenCount(), "a refusal leaves nothing half-open");
        ladder.fromB(OTHER_GROUP);

        // HDR, SAi1, KEi (ECP384), Ni --> : the same offer, against a downgrade
        IkeMessage second = ladder.fromA(INIT_REQUEST);
        assertEquals(KeyExchangeMethod.ECP384.id(), group(second));
        assertEquals(first.first(SaPayload.class), second.first(SaPayload.class));
        assertEquals(first.header().initiatorSpi(), second.header().initiatorSpi());
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
    }

    @Test
    void aGroupThatWasNotOfferedIsNotTried() {
        TwoGateways net = new TwoGateways(2);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(twoGroups().build());
        ladder.fromA(INIT_REQUEST);
        // An attacker on the way asks for a weaker group: MODP1024 is 2.
        net.deliverOne(answer -> TwoGateways.patched(answer, answer.length() - 1, 2));
        ladder.silence();
        net.pass(IkeSettings.defaults().suspicionPatience(), false);
        assertTrue(
                net.a()
                        .only(IkeEvent.NegotiationFailed.class)
                        .reason()
                        .detail()
                        .contains("which we did not offer"));
    }

    @Test
    void aCookieIsBroughtBack() {
        TwoGateways net = suspicious(3);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());

        // A: HDR, SAi1, KEi, Ni -->  <-- HDR, N(COOKIE): without state
        IkeMessage first = ladder.fromA(INIT_REQUEST);
        assertEquals(0, net.b().engine().ikeSaCount());
        assertEquals(List.of(DropReason.COOKIE), net.b().drops());
        IkeMessage challenge = ladder.fromB(CHALLENGE);

        // HDR, N(COOKIE), SAi1, KEi, Ni --> : otherwise unchanged
        IkeMessage second = ladder.fromA(WITH_COOKIE);
        assertEquals(
                challenge.notification(NotifyType.COOKIE).orElseThrow().data(),
                second.notification(NotifyType.COOKIE).orElseThrow().data());
        assertEquals(first.payloads(), second.payloads().subList(1, second.payloads().size()));
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        net.assertOneTunnel();
    }

    @Test
    void theCookieStaysWhenAnotherGroupIsAskedForAfterwards() {
        TwoGateways net = suspicious(4);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(twoGroups().build());

        ladder.fromA(INIT_REQUEST);
        ladder.fromB(CHALLENGE);
        ladder.fromA(WITH_COOKIE);
        ladder.fromB(OTHER_GROUP);
        assertEquals(KeyExchangeMethod.ECP384.id(), group(ladder.fromA(WITH_COOKIE)));
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        net.assertOneTunnel();
    }

    @Test
    void aCookieIsAskedForAfterAnotherGroup() {
        TwoGateways net = suspicious(5, 2);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().ikeGroups(KeyExchangeMethod.ECP384).build());
        net.a().configure(twoGroups().build());
        // A stranger's handshake that goes nowhere brings B half-way to its threshold.
        IkeMessage refused = ladder.fromA(INIT_REQUEST);
        ladder.fromB(OTHER_GROUP);
        TwoGateways.InFlight second = net.wire().element();
        net.b().receive(net.arrival(second, 1), second.datagram());
        net.b().receive(net.arrival(second, 2), second.datagram());
        net.dropOne();
        net.wire().clear();
        net.wire().add(second);

        ladder.fromA(INIT_REQUEST);
        ladder.fromB(CHALLENGE);
        IkeMessage third = ladder.fromA(WITH_COOKIE);
        assertEquals(KeyExchangeMethod.ECP384.id(), group(third));
        assertEquals(refused.first(NoncePayload.class), third.first(NoncePayload.class));
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        net.assertOneTunnel();
    }

    @Test
    void aForgedCookieIsAnsweredWithAnother() {
        TwoGateways net = suspicious(6);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        ladder.fromA(INIT_REQUEST);
        // One octet of the cookie is changed on its way to A.
        net.deliverOne(c -> TwoGateways.patched(c, c.length() - 1, ~c.at(c.length() - 1) & 0xff));
        ladder.fromA(WITH_COOKIE);
        assertEquals(0, net.b().engine().ikeSaCount());
        ladder.fromB(CHALLENGE);
        ladder.fromA(WITH_COOKIE);
        ladder.fromB(INIT_RESPONSE);
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void challengesWithoutEndAreIgnored() {
        TwoGateways net = suspicious(7);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        ladder.fromA(INIT_REQUEST);
        for (int changed = 1; changed <= 3; changed++) {
            int octet = changed;
            net.deliverOne(c -> TwoGateways.patched(c, c.length() - 1, octet));
            ladder.fromA(WITH_COOKIE);
        }
        ladder.fromB(CHALLENGE);
        ladder.silence();
    }

    @Test
    void aFullHouseTakesNobodyIn() {
        TwoGateways net =
                new TwoGateways(8, IkeSettings.defaults(), new EngineLimits(0, 0, 0, 50, 5));
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        assertEquals(List.of(DropReason.HALF_OPEN_LIMIT), net.b().drops());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    private static Policies twoGroups() {
        return Policies.a().ikeGroups(KeyExchangeMethod.CURVE25519, KeyExchangeMethod.ECP384);
    }

    /** Both want cookies, always. */
    private static TwoGateways suspicious(long seed) {
        return suspicious(seed, 0);
    }

    private static TwoGateways suspicious(long seed, int threshold) {
        return new TwoGateways(
                seed, IkeSettings.defaults(), new EngineLimits(threshold, 100, 100, 50, 5));
    }

    private static int group(IkeMessage message) {
        return message.first(KeyExchangePayload.class).orElseThrow().method();
    }
}
