package io.edgeipsec.daemon.config;

import io.edgeipsec.api.resource.Ipv4Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int MAX_PORT = 65_535;
    private static final int MAX_THREADS = 64;

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
                        readLab(root.section("lab")));
        root.finish();
        return config;
    }

    private static Config.Api readApi(Section section, Path runtimeDir) {
        Section https = section.section("https");
        https.notYet("listen", "HTTPS comes with logins; use api.unix_socket until then");
        https.finish();
        Section http = section.section("http");
        Config.Api api =
                new Config.Api(
                        section.value("unix_socket", ConfigReader::absolutePath)
                                .orElse(runtimeDir.resolve("api.sock")),
                        section.value("unix_socket_group", group -> group),
                        http.value("listen", ConfigReader::loopbackAddress));
        http.finish();
        section.finish();
        return api;
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

    /** Reads {@code 127.0.0.1:port} or {@code [::1]:port}; names are not looked up. */
    private static InetSocketAddress loopbackAddress(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                String host = text.substring(0, colon);
                int port = Integer.parseInt(text.substring(colon + 1));
                InetAddress address =
                        host.equals("[::1]")
                                ? InetAddress.getByAddress(IPV6_LOOPBACK)
                                : Ipv4Address.parse(host).toInetAddress();
                if (port >= 0 && port <= MAX_PORT && address.isLoopbackAddress()) {
                    return new InetSocketAddress(address, port);
                }
            }
        } catch (IllegalArgumentException | UnknownHostException e) {
            // Falls through to the same sentence.
        }
        throw new IllegalArgumentException(
                "a loopback address with a port, such as 127.0.0.1:8080: this listener has no"
                        + " authentication");
    }
}
