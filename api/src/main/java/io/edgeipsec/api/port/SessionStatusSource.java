package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import java.util.concurrent.CompletionStage;

/**
 * Where the state of a stored session comes from. Any thread may call; the call does not block, and
 * the answer covers sessions that the daemon has not taken up yet.
 */
@FunctionalInterface
public interface SessionStatusSource {

    CompletionStage<IPSecVPNSessionStatus> status(IPSecVPNSession session);
}
