/** Gateways of the real engine and the real control, on one clock that a seed drives. */
@NullMarked
package io.edgeipsec.daemon.simulation;

import org.jspecify.annotations.NullMarked;
