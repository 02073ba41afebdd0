package io.edgeipsec.api.resource;

/**
 * The tunnel interface of a route-based session (NSX {@code TunnelPortConfig} with its one {@code
 * IPSubnet} and that one's one address). {@code address} is the interface's own address with the
 * length of the prefix it is in, so host bits are expected.
 */
public record TunnelPort(String id, Ipv4Subnet address) {}
