package io.edgeipsec.daemon.config;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.resource.Ipv4Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The daemon's configuration, complete: keys that the file leaves out have their defaults, and
 * paths that derive from others are resolved.
 */
public record Config(
        Path stateDir,
        Path runtimeDir,
        LogLevel logLevel,
        Api api,
        Ike ike,
        Kernel kernel,
        TunnelInterface tunnelInterface,
        OnStop onStop,
        Notify notifications,
        Lab lab) {

    /**
     * How the API is served.
     *
     * @param http the development listener, a loopback address
     */
    public record Api(
            Path unixSocket,
            Optional<String> unixSocketGroup,
            Https https,
            Optional<InetSocketAddress> http) {}

    /**
     * How it is served over the network.
     *
     * @param listen empty for not at all
     * @param certificateFile PEM; empty for our own
     * @param keyFile PEM; there with certificateFile, or not
     */
    public record Https(
            Optional<InetSocketAddress> listen,
            Optional<Path> certificateFile,
            Optional<Path> keyFile,
            AuthSettings auth) {}

    /**
     * How IKE is spoken.
     *
     * @param listen local addresses; none means all
     * @param threads event loops; empty means one per core
     */
    public record Ike(List<Ipv4Address> listen, int port, int natPort, OptionalInt threads) {
        public Ike {
            listen = List.copyOf(listen);
        }
    }

    /**
     * Who is told of changes that ask for it; nobody without URL and unix socket.
     *
     * @param url http or https; with a unix socket, of which path and host alone count, http
     * @param tokenFile holds the token of {@code Authorization: Bearer}
     * @param authorities certificates in PEM; those of the JRE without
     */
    public record Notify(
            Optional<URI> url,
            Optional<Path> unixSocket,
            Optional<Path> tokenFile,
            Optional<Path> authorities) {}

    /**
     * What only tests want.
     *
     * @param minSaLifeTime lowers the contract's least lifetimes of SAs
     */
    public record Lab(Optional<Duration> minSaLifeTime) {}

    /** How much is logged. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    /** Which data plane there is. */
    public enum Kernel {
        /** Linux, through NETLINK_XFRM. */
        XFRM,
        /** None: IKE alone, for benchmarks and dry runs. */
        MEMORY
    }

    /** What a route-based session's interface is. */
    public enum TunnelInterface {
        /** VTI where the address pair carries no other session, else an XFRM interface. */
        AUTO,
        VTI,
        XFRM
    }

    /** What stays in the kernel when the daemon stops. */
    public enum OnStop {
        /** Policies that keep protected traffic from leaving in clear. */
        BLOCK,
        /** Nothing. */
        CLEAR
    }

    /** What an empty file means. */
    public static Config defaults() {
        try {
            return ConfigReader.read("", "defaults");
        } catch (ConfigException e) {
            throw new AssertionError("an empty file is a valid configuration", e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException if something in it is wrong, with all that is
     * @throws IOException if it cannot be read
     */
    public static Config load(Path file) throws IOException, ConfigException {
        return ConfigReader.read(ConfigReader.text(file), file.toString());
    }
}
