package io.edgeipsec.ike.message;

import java.nio.charset.StandardCharsets;
import javax.security.auth.x500.X500Principal;

/**
 * The body of an ID payload (RFC 7296 §3.5).
 *
 * <pre>
 *  |   ID Type     |                 RESERVED                      |
 *  ~                   Identification Data                         ~
 * </pre>
 */
public record Identification(int type, Octets data) {
    private static final int MAX_SHOWN = 256;

    public static final int IPV4_ADDR = 1;
    public static final int FQDN = 2;
    public static final int RFC822_ADDR = 3;
    public static final int IPV6_ADDR = 5;
    public static final int DER_ASN1_DN = 9;
    public static final int DER_ASN1_GN = 10;
    public static final int KEY_ID = 11;

    public Identification {
        if (!fits(type, data.length())) {
            throw new IllegalArgumentException(
                    "identification type " + type + " of " + data.length() + " octets");
        }
    }

    private static boolean fits(int type, int length) {
        return switch (type) {
            case IPV4_ADDR -> length == 4;
            case IPV6_ADDR -> length == 16;
            default -> true;
        };
    }

    /** The payload body, over which AUTH is computed (RFC 7296 §2.15). */
    public Octets body() {
        OctetWriter writer = new OctetWriter(4 + data.length());
        encodeTo(writer);
        return writer.toOctets();
    }

    static Identification decode(OctetReader body) throws MalformedMessageException {
        int type = body.u8();
        body.skip(3);
        Octets data = body.rest();
        if (!fits(type, data.length())) {
            throw new MalformedMessageException(
                    "identification type " + type + " of " + data.length() + " octets");
        }
        return new Identification(type, data);
    }

    void encodeTo(OctetWriter writer) {
        writer.u8(type).zeros(3).octets(data);
    }

    /**
     * For people; control characters of a peer's making are shown as {@code ?}, long data is cut.
     */
    @Override
    public String toString() {
        String text = text();
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    }

    private String text() {
        return switch (type) {
            case IPV4_ADDR, IPV6_ADDR -> new IpAddress(data).toString();
            case FQDN, RFC822_ADDR -> printable();
            case DER_ASN1_DN -> name();
            case KEY_ID -> "keyid:" + printable();
            default -> "id-type-" + type + ":" + shown();
        };
    }

    private String name() {
        String name = "";
        try {
            name = printable(new X500Principal(data.toByteArray()).getName());
        } catch (IllegalArgumentException notAName) {
            // Shown as it came.
        }
        return name.isEmpty() ? "dn:" + shown() : name;
    }

    private Octets shown() {
        return data.slice(0, Math.min(data.length(), MAX_SHOWN));
    }

    private String printable() {
        return printable(new String(shown().toByteArray(), StandardCharsets.UTF_8));
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
