package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.state.EspTransform;
import java.util.Map;
import java.util.Set;

/**
 * What this kernel can do, found by trying it on a throwaway object (which loads modules).
 *
 * @param missing the features that are not there, each with the reason
 * @param transforms of the ESP transforms that were asked for, those an SA was accepted with
 */
public record KernelFeatures(Map<Feature, String> missing, Set<EspTransform> transforms) {
    /** Things that a kernel may lack. */
    public enum Feature {
        ESP,
        VTI,
        XFRM_INTERFACE,
        NFTABLES
    }

    public KernelFeatures {
        missing = Map.copyOf(missing);
        transforms = Set.copyOf(transforms);
    }

    public boolean has(Feature feature) {
        return !missing.containsKey(feature);
    }
}
