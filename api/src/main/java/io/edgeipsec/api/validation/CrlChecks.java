package io.edgeipsec.api.validation;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.Crl;
import java.util.ArrayList;
import java.util.List;

/** What a revocation list must be to take the place of another. Pure. */
public final class CrlChecks {

    private CrlChecks() {}

    /**
     * Compares a list with the one before it. Sessions that name it would otherwise take
     * certificates again that were revoked, without anybody noticing.
     */
    public static List<FieldError> checkSuccessor(Crl before, Crl now) {
        List<FieldError> errors = new ArrayList<>();
        if (!now.issuer().equals(before.issuer())) {
            errors.add(
                    new FieldError(
                            "/pem_encoded",
                            "a CRL of " + now.issuer(),
                            "one of "
                                    + before.issuer()
                                    + ", as before; import that of another"
                                    + " issuer for itself"));
        } else if (now.thisUpdate().isBefore(before.thisUpdate())) {
            errors.add(
                    new FieldError(
                            "/pem_encoded",
                            "a CRL of " + now.thisUpdate(),
                            "one that is not older than the one before, of "
                                    + before.thisUpdate()));
        }
        return errors;
    }
}
