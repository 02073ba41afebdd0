/** One IKE SA and its Child SAs: state, message windows, retransmission, timers, protection. */
@NullMarked
package io.edgeipsec.ike.sa;

import org.jspecify.annotations.NullMarked;
