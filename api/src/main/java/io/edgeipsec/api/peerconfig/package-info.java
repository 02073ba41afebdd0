/**
 * What the administrator of the other side has to set up, in words and as configuration of common
 * gateways. Pure: the same setup gives the same text.
 */
@NullMarked
package io.edgeipsec.api.peerconfig;

import org.jspecify.annotations.NullMarked;
