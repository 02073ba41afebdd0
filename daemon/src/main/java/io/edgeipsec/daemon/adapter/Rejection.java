package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;

/** Carries a verdict up to where it is answered; it is no fault of ours. */
final class Rejection extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient PeerRejection why;

    Rejection(Cause cause, String detail) {
        super(detail, null, false, false);
        this.why = new PeerRejection(cause, detail);
    }

    PeerRejection why() {
        return why;
    }
}
