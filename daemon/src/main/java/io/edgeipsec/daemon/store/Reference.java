package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import java.util.ArrayList;
import java.util.List;

/** A field of a resource that names another resource. */
record Reference(String pointer, ResourceKind<?> kind, String id) {

    /** All that a resource refers to. */
    static List<Reference> of(ManagedResource resource) {
        if (resource instanceof IPSecVPNSession session) {
            SessionSettings settings = session.settings();
            List<Reference> references = new ArrayList<>();
            addCertificates(settings, references);
            references.addAll(
                    List.of(
                            new Reference(
                                    "/ike_profile_id",
                                    ResourceKind.IKE_PROFILE,
                                    settings.ikeProfileId()),
                            new Reference(
                                    "/ipsec_tunnel_profile_id",
                                    ResourceKind.TUNNEL_PROFILE,
                                    settings.ipsecTunnelProfileId()),
                            new Reference(
                                    "/dpd_profile_id",
                                    ResourceKind.DPD_PROFILE,
                                    settings.dpdProfileId())));
            if (resource instanceof RouteBasedIPSecVPNSession routeBased
                    && routeBased.multiPathGroupId() != null) {
                references.add(
                        new Reference(
                                "/multi_path_group_id",
                                ResourceKind.MULTI_PATH_GROUP,
                                routeBased.multiPathGroupId()));
            }
            return references;
        }
        return List.of();
    }

    /** With a pre-shared key they have no effect, and are kept as they are. */
    private static void addCertificates(SessionSettings settings, List<Reference> references) {
        if (settings.authenticationMode() != AuthenticationMode.CERTIFICATE) {
            return;
        }
        IPSecVPNLocalEndpoint local = settings.localEndpoint();
        if (local.certificateId() != null) {
            references.add(
                    new Reference(
                            "/local_endpoint/certificate_id",
                            ResourceKind.CERTIFICATE,
                            local.certificateId()));
        }
        for (int i = 0; i < local.trustCaIds().size(); i++) {
            references.add(
                    new Reference(
                            "/local_endpoint/trust_ca_ids/" + i,
                            ResourceKind.CERTIFICATE,
                            local.trustCaIds().get(i)));
        }
        for (int i = 0; i < local.trustCrlIds().size(); i++) {
            references.add(
                    new Reference(
                            "/local_endpoint/trust_crl_ids/" + i,
                            ResourceKind.CRL,
                            local.trustCrlIds().get(i)));
        }
    }
}
