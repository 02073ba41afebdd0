package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One proposal of an SA payload (RFC 7296 §3.3.1).
 *
 * <pre>
 *  | Last Substruc |   RESERVED    |         Proposal Length       |
 *  | Proposal Num  |  Protocol ID  |    SPI Size   |Num  Transforms|
 *  ~                        SPI (variable)                         ~
 *  ~                        Transforms                             ~
 * </pre>
 */
public record Proposal(int number, ProtocolId protocol, Octets spi, List<Transform> transforms) {
    private static final int MAX_SHOWN = 64;
    private static final int FIXED_LENGTH = 8;
    private static final int MORE = 2;
    private static final int MORE_TRANSFORMS = 3;

    public Proposal {
        transforms = List.copyOf(transforms);
    }

    /** The transforms of one type, in the order of preference in which they came. */
    public List<Transform> transforms(TransformType type) {
        return transforms.stream().filter(t -> t.type().equals(type)).toList();
    }

    /** Reads one proposal; {@code last} says whether the SA payload ends with it. */
    static Proposal decode(OctetReader sa) throws MalformedMessageException {
        int more = sa.u8();
        sa.skip(1);
        int length = sa.u16();
        if (length < FIXED_LENGTH) {
            throw new MalformedMessageException("proposal length " + length);
        }
        OctetReader body = sa.slice(length - 4);
        if (more != (sa.hasRemaining() ? MORE : 0)) {
            throw new MalformedMessageException("proposal chain marker " + more);
        }
        int number = body.u8();
        ProtocolId protocol = new ProtocolId(body.u8());
        int spiSize = body.u8();
        int count = body.u8();
        Octets spi = body.octets(spiSize);
        List<Transform> transforms = new ArrayList<>(Math.min(count, 32));
        for (int i = 0; i < count; i++) {
            int moreTransforms = body.u8();
            body.skip(1);
            int transformLength = body.u16();
            if (transformLength < Transform.FIXED_LENGTH) {
                throw new MalformedMessageException("transform length " + transformLength);
            }
            if (moreTransforms != (i < count - 1 ? MORE_TRANSFORMS : 0)) {
                throw new MalformedMessageException("transform chain marker " + moreTransforms);
            }
            transforms.add(Transform.decode(body.slice(transformLength - 4)));
        }
        body.expectEnd("proposal " + number);
        return new Proposal(number, protocol, spi, transforms);
    }

    void encodeTo(OctetWriter writer, boolean last) {
        int start = writer.length();
        writer.u8(last ? 0 : MORE).u8(0).u16(0);
        writer.u8(number).u8(protocol.value()).u8(spi.length()).u8(transforms.size()).octets(spi);
        for (int i = 0; i < transforms.size(); i++) {
            transforms.get(i).encodeTo(writer, i == transforms.size() - 1);
        }
        writer.patchU16(start + 2, writer.length() - start);
    }

    /**
     * For example {@code ESP:AES_GCM_16-256/ESN}, alternatives of one type joined by {@code |}.
     * Where a peer offers more than makes sense, the end says how many transforms are not shown.
     */
    @Override
    public String toString() {
        int hidden = Math.max(0, transforms.size() - MAX_SHOWN);
        String end = hidden > 0 ? "/and " + hidden + " more" : "";
        return transforms.stream()
                .limit(MAX_SHOWN)
                .collect(
                        Collectors.groupingBy(
                                t -> t.type().value(),
                                java.util.TreeMap::new,
                                Collectors.mapping(Transform::toString, Collectors.joining("|"))))
                .values()
                .stream()
                .collect(Collectors.joining("/", protocol + ":", end));
    }
}
