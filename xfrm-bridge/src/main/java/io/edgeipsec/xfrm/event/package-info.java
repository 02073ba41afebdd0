/**
 * What the kernel reports on its own: ACQUIRE, EXPIRE, MAPPING, and changes of links, addresses,
 * routes.
 */
@NullMarked
package io.edgeipsec.xfrm.event;

import org.jspecify.annotations.NullMarked;
