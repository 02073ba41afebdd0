package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.Octets;

/**
 * What IKE_AUTH needs of the IKE_SA_INIT before it (RFC 7296 §2.15).
 *
 * @param request the initiator's last IKE_SA_INIT message, from the SPI on
 * @param response the responder's
 */
public record InitMaterial(Octets request, Octets response, Octets nonceI, Octets nonceR) {}
