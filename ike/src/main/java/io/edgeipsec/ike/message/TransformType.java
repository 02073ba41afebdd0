package io.edgeipsec.ike.message;

/** IANA "Transform Type Values" (RFC 7296 §3.3.2). Unknown values are kept. */
public record TransformType(int value) {
    public static final TransformType ENCR = new TransformType(1);
    public static final TransformType PRF = new TransformType(2);
    public static final TransformType INTEG = new TransformType(3);
    public static final TransformType KE = new TransformType(4);
    public static final TransformType ESN = new TransformType(5);

    /** The first additional key exchange (RFC 9370 §2.1); ADDKE7 is 12. */
    public static final TransformType ADDKE1 = new TransformType(6);

    public boolean isKnown() {
        return value >= 1 && value <= 12;
    }

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "ENCR";
            case 2 -> "PRF";
            case 3 -> "INTEG";
            case 4 -> "KE";
            case 5 -> "ESN";
            case 6, 7, 8, 9, 10, 11, 12 -> "ADDKE" + (value - 5);
            default -> "TRANSFORM_TYPE_" + value;
        };
    }
}
