package io.edgeipsec.ike.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.Octets;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SignatureClaimTest {
    private static SignatureClaim.Reading read(int method, String data) {
        return SignatureClaim.read(new AuthenticationPayload(method, Octets.ofHex(data)));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(SignatureScheme scheme) {
        SignatureClaim claim = new SignatureClaim(scheme, Octets.ofHex("a1a2a3"));
        assertEquals(Optional.of(claim), SignatureClaim.read(claim.toPayload()).claim());
    }

    @Test
    @DisplayName("RFC 7427 §3: length of the name, name, value")
    void digitalSignature() {
        SignatureClaim claim =
                new SignatureClaim(SignatureScheme.ECDSA_SHA2_256, Octets.ofHex("a1a2"));
        assertEquals(
                new AuthenticationPayload(14, Octets.ofHex("0c 300a06082a8648ce3d040302 a1a2")),
                claim.toPayload());
    }

    @Test
    @DisplayName("RFC 4754 §7: the value alone")
    void ecdsa() {
        assertEquals(
                new AuthenticationPayload(10, Octets.ofHex("a1a2")),
                new SignatureClaim(SignatureScheme.RAW_ECDSA_P384_SHA2_384, Octets.ofHex("a1a2"))
                        .toPayload());
    }

    @ParameterizedTest
    @CsvSource({
        "1, a1a2, SHA-1",
        "2, a1a2, pre-shared key",
        "3, a1a2, method 3",
        "13, '', method 13",
        "14, '', cut short",
        "14, 0c300a, cut short",
        "14, 0f300d06092a864886f70d0101050500a1a2, 300d06092a864886f70d0101050500",
        "14, 00a1a2, not accepted",
    })
    void whatIsRefusedIsNamed(int method, String data, String reason) {
        SignatureClaim.Reading reading = read(method, data);
        assertEquals(Optional.empty(), reading.claim());
        assertTrue(reading.refusal().contains(reason), reading.refusal());
    }
}
