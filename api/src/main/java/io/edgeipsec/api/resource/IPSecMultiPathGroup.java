package io.edgeipsec.api.resource;

/**
 * Route-based sessions that name it carry together what is routed at it. All but {@code enabled}
 * belongs to NSX's own way of doing that, which is not spoken here, and is only kept.
 *
 * @param schemeValue percent
 */
public record IPSecMultiPathGroup(
        ResourceHeader header,
        boolean enabled,
        MultiPathScheme scheme,
        int schemeValue,
        int sourcePortPoolSize)
        implements ManagedResource {

    public static final String TYPE = "IPSecMultiPathGroup";

    /** The document's defaults of what has no effect. */
    public static final int DEFAULT_SCHEME_VALUE = 80;

    public static final int DEFAULT_SOURCE_PORT_POOL_SIZE = 4;

    @Override
    public ResourceKind<IPSecMultiPathGroup> kind() {
        return ResourceKind.MULTI_PATH_GROUP;
    }

    @Override
    public String resourceType() {
        return TYPE;
    }

    @Override
    public IPSecMultiPathGroup withStamp(Stamp stamp) {
        return new IPSecMultiPathGroup(
                header.withStamp(stamp), enabled, scheme, schemeValue, sourcePortPoolSize);
    }
}
