package io.edgeipsec.ike.message;

/**
 * The IKE header (RFC 7296 §3.1).
 *
 * <pre>
 *  |                       IKE SA Initiator's SPI                  |
 *  |                       IKE SA Responder's SPI                  |
 *  |  Next Payload | MjVer | MnVer | Exchange Type |     Flags     |
 *  |                          Message ID                           |
 *  |                            Length                             |
 * </pre>
 *
 * @param fromOriginalInitiator the I flag: its sender is the original initiator of the IKE SA
 * @param response the R flag
 * @param messageId 0..2^32-1
 * @param length of the whole message in octets, without the non-ESP marker
 */
public record IkeHeader(
        IkeSpi initiatorSpi,
        IkeSpi responderSpi,
        PayloadType nextPayload,
        int majorVersion,
        int minorVersion,
        ExchangeType exchange,
        boolean fromOriginalInitiator,
        boolean response,
        long messageId,
        long length) {
    public static final int LENGTH_OCTETS = 28;
    static final int NEXT_PAYLOAD_OFFSET = 16;
    public static final int MAJOR_VERSION = 2;
    private static final int INITIATOR_FLAG = 0x08;
    private static final int RESPONSE_FLAG = 0x20;

    /** A header of ours; the length is patched in when the message is complete. */
    public static IkeHeader of(
            IkeSpi initiatorSpi,
            IkeSpi responderSpi,
            ExchangeType exchange,
            boolean fromOriginalInitiator,
            boolean response,
            long messageId) {
        return new IkeHeader(
                initiatorSpi,
                responderSpi,
                PayloadType.NONE,
                MAJOR_VERSION,
                0,
                exchange,
                fromOriginalInitiator,
                response,
                messageId,
                0);
    }

    public static IkeHeader decode(OctetReader reader) throws MalformedMessageException {
        IkeSpi initiatorSpi = new IkeSpi(reader.u64());
        IkeSpi responderSpi = new IkeSpi(reader.u64());
        PayloadType next = new PayloadType(reader.u8());
        int version = reader.u8();
        ExchangeType exchange = new ExchangeType(reader.u8());
        int flags = reader.u8();
        return new IkeHeader(
                initiatorSpi,
                responderSpi,
                next,
                version >> 4,
                version & 0x0f,
                exchange,
                (flags & INITIATOR_FLAG) != 0,
                (flags & RESPONSE_FLAG) != 0,
                reader.u32(),
                reader.u32());
    }

    /** Writes the header with the given first payload and a length of zero. */
    public void encodeTo(OctetWriter writer, PayloadType first) {
        writer.u64(initiatorSpi.value()).u64(responderSpi.value());
        writer.u8(first.value()).u8(majorVersion << 4 | minorVersion).u8(exchange.value());
        writer.u8((fromOriginalInitiator ? INITIATOR_FLAG : 0) | (response ? RESPONSE_FLAG : 0));
        writer.u32(messageId).u32(0);
    }

    /** Sets the length of a message that begins at the start of {@code writer}. */
    public static void patchLength(OctetWriter writer) {
        writer.patchU32(LENGTH_OCTETS - 4, writer.length());
    }
}
