/**
 * The engines on Netty's event loops: datagrams in and out, one timer each, work for other threads.
 */
@NullMarked
package io.edgeipsec.ike.transport;

import org.jspecify.annotations.NullMarked;
