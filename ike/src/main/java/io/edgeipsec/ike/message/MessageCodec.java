package io.edgeipsec.ike.message;

import java.util.List;
import java.util.Optional;

/**
 * Whole messages in the clear. What stands inside SK passes through {@link #decodePayloads} too.
 */
public final class MessageCodec {
    private MessageCodec() {}

    /** Decodes the payloads behind {@code header}, read from the same unprotected datagram. */
    public static DecodeResult decode(IkeHeader header, Octets datagram) {
        if (header.length() != datagram.length()) {
            return new DecodeResult.Malformed(
                    "message length " + header.length() + " in " + datagram.length() + " octets");
        }
        Octets payloads = datagram.slice(IkeHeader.LENGTH_OCTETS, datagram.length());
        return decodePayloads(header, header.nextPayload(), payloads);
    }

    /** Decodes a chain that begins with {@code first} and checks it against its exchange. */
    public static DecodeResult decodePayloads(IkeHeader header, PayloadType first, Octets chain) {
        List<Payload> payloads;
        try {
            payloads = PayloadChain.decode(first, chain.reader());
        } catch (MalformedMessageException malformed) {
            return new DecodeResult.Malformed(String.valueOf(malformed.getMessage()));
        }
        for (Payload payload : payloads) {
            if (payload instanceof OpaquePayload opaque && opaque.critical() && isUnknown(opaque)) {
                return new DecodeResult.UnsupportedCritical(payload.type());
            }
        }
        Optional<String> violation = PayloadRules.violation(header, payloads);
        return violation.isPresent()
                ? new DecodeResult.Malformed(violation.get())
                : new DecodeResult.Decoded(new IkeMessage(header, payloads));
    }

    /** The critical bit is ignored on every type that RFC 7296 defines (§2.5). */
    private static boolean isUnknown(OpaquePayload payload) {
        int type = payload.type().value();
        return type < PayloadType.SA.value() || type > PayloadType.EAP.value();
    }

    public static Octets encode(IkeMessage message) {
        OctetWriter writer = new OctetWriter();
        message.header().encodeTo(writer, PayloadChain.firstType(message.payloads()));
        PayloadChain.encode(message.payloads(), writer);
        IkeHeader.patchLength(writer);
        return writer.toOctets();
    }
}
