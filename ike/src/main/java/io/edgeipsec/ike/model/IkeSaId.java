package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.IkeSpi;

/** Both SPIs of an IKE SA, as they stand in its messages. */
public record IkeSaId(IkeSpi initiator, IkeSpi responder) {
    @Override
    public String toString() {
        return initiator + "/" + responder;
    }
}
