package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** Names of certificates' subjects, as people write them and in DER. */
public final class DistinguishedName {
    private static final Pattern ATTRIBUTE_FIRST =
            Pattern.compile("(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\\.[0-9]+)+) *=.*", Pattern.DOTALL);

    private DistinguishedName() {}

    /**
     * The DER of a name that is written as text, empty if the text is no such name. Both orders are
     * in use: that of RFC 4514, which begins with the CN, and that of the DER itself, which begins
     * with the country or the organisation. A text that begins with anything else is taken as RFC
     * 4514 has it, unless it ends with the CN.
     */
    public static Optional<Octets> parse(String text) {
        if (!ATTRIBUTE_FIRST.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            List<RDN> written = Arrays.asList(new X500Name(BCStyle.INSTANCE, text).getRDNs());
            if (written.isEmpty()) {
                return Optional.empty();
            }
            if (!isInOrderOfDer(written)) {
                Collections.reverse(written);
            }
            return Optional.of(
                    Octets.wrap(
                            new X500Name(written.toArray(RDN[]::new))
                                    .getEncoded(ASN1Encoding.DER)));
        } catch (RuntimeException | IOException notOne) {
            // BouncyCastle tells it in many ways: IllegalArgument-, ASN1Parsing-,
            // NullPointerException.
            return Optional.empty();
        }
    }

    private static boolean isInOrderOfDer(List<RDN> written) {
        RDN first = written.get(0);
        RDN last = written.get(written.size() - 1);
        boolean endsWithRoot = has(last, BCStyle.C) || has(last, BCStyle.DC);
        return !has(first, BCStyle.CN)
                && !endsWithRoot
                && (has(first, BCStyle.C)
                        || has(first, BCStyle.DC)
                        || has(first, BCStyle.O)
                        || has(last, BCStyle.CN));
    }

    private static boolean has(RDN rdn, ASN1ObjectIdentifier type) {
        return rdn.getFirst().getType().equals(type);
    }

    /**
     * Whether two names in DER are the same (RFC 5280 §7.1): case, spaces and the type of string do
     * not matter, order does.
     */
    public static boolean same(Octets one, Octets other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            return new X500Principal(one.toByteArray())
                    .equals(new X500Principal(other.toByteArray()));
        } catch (IllegalArgumentException notAName) {
            return false;
        }
    }
}
