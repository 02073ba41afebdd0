package io.edgeipsec.daemon.adapter;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerTrust;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;

/**
 * Certificates and revocation lists: those that a peer sends, which are never a proof here, as the
 * signature is none; and those that are imported, which are understood or refused.
 */
public final class CertificateFuzzer {
    private static final Octets SIGNED = Octets.ofHex("01020304");
    private static final PemTrustReader READER = new PemTrustReader();
    private static final PeerVerifier VERIFIER =
            new PeerVerifier(Clock.fixed(Issuer.NOW, ZoneOffset.UTC));
    private static final Issuer ROOT = Issuer.root("CN=Root");
    private static final Octets PEER =
            ROOT.issue(Issuer.Wish.of("O=Example, CN=peer").dns("peer.example")).certificate();
    private static final ResourceHeader HEADER =
            new ResourceHeader("1", "1", null, List.of(), false, Stamp.NONE);

    private CertificateFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        Octets rest = Octets.copyOf(data, 1, data.length - 1);
        switch ((data[0] & 0xff) % 8) {
            case 0 -> judge(List.of(rest), List.of(ROOT.certificate()), List.of());
            case 1 -> {
                if (imported(Pem.write(Pem.CERTIFICATE, List.of(rest)), null)) {
                    judge(List.of(rest, rest, PEER), List.of(rest), List.of());
                }
            }
            case 2 -> judge(List.of(PEER, rest), List.of(ROOT.certificate()), List.of());
            case 3 -> judge(List.of(PEER), List.of(ROOT.certificate()), List.of(rest));
            case 4 -> imported(Pem.write(Pem.CERTIFICATE, List.of(rest)), null);
            case 5 -> imported(new String(rest.toByteArray(), StandardCharsets.UTF_8), null);
            case 6 ->
                    imported(
                            Pem.write(Pem.CERTIFICATE, List.of(PEER)),
                            new String(rest.toByteArray(), StandardCharsets.UTF_8));
            default -> importedList(rest);
        }
    }

    private static void judge(
            List<Octets> sent, List<Octets> authorities, List<Octets> revocationLists) {
        PeerTrust trust = PeerTrust.of(authorities, revocationLists);
        for (String id : Arrays.asList("peer.example", "O=Example, CN=peer")) {
            PeerProof proof =
                    new PeerProof(
                            trust,
                            Identities.parse(id),
                            sent,
                            SignatureScheme.ECDSA_SHA2_256,
                            SIGNED,
                            SIGNED);
            if (VERIFIER.check(proof).isEmpty()) {
                throw new AssertionError("no signature, and accepted: " + sent);
            }
        }
    }

    private static boolean imported(
            String pem, @org.jspecify.annotations.Nullable String privateKey) {
        try {
            READER.readCertificate(HEADER, pem, privateKey, privateKey == null ? null : "pass");
            return true;
        } catch (ApiException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a word", refused);
            }
            return false;
        }
    }

    private static void importedList(Octets der) {
        try {
            READER.readCrl(HEADER, Pem.write(Pem.CRL, List.of(der)));
        } catch (ApiException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a word", refused);
            }
        }
    }
}
