package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.PostQuantumPresharedKey;
import io.edgeipsec.api.resource.SelectorPair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * strongSwan's swanctl.conf (5.9.8 and later). Texts stand in quotes, where a backslash takes the
 * meaning from a quote and from itself; keys are hexadecimal.
 */
final class SwanctlConfig {
    private final PeerSetup setup;
    private final StringBuilder text = new StringBuilder();

    private SwanctlConfig(PeerSetup setup) {
        this.setup = setup;
    }

    static String write(PeerSetup setup) {
        SwanctlConfig config = new SwanctlConfig(setup);
        config.write();
        return config.text.toString();
    }

    private void write() {
        Words.head(text, setup, "#", "swanctl.conf (strongSwan 5.9.8 or later)");
        line("# Put it into /etc/swanctl/conf.d and call: swanctl --load-all");
        comments();
        line("connections {");
        line("  " + setup.name() + " {");
        connection();
        line("  }");
        line("}");
        secrets();
    }

    private void comments() {
        if (setup.isRouteBased()) {
            String interfaceName = interfaceName();
            line("# Before, make the tunnel interface, and route what is to be protected into it:");
            line("#   ip link add " + interfaceName + " type xfrm if_id " + setup.number());
            line("#   ip link set " + interfaceName + " up");
            line(
                    "#   ip address add "
                            + setup.ownTunnelAddress()
                                    .map(Object::toString)
                                    .orElse(
                                            "ADDRESS/"
                                                    + setup.remoteTunnelAddress()
                                                            .orElseThrow()
                                                            .prefixLength())
                            + " dev "
                            + interfaceName);
            line("#   ip route add NETWORK dev " + interfaceName);
            line("# The other end of the tunnel has " + setup.remoteTunnelAddress().orElseThrow());
        }
        if (setup.allowsAdditionalKeyExchange()) {
            line(
                    setup.requiresAdditionalKeyExchange()
                            ? "# ML-KEM (ke1_...) needs strongSwan 6.0 with the ml plugin."
                            : "# strongSwan 6.0 could also be allowed ML-KEM; it is left out.");
        }
        if (setup.byCertificate()) {
            line("# Replace the file names of certificates; the private key goes to");
            line("# /etc/swanctl/private.");
        }
    }

    private String interfaceName() {
        return "ipsec" + setup.number();
    }

    private void connection() {
        field("version", "2");
        field("local_addrs", setup.ownAddress().toString());
        field("remote_addrs", setup.remoteAddress().toString());
        field("proposals", String.join(", ", ikeProposals()));
        lifetimes(setup.ike().saLifeTime(), "over_time");
        if (setup.dpd().enabled()) {
            field("dpd_delay", setup.dpd().dpdProbeInterval().toSeconds() + "s");
        }
        field("keyingtries", "0");
        field("mobike", "no");
        PostQuantumPresharedKey ppk = setup.session().settings().ppk();
        if (ppk != null) {
            field("ppk_id", quoted(ppk.id()));
            field("ppk_required", ppk.required() ? "yes" : "no");
        }
        String auth = setup.byCertificate() ? "pubkey" : "psk";
        line("    local {");
        line("      auth = " + auth);
        line("      id = " + identity(setup.ownId()));
        if (setup.byCertificate()) {
            line("      certs = OWN-CERTIFICATE.pem");
        }
        line("    }");
        line("    remote {");
        line("      auth = " + auth);
        line("      id = " + identity(setup.remoteId()));
        if (setup.byCertificate()) {
            line("      cacerts = AUTHORITY-OF-THE-OTHER-SIDE.pem");
        }
        line("    }");
        line("    children {");
        int number = 0;
        for (SelectorPair pair : setup.pairs()) {
            child(++number, pair);
        }
        line("    }");
    }

    /** Rekeyed at nine tenths, so that it is done when the lifetime ends. */
    private void lifetimes(Duration lifetime, String rest) {
        long seconds = lifetime.toSeconds();
        field("rekey_time", seconds * 9 / 10 + "s");
        field(rest, seconds - seconds * 9 / 10 + "s");
    }

    private void child(int number, SelectorPair pair) {
        long seconds = setup.tunnel().saLifeTime().toSeconds();
        boolean starts = setup.starts();
        line("      " + setup.name() + "-" + number + " {");
        line("        local_ts = " + pair.source());
        line("        remote_ts = " + pair.destination());
        line("        esp_proposals = " + String.join(", ", espProposals()));
        line("        rekey_time = " + seconds * 9 / 10 + "s");
        line("        life_time = " + seconds + "s");
        line("        start_action = " + (starts ? "trap|start" : "trap"));
        line("        close_action = " + (starts ? "start" : "trap"));
        line("        dpd_action = " + (starts ? "restart" : "trap"));
        if (setup.isRouteBased()) {
            line("        if_id_in = " + setup.number());
            line("        if_id_out = " + setup.number());
        }
        line("      }");
    }

    private void secrets() {
        PresharedKey key = setup.key();
        PresharedKey ppk = setup.postQuantumKey();
        PostQuantumPresharedKey named = setup.session().settings().ppk();
        if (key == null && (ppk == null || named == null)) {
            return;
        }
        line("secrets {");
        if (key != null) {
            line("  ike-" + setup.name() + " {");
            line("    id-1 = " + identity(setup.ownId()));
            line("    id-2 = " + identity(setup.remoteId()));
            line("    secret = 0x" + PeerSetup.hex(key));
            line("  }");
        }
        if (ppk != null && named != null) {
            line("  ppk-" + setup.name() + " {");
            line("    id = " + quoted(named.id()));
            line("    secret = 0x" + PeerSetup.hex(ppk));
            line("  }");
        }
        line("}");
    }

    private List<String> ikeProposals() {
        List<String> proposals = new ArrayList<>();
        for (boolean withDigest : new boolean[] {false, true}) {
            List<EncryptionAlgorithm> ciphers = setup.ikeCiphers(withDigest);
            if (!ciphers.isEmpty()) {
                List<String> words = new ArrayList<>();
                ciphers.forEach(cipher -> words.add(cipher(cipher)));
                List<DigestAlgorithm> digests = setup.ike().digestAlgorithms();
                if (withDigest) {
                    digests.forEach(digest -> words.add(digest(digest)));
                } else if (digests.isEmpty()) {
                    words.addAll(List.of("prfsha256", "prfsha384", "prfsha512"));
                } else {
                    digests.forEach(digest -> words.add("prf" + digest(digest)));
                }
                setup.ike().dhGroups().forEach(group -> words.add(group(group)));
                setup.ikeKeyExchangesDemanded()
                        .forEach(each -> words.add("ke1_" + additional(each)));
                proposals.add(String.join("-", words));
            }
        }
        return proposals;
    }

    private List<String> espProposals() {
        List<String> proposals = new ArrayList<>();
        for (boolean withDigest : new boolean[] {false, true}) {
            List<EncryptionAlgorithm> ciphers = setup.espCiphers(withDigest);
            if (!ciphers.isEmpty()) {
                List<String> words = new ArrayList<>();
                ciphers.forEach(cipher -> words.add(cipher(cipher)));
                if (withDigest) {
                    setup.tunnel().digestAlgorithms().forEach(d -> words.add(digest(d)));
                }
                if (setup.tunnel().enablePerfectForwardSecrecy()) {
                    setup.tunnel().dhGroups().forEach(group -> words.add(group(group)));
                }
                setup.espKeyExchangesDemanded()
                        .forEach(each -> words.add("ke1_" + additional(each)));
                if (setup.tunnel().extendedSequenceNumbers()) {
                    words.addAll(List.of("esn", "noesn"));
                }
                proposals.add(String.join("-", words));
            }
        }
        return proposals;
    }

    private static String cipher(EncryptionAlgorithm cipher) {
        return switch (cipher) {
            case AES_128, AES_256 -> "aes" + cipher.keyBits();
            case AES_GCM_128, AES_GCM_192, AES_GCM_256 -> "aes" + cipher.keyBits() + "gcm16";
            case CHACHA20_POLY1305 -> "chacha20poly1305";
            case NO_ENCRYPTION_AUTH_AES_GMAC_128,
                    NO_ENCRYPTION_AUTH_AES_GMAC_192,
                    NO_ENCRYPTION_AUTH_AES_GMAC_256 ->
                    "aes" + cipher.keyBits() + "gmac";
            case NO_ENCRYPTION -> "null";
        };
    }

    private static String digest(DigestAlgorithm digest) {
        return switch (digest) {
            case SHA1 -> "sha1";
            case SHA2_256 -> "sha256";
            case SHA2_384 -> "sha384";
            case SHA2_512 -> "sha512";
        };
    }

    private static String group(DhGroup group) {
        return switch (group) {
            case GROUP2 -> "modp1024";
            case GROUP5 -> "modp1536";
            case GROUP14 -> "modp2048";
            case GROUP15 -> "modp3072";
            case GROUP16 -> "modp4096";
            case GROUP19 -> "ecp256";
            case GROUP20 -> "ecp384";
            case GROUP21 -> "ecp521";
            case GROUP31 -> "curve25519";
        };
    }

    private static String additional(AdditionalKeyExchange exchange) {
        return switch (exchange) {
            case ML_KEM_768 -> "mlkem768";
            case ML_KEM_1024 -> "mlkem1024";
            case NONE -> "none";
        };
    }

    private static String identity(PeerIdentity identity) {
        return switch (identity.kind()) {
            case ADDRESS, DISTINGUISHED_NAME -> quoted(identity.text());
            case NAME -> quoted("fqdn:" + identity.text());
            case MAIL -> quoted("email:" + identity.text());
            case KEY_ID ->
                    "\"keyid:#"
                            + HexFormat.of()
                                    .formatHex(identity.text().getBytes(StandardCharsets.UTF_8))
                            + '"';
        };
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private void field(String name, String value) {
        line("    " + name + " = " + value);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
