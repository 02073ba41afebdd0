package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.SelectorPair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Commands of Cisco IOS XE 16.12 and later: a tunnel interface, which carries the subnets of a
 * policy-based session by an access list (multi-SA VTI). Texts that its command line cannot take
 * are refused.
 */
final class CiscoIosConfig {
    private static final Duration LONGEST_IKE = Duration.ofDays(1);
    private static final Duration LONGEST_TUNNEL = Duration.ofDays(30);
    private static final int MIN_PROBE_SECONDS = 10;
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9@._-]+");

    /** A question mark asks for help; a blank, a quote or an exclamation mark may end the key. */
    private static final Pattern KEY = Pattern.compile("[\\x23-\\x3e\\x40-\\x7e]+");

    private final PeerSetup setup;
    private final StringBuilder text = new StringBuilder();
    private final String name;

    private CiscoIosConfig(PeerSetup setup) {
        this.setup = setup;
        this.name = setup.name();
    }

    static String write(PeerSetup setup) {
        setup.refusePostQuantum("Cisco IOS");
        CiscoIosConfig config = new CiscoIosConfig(setup);
        config.write();
        return config.text.toString();
    }

    private void write() {
        Words.head(text, setup, "!", "Commands of Cisco IOS XE 16.12 or later");
        line("! Enter them after: configure terminal");
        proposals();
        keyring();
        profile();
        List<String> transforms = transforms();
        ipsecProfile(transforms);
        tunnel();
        line("end");
    }

    private void proposals() {
        List<String> names = new ArrayList<>();
        for (boolean withDigest : new boolean[] {false, true}) {
            List<EncryptionAlgorithm> ciphers = setup.ikeCiphers(withDigest);
            if (!ciphers.isEmpty()) {
                String proposal = name + (withDigest ? "-cbc" : "-gcm");
                names.add(proposal);
                line("crypto ikev2 proposal " + proposal);
                line(" encryption " + Words.join(ciphers, " ", this::ikeCipher));
                List<DigestAlgorithm> digests = setup.ike().digestAlgorithms();
                String words =
                        digests.isEmpty()
                                ? "sha256 sha384 sha512"
                                : Words.join(digests, " ", CiscoIosConfig::digest);
                line((withDigest ? " integrity " : " prf ") + words);
                line(" group " + Words.join(setup.ike().dhGroups(), " ", this::group));
            }
        }
        line("crypto ikev2 policy " + name);
        line(" match address local " + setup.ownAddress());
        names.forEach(each -> line(" proposal " + each));
    }

    private void keyring() {
        PresharedKey key = setup.key();
        if (key == null) {
            return;
        }
        line("crypto ikev2 keyring " + name);
        line(" peer " + name);
        line("  address " + setup.remoteAddress());
        line("  pre-shared-key " + word(key));
    }

    private String word(PresharedKey key) {
        byte[] octets = key.copyOctets();
        try {
            String word = new String(octets, StandardCharsets.ISO_8859_1);
            if (!KEY.matcher(word).matches()) {
                throw setup.notExpressible(
                        "Cisco IOS takes a pre-shared key of printable ASCII characters without"
                                + " blanks, double quotes, question marks and exclamation marks;"
                                + " change the session's psk");
            }
            return word;
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    private void profile() {
        if (setup.byCertificate()) {
            line("! Replace OWN-TRUSTPOINT by a trustpoint with the router's certificate and the");
            line("! authority of the other side.");
        }
        if (setup.ike().saLifeTime().compareTo(LONGEST_IKE) > 0) {
            line("! IOS knows no lifetime of an IKE SA above a day; each side keeps its own.");
        }
        line("crypto ikev2 profile " + name);
        line(" match identity remote " + identity(setup.remoteId(), true));
        line(" identity local " + identity(setup.ownId(), false));
        String method = setup.byCertificate() ? "rsa-sig" : "pre-share";
        line(" authentication remote " + method);
        line(" authentication local " + method);
        line(setup.byCertificate() ? " pki trustpoint OWN-TRUSTPOINT" : " keyring local " + name);
        Duration lifetime = setup.ike().saLifeTime();
        line(
                " lifetime "
                        + (lifetime.compareTo(LONGEST_IKE) > 0 ? LONGEST_IKE : lifetime)
                                .toSeconds());
        if (setup.dpd().enabled()) {
            long interval = Math.max(MIN_PROBE_SECONDS, setup.dpd().dpdProbeInterval().toSeconds());
            line(
                    " dpd "
                            + interval
                            + " 5 "
                            + (setup.dpd().dpdProbeMode() == DpdProbeMode.PERIODIC
                                    ? "periodic"
                                    : "on-demand"));
        }
    }

    private List<String> transforms() {
        List<String> names = new ArrayList<>();
        List<DigestAlgorithm> digests = setup.tunnel().digestAlgorithms();
        for (EncryptionAlgorithm cipher : setup.tunnel().encryptionAlgorithms()) {
            if (cipher.needsDigest()) {
                for (DigestAlgorithm digest : digests) {
                    transform(
                            names,
                            espCipher(cipher)
                                    + (digest == DigestAlgorithm.SHA1
                                            ? " esp-sha-hmac"
                                            : " esp-" + digest(digest) + "-hmac"));
                }
            } else {
                transform(names, espCipher(cipher));
            }
        }
        if (names.size() > 6) {
            throw setup.notExpressible(
                    "Cisco IOS takes at most 6 transform sets, and the tunnel-profile allows "
                            + names.size()
                            + " combinations; allow fewer");
        }
        return names;
    }

    private void transform(List<String> names, String what) {
        String set = name + "-" + (names.size() + 1);
        names.add(set);
        line("crypto ipsec transform-set " + set + " " + what);
        line(" mode tunnel");
    }

    private void ipsecProfile(List<String> transforms) {
        Duration lifetime = setup.tunnel().saLifeTime();
        if (lifetime.compareTo(LONGEST_TUNNEL) > 0) {
            throw setup.notExpressible(
                    "Cisco IOS knows no lifetime of a tunnel above 30 days, and the"
                            + " tunnel-profile has "
                            + lifetime.toSeconds()
                            + " seconds");
        }
        line("crypto ipsec profile " + name);
        line(" set transform-set " + String.join(" ", transforms));
        line(" set security-association lifetime seconds " + lifetime.toSeconds());
        if (setup.tunnel().enablePerfectForwardSecrecy()) {
            List<DhGroup> groups = setup.tunnel().dhGroups();
            line(" set pfs group" + group(groups.get(0)));
        }
        line(" set ikev2-profile " + name);
    }

    private void tunnel() {
        String number = String.valueOf(setup.number());
        boolean routeBased = setup.isRouteBased();
        if (!routeBased) {
            line("ip access-list extended " + name);
            for (SelectorPair pair : setup.pairs()) {
                line(" permit ip " + wildcard(pair.source()) + " " + wildcard(pair.destination()));
            }
        } else if (setup.ownTunnelAddress().isEmpty()) {
            line(
                    "! Replace OWN-ADDRESS by a free one in the network of the other end's, "
                            + setup.remoteTunnelAddress().orElseThrow());
        }
        line("interface Tunnel" + number);
        if (routeBased) {
            Ipv4Subnet remote = setup.remoteTunnelAddress().orElseThrow();
            line(
                    " ip address "
                            + setup.ownTunnelAddress()
                                    .map(own -> own.address().toString())
                                    .orElse("OWN-ADDRESS")
                            + " "
                            + mask(remote.prefixLength()));
        } else {
            // Nobody uses it, but without one the interface carries no IP.
            line(
                    " ip address 169.254."
                            + (setup.number() >> 8)
                            + "."
                            + (setup.number() & 0xff)
                            + " 255.255.255.255");
        }
        line(" tunnel source " + setup.ownAddress());
        line(" tunnel mode ipsec ipv4");
        line(" tunnel destination " + setup.remoteAddress());
        if (!routeBased) {
            line(" tunnel protection ipsec policy ipv4 " + name);
        }
        line(" tunnel protection ipsec profile " + name);
        if (routeBased) {
            line("! Route what is to be protected into the tunnel:");
            line("! ip route NETWORK MASK Tunnel" + number);
        } else {
            Set<Ipv4Subnet> remote = new LinkedHashSet<>();
            setup.pairs().forEach(pair -> remote.add(pair.destination()));
            for (Ipv4Subnet subnet : remote) {
                line(
                        "ip route "
                                + subnet.address()
                                + " "
                                + mask(subnet.prefixLength())
                                + " Tunnel"
                                + number);
            }
        }
    }

    private static String wildcard(Ipv4Subnet subnet) {
        return subnet.address() + " " + new Ipv4Address(~bits(subnet.prefixLength()));
    }

    private static Ipv4Address mask(int length) {
        return new Ipv4Address(bits(length));
    }

    private static int bits(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    private String ikeCipher(EncryptionAlgorithm cipher) {
        return switch (cipher) {
            case AES_128, AES_256 -> "aes-cbc-" + cipher.keyBits();
            case AES_GCM_128, AES_GCM_256 -> "aes-gcm-" + cipher.keyBits();
            case AES_GCM_192,
                    CHACHA20_POLY1305,
                    NO_ENCRYPTION_AUTH_AES_GMAC_128,
                    NO_ENCRYPTION_AUTH_AES_GMAC_192,
                    NO_ENCRYPTION_AUTH_AES_GMAC_256,
                    NO_ENCRYPTION ->
                    throw lacks(cipher, "for IKE", "ike-profile");
        };
    }

    private String espCipher(EncryptionAlgorithm cipher) {
        return switch (cipher) {
            case AES_128, AES_256 -> "esp-aes " + cipher.keyBits();
            case AES_GCM_128, AES_GCM_192, AES_GCM_256 -> "esp-gcm " + cipher.keyBits();
            case NO_ENCRYPTION_AUTH_AES_GMAC_128,
                    NO_ENCRYPTION_AUTH_AES_GMAC_192,
                    NO_ENCRYPTION_AUTH_AES_GMAC_256 ->
                    "esp-gmac " + cipher.keyBits();
            case NO_ENCRYPTION -> "esp-null";
            case CHACHA20_POLY1305 -> throw lacks(cipher, "for tunnels", "tunnel-profile");
        };
    }

    private ApiException lacks(EncryptionAlgorithm cipher, String where, String profile) {
        return setup.notExpressible(
                "Cisco IOS has no " + cipher + " " + where + "; do without it in the " + profile);
    }

    private static String digest(DigestAlgorithm digest) {
        return switch (digest) {
            case SHA1 -> "sha1";
            case SHA2_256 -> "sha256";
            case SHA2_384 -> "sha384";
            case SHA2_512 -> "sha512";
        };
    }

    private String group(DhGroup group) {
        if (group == DhGroup.GROUP31) {
            throw setup.notExpressible(
                    "Cisco IOS has no GROUP31; do without it in the profiles, or use GROUP19");
        }
        return String.valueOf(group.number());
    }

    private String identity(PeerIdentity identity, boolean remote) {
        if (!WORD.matcher(identity.text()).matches()) {
            throw setup.notExpressible(
                    "Cisco IOS cannot be given the identity "
                            + Words.comment(identity.text())
                            + " as a word; use letters, digits and @ . _ - in it");
        }
        return switch (identity.kind()) {
            case ADDRESS -> "address " + identity.text() + (remote ? " 255.255.255.255" : "");
            case NAME -> "fqdn " + identity.text();
            case MAIL -> "email " + identity.text();
            case KEY_ID -> "key-id " + identity.text();
            case DISTINGUISHED_NAME ->
                    throw setup.notExpressible(
                            "Cisco IOS compares distinguished names by a certificate map, which"
                                    + " is not written here; use host names as identities");
        };
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
