/** All IKE SAs of one event loop: SPI table, strangers, sessions, deadlines. Still no I/O. */
@NullMarked
package io.edgeipsec.ike.engine;

import org.jspecify.annotations.NullMarked;
