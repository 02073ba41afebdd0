package io.edgeipsec.api.resource;

/** The IKE version of a profile; IKE_FLEX starts with IKEv2. */
public enum IkeVersion {
    IKE_V1,
    IKE_V2,
    IKE_FLEX
}
