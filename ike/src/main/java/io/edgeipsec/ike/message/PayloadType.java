package io.edgeipsec.ike.message;

import java.util.Map;

/** IANA "IKEv2 Payload Types" (RFC 7296 §3.2). Unknown values are kept. */
public record PayloadType(int value) {
    public static final PayloadType NONE = new PayloadType(0);
    public static final PayloadType SA = new PayloadType(33);
    public static final PayloadType KE = new PayloadType(34);
    public static final PayloadType ID_I = new PayloadType(35);
    public static final PayloadType ID_R = new PayloadType(36);
    public static final PayloadType CERT = new PayloadType(37);
    public static final PayloadType CERTREQ = new PayloadType(38);
    public static final PayloadType AUTH = new PayloadType(39);
    public static final PayloadType NONCE = new PayloadType(40);
    public static final PayloadType NOTIFY = new PayloadType(41);
    public static final PayloadType DELETE = new PayloadType(42);
    public static final PayloadType VENDOR_ID = new PayloadType(43);
    public static final PayloadType TS_I = new PayloadType(44);
    public static final PayloadType TS_R = new PayloadType(45);
    public static final PayloadType SK = new PayloadType(46);
    public static final PayloadType CP = new PayloadType(47);
    public static final PayloadType EAP = new PayloadType(48);
    public static final PayloadType SKF = new PayloadType(53);

    private static final Map<PayloadType, String> NAMES =
            Map.ofEntries(
                    Map.entry(NONE, "NONE"),
                    Map.entry(SA, "SA"),
                    Map.entry(KE, "KE"),
                    Map.entry(ID_I, "IDi"),
                    Map.entry(ID_R, "IDr"),
                    Map.entry(CERT, "CERT"),
                    Map.entry(CERTREQ, "CERTREQ"),
                    Map.entry(AUTH, "AUTH"),
                    Map.entry(NONCE, "Nonce"),
                    Map.entry(NOTIFY, "N"),
                    Map.entry(DELETE, "D"),
                    Map.entry(VENDOR_ID, "V"),
                    Map.entry(TS_I, "TSi"),
                    Map.entry(TS_R, "TSr"),
                    Map.entry(SK, "SK"),
                    Map.entry(CP, "CP"),
                    Map.entry(EAP, "EAP"),
                    Map.entry(SKF, "SKF"));

    @Override
    public String toString() {
        return NAMES.getOrDefault(this, "PAYLOAD_" + value);
    }
}
