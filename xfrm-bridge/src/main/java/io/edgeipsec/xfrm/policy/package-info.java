/** The SPD: IPsec policies over NETLINK_XFRM, one class per kernel struct. */
@NullMarked
package io.edgeipsec.xfrm.policy;

import org.jspecify.annotations.NullMarked;
