package io.edgeipsec.ike.message;

/** IANA "IKEv2 Security Protocol Identifiers" (RFC 7296 §3.3.1). Unknown values are kept. */
public record ProtocolId(int value) {
    public static final ProtocolId NONE = new ProtocolId(0);
    public static final ProtocolId IKE = new ProtocolId(1);
    public static final ProtocolId AH = new ProtocolId(2);
    public static final ProtocolId ESP = new ProtocolId(3);

    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NONE";
            case 1 -> "IKE";
            case 2 -> "AH";
            case 3 -> "ESP";
            default -> "PROTOCOL_" + value;
        };
    }
}
