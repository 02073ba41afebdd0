package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.resource.Ipv4Address;
import java.util.regex.Pattern;

/**
 * An identity as a session names it, by its kind.
 *
 * @param text without the prefix that tells the kind
 */
record PeerIdentity(Kind kind, String text) {

    enum Kind {
        ADDRESS,
        NAME,
        MAIL,
        DISTINGUISHED_NAME,
        KEY_ID
    }

    private static final Pattern DISTINGUISHED = Pattern.compile("[A-Za-z][A-Za-z0-9.]* *=.*");

    static PeerIdentity of(String identity) {
        for (String prefix : new String[] {"dn:", "keyid:", "fqdn:", "email:"}) {
            if (identity.startsWith(prefix)) {
                String rest = identity.substring(prefix.length());
                return switch (prefix) {
                    case "dn:" -> new PeerIdentity(Kind.DISTINGUISHED_NAME, rest.strip());
                    case "keyid:" -> new PeerIdentity(Kind.KEY_ID, rest);
                    case "fqdn:" -> new PeerIdentity(Kind.NAME, rest);
                    default -> new PeerIdentity(Kind.MAIL, rest);
                };
            }
        }
        if (DISTINGUISHED.matcher(identity).matches()) {
            return new PeerIdentity(Kind.DISTINGUISHED_NAME, identity);
        }
        try {
            return new PeerIdentity(Kind.ADDRESS, Ipv4Address.parse(identity).toString());
        } catch (IllegalArgumentException noAddress) {
            return identity.indexOf('@') > 0
                    ? new PeerIdentity(Kind.MAIL, identity)
                    : new PeerIdentity(
                            Kind.NAME, identity.startsWith("@") ? identity.substring(1) : identity);
        }
    }
}
