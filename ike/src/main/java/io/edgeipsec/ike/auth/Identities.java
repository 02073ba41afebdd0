package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;

/** Identities as people write them, and when two of them are the same (RFC 7296 §3.5). */
public final class Identities {
    private Identities() {}

    /**
     * The identity that a text names: an IP address, a mail address (it contains {@code @}), or
     * else a host name. {@code keyid:}, {@code fqdn:} and {@code email:} in front force the type.
     */
    public static Identification parse(String text) {
        for (Prefix prefix : Prefix.values()) {
            if (text.startsWith(prefix.text)) {
                return utf8(prefix.type, text.substring(prefix.text.length()));
            }
        }
        try {
            IpAddress address = IpAddress.parse(text);
            int type = address.isIpv4() ? Identification.IPV4_ADDR : Identification.IPV6_ADDR;
            return new Identification(type, address.octets());
        } catch (IllegalArgumentException notAnAddress) {
            int at = text.indexOf('@');
            return at > 0
                    ? utf8(Identification.RFC822_ADDR, text)
                    : utf8(Identification.FQDN, text.substring(at + 1));
        }
    }

    /** Host names are compared without regard to case, everything else octet by octet. */
    public static boolean matches(Identification configured, Identification received) {
        if (configured.type() != received.type()) {
            return false;
        }
        return configured.data().equals(received.data())
                || (configured.type() == Identification.FQDN
                        && lower(configured).equals(lower(received)));
    }

    /** ASCII only: octets above 127 stay what they are, whatever a character set makes of them. */
    private static Octets lower(Identification id) {
        byte[] octets = id.data().toByteArray();
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] >= 'A' && octets[i] <= 'Z') {
                octets[i] = (byte) (octets[i] + ('a' - 'A'));
            }
        }
        return Octets.wrap(octets);
    }

    private static Identification utf8(int type, String text) {
        return new Identification(type, Octets.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private enum Prefix {
        KEY_ID("keyid:", Identification.KEY_ID),
        FQDN("fqdn:", Identification.FQDN),
        EMAIL("email:", Identification.RFC822_ADDR);

        private final String text;
        private final int type;

        Prefix(String text, int type) {
            this.text = text;
            this.type = type;
        }
    }
}
