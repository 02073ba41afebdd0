/** The kernel as the daemon sees it: one interface, with request and outcome records. */
@NullMarked
package io.edgeipsec.xfrm.kernel;

import org.jspecify.annotations.NullMarked;
