package io.edgeipsec.daemon.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.state.EspTransform;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerPoliciesTest {
    private static SessionBuilder session() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static PeerPolicy policy(SessionBuilder session) {
        try (SessionIntent intent = session.intent()) {
            return Blueprints.of(intent, TunnelKind.VTI, 1400).peer().orElseThrow();
        }
    }

    private static IPSecVPNIKEProfile ike(
            List<EncryptionAlgorithm> encryption,
            List<DigestAlgorithm> digests,
            List<DhGroup> groups) {
        return new IPSecVPNIKEProfile(
                SystemProfiles.IKE.header(),
                SystemProfiles.IKE.ikeVersion(),
                encryption,
                digests,
                groups,
                Duration.ofHours(6),
                List.of());
    }

    private static io.edgeipsec.ike.model.AdditionalKeyExchange additional(
            AdditionalKeyExchange... allowed) {
        IPSecVPNIKEProfile profile =
                new IPSecVPNIKEProfile(
                        SystemProfiles.IKE.header(),
                        SystemProfiles.IKE.ikeVersion(),
                        List.of(EncryptionAlgorithm.AES_GCM_256),
                        List.of(),
                        List.of(DhGroup.GROUP31),
                        Duration.ofHours(6),
                        List.of(allowed));
        return policy(session().ikeProfile(profile)).proposals().additionalKeyExchange();
    }

    @Test
    void anAdditionalKeyExchangeIsRequiredUnlessNoneIsAllowedToo() {
        assertEquals(io.edgeipsec.ike.model.AdditionalKeyExchange.NONE, additional());
        assertEquals(
                new io.edgeipsec.ike.model.AdditionalKeyExchange(
                        List.of(KeyExchangeMethod.ML_KEM_1024, KeyExchangeMethod.ML_KEM_768), true),
                additional(AdditionalKeyExchange.ML_KEM_1024, AdditionalKeyExchange.ML_KEM_768));
        assertEquals(
                new io.edgeipsec.ike.model.AdditionalKeyExchange(
                        List.of(KeyExchangeMethod.ML_KEM_768), false),
                additional(AdditionalKeyExchange.ML_KEM_768, AdditionalKeyExchange.NONE));
    }

    @Test
    void aChildSaHasItsOwn() {
        IPSecVPNTunnelProfile system = SystemProfiles.TUNNEL;
        IPSecVPNTunnelProfile profile =
                new IPSecVPNTunnelProfile(
                        system.header(),
                        system.encryptionAlgorithms(),
                        system.digestAlgorithms(),
                        true,
                        system.dhGroups(),
                        system.dfPolicy(),
                        system.saLifeTime(),
                        true,
                        1024,
                        List.of(AdditionalKeyExchange.ML_KEM_768, AdditionalKeyExchange.NONE));
        assertEquals(
                new io.edgeipsec.ike.model.AdditionalKeyExchange(
                        List.of(KeyExchangeMethod.ML_KEM_768), false),
                PeerPolicies.esp(profile).additionalKeyExchange());
        assertEquals(
                io.edgeipsec.ike.model.AdditionalKeyExchange.NONE,
                PeerPolicies.esp(system).additionalKeyExchange());
    }

    private static IPSecVPNTunnelProfile tunnel(
            List<EncryptionAlgorithm> encryption, List<DigestAlgorithm> digests, boolean pfs) {
        return new IPSecVPNTunnelProfile(
                SystemProfiles.TUNNEL.header(),
                encryption,
                digests,
                pfs,
                List.of(DhGroup.GROUP20),
                SystemProfiles.TUNNEL.dfPolicy(),
                Duration.ofMinutes(30),
                true,
                1024,
                List.of());
    }

    @Test
    void addressesIdentitiesAndKeyAreTheSessions() {
        PeerPolicy policy = policy(session().peerId("branch7.example.net"));
        assertEquals("branch", policy.session());
        assertEquals(IpAddress.parse("192.0.2.1"), policy.localAddress());
        assertEquals(IpAddress.parse("203.0.113.9"), policy.remoteAddress());
        assertEquals(Identities.parse("192.0.2.1"), policy.localId());
        assertEquals(Identities.parse("fqdn:branch7.example.net"), policy.remoteId());
        Authentication.SharedKey secret = (Authentication.SharedKey) policy.authentication();
        assertEquals(
                SessionBuilder.SECRET,
                new String(secret.key().toByteArray(), StandardCharsets.UTF_8),
                "a copy: the intent's own is closed by now");
        assertTrue(!policy.toString().contains(SessionBuilder.SECRET));
    }

    @Test
    void digestsServeAsIntegrityAndAsPrf() {
        PeerPolicy policy =
                policy(
                        session()
                                .ikeProfile(
                                        ike(
                                                List.of(EncryptionAlgorithm.AES_256),
                                                List.of(
                                                        DigestAlgorithm.SHA2_512,
                                                        DigestAlgorithm.SHA1),
                                                List.of(DhGroup.GROUP31, DhGroup.GROUP14))));
        IkeProposalPolicy proposals = policy.proposals();
        assertEquals(
                List.of(IntegrityAlgorithm.HMAC_SHA2_512_256, IntegrityAlgorithm.HMAC_SHA1_96),
                proposals.integrity());
        assertEquals(List.of(Prf.HMAC_SHA2_512, Prf.HMAC_SHA1), proposals.prf());
        assertEquals(
                List.of(
                        KeyExchangeMethod.of(31).orElseThrow(),
                        KeyExchangeMethod.of(14).orElseThrow()),
                proposals.keyExchange());
        assertEquals(Duration.ofHours(6), policy.ikeLifetime());
    }

    @Test
    void aeadsWithoutDigestLeaveThePrfToUs() {
        IkeProposalPolicy proposals =
                policy(
                                session()
                                        .ikeProfile(
                                                ike(
                                                        List.of(EncryptionAlgorithm.AES_GCM_256),
                                                        List.of(),
                                                        List.of(DhGroup.GROUP14))))
                        .proposals();
        assertEquals(List.of(), proposals.integrity());
        assertEquals(
                List.of(Prf.HMAC_SHA2_256, Prf.HMAC_SHA2_384, Prf.HMAC_SHA2_512), proposals.prf());
    }

    @Test
    void groupsOfTheTunnelCountOnlyWithPerfectForwardSecrecy() {
        IPSecVPNTunnelProfile with =
                tunnel(List.of(EncryptionAlgorithm.AES_GCM_128), List.of(), true);
        IPSecVPNTunnelProfile without =
                tunnel(List.of(EncryptionAlgorithm.AES_GCM_128), List.of(), false);
        assertEquals(
                List.of(KeyExchangeMethod.of(20).orElseThrow()),
                PeerPolicies.esp(with).keyExchange());
        assertEquals(List.of(), PeerPolicies.esp(without).keyExchange());
        assertTrue(PeerPolicies.esp(with).extendedSequenceNumbers());
        assertEquals(
                Duration.ofMinutes(30),
                policy(session().tunnelProfile(with)).children().get(0).lifetime());
    }

    /** Every algorithm of the API is one of IKE's, and what it leads to is one of the kernel's. */
    @Test
    void everyAlgorithmIsKnownAllTheWayToTheKernel() {
        Set<Encryption> encryptions = new HashSet<>();
        Set<EspTransform> transforms = new HashSet<>();
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            for (DigestAlgorithm digest : DigestAlgorithm.values()) {
                EspProposalPolicy esp =
                        PeerPolicies.esp(tunnel(List.of(algorithm), List.of(digest), true));
                encryptions.addAll(esp.encryption());
                List<EspTransform> led = EspTransforms.of(esp);
                assertEquals(1, led.size());
                assertEquals(algorithm.keyBits(), led.get(0).keyBits(), algorithm::toString);
                transforms.addAll(led);
            }
        }
        assertEquals(EncryptionAlgorithm.values().length, encryptions.size());
        // AES-CBC in two sizes and NULL, each with every digest; the others stand alone.
        assertEquals(
                3 * DigestAlgorithm.values().length + EncryptionAlgorithm.values().length - 3,
                transforms.size());
    }

    @Test
    void everyGroupIsKnown() {
        IkeProposalPolicy proposals =
                policy(
                                session()
                                        .ikeProfile(
                                                ike(
                                                        List.of(EncryptionAlgorithm.AES_GCM_256),
                                                        List.of(),
                                                        Arrays.asList(DhGroup.values()))))
                        .proposals();
        assertEquals(
                Arrays.stream(DhGroup.values()).map(DhGroup::number).toList(),
                proposals.keyExchange().stream().map(KeyExchangeMethod::id).toList());
    }

    @Test
    void deadPeerDetectionIsAsItsProfileSays() {
        assertEquals(
                new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofSeconds(60), 10),
                policy(session()).dpd());
        assertEquals(
                DpdPolicy.Mode.ON_DEMAND,
                policy(session().dpdProfile(dpd(true, DpdProbeMode.ON_DEMAND))).dpd().mode());
        assertEquals(
                DpdPolicy.Mode.DISABLED,
                policy(session().dpdProfile(dpd(false, DpdProbeMode.PERIODIC))).dpd().mode());
    }

    private static IPSecVPNDPDProfile dpd(boolean enabled, DpdProbeMode mode) {
        return new IPSecVPNDPDProfile(
                SystemProfiles.DPD.header(), enabled, mode, Duration.ofSeconds(30), 5);
    }

    @Test
    void initiationModesAreTheSame() {
        for (ConnectionInitiationMode mode : ConnectionInitiationMode.values()) {
            assertEquals(InitiationMode.valueOf(mode.name()), policy(session().mode(mode)).mode());
        }
    }
}
