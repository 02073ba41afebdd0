/**
 * One class per exchange and role. An exchange builds and reads its messages and decides when it is
 * done; retransmission, message ids and protection are its IKE SA's.
 */
@NullMarked
package io.edgeipsec.ike.exchange;

import org.jspecify.annotations.NullMarked;
