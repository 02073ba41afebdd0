package io.edgeipsec.ike.model;

import io.edgeipsec.ike.message.TrafficSelector;
import java.time.Duration;

/**
 * One pair of networks to connect, so one Child SA.
 *
 * @param name unique in its session, stable over restarts; the kernel side knows by it which
 *     policies, mark or interface belong to the SA
 * @param lifetime after which a Child SA must not be used any more; it is replaced before
 */
public record ChildPolicy(
        String name,
        TrafficSelector local,
        TrafficSelector remote,
        EspProposalPolicy proposals,
        Duration lifetime) {
    /** Whether both are for the same traffic, however it is protected. */
    public boolean selectsAs(ChildPolicy other) {
        return local.equals(other.local) && remote.equals(other.remote);
    }

    @Override
    public String toString() {
        return name + " " + local + "===" + remote;
    }
}
