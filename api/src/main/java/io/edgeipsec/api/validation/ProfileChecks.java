package io.edgeipsec.api.validation;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.IkeVersion;
import java.util.ArrayList;
import java.util.List;

/** Rules of the profiles that look at several fields at once. */
public final class ProfileChecks {

    private static final int MIN_PERIODIC_SECONDS = 3;
    private static final int MAX_ON_DEMAND_SECONDS = 10;

    private ProfileChecks() {}

    /** All that is wrong with a profile. */
    public static List<FieldError> check(IPSecVPNProfile profile) {
        List<FieldError> errors = new ArrayList<>();
        if (profile instanceof IPSecVPNIKEProfile ike) {
            if (ike.ikeVersion() == IkeVersion.IKE_V1) {
                errors.add(
                        new FieldError(
                                "/ike_version",
                                "IKE_V1",
                                "IKE_V2: IKEv1 is deprecated (RFC 9395) and not spoken here"));
            }
            // With AEAD ciphers they choose the PRF.
            checkDigestsAreThere(ike.encryptionAlgorithms(), ike.digestAlgorithms(), errors);
            checkAdditional(ike.additionalKeyExchanges(), errors);
        } else if (profile instanceof IPSecVPNTunnelProfile tunnel) {
            checkDigestsAreThere(tunnel.encryptionAlgorithms(), tunnel.digestAlgorithms(), errors);
            checkDigestsHaveUse(tunnel.encryptionAlgorithms(), tunnel.digestAlgorithms(), errors);
            if (tunnel.extendedSequenceNumbers() && tunnel.antiReplayWindow() == 0) {
                errors.add(
                        new FieldError(
                                "/anti_replay_window",
                                "0",
                                "at least 1, or extended_sequence_numbers false: a receiver works"
                                        + " out the upper half of the numbers by the window"));
            }
            checkAdditional(tunnel.additionalKeyExchanges(), errors);
            if (!tunnel.additionalKeyExchanges().isEmpty()
                    && !tunnel.enablePerfectForwardSecrecy()) {
                errors.add(
                        new FieldError(
                                "/additional_key_exchanges",
                                tunnel.additionalKeyExchanges().toString(),
                                "enable_perfect_forward_secrecy true, or an empty list: they stand"
                                        + " beside the key exchange of a group"));
            }
        } else if (profile instanceof IPSecVPNDPDProfile dpd) {
            checkInterval(dpd, errors);
        }
        return errors;
    }

    private static void checkDigestsAreThere(
            List<EncryptionAlgorithm> ciphers,
            List<DigestAlgorithm> digests,
            List<FieldError> errors) {
        List<EncryptionAlgorithm> needy = needy(ciphers);
        if (!needy.isEmpty() && digests.isEmpty()) {
            errors.add(
                    new FieldError(
                            "/digest_algorithms",
                            "none",
                            "a digest, such as SHA2_256, which " + needy + " need for integrity"));
        }
    }

    private static void checkDigestsHaveUse(
            List<EncryptionAlgorithm> ciphers,
            List<DigestAlgorithm> digests,
            List<FieldError> errors) {
        if (needy(ciphers).isEmpty() && !digests.isEmpty()) {
            errors.add(
                    new FieldError(
                            "/digest_algorithms",
                            digests.toString(),
                            "no digest: " + ciphers + " authenticate by themselves"));
        }
    }

    private static void checkAdditional(
            List<AdditionalKeyExchange> additional, List<FieldError> errors) {
        if (additional.equals(List.of(AdditionalKeyExchange.NONE))) {
            errors.add(
                    new FieldError(
                            "/additional_key_exchanges",
                            "NONE alone",
                            "a key exchange beside NONE, or an empty list"));
        }
    }

    private static List<EncryptionAlgorithm> needy(List<EncryptionAlgorithm> ciphers) {
        return ciphers.stream().filter(EncryptionAlgorithm::needsDigest).toList();
    }

    private static void checkInterval(IPSecVPNDPDProfile dpd, List<FieldError> errors) {
        long seconds = dpd.dpdProbeInterval().toSeconds();
        if (dpd.dpdProbeMode() == DpdProbeMode.PERIODIC && seconds < MIN_PERIODIC_SECONDS) {
            errors.add(
                    new FieldError(
                            "/dpd_probe_interval",
                            String.valueOf(seconds),
                            "at least " + MIN_PERIODIC_SECONDS + " with dpd_probe_mode PERIODIC"));
        }
        if (dpd.dpdProbeMode() == DpdProbeMode.ON_DEMAND && seconds > MAX_ON_DEMAND_SECONDS) {
            errors.add(
                    new FieldError(
                            "/dpd_probe_interval",
                            String.valueOf(seconds),
                            "at most " + MAX_ON_DEMAND_SECONDS + " with dpd_probe_mode ON_DEMAND"));
        }
    }
}
