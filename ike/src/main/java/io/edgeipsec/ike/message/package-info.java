/**
 * The IKEv2 wire format (RFC 7296 §3): header, payload records, IANA registries, codec. Pure
 * values, no state.
 */
@NullMarked
package io.edgeipsec.ike.message;

import org.jspecify.annotations.NullMarked;
