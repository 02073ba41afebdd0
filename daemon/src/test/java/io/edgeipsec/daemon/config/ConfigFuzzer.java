package io.edgeipsec.daemon.config;

import java.nio.charset.StandardCharsets;

/** Configuration files: each is read, or refused with a line for every fault. */
public final class ConfigFuzzer {
    private ConfigFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            ConfigReader.read(new String(data, StandardCharsets.UTF_8), "fuzz.yaml");
        } catch (ConfigException refused) {
            if (String.valueOf(refused.getMessage()).isEmpty()) {
                throw new AssertionError("refused without a word", refused);
            }
        }
    }
}
