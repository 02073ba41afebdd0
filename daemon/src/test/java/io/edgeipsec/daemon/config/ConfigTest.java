package io.edgeipsec.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.resource.Ipv4Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {

    private static final Path EXAMPLE = Path.of("..", "packaging", "edge-ipsecd.yaml.example");

    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private static Config read(String text) {
        try {
            return ConfigReader.read(text, "f.yaml");
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> errors(String text) {
        return List.of(
                String.valueOf(
                                assertThrows(
                                                ConfigException.class,
                                                () -> ConfigReader.read(text, "f.yaml"))
                                        .getMessage())
                        .split("\n", -1));
    }

    @Test
    void defaults() {
        assertEquals(
                new Config(
                        Path.of("/var/lib/edge-ipsec"),
                        Path.of("/run/edge-ipsec"),
                        Config.LogLevel.INFO,
                        new Config.Api(
                                Path.of("/run/edge-ipsec/api.sock"),
                                Optional.empty(),
                                new Config.Https(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        AuthSettings.DEFAULTS),
                                Optional.empty()),
                        new Config.Ike(List.of(), 500, 4500, OptionalInt.empty()),
                        Config.Kernel.XFRM,
                        Config.TunnelInterface.AUTO,
                        Config.OnStop.BLOCK,
                        new Config.Notify(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        new Config.Lab(Optional.empty())),
                Config.defaults());
    }

    @Test
    void everyKey() throws IOException {
        assertEquals(
                new Config(
                        Path.of("/a"),
                        Path.of("/b"),
                        Config.LogLevel.DEBUG,
                        new Config.Api(
                                Path.of("/c"),
                                Optional.of("vpn"),
                                new Config.Https(
                                        Optional.of(
                                                new InetSocketAddress(
                                                        InetAddress.getByAddress(IPV6_LOOPBACK),
                                                        8443)),
                                        Optional.of(Path.of("/d")),
                                        Optional.of(Path.of("/e")),
                                        new AuthSettings(
                                                3,
                                                Duration.ofSeconds(4),
                                                Duration.ofSeconds(5),
                                                Duration.ofSeconds(6),
                                                Duration.ofSeconds(7),
                                                false,
                                                false,
                                                0,
                                                8)),
                                Optional.of(
                                        new InetSocketAddress(
                                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                                                8080))),
                        new Config.Ike(
                                List.of(
                                        Ipv4Address.parse("192.0.2.1"),
                                        Ipv4Address.parse("127.0.0.2")),
                                1500,
                                14500,
                                OptionalInt.of(3)),
                        Config.Kernel.MEMORY,
                        Config.TunnelInterface.VTI,
                        Config.OnStop.CLEAR,
                        new Config.Notify(
                                Optional.of(URI.create("http://manager/changes")),
                                Optional.of(Path.of("/d")),
                                Optional.of(Path.of("/e")),
                                Optional.of(Path.of("/f"))),
                        new Config.Lab(Optional.of(Duration.ofSeconds(20)))),
                read(
                        """
                        state_dir: /a
                        runtime_dir: /b
                        log_level: debug
                        api:
                          unix_socket: /c
                          unix_socket_group: vpn
                          https:
                            listen: "[::1]:8443"
                            certificate_file: /d
                            key_file: /e
                            max_auth_failures: 3
                            auth_failure_reset: 4
                            auth_lockout: 5
                            session_idle: 6
                            session_lifetime: 7
                            basic: false
                            sessions: false
                            requests_per_second: 0
                            concurrent_requests: 8
                          http: { listen: "127.0.0.1:8080" }
                        ike:
                          listen: [192.0.2.1, 127.0.0.2]
                          port: 1500
                          nat_port: 14500
                          threads: 3
                        kernel: memory
                        tunnel_interface: vti
                        on_stop: clear
                        notify:
                          url: http://manager/changes
                          unix_socket: /d
                          token_file: /e
                          ca_file: /f
                        lab:
                          min_sa_life_time: 20
                        """));
    }

    @Test
    void theSocketIsInTheRuntimeDirectory() {
        assertEquals(Path.of("/tmp/x/api.sock"), read("runtime_dir: /tmp/x").api().unixSocket());
    }

    @Test
    void theShippedExampleIsTheDefaults() throws Exception {
        assertEquals(Config.defaults(), Config.load(EXAMPLE));
        List<String> lines = Files.readAllLines(EXAMPLE, StandardCharsets.UTF_8);
        int keys = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank() || lines.get(i).strip().startsWith("#")) {
                continue;
            }
            List<String> rest = new ArrayList<>(lines);
            if (lines.get(i).strip().endsWith(":")) {
                // Without its name, what is below would be misplaced: the whole section goes.
                int indent = indent(lines.get(i));
                int end = i + 1;
                while (end < lines.size()
                        && (lines.get(end).isBlank() || indent(lines.get(end)) > indent)) {
                    end++;
                }
                rest.subList(i, end).clear();
            } else {
                rest.remove(i);
                keys++;
            }
            assertEquals(Config.defaults(), read(String.join("\n", rest)), lines.get(i));
        }
        assertEquals(30, keys, "keys in the example");
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    @Test
    void allThatIsWrongIsSaidAtOnceWithItsPlace() {
        List<String> errors =
                errors(
                        """
                        state_dri: /a
                        api:
                          http:
                            listen: 192.0.2.1:80
                          unix_sokcet: /s
                          https: { listen: vpn.example:443, key_file: /k }
                        ike:
                          port: 70000
                          listen: [host.example, 224.0.0.1]
                          threads: many
                        kernel: bsd
                        on_stop: [block]
                        lab: 3
                        """);
        assertTrue(
                errors.contains("f.yaml:1:1: unknown key state_dri; did you mean state_dir?"),
                errors::toString);
        assertTrue(
                errors.contains(
                        "f.yaml:5:3: unknown key api.unix_sokcet; did you mean api.unix_socket?"),
                errors::toString);
        assertTrue(
                errors.contains(
                        "f.yaml:8:9: ike.port is 70000; expected an integer from 1 to 65535"),
                errors::toString);
        assertTrue(
                errors.contains("f.yaml:11:9: kernel is bsd; expected xfrm or memory"),
                errors::toString);
        assertTrue(
                errors.toString().contains("f.yaml:6:20: api.https.listen is vpn.example:443"),
                errors::toString);
        assertTrue(
                errors.contains(
                        "f.yaml: api.https.key_file is there without api.https.certificate_file"),
                errors::toString);
        assertTrue(errors.toString().contains("f.yaml:4:13: api.http.listen is 192.0.2.1:80"));
        assertTrue(
                errors.contains("f.yaml:12:10: on_stop must be a single value"), errors::toString);
        assertTrue(errors.contains("f.yaml:13:6: lab must be a mapping"), errors::toString);
        assertEquals(12, errors.size(), errors::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: b: c | f.yaml:1:5: not YAML: ",
                "[1, 2] | f.yaml:1:1: the file must be a mapping",
                "'kernel: xfrm\nkernel: xfrm' | f.yaml:2:1: kernel is there twice",
                "state_dir: relative | f.yaml:1:12: state_dir is relative; expected an absolute"
                        + " path",
                "api.unix_socket: /s | f.yaml:1:1: unknown key api.unix_socket",
                "on_stop: Block | f.yaml:1:10: on_stop is Block; expected block or clear",
                "'a: &a { b: *a }' | f.yaml:1:1: unknown key a; known here: api, ",
                "'? [x] : y' | f.yaml:1:3: a key must be a word",
                "'--- {}\n--- {}' | f.yaml",
                "'lab: { min_sa_life_time: 0 }' | f.yaml:1:26: lab.min_sa_life_time is 0",
                "'notify: { url: \"ftp://a/b\" }' | f.yaml:1:16: notify.url is ftp://a/b; expected",
                "'notify: { url: \"http://u:p@a/\" }' | f.yaml:1:16: notify.url is http://u:p@a/",
                "'notify: { unix_socket: /s, url: \"https://a\" }' | f.yaml:1:33: notify.url is",
                "'api: { http: { listen: \"localhost:80\" } }' | f.yaml:1:24: api.http.listen is",
                "'api: { http: { listen: \"127.0.0.1:65536\" } }' | f.yaml:1:24: api.http.listen"
                        + " is",
            })
    void whatIsNotUnderstoodIsRefused(String text, String error) {
        assertTrue(errors(text).get(0).startsWith(error), () -> errors(text).toString());
    }

    @Test
    void loopbackOfEitherFamilyServesTheDevelopmentListener() {
        assertEquals(
                8080,
                read("api: { http: { listen: \"[::1]:8080\" } }")
                        .api()
                        .http()
                        .orElseThrow()
                        .getPort());
        assertEquals(
                "127.9.9.9",
                read("api: { http: { listen: \"127.9.9.9:1\" } }")
                        .api()
                        .http()
                        .orElseThrow()
                        .getAddress()
                        .getHostAddress());
    }

    @Test
    void aFileThatIsNoneIsNamed(@TempDir Path directory) throws IOException {
        assertThrows(IOException.class, () -> Config.load(directory.resolve("absent")));
        Path large = directory.resolve("large");
        Files.writeString(large, "#".repeat(70_000));
        assertTrue(
                String.valueOf(
                                assertThrows(ConfigException.class, () -> Config.load(large))
                                        .getMessage())
                        .contains("larger than 65536"));
        Path latin = directory.resolve("latin");
        Files.write(latin, "# é".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(
                String.valueOf(
                                assertThrows(ConfigException.class, () -> Config.load(latin))
                                        .getMessage())
                        .contains("not UTF-8"));
    }
}
