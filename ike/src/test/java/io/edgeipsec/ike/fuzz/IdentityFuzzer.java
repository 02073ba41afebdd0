package io.edgeipsec.ike.fuzz;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.DistinguishedName;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;

/** Identities: as an operator writes them, and as a peer claims them; and names of signatures. */
public final class IdentityFuzzer {
    private static final Identification NAME = Identities.parse("C=HU, O=Example, CN=peer");

    private IdentityFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        int kind = input.u8();
        Octets rest = input.rest();
        if (kind % 4 == 0) {
            configured(new String(rest.toByteArray(), StandardCharsets.UTF_8));
        } else if (kind % 4 == 1) {
            SignatureScheme.named(rest);
        } else {
            claimed(
                    new Identification(
                            kind % 4 == 2 ? Identification.DER_ASN1_DN : Identification.FQDN,
                            rest));
        }
    }

    private static void configured(String text) {
        Identification id = Identities.parse(text);
        if (!Identities.matches(id, Identities.parse(text)) || id.toString() == null) {
            throw new AssertionError("not itself: " + text);
        }
        DistinguishedName.parse(text)
                .ifPresent(
                        name -> {
                            if (!DistinguishedName.same(name, name)) {
                                throw new AssertionError("not itself: " + name);
                            }
                        });
    }

    private static void claimed(Identification claim) {
        if (claim.toString() == null) {
            throw new AssertionError("an identity without words");
        }
        boolean one = Identities.matches(NAME, claim);
        boolean other = Identities.matches(claim, NAME);
        if (one != other) {
            throw new AssertionError(claim + " is the same in one direction only");
        }
    }
}
