package io.edgeipsec.api.resource;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (NSX {@code Crl}).
 *
 * @param nextUpdate when it runs out, if it says so
 * @param revoked how many certificates are on it
 */
public record Crl(
        ResourceHeader header,
        String pemEncoded,
        String issuer,
        Instant thisUpdate,
        @Nullable Instant nextUpdate,
        int revoked)
        implements TrustObject {

    public static final String TYPE = "crl";

    @Override
    public ResourceKind<Crl> kind() {
        return ResourceKind.CRL;
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public Crl withStamp(Stamp stamp) {
        return new Crl(
                header.withStamp(stamp), pemEncoded, issuer, thisUpdate, nextUpdate, revoked);
    }
}
