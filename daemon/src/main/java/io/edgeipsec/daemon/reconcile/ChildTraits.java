package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.xfrm.state.DfPolicy;
import io.edgeipsec.xfrm.state.Scope;

/**
 * What ties the SAs of one Child policy to the session's kernel objects.
 *
 * @param reqid of its policies' templates
 * @param scope the mark or if_id of the tunnel interface, if the session has one
 * @param antiReplayWindow packets, 0 to 4096; 0 for none
 */
public record ChildTraits(int reqid, Scope scope, DfPolicy dfPolicy, int antiReplayWindow) {}
