package io.edgeipsec.ike.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Octet by octet, since two of our own gateways would agree on the same mistake. */
class IntermediateAuthenticationTest {
    private static final IkeSuite SUITE =
            new IkeSuite(
                    new Encryption(EncryptionAlgorithm.AES_GCM_16, 256),
                    Optional.empty(),
                    Prf.HMAC_SHA2_256,
                    KeyExchangeMethod.CURVE25519);
    private static final IkeHeader HEADER =
            IkeHeader.of(
                    new IkeSpi(0x1122334455667788L),
                    new IkeSpi(0x99aabbccddeeff00L),
                    ExchangeType.IKE_INTERMEDIATE,
                    true,
                    false,
                    1);
    private static final List<Payload> PAYLOADS =
            List.of(new KeyExchangePayload(36, Octets.ofHex("c0ffee")));

    /** Next payload SK, length 43; SK with first payload KE, length 15; KE without more. */
    private static final Octets EXPECTED =
            Octets.ofHex(
                    "1122334455667788"
                            + "99aabbccddeeff00"
                            + "2e202b08"
                            + "00000001"
                            + "0000002b"
                            + "2200000f"
                            + "0000000b"
                            + "00240000"
                            + "c0ffee");

    private final Primitives primitives = new Primitives();
    private final IkeKeys keys =
            new KeyDerivation(primitives)
                    .initial(
                            SUITE,
                            SecretBytes.wrap(new byte[32]),
                            Octets.wrap(new byte[32]),
                            Octets.wrap(new byte[32]),
                            new IkeSpi(1),
                            new IkeSpi(2));
    private final MessageProtection protection =
            new MessageProtection(
                    primitives, destination -> {}, SUITE, keys.skEi(), keys.skAi(), 0);

    @Test
    @DisplayName("RFC 9242 §3.3.2: the lengths are those without IV, padding and ICV")
    void aWholeMessage() {
        Octets datagram = protection.seal(HEADER, PAYLOADS);
        assertEquals(EXPECTED, EncryptedPayload.authenticated(datagram, PAYLOADS));
    }

    @Test
    @DisplayName("RFC 9242 §3.3.2: a message in fragments counts as if it had been sent whole")
    void aMessageInFragments() {
        Octets content = EXPECTED.slice(32, EXPECTED.length());
        Octets first =
                protection.sealFragment(
                        HEADER, PayloadType.KE, new FragmentNumber(1, 2), content.slice(0, 5));
        assertEquals(EXPECTED, EncryptedPayload.authenticated(first, PAYLOADS));
        assertEquals(EXPECTED, EncryptedPayload.authenticated(first, PayloadType.KE, content));
    }

    @Test
    @DisplayName("RFC 9242 §3.3.1: IntAuth_i | IntAuth_r | message id of IKE_AUTH")
    void bothMessagesAndTheNextId() throws Exception {
        Octets request = Octets.ofHex("0102");
        Octets response = Octets.ofHex("030405");
        assertEquals(
                Octets.concat(
                        hmac(keys.skPi(), request),
                        hmac(keys.skPr(), response),
                        Octets.ofHex("00000002")),
                IntermediateAuthentication.of(primitives, SUITE.prf(), keys, request, response, 1));
    }

    private static Octets hmac(SecretBytes key, Octets data) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.toByteArray(), "HmacSHA256"));
        return Octets.wrap(mac.doFinal(data.toByteArray()));
    }
}
