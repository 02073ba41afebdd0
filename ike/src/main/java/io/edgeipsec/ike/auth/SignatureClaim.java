package io.edgeipsec.ike.auth;

import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.OctetReader;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import java.util.Optional;

/**
 * The signature in an AUTH payload.
 *
 * <pre>
 *  | ASN.1 Length  | AlgorithmIdentifier ASN.1 object              |
 *  ~                         Signature Value                       ~
 * </pre>
 *
 * <p>That is method 14 (RFC 7427 §3); methods 9 to 11 hold the value alone (RFC 4754 §7). Method 1
 * is refused: it is RSA with SHA-1, which RFC 8247 §3.1 wants gone, and every implementation of the
 * last ten years has method 14.
 */
public record SignatureClaim(SignatureScheme scheme, Octets signature) {

    /** What was found in a payload: a claim, or why there is none. */
    public record Reading(Optional<SignatureClaim> claim, String refusal) {
        private static Reading refused(String why) {
            return new Reading(Optional.empty(), why);
        }
    }

    public static Reading read(AuthenticationPayload payload) {
        return switch (payload.method()) {
            case AuthenticationPayload.DIGITAL_SIGNATURE -> readNamed(payload.data());
            case AuthenticationPayload.ECDSA_SHA2_256_P256 ->
                    raw(SignatureScheme.RAW_ECDSA_P256_SHA2_256, payload);
            case AuthenticationPayload.ECDSA_SHA2_384_P384 ->
                    raw(SignatureScheme.RAW_ECDSA_P384_SHA2_384, payload);
            case AuthenticationPayload.ECDSA_SHA2_512_P521 ->
                    raw(SignatureScheme.RAW_ECDSA_P521_SHA2_512, payload);
            case AuthenticationPayload.RSA_DIGITAL_SIGNATURE ->
                    Reading.refused(
                            "authenticates by method 1, RSA with SHA-1, which is not accepted; let"
                                    + " it use digital signatures of RFC 7427 with SHA-2");
            case AuthenticationPayload.SHARED_KEY_MIC ->
                    Reading.refused(
                            "authenticates by a pre-shared key, expected a certificate; change"
                                    + " authentication_mode or the peer");
            default ->
                    Reading.refused(
                            "authenticates by method "
                                    + payload.method()
                                    + ", expected a digital signature (method 14, or 9 to 11)");
        };
    }

    private static Reading raw(SignatureScheme scheme, AuthenticationPayload payload) {
        return new Reading(Optional.of(new SignatureClaim(scheme, payload.data())), "");
    }

    private static Reading readNamed(Octets data) {
        try {
            OctetReader reader = data.reader();
            Octets name = reader.octets(reader.u8());
            Octets signature = reader.rest();
            return SignatureScheme.named(name)
                    .map(scheme -> new SignatureClaim(scheme, signature))
                    .map(claim -> new Reading(Optional.of(claim), ""))
                    .orElseGet(
                            () ->
                                    Reading.refused(
                                            "signs with an algorithm that is not accepted"
                                                    + " (AlgorithmIdentifier "
                                                    + name
                                                    + "); let it use RSA or ECDSA with SHA-2, or"
                                                    + " Ed25519"));
        } catch (MalformedMessageException truncated) {
            return Reading.refused("sent a signature that is cut short");
        }
    }

    public AuthenticationPayload toPayload() {
        return switch (scheme) {
            case RAW_ECDSA_P256_SHA2_256 -> of(AuthenticationPayload.ECDSA_SHA2_256_P256);
            case RAW_ECDSA_P384_SHA2_384 -> of(AuthenticationPayload.ECDSA_SHA2_384_P384);
            case RAW_ECDSA_P521_SHA2_512 -> of(AuthenticationPayload.ECDSA_SHA2_512_P521);
            default -> {
                Octets name = scheme.algorithmIdentifier();
                OctetWriter writer =
                        new OctetWriter(1 + name.length() + signature.length())
                                .u8(name.length())
                                .octets(name)
                                .octets(signature);
                yield new AuthenticationPayload(
                        AuthenticationPayload.DIGITAL_SIGNATURE, writer.toOctets());
            }
        };
    }

    private AuthenticationPayload of(int method) {
        return new AuthenticationPayload(method, signature);
    }
}
