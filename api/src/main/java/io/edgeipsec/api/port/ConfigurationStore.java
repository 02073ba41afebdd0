package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.ResourceReference;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The stored configuration. Any thread may call; no call blocks. Stages complete on the store's own
 * thread, so whoever continues there does so briefly or elsewhere. A change that completes with
 * {@link ChangeOutcome.Done} has reached the disk. A stage completes with {@link
 * StoreBusyException} when too much is waiting already, and with another exception when the store
 * itself failed.
 */
public interface ConfigurationStore {

    <R extends ManagedResource> CompletionStage<Optional<R>> get(ResourceKind<R> kind, String id);

    <R extends ManagedResource> CompletionStage<Page<R>> list(ListQuery<R> query);

    /** Those that refer to a resource, in the order of ids; nobody to one that is not there. */
    CompletionStage<List<ResourceReference>> users(ResourceKind<?> kind, String id, int limit);

    /** The session that a tunnel port is of. */
    CompletionStage<Optional<RouteBasedIPSecVPNSession>> sessionOfTunnelPort(String portId);

    /** Creates or replaces as one transaction; takes over the request's keys. */
    <R extends ManagedResource> CompletionStage<ChangeOutcome<R>> put(PutRequest<R> request);

    /** Deletes a resource that nothing refers to. */
    <R extends ManagedResource> CompletionStage<ChangeOutcome<R>> delete(
            ResourceKind<R> kind, String id, CallContext context);
}
