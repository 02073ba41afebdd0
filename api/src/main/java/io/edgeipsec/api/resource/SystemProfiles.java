package io.edgeipsec.api.resource;

import java.time.Duration;
import java.util.List;

/**
 * The profiles that exist from the start and serve every session that names none. Nobody can change
 * or delete them. Their ids are ours: the contract does not publish the product's.
 */
public final class SystemProfiles {

    public static final IPSecVPNIKEProfile IKE =
            new IPSecVPNIKEProfile(
                    header(
                            "b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e0001",
                            "nsx-default-l3vpn-ike-profile",
                            "System default IKE profile"),
                    IkeVersion.IKE_V2,
                    List.of(EncryptionAlgorithm.AES_128),
                    List.of(DigestAlgorithm.SHA2_256),
                    List.of(DhGroup.GROUP14),
                    Duration.ofDays(1),
                    List.of());

    public static final IPSecVPNTunnelProfile TUNNEL =
            new IPSecVPNTunnelProfile(
                    header(
                            "b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e0002",
                            "nsx-default-l3vpn-tunnel-profile",
                            "System default tunnel profile"),
                    List.of(EncryptionAlgorithm.AES_GCM_128),
                    List.of(),
                    true,
                    List.of(DhGroup.GROUP14),
                    DfPolicy.COPY,
                    Duration.ofHours(1),
                    true,
                    IPSecVPNTunnelProfile.DEFAULT_ANTI_REPLAY_WINDOW,
                    List.of());

    public static final IPSecVPNDPDProfile DPD =
            new IPSecVPNDPDProfile(
                    header(
                            "b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e0003",
                            "nsx-default-l3vpn-dpd-profile",
                            "System default dead peer detection profile"),
                    true,
                    DpdProbeMode.PERIODIC,
                    Duration.ofSeconds(60),
                    10);

    public static final List<IPSecVPNProfile> ALL = List.of(IKE, TUNNEL, DPD);

    private SystemProfiles() {}

    private static ResourceHeader header(String id, String name, String description) {
        return new ResourceHeader(id, name, description, List.of(), true, Stamp.NONE);
    }
}
