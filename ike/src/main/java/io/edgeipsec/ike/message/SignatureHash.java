package io.edgeipsec.ike.message;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * IANA "IKEv2 Hash Algorithms": what a SIGNATURE_HASH_ALGORITHMS notification lists (RFC 7427 §4,
 * RFC 8420 §2). Unknown values are kept.
 */
public record SignatureHash(int value) {
    public static final SignatureHash SHA1 = new SignatureHash(1);
    public static final SignatureHash SHA2_256 = new SignatureHash(2);
    public static final SignatureHash SHA2_384 = new SignatureHash(3);
    public static final SignatureHash SHA2_512 = new SignatureHash(4);

    /** The signature algorithm takes the octets as they are (EdDSA). */
    public static final SignatureHash IDENTITY = new SignatureHash(5);

    private static final Map<SignatureHash, String> NAMES =
            Map.of(
                    SHA1, "SHA1",
                    SHA2_256, "SHA2-256",
                    SHA2_384, "SHA2-384",
                    SHA2_512, "SHA2-512",
                    IDENTITY, "Identity");

    /** The notification that lists the hashes we verify signatures with. */
    public static NotifyPayload notification(Collection<SignatureHash> hashes) {
        OctetWriter writer = new OctetWriter(2 * hashes.size());
        hashes.forEach(hash -> writer.u16(hash.value));
        return NotifyPayload.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, writer.toOctets());
    }

    /** What the peer verifies; empty if it does not do digital signatures of RFC 7427. */
    public static Set<SignatureHash> listedIn(IkeMessage message) {
        Set<SignatureHash> hashes = new LinkedHashSet<>();
        message.notification(NotifyType.SIGNATURE_HASH_ALGORITHMS)
                .map(NotifyPayload::data)
                .ifPresent(
                        data -> {
                            // An odd octet at the end says nothing, like a value nobody knows.
                            for (int at = 0; at + 1 < data.length(); at += 2) {
                                hashes.add(new SignatureHash(data.at(at) << 8 | data.at(at + 1)));
                            }
                        });
        return hashes;
    }

    @Override
    public String toString() {
        return NAMES.getOrDefault(this, "HASH_" + value);
    }
}
