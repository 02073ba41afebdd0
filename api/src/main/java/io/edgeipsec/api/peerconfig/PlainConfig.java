package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.PostQuantumPresharedKey;
import io.edgeipsec.api.resource.SelectorPair;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For a person at the other side, whatever gateway that has. */
final class PlainConfig {
    private final StringBuilder text = new StringBuilder();

    private PlainConfig() {}

    static String write(PeerSetup setup) {
        PlainConfig config = new PlainConfig();
        config.write(setup.session().settings().ppk(), setup);
        return config.text.toString();
    }

    private void write(@Nullable PostQuantumPresharedKey ppk, PeerSetup setup) {
        Words.head(text, setup, "#", "Settings");
        line("# Own is the side that this is for, remote the one that it comes from.");
        line("");
        field("IKE version", "IKEv2");
        field("Own address", setup.ownAddress());
        field("Own identity", Words.comment(setup.session().settings().peerId()));
        field("Remote address", setup.remoteAddress());
        field(
                "Remote identity",
                Words.comment(setup.session().settings().localEndpoint().localId()));
        field(
                "Role",
                setup.starts()
                        ? "starts: the remote side only answers"
                        : "answers; starting is allowed");
        PresharedKey key = setup.key();
        if (key == null) {
            field("Authentication", "certificates of authorities that the other side trusts");
        } else {
            field("Authentication", "pre-shared key");
            field("Pre-shared key, in hexadecimal", "0x" + PeerSetup.hex(key));
            field("Pre-shared key, as text", readable(key));
        }
        PresharedKey postQuantum = setup.postQuantumKey();
        if (ppk != null && postQuantum != null) {
            field("Post-quantum key (RFC 8784)", ppk.required() ? "required" : "optional");
            field("Post-quantum key, id", Words.comment(ppk.id()));
            field("Post-quantum key, in hexadecimal", "0x" + PeerSetup.hex(postQuantum));
        }
        line("");
        field("IKE encryption", ciphers(setup.ike().encryptionAlgorithms()));
        field(
                "IKE digest (integrity, PRF)",
                digests(setup.ike().digestAlgorithms(), "PRF of SHA2_256, SHA2_384 or SHA2_512"));
        field("IKE groups", groups(setup.ike().dhGroups()));
        additional("IKE additional key exchange", setup.ike().additionalKeyExchanges());
        field("IKE SA lifetime", setup.ike().saLifeTime().toSeconds() + " seconds");
        field(
                "Dead peer detection",
                setup.dpd().enabled()
                        ? setup.dpd().dpdProbeMode()
                                + ", after "
                                + setup.dpd().dpdProbeInterval().toSeconds()
                                + " seconds"
                        : "off");
        line("");
        field("Tunnel", "ESP, tunnel mode");
        field("Tunnel encryption", ciphers(setup.tunnel().encryptionAlgorithms()));
        field("Tunnel digest", digests(setup.tunnel().digestAlgorithms(), "none"));
        field(
                "Perfect forward secrecy",
                setup.tunnel().enablePerfectForwardSecrecy()
                        ? groups(setup.tunnel().dhGroups())
                        : "off");
        additional("Additional key exchange of rekeys", setup.tunnel().additionalKeyExchanges());
        field(
                "Extended sequence numbers",
                setup.tunnel().extendedSequenceNumbers() ? "offered" : "refused");
        field("Tunnel lifetime", setup.tunnel().saLifeTime().toSeconds() + " seconds");
        line("");
        if (setup.isRouteBased()) {
            field("Kind", "route-based, with a tunnel interface (VTI)");
            field("Remote tunnel address", setup.remoteTunnelAddress().orElseThrow());
            setup.ownTunnelAddress().ifPresent(own -> field("Own tunnel address", own));
        } else {
            field("Kind", "policy-based, with one Child SA for each pair");
        }
        int number = 0;
        for (SelectorPair pair : setup.pairs()) {
            field("Traffic " + ++number, "own " + pair.source() + ", remote " + pair.destination());
        }
    }

    private void additional(String name, List<AdditionalKeyExchange> allowed) {
        if (!allowed.isEmpty()) {
            field(name, Words.join(allowed, ", ", AdditionalKeyExchange::name));
        }
    }

    private static String ciphers(List<EncryptionAlgorithm> ciphers) {
        return Words.join(ciphers, ", ", EncryptionAlgorithm::name);
    }

    private static String digests(List<DigestAlgorithm> digests, String none) {
        return digests.isEmpty() ? none : Words.join(digests, ", ", DigestAlgorithm::name);
    }

    private static String groups(List<DhGroup> groups) {
        return Words.join(groups, ", ", DhGroup::name);
    }

    /** With control characters it is no text that could be typed. */
    private static String readable(PresharedKey key) {
        byte[] octets = key.copyOctets();
        try {
            String word = new String(octets, StandardCharsets.UTF_8);
            return word.equals(word.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?"))
                    ? word
                    : "has characters that cannot be shown";
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    private void field(String name, Object value) {
        text.append(String.format("%-33s %s", name + ":", value)).append('\n');
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
