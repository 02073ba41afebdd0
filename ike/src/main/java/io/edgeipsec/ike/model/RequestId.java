package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.IkeSpi;

/**
 * Ties the reply to an effect to what waits for it.
 *
 * @param ikeSa our SPI of the IKE SA that asks
 */
public record RequestId(IkeSpi ikeSa, long serial) {}
