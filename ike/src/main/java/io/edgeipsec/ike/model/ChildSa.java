package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.message.TrafficSelector;
import java.util.List;

/** An established Child SA. Its keys live in the kernel only. */
public record ChildSa(
        ChildPolicy policy,
        ChildSaLocator locator,
        EspSuite suite,
        List<TrafficSelector> local,
        List<TrafficSelector> remote) {
    public ChildSa {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
    }
}
