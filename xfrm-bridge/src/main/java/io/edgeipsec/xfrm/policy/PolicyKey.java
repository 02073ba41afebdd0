package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.util.Objects;

/** What names a policy in the kernel: direction, selector and scope. */
public record PolicyKey(PolicyDirection direction, Selector selector, Scope scope) {
    public PolicyKey {
        Objects.requireNonNull(direction);
        Objects.requireNonNull(selector);
        Objects.requireNonNull(scope);
    }

    @Override
    public String toString() {
        return direction.name().toLowerCase(java.util.Locale.ROOT)
                + " policy "
                + selector
                + (scope.equals(Scope.GLOBAL) ? "" : " (" + scope + ")");
    }
}
