package io.edgeipsec.daemon.config;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.resource.Ipv4Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Makes a {@link Config} of a file's text; every key of the file is named here, with its default.
 */
final class ConfigReader {

    /** Ten times the commented example. */
    private static final int MAX_FILE_OCTETS = 64 * 1024;

    /** Nothing that could be taken for a name. */
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*]");

    private static final int MAX_PORT = 65_535;
    private static final int MAX_THREADS = 64;
    private static final int MAX_FAILURES = 1000;
    private static final int MAX_REQUESTS = 100_000;

    /** A month. */
    private static final int MAX_AUTH_SECONDS = 2_592_000;

    /** The contract's own least lifetime of an IKE SA: above it there is nothing to lower. */
    private static final int MAX_LAB_LIFE_TIME_SECONDS = 21_600;

    private ConfigReader() {}

    /** The text of a file, which is small and UTF-8. */
    static String text(Path file) throws IOException, ConfigException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(MAX_FILE_OCTETS + 1);
        } catch (IOException e) {
            throw new IOException(
                    "the configuration cannot be read: " + FileFailures.describe(e), e);
        }
        if (octets.length > MAX_FILE_OCTETS) {
            throw new ConfigException(
                    List.of(file + ": larger than " + MAX_FILE_OCTETS + " octets"));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(List.of(file + ": not UTF-8"));
        }
    }

    static Config read(String text, String file) throws ConfigException {
        Section.Errors errors = new Section.Errors(file);
        Config config = read(new Section("", compose(text, file), errors));
        if (!errors.lines().isEmpty()) {
            throw new ConfigException(errors.lines());
        }
        return config;
    }

    private static Optional<Node> compose(String text, String file) throws ConfigException {
        try {
            return new Compose(LoadSettings.builder().setLabel(file).build()).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String place =
                    e.getProblemMark()
                            .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                            .orElse("");
            throw new ConfigException(List.of(file + place + ": not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            throw new ConfigException(List.of(file + ": not YAML: " + e.getMessage()));
        }
    }

    private static Config read(Section root) {
        Path stateDir =
                root.value("state_dir", ConfigReader::absolutePath)
                        .orElse(Path.of("/var/lib/edge-ipsec"));
        Path runtimeDir =
                root.value("runtime_dir", ConfigReader::absolutePath)
                        .orElse(Path.of("/run/edge-ipsec"));
        Config config =
                new Config(
                        stateDir,
                        runtimeDir,
                        root.constant("log_level", Config.LogLevel.class)
                                .orElse(Config.LogLevel.INFO),
                        readApi(root.section("api"), runtimeDir),
                        readIke(root.section("ike")),
                        root.constant("kernel", Config.Kernel.class).orElse(Config.Kernel.XFRM),
                        root.constant("tunnel_interface", Config.TunnelInterface.class)
                                .orElse(Config.TunnelInterface.AUTO),
                        root.constant("on_stop", Config.OnStop.class).orElse(Config.OnStop.BLOCK),
                        readNotify(root.section("notify")),
                        readLab(root.section("lab")));
        root.finish();
        return config;
    }

    private static Config.Api readApi(Section section, Path runtimeDir) {
        Config.Https https = readHttps(section.section("https"));
        Section http = section.section("http");
        Config.Api api =
                new Config.Api(
                        section.value("unix_socket", ConfigReader::absolutePath)
                                .orElse(runtimeDir.resolve("api.sock")),
                        section.value("unix_socket_group", group -> group),
                        https,
                        http.value("listen", ConfigReader::loopbackAddress));
        http.finish();
        section.finish();
        return api;
    }

    private static Config.Https readHttps(Section section) {
        AuthSettings preset = AuthSettings.DEFAULTS;
        Config.Https https =
                new Config.Https(
                        section.value("listen", ConfigReader::anyAddress),
                        section.value("certificate_file", ConfigReader::absolutePath),
                        section.value("key_file", ConfigReader::absolutePath),
                        new AuthSettings(
                                section.integer("max_auth_failures", 1, MAX_FAILURES)
                                        .orElse(preset.maxFailures()),
                                seconds(section, "auth_failure_reset", preset.failureReset()),
                                seconds(section, "auth_lockout", preset.lockout()),
                                seconds(section, "session_idle", preset.sessionIdle()),
                                seconds(section, "session_lifetime", preset.sessionLifetime()),
                                section.value("basic", ConfigReader::flag).orElse(preset.basic()),
                                section.value("sessions", ConfigReader::flag)
                                        .orElse(preset.sessions()),
                                section.integer("requests_per_second", 0, MAX_REQUESTS)
                                        .orElse(preset.requestsPerSecond()),
                                section.integer("concurrent_requests", 0, MAX_REQUESTS)
                                        .orElse(preset.concurrentRequests())));
        section.require("certificate_file", https.certificateFile(), "key_file", https.keyFile());
        section.finish();
        return https;
    }

    private static Duration seconds(Section section, String key, Duration preset) {
        OptionalInt seconds = section.integer(key, 1, MAX_AUTH_SECONDS);
        return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : preset;
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    private static Config.Ike readIke(Section section) {
        Config.Ike ike =
                new Config.Ike(
                        section.list("listen", ConfigReader::localAddress),
                        section.integer("port", 1, MAX_PORT).orElse(500),
                        section.integer("nat_port", 1, MAX_PORT).orElse(4500),
                        section.integer("threads", 1, MAX_THREADS));
        section.finish();
        return ike;
    }

    private static Config.Notify readNotify(Section section) {
        Optional<Path> unixSocket = section.value("unix_socket", ConfigReader::absolutePath);
        Config.Notify notify =
                new Config.Notify(
                        section.value("url", text -> receiver(text, unixSocket.isPresent())),
                        unixSocket,
                        section.value("token_file", ConfigReader::absolutePath),
                        section.value("ca_file", ConfigReader::absolutePath));
        section.finish();
        return notify;
    }

    private static URI receiver(String text, boolean overUnixSocket) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme());
            if ((http || ("https".equals(uri.getScheme()) && !overUnixSocket))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getFragment() == null
                    && uri.getPort() <= MAX_PORT) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Falls through to the same sentence.
        }
        throw new IllegalArgumentException(
                overUnixSocket
                        ? "an http URL, such as http://localhost/changes: notify.unix_socket says"
                                + " where to connect"
                        : "an http or https URL without a user, such as"
                                + " https://manager.example/changes; a token goes into"
                                + " notify.token_file");
    }

    private static Config.Lab readLab(Section section) {
        OptionalInt seconds = section.integer("min_sa_life_time", 1, MAX_LAB_LIFE_TIME_SECONDS);
        section.finish();
        return new Config.Lab(
                seconds.isPresent()
                        ? Optional.of(Duration.ofSeconds(seconds.getAsInt()))
                        : Optional.empty());
    }

    private static Path absolutePath(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("an absolute path");
        }
        return path;
    }

    private static Ipv4Address localAddress(String text) {
        String expected = "an IPv4 address of this machine; leave ike.listen out for all of them";
        try {
            Ipv4Address address = Ipv4Address.parse(text);
            if (!address.isThisNetwork()
                    && !address.isMulticast()
                    && !address.isLimitedBroadcast()) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(expected, e);
        }
        throw new IllegalArgumentException(expected);
    }

    private static InetSocketAddress loopbackAddress(String text) {
        return address(text)
                .filter(address -> address.getAddress().isLoopbackAddress())
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "a loopback address with a port, such as 127.0.0.1:8080:"
                                                + " this listener has no authentication"));
    }

    private static InetSocketAddress anyAddress(String text) {
        return address(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "an address with a port, such as 0.0.0.0:443 or"
                                                + " [::]:443"));
    }

    /** Reads {@code 127.0.0.1:port} or {@code [::1]:port}; names are not looked up. */
    private static Optional<InetSocketAddress> address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            InetAddress address =
                    IPV6.matcher(host).matches()
                            ? InetAddress.getByName(host)
                            : Ipv4Address.parse(host).toInetAddress();
            return port >= 0 && port <= MAX_PORT
                    ? Optional.of(new InetSocketAddress(address, port))
                    : Optional.empty();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return Optional.empty();
        }
    }
}
