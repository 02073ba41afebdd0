package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.state.XfrmAddress;
import java.net.InetAddress;

/** The SAs that carry a policy's packets: ESP in tunnel mode between these addresses, by reqid. */
public record PolicyTemplate(InetAddress source, InetAddress destination, int reqid) {
    public PolicyTemplate {
        if (XfrmAddress.family(source) != XfrmAddress.family(destination)) {
            throw new IllegalArgumentException(
                    "template addresses are of different families: " + source + ", " + destination);
        }
    }
}
