package io.edgeipsec.api.validation;

import static io.edgeipsec.api.resource.DigestAlgorithm.SHA1;
import static io.edgeipsec.api.resource.DigestAlgorithm.SHA2_256;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.AES_128;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.AES_256;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.AES_GCM_128;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.CHACHA20_POLY1305;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.NO_ENCRYPTION;
import static io.edgeipsec.api.resource.EncryptionAlgorithm.NO_ENCRYPTION_AUTH_AES_GMAC_256;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.DfPolicy;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.IkeVersion;
import io.edgeipsec.api.resource.SystemProfiles;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileChecksTest {

    private static IPSecVPNIKEProfile ike(
            IkeVersion version,
            List<EncryptionAlgorithm> ciphers,
            List<DigestAlgorithm> digests,
            List<DhGroup> groups) {
        return new IPSecVPNIKEProfile(
                SystemProfiles.IKE.header(),
                version,
                ciphers,
                digests,
                groups,
                Duration.ofDays(1),
                List.of());
    }

    private static IPSecVPNIKEProfile ike(AdditionalKeyExchange... additional) {
        return new IPSecVPNIKEProfile(
                SystemProfiles.IKE.header(),
                IkeVersion.IKE_V2,
                List.of(AES_GCM_128),
                List.of(),
                List.of(DhGroup.GROUP31),
                Duration.ofDays(1),
                List.of(additional));
    }

    private static IPSecVPNTunnelProfile tunnel(
            List<EncryptionAlgorithm> ciphers,
            List<DigestAlgorithm> digests,
            boolean forwardSecrecy,
            DhGroup group) {
        return new IPSecVPNTunnelProfile(
                SystemProfiles.TUNNEL.header(),
                ciphers,
                digests,
                forwardSecrecy,
                List.of(group),
                DfPolicy.COPY,
                Duration.ofHours(1),
                true,
                1024,
                List.of());
    }

    private static IPSecVPNTunnelProfile tunnel(boolean esn, int antiReplayWindow) {
        return new IPSecVPNTunnelProfile(
                SystemProfiles.TUNNEL.header(),
                List.of(AES_GCM_128),
                List.of(),
                true,
                List.of(DhGroup.GROUP14),
                DfPolicy.COPY,
                Duration.ofHours(1),
                esn,
                antiReplayWindow,
                List.of());
    }

    private static IPSecVPNTunnelProfile tunnel(
            boolean forwardSecrecy, AdditionalKeyExchange... additional) {
        return new IPSecVPNTunnelProfile(
                SystemProfiles.TUNNEL.header(),
                List.of(AES_GCM_128),
                List.of(),
                forwardSecrecy,
                List.of(DhGroup.GROUP14),
                DfPolicy.COPY,
                Duration.ofHours(1),
                true,
                1024,
                List.of(additional));
    }

    private static List<String> pointers(IPSecVPNProfile profile) {
        return ProfileChecks.check(profile).stream().map(FieldError::pointer).toList();
    }

    @Test
    void theSystemsProfilesAreRightAndDrawNoWarning() {
        for (IPSecVPNProfile profile : SystemProfiles.ALL) {
            assertEquals(List.of(), pointers(profile));
            assertEquals(List.of(), Warnings.of(profile));
        }
    }

    @Test
    void ikeV1IsRefusedWithTheReason() {
        List<FieldError> errors =
                ProfileChecks.check(
                        ike(
                                IkeVersion.IKE_V1,
                                List.of(AES_128),
                                List.of(SHA2_256),
                                List.of(DhGroup.GROUP14)));
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).message().contains("RFC 9395"), errors::toString);
    }

    @Test
    void digestsGoWithCiphersThatNeedThem() {
        List<DhGroup> groups = List.of(DhGroup.GROUP14);
        IkeVersion version = IkeVersion.IKE_V2;
        assertEquals(List.of(), pointers(ike(version, List.of(AES_GCM_128), List.of(), groups)));
        assertEquals(
                List.of(),
                pointers(ike(version, List.of(AES_GCM_128, AES_256), List.of(SHA2_256), groups)));
        assertEquals(
                List.of(),
                pointers(
                        ike(
                                version,
                                List.of(AES_GCM_128, CHACHA20_POLY1305),
                                List.of(SHA2_256),
                                groups)));
        assertEquals(
                List.of("/digest_algorithms"),
                pointers(ike(version, List.of(AES_GCM_128, AES_256), List.of(), groups)));
        assertEquals(
                List.of("/digest_algorithms"),
                pointers(
                        tunnel(
                                List.of(NO_ENCRYPTION_AUTH_AES_GMAC_256),
                                List.of(SHA2_256),
                                true,
                                DhGroup.GROUP14)));
        assertEquals(
                List.of("/digest_algorithms"),
                pointers(tunnel(List.of(AES_GCM_128), List.of(SHA2_256), true, DhGroup.GROUP14)));
        assertEquals(
                List.of("/digest_algorithms"),
                pointers(tunnel(List.of(NO_ENCRYPTION), List.of(), true, DhGroup.GROUP14)));
    }

    @ParameterizedTest
    @CsvSource({
        "PERIODIC, 2, 1",
        "PERIODIC, 3, 0",
        "PERIODIC, 360, 0",
        "ON_DEMAND, 1, 0",
        "ON_DEMAND, 10, 0",
        "ON_DEMAND, 11, 1"
    })
    void theProbeIntervalsRangeDependsOnTheMode(DpdProbeMode mode, int seconds, int errors) {
        assertEquals(
                errors,
                pointers(
                                new IPSecVPNDPDProfile(
                                        SystemProfiles.DPD.header(),
                                        true,
                                        mode,
                                        Duration.ofSeconds(seconds),
                                        10))
                        .size());
    }

    @Test
    void noneIsNoKeyExchangeByItself() {
        assertEquals(
                List.of("/additional_key_exchanges"), pointers(ike(AdditionalKeyExchange.NONE)));
        assertEquals(List.of(), pointers(ike()));
        assertEquals(List.of(), pointers(ike(AdditionalKeyExchange.ML_KEM_768)));
        assertEquals(
                List.of(),
                pointers(ike(AdditionalKeyExchange.ML_KEM_1024, AdditionalKeyExchange.NONE)));
    }

    @Test
    void additionalKeyExchangesOfChildSasStandBesideAGroup() {
        assertEquals(List.of(), pointers(tunnel(false)));
        assertEquals(List.of(), pointers(tunnel(true, AdditionalKeyExchange.ML_KEM_768)));
        assertEquals(
                List.of("/additional_key_exchanges"),
                pointers(tunnel(false, AdditionalKeyExchange.ML_KEM_768)));
        assertEquals(
                List.of("/additional_key_exchanges"),
                pointers(tunnel(true, AdditionalKeyExchange.NONE)));
    }

    @Test
    void extendedSequenceNumbersNeedAnAntiReplayWindow() {
        assertEquals(List.of("/anti_replay_window"), pointers(tunnel(true, 0)));
        assertEquals(List.of(), pointers(tunnel(true, 1)));
        assertEquals(List.of(), pointers(tunnel(false, 0)));
        assertEquals(1, Warnings.of(tunnel(false, 0)).size());
        assertEquals(List.of(), Warnings.of(tunnel(false, 4096)));
    }

    @Test
    void whatIsWeakIsWarnedAbout() {
        assertEquals(
                3,
                Warnings.of(
                                ike(
                                        IkeVersion.IKE_FLEX,
                                        List.of(AES_128),
                                        List.of(SHA1),
                                        List.of(DhGroup.GROUP2, DhGroup.GROUP14)))
                        .size());
        assertEquals(
                2,
                Warnings.of(
                                tunnel(
                                        List.of(NO_ENCRYPTION_AUTH_AES_GMAC_256),
                                        List.of(),
                                        true,
                                        DhGroup.GROUP5))
                        .size());
        // Without forward secrecy the groups are not used, and that is what is said.
        assertEquals(
                List.of("enable_perfect_forward_secrecy"),
                Warnings.of(tunnel(List.of(AES_GCM_128), List.of(), false, DhGroup.GROUP5)).stream()
                        .map(warning -> warning.substring(0, warning.indexOf(':')))
                        .toList());
    }
}
