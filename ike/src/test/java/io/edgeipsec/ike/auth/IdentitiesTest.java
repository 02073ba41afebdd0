package io.edgeipsec.ike.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Identities as people write them, and what proves a pre-shared key. */
final class IdentitiesTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 1, c0000201",
        "2001:db8::1, 5, 20010db8000000000000000000000001",
        "gw.example, 2, 67772e6578616d706c65",
        "@gw.example, 2, 67772e6578616d706c65",
        "me@example, 3, 6d65406578616d706c65",
        "keyid:me@example, 11, 6d65406578616d706c65",
        "fqdn:192.0.2.1, 2, 3139322e302e322e31",
        "email:gw, 3, 6777",
        "192.0.2.300, 2, 3139322e302e322e333030"
    })
    void aTextNamesAnIdentity(String text, int type, String data) {
        assertEquals(new Identification(type, Octets.ofHex(data)), Identities.parse(text));
    }

    @Test
    void hostNamesAreComparedWithoutRegardToCase() {
        assertTrue(matches("GW.Example", "gw.eXAMPLE"));
        assertFalse(matches("gw.example", "gw.example."));
        assertFalse(matches("gw.example", "gw2.example"));
        // 'É' and 'é' differ in octets above 127, which have no case here.
        assertFalse(matches("\u00c9.example", "\u00e9.example"));
        // '[' follows 'Z', '{' follows 'z': neighbours of letters are no letters.
        assertFalse(matches("a[", "a{"));
        assertFalse(matches("a@x", "a`x"));
    }

    @Test
    void everythingElseIsComparedOctetByOctet() {
        assertTrue(matches("me@example", "me@example"));
        assertFalse(matches("me@example", "Me@example"));
        assertFalse(matches("keyid:a", "keyid:A"));
        assertFalse(matches("keyid:gw.example", "gw.example"), "another type");
        assertFalse(matches("fqdn:192.0.2.1", "192.0.2.1"), "another type");
    }

    private static boolean matches(String configured, String received) {
        return Identities.matches(Identities.parse(configured), Identities.parse(received));
    }

    // RFC 7296 §2.15.

    private static final Octets SIGNED = Octets.ofHex("0102030405");
    private final Primitives primitives = new Primitives();

    private static SecretBytes secret(String text) {
        return SecretBytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theProofIsAMacUnderAPaddedKey() throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("psk".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] key = mac.doFinal("Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        Octets expected = Octets.wrap(mac.doFinal(SIGNED.toByteArray()));

        AuthenticationPayload auth =
                SharedKeyAuthentication.authenticate(
                        primitives, Prf.HMAC_SHA2_256, secret("psk"), SIGNED);
        assertEquals(AuthenticationPayload.SHARED_KEY_MIC, auth.method());
        assertEquals(expected, auth.data());
    }

    @Test
    void anythingElseProvesNothing() {
        AuthenticationPayload good =
                SharedKeyAuthentication.authenticate(
                        primitives, Prf.HMAC_SHA2_256, secret("psk"), SIGNED);
        Octets data = good.data();
        assertTrue(verify("psk", good));
        assertFalse(verify("PSK", good));
        assertFalse(verify("psk", new AuthenticationPayload(1, data)), "another method");
        int mic = AuthenticationPayload.SHARED_KEY_MIC;
        assertFalse(verify("psk", new AuthenticationPayload(mic, Octets.EMPTY)));
        assertFalse(verify("psk", new AuthenticationPayload(mic, data.slice(0, 31))));
        byte[] changed = data.toByteArray();
        changed[31] ^= 1;
        assertFalse(verify("psk", new AuthenticationPayload(mic, Octets.wrap(changed))));
    }

    private boolean verify(String key, AuthenticationPayload received) {
        return SharedKeyAuthentication.verify(
                primitives, Prf.HMAC_SHA2_256, secret(key), SIGNED, received);
    }
}
