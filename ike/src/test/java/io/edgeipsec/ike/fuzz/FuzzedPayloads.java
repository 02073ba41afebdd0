package io.edgeipsec.ike.fuzz;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.Proposals;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;

/** Payloads that a script asks for: honest ones, honest ones with an octet changed, and others. */
final class FuzzedPayloads {
    private static final PeerPolicy POLICY = Policies.a().build();
    private static final Octets VALUE = Octets.wrap(filled(32, 9));

    private final ScriptedPeer peer;

    FuzzedPayloads(ScriptedPeer peer) {
        this.peer = peer;
    }

    List<Payload> read(FuzzInput input, int most) {
        List<Payload> payloads = new ArrayList<>();
        int control = input.u8();
        if (control % 4 == 1) {
            payloads.addAll(childSa(input));
        } else if (control % 4 == 2) {
            payloads.addAll(ikeSa(input));
        }
        int count = control / 4 % most;
        for (int i = 0; i < count && input.hasMore(); i++) {
            int choice = input.u8();
            Payload payload = one(choice & 0x1f, input);
            payloads.add((choice & 0x80) == 0 ? payload : changed(payload, input));
        }
        return payloads;
    }

    /** What makes or rekeys a Child SA. */
    private static List<Payload> childSa(FuzzInput input) {
        EspSpi spi = new EspSpi(0xc0000000 | input.u8());
        List<Payload> payloads = new ArrayList<>();
        if ((spi.toOctets().at(3) & 1) == 0) {
            payloads.add(NotifyPayload.ofChild(NotifyType.REKEY_SA, ScriptedPeer.CHILD));
        }
        payloads.add(
                new SaPayload(
                        Proposals.ofEsp(
                                POLICY.children().get(0).proposals(), spi.toOctets(), false)));
        payloads.add(new NoncePayload(VALUE));
        payloads.add(new KeyExchangePayload(KeyExchangeMethod.CURVE25519.id(), VALUE));
        payloads.addAll(ScriptedPeer.selectors());
        return payloads;
    }

    /** What makes a new IKE SA of an old one. */
    private static List<Payload> ikeSa(FuzzInput input) {
        Octets spi = Octets.concat(Octets.wrap(filled(7, 1 + input.below(3))), Octets.ofHex("01"));
        return List.of(
                new SaPayload(Proposals.ofIke(POLICY.proposals(), spi)),
                new NoncePayload(VALUE),
                new KeyExchangePayload(KeyExchangeMethod.CURVE25519.id(), VALUE));
    }

    private Payload one(int choice, FuzzInput input) {
        return switch (choice) {
            case 0 -> DeletePayload.ofIkeSa();
            case 1 -> DeletePayload.ofEsp(List.of(ScriptedPeer.CHILD));
            case 2 -> DeletePayload.ofEsp(List.of(new EspSpi(0xc0000000 | input.u8())));
            case 3 -> NotifyPayload.ofChild(NotifyType.REKEY_SA, ScriptedPeer.CHILD);
            case 4 ->
                    NotifyPayload.ofChild(NotifyType.REKEY_SA, new EspSpi(0xc0000000 | input.u8()));
            case 5 -> new NoncePayload(Octets.wrap(filled(16 + input.u8() % 48, input.u8())));
            case 6 -> new KeyExchangePayload(input.u8(), input.octets(32));
            case 7 -> new KeyExchangePayload(31, Octets.wrap(filled(32, input.u8())));
            case 8, 9 -> peer.initPayloads().get(input.below(3));
            case 10 -> ScriptedPeer.selectors().get(input.below(2));
            case 11 -> new OpaquePayload(selectors(input), false, input.octets(4 + 16));
            case 12, 13, 14 -> auth(input);
            case 15, 16, 17 -> NotifyPayload.of(new NotifyType(16384 + input.u8() % 64));
            case 18 -> NotifyPayload.of(new NotifyType(input.u8() % 48));
            case 19 ->
                    new NotifyPayload(
                            new ProtocolId(input.below(5)),
                            input.octets(input.below(9)),
                            new NotifyType(input.u16()),
                            input.octets(input.below(33)));
            case 20 -> NotifyPayload.of(NotifyType.COOKIE, input.octets(input.u8()));
            case 21, 22 ->
                    new SaPayload(
                            Proposals.ofEsp(
                                    POLICY.children().get(0).proposals(),
                                    new EspSpi(0xc1000000 | input.u8()).toOctets(),
                                    input.below(2) == 0));
            default ->
                    new OpaquePayload(
                            new PayloadType(33 + input.below(24)),
                            input.below(8) == 0,
                            input.octets(input.u8()));
        };
    }

    private static PayloadType selectors(FuzzInput input) {
        return input.below(2) == 0 ? PayloadType.TS_I : PayloadType.TS_R;
    }

    private Payload auth(FuzzInput input) {
        List<Payload> auth = peer.hasKeys() ? peer.authPayloads() : ScriptedPeer.selectors();
        return auth.get(input.below(auth.size()));
    }

    /** The same with one octet of its content changed, or cut short. */
    private static Payload changed(Payload payload, FuzzInput input) {
        OctetWriter writer = new OctetWriter();
        payload.encodeTo(writer);
        byte[] content = writer.toByteArray();
        int at = input.u8();
        int value = input.u8();
        if (at >= content.length) {
            int length = content.length == 0 ? 0 : value % content.length;
            return new OpaquePayload(payload.type(), false, Octets.copyOf(content, 0, length));
        }
        content[at] = (byte) value;
        return new OpaquePayload(payload.type(), false, Octets.wrap(content));
    }

    private static byte[] filled(int length, int value) {
        byte[] octets = new byte[length];
        java.util.Arrays.fill(octets, (byte) value);
        return octets;
    }
}
