/**
 * The resources of the NSX Autonomous Edge IPSec VPN API as immutable values, and their one mapping
 * to JSON ({@link io.edgeipsec.api.resource.ResourceJson}).
 */
@NullMarked
package io.edgeipsec.api.resource;

import org.jspecify.annotations.NullMarked;
