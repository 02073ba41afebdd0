package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SessionSettings;
import java.util.List;

/** A field of a resource that names another resource. */
record Reference(String pointer, ResourceKind<?> kind, String id) {

    /** All that a resource refers to. */
    static List<Reference> of(ManagedResource resource) {
        if (resource instanceof IPSecVPNSession session) {
            SessionSettings settings = session.settings();
            return List.of(
                    new Reference(
                            "/ike_profile_id", ResourceKind.IKE_PROFILE, settings.ikeProfileId()),
                    new Reference(
                            "/ipsec_tunnel_profile_id",
                            ResourceKind.TUNNEL_PROFILE,
                            settings.ipsecTunnelProfileId()),
                    new Reference(
                            "/dpd_profile_id", ResourceKind.DPD_PROFILE, settings.dpdProfileId()));
        }
        return List.of();
    }
}
