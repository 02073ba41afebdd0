package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * libreswan's ipsec.conf and ipsec.secrets (4.10 and later), one behind the other: it reads keys
 * from a file of their own. Texts that its files cannot hold are refused; keys are hexadecimal.
 */
final class LibreswanConfig {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Pattern HOLDS = Pattern.compile("[A-Za-z0-9@._:,=/+* -]+");

    private final PeerSetup setup;
    private final StringBuilder text = new StringBuilder();

    private LibreswanConfig(PeerSetup setup) {
        this.setup = setup;
    }

    static String write(PeerSetup setup) {
        setup.refusePostQuantum("libreswan");
        LibreswanConfig config = new LibreswanConfig(setup);
        config.write();
        return config.text.toString();
    }

    private void write() {
        String file = "/etc/ipsec.d/" + setup.name();
        line("# ==== " + file + ".conf");
        Words.head(text, setup, "#", "ipsec.conf (libreswan 4.10 or later)");
        comments(file);
        int number = 0;
        for (SelectorPair pair : setup.pairs()) {
            connection(++number, pair);
        }
        PresharedKey key = setup.key();
        if (key != null) {
            line("# ==== " + file + ".secrets");
            line(
                    identity(setup.ownId())
                            + " "
                            + identity(setup.remoteId())
                            + " : PSK 0x"
                            + PeerSetup.hex(key));
        }
    }

    private void comments(String file) {
        if (!setup.byCertificate()) {
            line("# Put the part below the second line of ==== into " + file + ".secrets,");
            line("# readable for root only.");
        }
        line("# Then call: ipsec auto --rereadsecrets; ipsec auto --add for each connection, or");
        line("# restart ipsec.");
        if (setup.isRouteBased()) {
            line(
                    "# The tunnel interface is ipsec"
                            + setup.number()
                            + ". Give it an address in the");
            line(
                    "# network of the other end's, "
                            + setup.remoteTunnelAddress().orElseThrow()
                            + ",");
            setup.ownTunnelAddress().ifPresent(own -> line("# which leaves " + own + ","));
            line("# and route what is to be protected into it.");
        }
        if (tooLong(setup.ike().saLifeTime()) || tooLong(setup.tunnel().saLifeTime())) {
            line("# libreswan knows no lifetime above a day; each side keeps its own.");
        }
        if (setup.byCertificate()) {
            line(
                    "# Replace the nickname of the certificate (in NSS); with an elliptic key,"
                            + " authby is");
            line("# ecdsa.");
        }
        if (setup.allowsAdditionalKeyExchange()) {
            line("# The optional ML-KEM is left out: libreswan has none.");
        }
        if (setup.session().settings().ppk() != null) {
            line("# The optional post-quantum pre-shared key is left out.");
        }
    }

    private void connection(int number, SelectorPair pair) {
        line("conn " + setup.name() + "-" + number);
        field("ikev2", "insist");
        field("left", setup.ownAddress());
        field("leftid", identity(setup.ownId()));
        field("leftsubnet", pair.source());
        field("right", setup.remoteAddress());
        field("rightid", identity(setup.remoteId()));
        field("rightsubnet", pair.destination());
        if (setup.byCertificate()) {
            field("authby", "rsa-sha2");
            field("leftcert", "OWN-CERTIFICATE");
            field("leftsendcert", "always");
            field("rightca", "%any");
        } else {
            field("authby", "secret");
        }
        field("ike", proposals(true));
        field("esp", proposals(false));
        field("pfs", setup.tunnel().enablePerfectForwardSecrecy() ? "yes" : "no");
        field("esn", setup.tunnel().extendedSequenceNumbers() ? "either" : "no");
        field("ikelifetime", seconds(setup.ike().saLifeTime()));
        field("salifetime", seconds(setup.tunnel().saLifeTime()));
        if (setup.dpd().enabled()) {
            field("dpddelay", setup.dpd().dpdProbeInterval().toSeconds());
            field("dpdaction", setup.starts() ? "restart" : "hold");
        }
        field("keyingtries", "0");
        if (setup.isRouteBased()) {
            field("ipsec-interface", setup.number());
        }
        field("auto", setup.starts() ? "start" : setup.isRouteBased() ? "add" : "ondemand");
    }

    private static boolean tooLong(Duration lifetime) {
        return lifetime.compareTo(LONGEST) > 0;
    }

    private static String seconds(Duration lifetime) {
        return (tooLong(lifetime) ? LONGEST : lifetime).toSeconds() + "s";
    }

    private String proposals(boolean ike) {
        List<String> proposals = new ArrayList<>();
        for (boolean withDigest : new boolean[] {false, true}) {
            List<EncryptionAlgorithm> ciphers =
                    ike ? setup.ikeCiphers(withDigest) : setup.espCiphers(withDigest);
            if (!ciphers.isEmpty()) {
                proposals.add(
                        Words.join(ciphers, "+", this::cipher)
                                + "-"
                                + digests(ike, withDigest)
                                + groups(ike));
            }
        }
        return String.join(",", proposals);
    }

    private String digests(boolean ike, boolean withDigest) {
        List<DigestAlgorithm> digests =
                ike ? setup.ike().digestAlgorithms() : setup.tunnel().digestAlgorithms();
        if (!ike && !withDigest) {
            return "none";
        }
        return digests.isEmpty()
                ? "sha2_256+sha2_384+sha2_512"
                : Words.join(digests, "+", LibreswanConfig::digest);
    }

    private String groups(boolean ike) {
        if (!ike && !setup.tunnel().enablePerfectForwardSecrecy()) {
            return "";
        }
        List<DhGroup> groups = ike ? setup.ike().dhGroups() : setup.tunnel().dhGroups();
        return "-" + Words.join(groups, "+", this::group);
    }

    private String cipher(EncryptionAlgorithm cipher) {
        return switch (cipher) {
            case AES_128, AES_256 -> "aes" + cipher.keyBits();
            case AES_GCM_128, AES_GCM_192, AES_GCM_256 -> "aes_gcm" + cipher.keyBits();
            case CHACHA20_POLY1305 -> "chacha20_poly1305";
            case NO_ENCRYPTION_AUTH_AES_GMAC_128,
                    NO_ENCRYPTION_AUTH_AES_GMAC_192,
                    NO_ENCRYPTION_AUTH_AES_GMAC_256,
                    NO_ENCRYPTION ->
                    throw setup.notExpressible(
                            "it allows "
                                    + cipher
                                    + ", which is not written for libreswan; allow only AES,"
                                    + " AES_GCM or CHACHA20_POLY1305 in the tunnel-profile");
        };
    }

    private static String digest(DigestAlgorithm digest) {
        return switch (digest) {
            case SHA1 -> "sha1";
            case SHA2_256 -> "sha2_256";
            case SHA2_384 -> "sha2_384";
            case SHA2_512 -> "sha2_512";
        };
    }

    private String group(DhGroup group) {
        if (group == DhGroup.GROUP2) {
            throw setup.notExpressible(
                    "it allows GROUP2, which libreswan is built without; allow GROUP14 or above");
        }
        return "dh" + group.number();
    }

    private String identity(PeerIdentity identity) {
        if (!HOLDS.matcher(identity.text()).matches()) {
            throw setup.notExpressible(
                    "libreswan's files cannot hold the identity "
                            + Words.comment(identity.text())
                            + "; use letters, digits and @ . _ : , = / + * - in it");
        }
        return switch (identity.kind()) {
            case ADDRESS, MAIL -> identity.text();
            case NAME -> "@" + identity.text();
            case DISTINGUISHED_NAME -> '"' + identity.text() + '"';
            case KEY_ID -> "@[" + identity.text() + "]";
        };
    }

    private void field(String name, Object value) {
        line("    " + name + "=" + value);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
