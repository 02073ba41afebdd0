package io.edgeipsec.api.peerconfig;

import java.util.stream.Stream;

/** In which language the other side is told. */
public enum PeerConfigFormat {
    /** For people. */
    TEXT("text"),
    /** strongSwan's swanctl.conf. */
    SWANCTL("swanctl"),
    /** libreswan's ipsec.conf and ipsec.secrets. */
    LIBRESWAN("libreswan"),
    /** Commands of Cisco IOS XE. */
    CISCO_IOS("cisco-ios");

    private final String word;

    PeerConfigFormat(String word) {
        this.word = word;
    }

    /** The format that a query names. */
    public static PeerConfigFormat of(String word) {
        return Stream.of(values())
                .filter(format -> format.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(word));
    }

    /**
     * The configuration, with the keys that the setup has.
     *
     * @throws io.edgeipsec.api.error.ApiException with a sentence about what the format cannot say
     */
    public String write(PeerSetup setup) {
        return switch (this) {
            case TEXT -> PlainConfig.write(setup);
            case SWANCTL -> SwanctlConfig.write(setup);
            case LIBRESWAN -> LibreswanConfig.write(setup);
            case CISCO_IOS -> CiscoIosConfig.write(setup);
        };
    }
}
