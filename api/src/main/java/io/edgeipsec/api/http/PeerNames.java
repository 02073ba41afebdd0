package io.edgeipsec.api.http;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose process is at the other end of a unix socket, by SO_PEERCRED. It tells whom to name; who
 * may connect is decided by the kernel from the file's mode, which also knows a user's other
 * groups. Vert.x does not show the option, so the channel is taken from its connection. Event loop.
 */
final class PeerNames {

    private static final Logger LOG = LoggerFactory.getLogger(PeerNames.class);

    /** Where the kernel does not say. */
    private static final String UNKNOWN = "unix-socket";

    private final Executor executor;
    private final Map<HttpConnection, CompletionStage<String>> known = new WeakHashMap<>();

    PeerNames(Executor executor) {
        this.executor = executor;
    }

    /** The user's name, or number if it has none. */
    CompletionStage<String> of(HttpConnection connection) {
        // The JDK looks the name up while it reads the option, and a directory may be slow.
        return known.computeIfAbsent(
                connection, added -> CompletableFuture.supplyAsync(() -> nameOf(added), executor));
    }

    private static String nameOf(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase base)) {
            return UNKNOWN;
        }
        Channel channel = base.channel();
        try {
            UnixDomainPrincipal peer =
                    channel.config()
                            .getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            return peer == null ? UNKNOWN : peer.user().getName();
        } catch (RuntimeException e) {
            LOG.warn("event=api.peer_unknown reason=\"{}\"", e.toString());
            return UNKNOWN;
        }
    }
}
