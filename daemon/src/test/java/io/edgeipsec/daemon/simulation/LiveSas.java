package io.edgeipsec.daemon.simulation;

import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeSaId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The SAs that were announced as established and not as closed. */
final class LiveSas {
    private final Map<IkeSaId, String> ikeSas = new LinkedHashMap<>();
    private final Set<ChildSaLocator> childSas = new LinkedHashSet<>();

    void follow(IkeEvent event) {
        if (event instanceof IkeEvent.IkeSaEstablished established) {
            ikeSas.put(established.ikeSa(), established.session());
        } else if (event instanceof IkeEvent.IkeSaClosed closed) {
            ikeSas.remove(closed.ikeSa());
        } else if (event instanceof IkeEvent.ChildSaEstablished established) {
            childSas.add(established.locator());
        } else if (event instanceof IkeEvent.ChildSaClosed closed) {
            childSas.remove(closed.locator());
        }
    }

    List<IkeSaId> ikeSas(String session) {
        return ikeSas.entrySet().stream()
                .filter(entry -> entry.getValue().equals(session))
                .map(Map.Entry::getKey)
                .toList();
    }

    List<ChildSaLocator> childSas(String session) {
        return childSas.stream().filter(child -> child.session().equals(session)).toList();
    }

    boolean isEmpty() {
        return ikeSas.isEmpty() && childSas.isEmpty();
    }
}
