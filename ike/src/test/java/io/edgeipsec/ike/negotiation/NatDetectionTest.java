package io.edgeipsec.ike.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hashes of addresses and ports, and what they say (RFC 7296 §2.23). */
final class NatDetectionTest {
    private static final NatDetection DETECTION =
            new NatDetection(new IkeSpi(0x0102030405060708L), IkeSpi.ZERO);
    private static final Endpoint A = endpoint("192.0.2.1", 500);
    private static final Endpoint B = endpoint("2001:db8::2", 500);
    private static final Endpoint OUTSIDE = endpoint("203.0.113.9", 500);

    private static Endpoint endpoint(String address, int port) {
        return new Endpoint(IpAddress.parse(address), port);
    }

    private static IkeMessage message(List<? extends Payload> payloads) {
        IkeHeader header =
                IkeHeader.of(new IkeSpi(1), IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, false, 0);
        return new IkeMessage(header, List.copyOf(payloads));
    }

    private static NatSituation verdict(Endpoint receiver, Endpoint source) {
        IkeMessage sent = message(DETECTION.notifications(new Path(A, B)));
        return DETECTION.verdict(sent, new Path(receiver, source));
    }

    @Test
    void theHashCoversSpisAddressAndPort() throws NoSuchAlgorithmException {
        byte[] hashed =
                Octets.ofHex("0102030405060708 0000000000000000 c0000201 01f4").toByteArray();
        Octets expected = Octets.wrap(MessageDigest.getInstance("SHA-1").digest(hashed));
        NotifyPayload source = DETECTION.notifications(new Path(A, B)).get(0);
        assertEquals(expected, source.data());
        assertEquals(20, source.data().length());
    }

    @Test
    void whoIsBehindNat() {
        assertEquals(NatSituation.NONE, verdict(B, A));
        assertEquals(new NatSituation(false, true), verdict(B, OUTSIDE));
        assertEquals(new NatSituation(true, false), verdict(OUTSIDE, A));
        assertEquals(new NatSituation(true, true), verdict(OUTSIDE, OUTSIDE));
        assertEquals(
                new NatSituation(false, true), verdict(B, endpoint("192.0.2.1", 1_024)), "port");
    }

    @Test
    void aPeerMayNameSeveralSources() {
        List<Payload> payloads = new ArrayList<>(DETECTION.notifications(new Path(OUTSIDE, B)));
        payloads.addAll(DETECTION.notifications(new Path(A, B)));
        assertEquals(NatSituation.NONE, DETECTION.verdict(message(payloads), new Path(B, A)));
    }

    @Test
    void aPeerThatNamesNothingKnowsNoNatTraversal() {
        assertEquals(
                NatSituation.NONE, DETECTION.verdict(message(List.of()), new Path(B, OUTSIDE)));
    }

    @Test
    void otherSpisAreAnotherHash() {
        IkeMessage sent = message(DETECTION.notifications(new Path(A, B)));
        NatDetection other = new NatDetection(new IkeSpi(9), IkeSpi.ZERO);
        assertEquals(new NatSituation(true, true), other.verdict(sent, new Path(B, A)));
    }
}
