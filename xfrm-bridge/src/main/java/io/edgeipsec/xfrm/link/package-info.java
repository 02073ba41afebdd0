/**
 * Tunnel interfaces, addresses and routes over NETLINK_ROUTE, and the sysctls that belong to them.
 */
@NullMarked
package io.edgeipsec.xfrm.link;

import org.jspecify.annotations.NullMarked;
