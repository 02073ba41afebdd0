package io.edgeipsec.api.resource;

/** Settings that many sessions share; a change reaches all of them. */
public sealed interface IPSecVPNProfile extends ManagedResource
        permits IPSecVPNIKEProfile, IPSecVPNTunnelProfile, IPSecVPNDPDProfile {}
