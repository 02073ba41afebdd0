package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.crypto.DistinguishedName;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Identities as people write them, and when two of them are the same (RFC 7296 §3.5). */
public final class Identities {
    private static final String NAME_PREFIX = "dn:";

    private Identities() {}

    /**
     * The identity that a text names: an IP address, a distinguished name ({@code CN=...}), a mail
     * address (it contains {@code @}), or else a host name. {@code keyid:}, {@code fqdn:}, {@code
     * email:} and {@code dn:} in front force the type; what is no name behind {@code dn:} is a host
     * name.
     */
    public static Identification parse(String text) {
        Optional<Octets> name =
                DistinguishedName.parse(
                        text.startsWith(NAME_PREFIX)
                                ? text.substring(NAME_PREFIX.length()).strip()
                                : text);
        if (name.isPresent()) {
            return new Identification(Identification.DER_ASN1_DN, name.get());
        }
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

    /**
     * Host names are compared without regard to case, distinguished names as RFC 5280 §7.1 has it,
     * everything else octet by octet.
     */
    public static boolean matches(Identification configured, Identification received) {
        if (configured.type() != received.type()) {
            return false;
        }
        return configured.data().equals(received.data())
                || (configured.type() == Identification.FQDN
                        && lower(configured).equals(lower(received)))
                || (configured.type() == Identification.DER_ASN1_DN
                        && DistinguishedName.same(configured.data(), received.data()));
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
