/** Gateways and a network on a virtual clock, for exchange ladders, simulations and benchmarks. */
@NullMarked
package io.edgeipsec.ike.testing;

import org.jspecify.annotations.NullMarked;
