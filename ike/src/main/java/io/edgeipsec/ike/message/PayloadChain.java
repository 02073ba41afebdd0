package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A chain of payloads linked by "next payload" (RFC 7296 §3.2).
 *
 * <pre>
 *  | Next Payload  |C|  RESERVED   |         Payload Length        |
 * </pre>
 */
public final class PayloadChain {
    /** A certificate chain with its requests and notifies stays well below. */
    static final int MAX_PAYLOADS = 128;

    static final int HEADER_LENGTH = 4;
    private static final int CRITICAL = 0x80;

    private static final Map<PayloadType, BodyDecoder> DECODERS =
            Map.ofEntries(
                    Map.entry(PayloadType.SA, (type, body) -> SaPayload.decode(body)),
                    Map.entry(PayloadType.KE, (type, body) -> KeyExchangePayload.decode(body)),
                    Map.entry(PayloadType.ID_I, IdentificationPayload::decode),
                    Map.entry(PayloadType.ID_R, IdentificationPayload::decode),
                    Map.entry(PayloadType.CERT, (type, body) -> CertificatePayload.decode(body)),
                    Map.entry(
                            PayloadType.CERTREQ,
                            (type, body) -> CertificateRequestPayload.decode(body)),
                    Map.entry(PayloadType.AUTH, (type, body) -> AuthenticationPayload.decode(body)),
                    Map.entry(PayloadType.NONCE, (type, body) -> NoncePayload.decode(body)),
                    Map.entry(PayloadType.NOTIFY, (type, body) -> NotifyPayload.decode(body)),
                    Map.entry(PayloadType.DELETE, (type, body) -> DeletePayload.decode(body)),
                    Map.entry(PayloadType.TS_I, TrafficSelectorPayload::decode),
                    Map.entry(PayloadType.TS_R, TrafficSelectorPayload::decode));

    private PayloadChain() {}

    @FunctionalInterface
    private interface BodyDecoder {
        Payload decode(PayloadType type, OctetReader body) throws MalformedMessageException;
    }

    /** Reads a chain that fills all of {@code reader}. */
    public static List<Payload> decode(PayloadType first, OctetReader reader)
            throws MalformedMessageException {
        List<Payload> payloads = new ArrayList<>(8);
        PayloadType type = first;
        while (!type.equals(PayloadType.NONE)) {
            if (payloads.size() == MAX_PAYLOADS) {
                throw new MalformedMessageException("more than " + MAX_PAYLOADS + " payloads");
            }
            PayloadType next = new PayloadType(reader.u8());
            boolean critical = (reader.u8() & CRITICAL) != 0;
            int length = reader.u16();
            if (length < HEADER_LENGTH) {
                throw new MalformedMessageException(type + " length " + length);
            }
            OctetReader body = reader.slice(length - HEADER_LENGTH);
            BodyDecoder decoder = DECODERS.get(type);
            payloads.add(
                    decoder != null
                            ? decoder.decode(type, body)
                            : new OpaquePayload(type, critical, body.rest()));
            type = next;
        }
        reader.expectEnd("the message");
        return payloads;
    }

    /** The type that announces the chain: that of its first payload. */
    public static PayloadType firstType(List<Payload> payloads) {
        return payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).type();
    }

    public static void encode(List<Payload> payloads, OctetWriter writer) {
        for (int i = 0; i < payloads.size(); i++) {
            Payload payload = payloads.get(i);
            boolean last = i == payloads.size() - 1;
            int start = writer.length();
            boolean critical = payload instanceof OpaquePayload opaque && opaque.critical();
            writer.u8(last ? 0 : payloads.get(i + 1).type().value());
            writer.u8(critical ? CRITICAL : 0).u16(0);
            payload.encodeTo(writer);
            writer.patchU16(start + 2, writer.length() - start);
        }
    }
}
