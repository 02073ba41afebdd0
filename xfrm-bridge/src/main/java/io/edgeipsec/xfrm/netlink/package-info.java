/** Netlink: message and attribute codec, and the request, acknowledgement and dump broker. */
@NullMarked
package io.edgeipsec.xfrm.netlink;

import org.jspecify.annotations.NullMarked;
