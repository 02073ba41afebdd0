package io.edgeipsec.api.resource;

/** A resource that is stored under an id with a revision. Immutable, any thread. */
public sealed interface ManagedResource
        permits IPSecVPNSession, IPSecVPNProfile, IPSecMultiPathGroup, TrustObject {

    ResourceHeader header();

    ResourceKind<?> kind();

    /** The contract's name of the concrete type, its {@code resource_type}. */
    String resourceType();

    /** The same content under another stamp. */
    ManagedResource withStamp(Stamp stamp);

    default String id() {
        return header().id();
    }

    default String displayName() {
        return header().displayName();
    }

    default long revision() {
        return header().stamp().revision();
    }
}
