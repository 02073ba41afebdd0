package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.Octets;

/**
 * What IKE_AUTH needs of the exchanges before it (RFC 7296 §2.15).
 *
 * @param request the initiator's last IKE_SA_INIT message, from the SPI on
 * @param response the responder's
 * @param intermediate IntAuth of the IKE_INTERMEDIATE exchange (RFC 9242 §3.3); empty without one
 */
public record InitMaterial(
        Octets request, Octets response, Octets nonceI, Octets nonceR, Octets intermediate) {

    /** Of IKE_SA_INIT alone. */
    public InitMaterial(Octets request, Octets response, Octets nonceI, Octets nonceR) {
        this(request, response, nonceI, nonceR, Octets.EMPTY);
    }
}
