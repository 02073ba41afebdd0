package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.operation.BodyFuzzer;
import io.edgeipsec.daemon.adapter.CertificateFuzzer;
import io.edgeipsec.daemon.config.ConfigFuzzer;
import io.edgeipsec.ike.crypto.ProtectionFuzzer;
import io.edgeipsec.ike.fuzz.IdentityFuzzer;
import io.edgeipsec.ike.fuzz.IkeSaFuzzer;
import io.edgeipsec.ike.fuzz.MessageFuzzer;
import io.edgeipsec.xfrm.event.NetlinkFuzzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The fuzzer's corpus again, without the fuzzer: what it has found once stays found. */
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/fuzz");

    /** A target, as the fuzzer calls it. */
    @FunctionalInterface
    private interface Target {
        void take(byte[] input) throws Exception;
    }

    static Stream<Arguments> targets() {
        return Stream.of(
                target("message", MessageFuzzer::fuzzerTestOneInput),
                target("protection", ProtectionFuzzer::fuzzerTestOneInput),
                target("ike-sa", IkeSaFuzzer::fuzzerTestOneInput),
                target("identity", IdentityFuzzer::fuzzerTestOneInput),
                target("netlink", NetlinkFuzzer::fuzzerTestOneInput),
                target("body", BodyFuzzer::fuzzerTestOneInput),
                target("certificate", CertificateFuzzer::fuzzerTestOneInput),
                target("config", ConfigFuzzer::fuzzerTestOneInput));
    }

    private static Arguments target(String name, Target target) {
        return Arguments.of(name, target);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void everyInputOfTheCorpus(String name, Target target) throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.list(CORPUS.resolve(name))) {
            inputs = files.sorted().toList();
        }
        assertTrue(inputs.size() > 1, "no corpus of " + name);
        for (Path input : inputs) {
            try {
                target.take(Files.readAllBytes(input));
            } catch (Exception | AssertionError found) {
                throw new AssertionError(input.toString(), found);
            }
        }
    }
}
