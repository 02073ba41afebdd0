package io.edgeipsec.api.resource;

import java.util.List;

/** One collection of the API, with the type of what is in it. */
public final class ResourceKind<R extends ManagedResource> {

    public static final ResourceKind<IPSecVPNSession> SESSION =
            new ResourceKind<>("session", "session", "/vpn/ipsec/sessions", IPSecVPNSession.class);
    public static final ResourceKind<IPSecVPNIKEProfile> IKE_PROFILE =
            new ResourceKind<>(
                    "ike-profile",
                    "IKE profile",
                    "/vpn/ipsec/ike-profiles",
                    IPSecVPNIKEProfile.class);
    public static final ResourceKind<IPSecVPNTunnelProfile> TUNNEL_PROFILE =
            new ResourceKind<>(
                    "tunnel-profile",
                    "tunnel profile",
                    "/vpn/ipsec/tunnel-profiles",
                    IPSecVPNTunnelProfile.class);
    public static final ResourceKind<IPSecVPNDPDProfile> DPD_PROFILE =
            new ResourceKind<>(
                    "dpd-profile",
                    "DPD profile",
                    "/vpn/ipsec/dpd-profiles",
                    IPSecVPNDPDProfile.class);
    public static final ResourceKind<IPSecMultiPathGroup> MULTI_PATH_GROUP =
            new ResourceKind<>(
                    "multi-path-group",
                    "multiple-path group",
                    "/vpn/ipsec/multi-path-groups",
                    IPSecMultiPathGroup.class);
    public static final ResourceKind<Certificate> CERTIFICATE =
            new ResourceKind<>(
                    "certificate",
                    "certificate",
                    "/trust-management/certificates",
                    Certificate.class);
    public static final ResourceKind<Crl> CRL =
            new ResourceKind<>("crl", "CRL", "/trust-management/crls", Crl.class);

    /** The service as a whole: no collection, and stored apart, but its changes are told alike. */
    public static final ResourceKind<ManagedResource> SERVICE =
            new ResourceKind<>("service", "service", "/node/services", ManagedResource.class);

    /** Every kind of collection, referenced ones before those that refer to them. */
    public static final List<ResourceKind<?>> ALL =
            List.of(
                    IKE_PROFILE,
                    TUNNEL_PROFILE,
                    DPD_PROFILE,
                    MULTI_PATH_GROUP,
                    CERTIFICATE,
                    CRL,
                    SESSION);

    private final String name;
    private final String noun;
    private final String path;
    private final Class<R> type;

    private ResourceKind(String name, String noun, String path, Class<R> type) {
        this.name = name;
        this.noun = noun;
        this.path = path;
        this.type = type;
    }

    /** A short stable name for logs and the store. */
    public String name() {
        return name;
    }

    /** What a sentence calls one of them. */
    public String noun() {
        return noun;
    }

    /** Path of the collection below the API's prefix. */
    public String path() {
        return path;
    }

    public Class<R> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
