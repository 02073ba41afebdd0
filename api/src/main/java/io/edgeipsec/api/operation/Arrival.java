package io.edgeipsec.api.operation;

import io.edgeipsec.api.auth.Source;
import org.jspecify.annotations.Nullable;

/**
 * How a request came, as far as operations need to know.
 *
 * @param allowOverwrite its header {@code X-Allow-Overwrite}
 * @param sessionToken its login's cookie
 */
public record Arrival(Source source, boolean allowOverwrite, @Nullable String sessionToken) {
    @Override
    public String toString() {
        return "Arrival[" + source + "]";
    }
}
