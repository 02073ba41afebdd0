/** The SAD: security associations over NETLINK_XFRM, one class per kernel struct. */
@NullMarked
package io.edgeipsec.xfrm.state;

import org.jspecify.annotations.NullMarked;
