package io.edgeipsec.ike.message;

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
