/** Pure functions of a negotiation: proposals, traffic selectors, NAT detection. */
@NullMarked
package io.edgeipsec.ike.negotiation;

import org.jspecify.annotations.NullMarked;
