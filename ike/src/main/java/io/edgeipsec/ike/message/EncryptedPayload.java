package io.edgeipsec.ike.message;

import java.util.List;
import java.util.Optional;

/**
 * Where the protected part of a message stands, and what is said of it in the clear: an SK payload
 * (RFC 7296 §3.14), or an SKF payload with one fragment of the message (RFC 7383 §2.5).
 *
 * <pre>
 *  | Next Payload  |C|  RESERVED   |         Payload Length        |
 *  |        Fragment Number        |        Total Fragments        |   SKF only
 *  ~              IV, encrypted payloads, padding, ICV             ~
 * </pre>
 *
 * @param first the type of the first inner payload; only fragment 1 of SKF tells it
 * @param fragment empty for SK
 * @param start where in the datagram the IV begins; what stands before it is authenticated only
 */
public record EncryptedPayload(PayloadType first, Optional<FragmentNumber> fragment, int start) {

    /**
     * Finds the payload, which must be the last one and end with the datagram.
     *
     * @return empty if there is none, or the header's length is not the datagram's
     */
    public static Optional<EncryptedPayload> locate(IkeHeader header, Octets datagram) {
        if (header.length() != datagram.length()) {
            return Optional.empty();
        }
        OctetReader reader = datagram.reader();
        try {
            reader.skip(IkeHeader.LENGTH_OCTETS);
            PayloadType type = header.nextPayload();
            while (!type.equals(PayloadType.NONE)) {
                PayloadType next = new PayloadType(reader.u8());
                reader.skip(1);
                int length = reader.u16();
                if (type.equals(PayloadType.SK)) {
                    return of(next, Optional.empty(), length, datagram, reader);
                }
                if (type.equals(PayloadType.SKF)) {
                    Optional<FragmentNumber> fragment = Optional.of(FragmentNumber.decode(reader));
                    return of(next, fragment, length, datagram, reader);
                }
                reader.skip(length - PayloadChain.HEADER_LENGTH);
                type = next;
            }
            return Optional.empty();
        } catch (MalformedMessageException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<EncryptedPayload> of(
            PayloadType first,
            Optional<FragmentNumber> fragment,
            int length,
            Octets datagram,
            OctetReader reader) {
        int left = reader.remaining();
        return length - beginningLength(fragment.isPresent()) == left
                ? Optional.of(new EncryptedPayload(first, fragment, datagram.length() - left))
                : Optional.empty();
    }

    /**
     * Octets from the payload's first one to the IV.
     *
     * @param fragment SKF rather than SK
     */
    public static int beginningLength(boolean fragment) {
        return PayloadChain.HEADER_LENGTH + (fragment ? FragmentNumber.LENGTH_OCTETS : 0);
    }

    /**
     * What authenticates a protected message beyond its ICV (RFC 9242 §3.3.2): as if it had been
     * sent whole, and the payloads within SK in the clear.
     *
     * @param datagram as sent or received; of a message in fragments, the first
     * @param content the chain of inner payloads, which begins with {@code first}
     */
    public static Octets authenticated(Octets datagram, PayloadType first, Octets content) {
        int length = PayloadChain.HEADER_LENGTH + content.length();
        OctetWriter writer = new OctetWriter(IkeHeader.LENGTH_OCTETS + length);
        writer.octets(datagram.slice(0, IkeHeader.LENGTH_OCTETS));
        writer.u8(first.value()).u8(0).u16(length).octets(content);
        writer.patchU8(IkeHeader.NEXT_PAYLOAD_OFFSET, PayloadType.SK.value());
        IkeHeader.patchLength(writer);
        return writer.toOctets();
    }

    /** The same of a message that we send. */
    public static Octets authenticated(Octets datagram, List<Payload> payloads) {
        OctetWriter content = new OctetWriter();
        PayloadChain.encode(payloads, content);
        return authenticated(datagram, PayloadChain.firstType(payloads), content.toOctets());
    }

    /**
     * Writes a message up to the IV, with its final length.
     *
     * @param protectedLength octets of IV, ciphertext and ICV, which the caller writes next
     */
    public static void encodeBeginning(
            IkeHeader header,
            PayloadType first,
            Optional<FragmentNumber> fragment,
            int protectedLength,
            OctetWriter writer) {
        int length = beginningLength(fragment.isPresent()) + protectedLength;
        header.encodeTo(writer, fragment.isPresent() ? PayloadType.SKF : PayloadType.SK);
        writer.u8(first.value()).u8(0).u16(length);
        if (fragment.isPresent()) {
            fragment.get().encodeTo(writer);
        }
        writer.patchU32(IkeHeader.LENGTH_OCTETS - 4, IkeHeader.LENGTH_OCTETS + length);
    }
}
