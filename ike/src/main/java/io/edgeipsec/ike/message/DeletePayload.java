package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;

/**
 * Delete payload (RFC 7296 §3.11). SPIs of ESP SAs are those the sender receives on.
 *
 * <pre>
 *  |  Protocol ID  |   SPI Size    |          Num of SPIs          |
 *  ~               Security Parameter Index(es) (SPI)              ~
 * </pre>
 */
public record DeletePayload(ProtocolId protocol, List<Octets> spis) implements Payload {
    public DeletePayload {
        spis = List.copyOf(spis);
    }

    public static DeletePayload ofIkeSa() {
        return new DeletePayload(ProtocolId.IKE, List.of());
    }

    public static DeletePayload ofEsp(List<EspSpi> spis) {
        return new DeletePayload(ProtocolId.ESP, spis.stream().map(EspSpi::toOctets).toList());
    }

    /** The SPIs as ESP SPIs; empty for another protocol. */
    public List<EspSpi> espSpis() {
        if (!protocol.equals(ProtocolId.ESP)) {
            return List.of();
        }
        List<EspSpi> esp = new ArrayList<>(spis.size());
        for (Octets spi : spis) {
            int value = 0;
            for (int i = 0; i < EspSpi.LENGTH_OCTETS; i++) {
                value = value << 8 | spi.at(i);
            }
            esp.add(new EspSpi(value));
        }
        return esp;
    }

    @Override
    public PayloadType type() {
        return PayloadType.DELETE;
    }

    static DeletePayload decode(OctetReader body) throws MalformedMessageException {
        ProtocolId protocol = new ProtocolId(body.u8());
        int spiSize = body.u8();
        int count = body.u16();
        if (spiSize != spiSize(protocol, spiSize) || body.remaining() != spiSize * count) {
            throw new MalformedMessageException(
                    count + " SPIs of " + spiSize + " octets in " + body.remaining());
        }
        List<Octets> spis = new ArrayList<>();
        while (body.hasRemaining()) {
            spis.add(body.octets(spiSize));
        }
        return new DeletePayload(protocol, spis);
    }

    private static int spiSize(ProtocolId protocol, int ofUnknownProtocol) {
        return switch (protocol.value()) {
            case 1 -> 0;
            case 2, 3 -> EspSpi.LENGTH_OCTETS;
            default -> ofUnknownProtocol;
        };
    }

    @Override
    public void encodeTo(OctetWriter writer) {
        int ofFirst = spis.isEmpty() ? 0 : spis.get(0).length();
        writer.u8(protocol.value()).u8(spiSize(protocol, ofFirst));
        writer.u16(spis.size());
        spis.forEach(writer::octets);
    }
}
