package io.edgeipsec.api.peerconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.PostQuantumPresharedKey;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.api.resource.TunnelPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden texts; those of strongSwan and libreswan also bring tunnels up in the lab. */
class PeerConfigTest {
    private static final String LOCAL_ID = "gateway-a.example";
    private static final String PEER_ID = "admin@gateway-b.example";

    private String name = "branch seven";
    private String localId = LOCAL_ID;
    private String peerId = PEER_ID;
    private String psk = "TESTPSK";
    private AuthenticationMode authentication = AuthenticationMode.PSK;
    private ConnectionInitiationMode mode = ConnectionInitiationMode.INITIATOR;
    private @Nullable PostQuantumPresharedKey ppk;
    private IPSecVPNIKEProfile ike = SystemProfiles.IKE;
    private IPSecVPNTunnelProfile tunnel = SystemProfiles.TUNNEL;

    private ResourceHeader header() {
        return new ResourceHeader("branch.7", name, null, List.of(), false, Stamp.NONE);
    }

    private SessionSettings settings() {
        return new SessionSettings(
                true,
                authentication,
                mode,
                new IPSecVPNLocalEndpoint(
                        Ipv4Address.parse("192.0.2.1"), localId, null, List.of(), List.of()),
                Ipv4Address.parse("203.0.113.9"),
                peerId,
                ike.id(),
                tunnel.id(),
                SystemProfiles.DPD.id(),
                new TcpMssClamping(MssClampingDirection.NONE, null),
                ppk);
    }

    private static IPSecVPNPolicyRule rule(String id, boolean enabled, String source) {
        return new IPSecVPNPolicyRule(
                id,
                id,
                null,
                List.of(Ipv4Subnet.parse(source)),
                List.of(Ipv4Subnet.parse("10.7.0.0/16"), Ipv4Subnet.parse("10.8.0.0/23")),
                enabled,
                false);
    }

    private IPSecVPNSession policyBased() {
        return new PolicyBasedIPSecVPNSession(
                header(),
                settings(),
                List.of(rule("r1", true, "10.1.0.0/24"), rule("r2", false, "10.2.0.0/24")));
    }

    private IPSecVPNSession routeBased(String address) {
        return new RouteBasedIPSecVPNSession(
                header(), settings(), new TunnelPort("port", Ipv4Subnet.parse(address)), null);
    }

    private String write(IPSecVPNSession session, PeerConfigFormat format) {
        boolean byKey = authentication == AuthenticationMode.PSK;
        try (PresharedKey key = PresharedKey.of(psk);
                PresharedKey other = PresharedKey.of("a post-quantum key")) {
            return format.write(
                    new PeerSetup(
                            session,
                            ike,
                            tunnel,
                            SystemProfiles.DPD,
                            byKey ? key : null,
                            ppk == null ? null : other));
        }
    }

    private String refusal(IPSecVPNSession session, PeerConfigFormat format) {
        ApiException refused = assertThrows(ApiException.class, () -> write(session, format));
        assertEquals(ErrorCode.NOT_EXPRESSIBLE, refused.code());
        return String.valueOf(refused.getMessage());
    }

    private static void assertGolden(String name, String text) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        PeerConfigTest.class.getResourceAsStream(name + ".txt"), name)) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), text, name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void policyBased(PeerConfigFormat format) throws IOException {
        tunnel = mixed(List.of());
        ike = ike(List.of(EncryptionAlgorithm.AES_GCM_256, EncryptionAlgorithm.AES_256), List.of());
        assertGolden("policy." + format, write(policyBased(), format));
    }

    @ParameterizedTest
    @EnumSource
    void routeBased(PeerConfigFormat format) throws IOException {
        mode = ConnectionInitiationMode.RESPOND_ONLY;
        assertGolden("route." + format, write(routeBased("192.168.50.1/30"), format));
    }

    @ParameterizedTest
    @EnumSource
    void byCertificate(PeerConfigFormat format) throws IOException {
        authentication = AuthenticationMode.CERTIFICATE;
        assertGolden("certificate." + format, write(routeBased("192.168.50.1/24"), format));
    }

    private static IPSecVPNTunnelProfile mixed(List<AdditionalKeyExchange> additional) {
        return new IPSecVPNTunnelProfile(
                SystemProfiles.TUNNEL.header(),
                List.of(EncryptionAlgorithm.AES_128, EncryptionAlgorithm.AES_GCM_128),
                List.of(DigestAlgorithm.SHA1, DigestAlgorithm.SHA2_256),
                true,
                List.of(DhGroup.GROUP19, DhGroup.GROUP14),
                SystemProfiles.TUNNEL.dfPolicy(),
                Duration.ofHours(8),
                false,
                64,
                additional);
    }

    private static IPSecVPNIKEProfile ike(
            List<EncryptionAlgorithm> ciphers, List<AdditionalKeyExchange> additional) {
        return new IPSecVPNIKEProfile(
                SystemProfiles.IKE.header(),
                SystemProfiles.IKE.ikeVersion(),
                ciphers,
                List.of(DigestAlgorithm.SHA2_384),
                List.of(DhGroup.GROUP20),
                Duration.ofDays(2),
                additional);
    }

    @ParameterizedTest
    @EnumSource
    void nobodyBreaksOutOfAComment(PeerConfigFormat format) {
        name = "x\nconn evil\r\n} evil \u2028# evil";
        for (String line : write(policyBased(), format).lines().toList()) {
            assertTrue(
                    !line.contains("evil") || line.startsWith("#") || line.startsWith("!"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two \"words\"",
                "a # b",
                "back\\slash\"",
                "curly } brace",
                "new } remote { auth = psk",
                "ünï"
            })
    void identitiesAreQuotedOrRefused(String identity) {
        peerId = identity;
        String swanctl = write(policyBased(), PeerConfigFormat.SWANCTL);
        String escaped = identity.replace("\\", "\\\\").replace("\"", "\\\"");
        assertTrue(swanctl.contains("id = \"fqdn:" + escaped + "\"\n"), swanctl);
        assertTrue(
                refusal(policyBased(), PeerConfigFormat.LIBRESWAN).contains("cannot hold"),
                identity);
        assertTrue(
                refusal(policyBased(), PeerConfigFormat.CISCO_IOS).contains("as a word"), identity);
    }

    @ParameterizedTest
    @ValueSource(strings = {"has blank", "what?", "wow!", "käse", "line\nbreak", "}\"#"})
    void keysAreHexadecimalOrRefused(String key) {
        psk = key;
        for (PeerConfigFormat format :
                List.of(PeerConfigFormat.SWANCTL, PeerConfigFormat.LIBRESWAN)) {
            assertFalse(write(policyBased(), format).contains(key), "only its octets");
        }
        String refusal = refusal(policyBased(), PeerConfigFormat.CISCO_IOS);
        assertFalse(refusal.contains(key), "a refusal shows no key");
    }

    @Test
    void identitiesGoByTheirKind() {
        for (String[] each :
                new String[][] {
                    {"192.0.2.7", "\"192.0.2.7\"", "192.0.2.7", "address 192.0.2.7"},
                    {"@name", "\"fqdn:name\"", "@name", "fqdn name"},
                    {"fqdn:name", "\"fqdn:name\"", "@name", "fqdn name"},
                    {"me@name", "\"email:me@name\"", "me@name", "email me@name"},
                    {"keyid:k", "\"keyid:#6b\"", "@[k]", "key-id k"}
                }) {
            localId = each[0];
            assertTrue(write(policyBased(), PeerConfigFormat.SWANCTL).contains(each[1]));
            assertTrue(
                    write(policyBased(), PeerConfigFormat.LIBRESWAN)
                            .contains("rightid=" + each[2] + "\n"));
            assertTrue(
                    write(policyBased(), PeerConfigFormat.CISCO_IOS)
                            .contains(" match identity remote " + each[3]));
        }
        localId = "C=DE, O=Example, CN=a";
        assertTrue(write(policyBased(), PeerConfigFormat.SWANCTL).contains('"' + localId + '"'));
        assertTrue(write(policyBased(), PeerConfigFormat.LIBRESWAN).contains('"' + localId + '"'));
        refusal(policyBased(), PeerConfigFormat.CISCO_IOS);
    }

    @Test
    void whatAFormatLacksIsRefused() {
        ike = ike(List.of(EncryptionAlgorithm.CHACHA20_POLY1305), List.of());
        write(policyBased(), PeerConfigFormat.LIBRESWAN);
        assertTrue(
                refusal(policyBased(), PeerConfigFormat.CISCO_IOS)
                        .contains("no CHACHA20_POLY1305 for IKE"));
        ike = ike(List.of(EncryptionAlgorithm.AES_256), List.of(AdditionalKeyExchange.ML_KEM_768));
        assertTrue(
                write(policyBased(), PeerConfigFormat.SWANCTL)
                        .contains("aes256-sha384-ecp384-ke1_mlkem768"));
        assertTrue(refusal(policyBased(), PeerConfigFormat.LIBRESWAN).contains("RFC 9370"));
        ike =
                ike(
                        List.of(EncryptionAlgorithm.AES_256),
                        List.of(AdditionalKeyExchange.ML_KEM_768, AdditionalKeyExchange.NONE));
        assertFalse(write(policyBased(), PeerConfigFormat.SWANCTL).contains("mlkem"));
        assertTrue(write(policyBased(), PeerConfigFormat.LIBRESWAN).contains("left out"));
    }

    @Test
    void additionalKeyExchangeOfTunnelsGoesToStrongSwanOnly() {
        tunnel = mixed(List.of(AdditionalKeyExchange.ML_KEM_1024));
        String swanctl = write(policyBased(), PeerConfigFormat.SWANCTL);
        assertTrue(swanctl.contains("aes128-sha1-sha256-ecp256-modp2048-ke1_mlkem1024"), swanctl);
        assertFalse(swanctl.contains("mlkem768"), swanctl);
        assertTrue(
                write(policyBased(), PeerConfigFormat.TEXT)
                        .contains("Additional key exchange of rekeys"));
        String refused = refusal(policyBased(), PeerConfigFormat.LIBRESWAN);
        assertTrue(
                refused.contains("tunnel-profile " + SystemProfiles.TUNNEL.displayName()), refused);
        tunnel = mixed(List.of(AdditionalKeyExchange.ML_KEM_1024, AdditionalKeyExchange.NONE));
        assertFalse(write(policyBased(), PeerConfigFormat.SWANCTL).contains("mlkem"));
    }

    @Test
    void postQuantumKeysGoToStrongSwanOnly() {
        ppk = new PostQuantumPresharedKey("the \"id\"", true);
        String swanctl = write(policyBased(), PeerConfigFormat.SWANCTL);
        assertTrue(swanctl.contains("ppk_id = \"the \\\"id\\\"\"\n    ppk_required = yes"));
        assertTrue(swanctl.contains("secret = 0x6120706f73742d7175616e74756d206b6579"));
        assertTrue(refusal(policyBased(), PeerConfigFormat.CISCO_IOS).contains("RFC 8784"));
        ppk = new PostQuantumPresharedKey("id", false);
        assertFalse(write(policyBased(), PeerConfigFormat.LIBRESWAN).contains("6120706f7374"));
    }
}
