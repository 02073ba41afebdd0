package io.edgeipsec.api.http;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the API is served.
 *
 * @param unixSocket path of the socket; its directory must exist
 * @param unixSocketGroup whose members may connect, beside the daemon's own user; without one, the
 *     daemon's group
 * @param https where callers show who they are
 * @param http a listener without authentication, for development; a loopback address
 */
public record Listeners(
        Path unixSocket,
        Optional<String> unixSocketGroup,
        Optional<HttpsListener> https,
        Optional<InetSocketAddress> http) {

    public Listeners {
        if (http.isPresent()
                && (http.get().isUnresolved() || !http.get().getAddress().isLoopbackAddress())) {
            throw new IllegalArgumentException(
                    "the development listener has no authentication, so it takes loopback"
                            + " addresses only, not "
                            + http.get());
        }
    }
}
