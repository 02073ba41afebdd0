package io.edgeipsec.ike.message;

/**
 * Notify payload (RFC 7296 §3.10).
 *
 * <pre>
 *  |  Protocol ID  |   SPI Size    |      Notify Message Type      |
 *  ~                Security Parameter Index (SPI)                 ~
 *  ~                       Notification Data                       ~
 * </pre>
 */
public record NotifyPayload(ProtocolId protocol, Octets spi, NotifyType notifyType, Octets data)
        implements Payload {

    /** A notification about the IKE SA or the exchange: no protocol, no SPI. */
    public static NotifyPayload of(NotifyType type, Octets data) {
        return new NotifyPayload(ProtocolId.NONE, Octets.EMPTY, type, data);
    }

    public static NotifyPayload of(NotifyType type) {
        return of(type, Octets.EMPTY);
    }

    /** A notification about the Child SA that its sender receives on {@code spi}. */
    public static NotifyPayload ofChild(NotifyType type, EspSpi spi) {
        return new NotifyPayload(ProtocolId.ESP, spi.toOctets(), type, Octets.EMPTY);
    }

    @Override
    public PayloadType type() {
        return PayloadType.NOTIFY;
    }

    static NotifyPayload decode(OctetReader body) throws MalformedMessageException {
        ProtocolId protocol = new ProtocolId(body.u8());
        int spiSize = body.u8();
        NotifyType type = new NotifyType(body.u16());
        Octets spi = body.octets(spiSize);
        return new NotifyPayload(protocol, spi, type, body.rest());
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        writer.u8(protocol.value()).u8(spi.length()).u16(notifyType.value());
        writer.octets(spi).octets(data);
    }
}
