package io.edgeipsec.ike.message;

/**
 * One transform of a proposal (RFC 7296 §3.3.2).
 *
 * <pre>
 *  | Last Substruc |   RESERVED    |        Transform Length       |
 *  |Transform Type |   RESERVED    |          Transform ID         |
 *  ~                      Transform Attributes                     ~
 * </pre>
 *
 * @param keyLengthBits the Key Length attribute, 0 where it is absent
 * @param understood false if it carries an attribute that we do not know; such a transform must not
 *     be chosen (RFC 7296 §3.3.6)
 */
public record Transform(TransformType type, int id, int keyLengthBits, boolean understood) {
    static final int FIXED_LENGTH = 8;
    private static final int ATTRIBUTE_FORMAT_TV = 0x8000;
    private static final int KEY_LENGTH = 14;

    public Transform {
        if (id < 0 || id > 0xffff || keyLengthBits < 0 || keyLengthBits > 0xffff) {
            throw new IllegalArgumentException(
                    "transform " + id + " of " + keyLengthBits + " bits");
        }
    }

    public static Transform of(TransformType type, int id) {
        return new Transform(type, id, 0, true);
    }

    public static Transform of(TransformType type, int id, int keyLengthBits) {
        return new Transform(type, id, keyLengthBits, true);
    }

    /** Reads one transform behind its "last" octet, which the caller has checked. */
    static Transform decode(OctetReader body) throws MalformedMessageException {
        TransformType type = new TransformType(body.u8());
        body.skip(1);
        int id = body.u16();
        int keyLength = 0;
        boolean understood = true;
        while (body.hasRemaining()) {
            int attribute = body.u16();
            if ((attribute & ATTRIBUTE_FORMAT_TV) != 0) {
                int value = body.u16();
                boolean isKeyLength = (attribute & ~ATTRIBUTE_FORMAT_TV) == KEY_LENGTH;
                // A key length of zero, or two of them, says nothing that we could act on.
                understood &= isKeyLength && value != 0 && keyLength == 0;
                keyLength = isKeyLength ? value : keyLength;
            } else {
                body.skip(body.u16());
                understood = false;
            }
        }
        return new Transform(type, id, keyLength, understood);
    }

    void encodeTo(OctetWriter writer, boolean last) {
        writer.u8(last ? 0 : 3).u8(0).u16(FIXED_LENGTH + (keyLengthBits == 0 ? 0 : 4));
        writer.u8(type.value()).u8(0).u16(id);
        if (keyLengthBits != 0) {
            writer.u16(ATTRIBUTE_FORMAT_TV | KEY_LENGTH).u16(keyLengthBits);
        }
    }

    @Override
    public String toString() {
        String name = TransformNames.name(type, id);
        return keyLengthBits == 0 ? name : name + "-" + keyLengthBits;
    }
}
