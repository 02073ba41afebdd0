package io.edgeipsec.ike.transport;

import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import java.util.function.Consumer;

/**
 * What keeps SPIs and SAs, on a thread of its own: calls return at once, in one order for all event
 * loops, and replies may come on any thread.
 */
public interface ChildSaKernel {
    void allocateSpi(IkeEffect.AllocateSpi effect, Consumer<IkeReply> reply);

    /** Closes the installation, whatever the outcome. */
    void installChildSa(IkeEffect.InstallChildSa effect, Consumer<IkeReply> reply);

    void removeChildSa(IkeEffect.RemoveChildSa effect);

    void stopSending(IkeEffect.StopSending effect, Consumer<IkeReply> reply);

    void moveChildSa(IkeEffect.MoveChildSa effect);

    void measureTraffic(IkeEffect.MeasureTraffic effect, Consumer<IkeReply> reply);
}
