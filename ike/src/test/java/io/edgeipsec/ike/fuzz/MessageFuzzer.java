package io.edgeipsec.ike.fuzz;

import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelectorPayload;

/**
 * A message in the clear, or with the first octet odd the chain of payloads that was within SK.
 * Whatever is decoded is encoded and decoded again, to the same payloads and the same octets.
 */
public final class MessageFuzzer {
    private MessageFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) throws MalformedMessageException {
        FuzzInput input = new FuzzInput(data);
        boolean inner = (input.u8() & 1) != 0;
        if (inner) {
            decodeInner(new PayloadType(input.u8()), input.octets(IkeHeader.LENGTH_OCTETS), input);
        } else {
            decode(input.rest());
        }
    }

    private static void decodeInner(PayloadType first, Octets header, FuzzInput input)
            throws MalformedMessageException {
        if (header.length() == IkeHeader.LENGTH_OCTETS) {
            check(
                    MessageCodec.decodePayloads(
                            IkeHeader.decode(header.reader()), first, input.rest()));
        }
    }

    /** With the length that it has: the fuzzer need not find it. */
    private static void decode(Octets datagram) throws MalformedMessageException {
        if (datagram.length() < IkeHeader.LENGTH_OCTETS) {
            return;
        }
        OctetWriter writer = new OctetWriter().octets(datagram);
        IkeHeader.patchLength(writer);
        Octets patched = writer.toOctets();
        check(MessageCodec.decode(IkeHeader.decode(patched.reader()), patched));
    }

    /**
     * Whether decoding has left something out: selectors and attributes of unknown types. They are
     * not chosen, and so need not be said again.
     */
    private static boolean isIncomplete(Payload payload) {
        if (payload instanceof TrafficSelectorPayload selectors) {
            return selectors.selectors().isEmpty();
        }
        return payload instanceof SaPayload sa
                && sa.proposals().stream()
                        .flatMap(proposal -> proposal.transforms().stream())
                        .anyMatch(transform -> !transform.understood());
    }

    private static void check(DecodeResult result) throws MalformedMessageException {
        if (!(result instanceof DecodeResult.Decoded decoded)
                || decoded.message().payloads().stream().anyMatch(MessageFuzzer::isIncomplete)) {
            return;
        }
        IkeMessage message = decoded.message();
        if (message.outline().isEmpty() || message.toString().isEmpty()) {
            throw new AssertionError("a message without words");
        }
        Octets encoded = MessageCodec.encode(message);
        DecodeResult again = MessageCodec.decode(IkeHeader.decode(encoded.reader()), encoded);
        if (!(again instanceof DecodeResult.Decoded same)
                || !same.message().payloads().equals(message.payloads())
                || !MessageCodec.encode(same.message()).equals(encoded)) {
            throw new AssertionError(message + "\nbecame " + again);
        }
    }
}
