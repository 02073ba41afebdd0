package io.edgeipsec.api.resource;

/** State of the IKE SA, and why it is not up; {@code failReason} is empty while nothing failed. */
public record IPSecVPNIKESessionStatus(IkeSessionState ikeSessionState, String failReason) {}
