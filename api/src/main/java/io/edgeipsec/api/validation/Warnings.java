package io.edgeipsec.api.validation;

import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.IkeVersion;
import io.edgeipsec.api.resource.ManagedResource;
import java.util.ArrayList;
import java.util.List;

/**
 * What is accepted in a resource although it is weak or without effect; one sentence each, in ASCII
 * and free of the caller's text, because it is sent in a header.
 */
public final class Warnings {

    private Warnings() {}

    /** Warnings in the order of the fields they are about. */
    public static List<String> of(ManagedResource resource) {
        List<String> warnings = new ArrayList<>();
        if (resource instanceof IPSecVPNIKEProfile profile) {
            if (profile.ikeVersion() == IkeVersion.IKE_FLEX) {
                warnings.add("ike_version: IKE_FLEX works as IKE_V2, IKEv1 is not answered");
            }
            warnOfWeak(profile.digestAlgorithms(), profile.dhGroups(), warnings);
        } else if (resource instanceof IPSecVPNTunnelProfile profile) {
            for (EncryptionAlgorithm algorithm : profile.encryptionAlgorithms()) {
                if (!algorithm.encrypts()) {
                    warnings.add(
                            "encryption_algorithms: "
                                    + algorithm
                                    + " does not encrypt, the traffic can be read on its way");
                }
            }
            warnOfWeak(
                    profile.digestAlgorithms(),
                    profile.enablePerfectForwardSecrecy() ? profile.dhGroups() : List.of(),
                    warnings);
            if (profile.antiReplayWindow() == 0) {
                warnings.add(
                        "anti_replay_window: with 0, recorded packets are taken again when somebody"
                                + " repeats them");
            }
            if (!profile.enablePerfectForwardSecrecy()) {
                warnings.add(
                        "enable_perfect_forward_secrecy: without it, one IKE SA's keys give away"
                                + " the traffic of all its tunnels");
            }
        } else if (resource instanceof IPSecMultiPathGroup group) {
            warnOfUnused(group, warnings);
        } else if (resource instanceof IPSecVPNSession session) {
            warnOfUnused(session, warnings);
        }
        return warnings;
    }

    private static void warnOfWeak(
            List<DigestAlgorithm> digests, List<DhGroup> groups, List<String> warnings) {
        if (digests.contains(DigestAlgorithm.SHA1)) {
            warnings.add(
                    "digest_algorithms: SHA1 is weak, use it only for peers that have no other");
        }
        for (DhGroup group : groups) {
            if (group == DhGroup.GROUP2 || group == DhGroup.GROUP5) {
                warnings.add(
                        "dh_groups: "
                                + group
                                + " is weak, use it only for peers that have no other");
            }
        }
    }

    private static void warnOfUnused(IPSecMultiPathGroup group, List<String> warnings) {
        if (group.schemeValue() != IPSecMultiPathGroup.DEFAULT_SCHEME_VALUE) {
            warnings.add("scheme_value: stored, but without effect: paths are not probed");
        }
        if (group.sourcePortPoolSize() != IPSecMultiPathGroup.DEFAULT_SOURCE_PORT_POOL_SIZE) {
            warnings.add(
                    "source_port_pool_size: stored, but without effect: a tunnel sends from one"
                            + " port");
        }
    }

    private static void warnOfUnused(IPSecVPNSession session, List<String> warnings) {
        IPSecVPNLocalEndpoint local = session.settings().localEndpoint();
        boolean byKey = session.settings().authenticationMode() == AuthenticationMode.PSK;
        if (byKey
                && (local.certificateId() != null
                        || !local.trustCaIds().isEmpty()
                        || !local.trustCrlIds().isEmpty())) {
            warnings.add(
                    "local_endpoint: certificate_id, trust_ca_ids and trust_crl_ids have no effect"
                            + " with authentication_mode PSK");
        }
    }
}
