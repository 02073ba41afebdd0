package io.edgeipsec.api.port;

import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionState;
import io.edgeipsec.api.resource.IPSecVPNSessionStatistics;
import io.edgeipsec.api.resource.IPSecVPNSessionStatus;
import io.edgeipsec.api.resource.MultiPathGroupStatus;
import io.edgeipsec.api.resource.SessionsOverview;
import io.edgeipsec.api.resource.TunnelInterface;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The stored sessions as they run. Any thread may call; no call blocks, and the answers cover
 * sessions that the daemon has not taken up yet.
 */
public interface RunningSessions {

    CompletionStage<IPSecVPNSessionStatus> status(IPSecVPNSession session);

    CompletionStage<IPSecVPNSessionStatistics> statistics(IPSecVPNSession session);

    /**
     * Whether the session is in force as it is stored, or as it was once a change had been made.
     *
     * @param requestId of the change; empty for the last one
     */
    CompletionStage<IPSecVPNSessionState> state(
            IPSecVPNSession session, Optional<String> requestId);

    /** The interface of a route-based session, once it stands. */
    Optional<TunnelInterface> tunnelInterface(String session);

    /** Has the session's counters begin at zero again. */
    CompletionStage<Void> resetStatistics(String session);

    /**
     * Begins an action; how it goes on, the status tells.
     *
     * @return what was begun, in words; fails with an {@link io.edgeipsec.api.error.ApiException}
     *     that says why not
     */
    CompletionStage<String> act(IPSecVPNSession session, SessionAction action);

    /** A multiple-path group of sessions. */
    CompletionStage<MultiPathGroupStatus> status(IPSecMultiPathGroup group);

    /** All sessions; it may be as old as a second. */
    CompletionStage<SessionsOverview> overview();
}
