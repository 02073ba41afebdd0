package io.edgeipsec.daemon.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.adapter.Issuer.Issued;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import io.edgeipsec.ike.model.PeerTrust;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every reason for which a peer's proof is none, and what is no reason (RFC 5280, RFC 4945). */
class PeerVerifierTest {
    private static final Octets SIGNED =
            Octets.wrap("what is signed".getBytes(StandardCharsets.US_ASCII));
    private static final Instant LONG_AGO = Issuer.NOW.minusSeconds(1_000_000);
    private static final Instant LATER = Issuer.NOW.plusSeconds(1_000_000);

    private final Issuer root = Issuer.root("CN=Root");
    private final PeerVerifier verifier = new PeerVerifier(Clock.fixed(Issuer.NOW, ZoneOffset.UTC));

    private static Wish peer() {
        return Wish.of("O=Example, CN=peer").dns("peer.example");
    }

    private static PeerTrust trust(Issuer... authorities) {
        return PeerTrust.of(
                List.of(authorities).stream().map(Issuer::certificate).toList(), List.of());
    }

    private Optional<PeerRejection> check(
            PeerTrust trust, String id, Issued own, Issuer... between) {
        SignatureScheme scheme =
                own.keys().getPrivate().getAlgorithm().equals("RSA")
                        ? SignatureScheme.RSA_PSS_SHA2_256
                        : SignatureScheme.ECDSA_SHA2_256;
        return check(trust, id, own, scheme, between);
    }

    private Optional<PeerRejection> check(
            PeerTrust trust, String id, Issued own, SignatureScheme scheme, Issuer... between) {
        List<Octets> sent = new ArrayList<>();
        sent.add(own.certificate());
        List.of(between).forEach(each -> sent.add(each.certificate()));
        try {
            Octets signature = Signatures.sign(own.keys().getPrivate(), scheme, SIGNED);
            return verifier.check(
                    new PeerProof(trust, Identities.parse(id), sent, scheme, SIGNED, signature));
        } catch (GeneralSecurityException broken) {
            throw new AssertionError(broken);
        }
    }

    private static void assertRejected(
            Cause cause, String detail, Optional<PeerRejection> rejection) {
        assertEquals(Optional.of(cause), rejection.map(PeerRejection::cause), "" + rejection);
        assertTrue(rejection.orElseThrow().detail().contains(detail), "" + rejection);
    }

    private static void assertAccepted(Optional<PeerRejection> rejection) {
        assertEquals(Optional.empty(), rejection);
    }

    // Identity.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "peer.example",
                "PEER.example",
                "other.example",
                "192.0.2.7",
                "2001:db8::7",
                "me@peer.example",
                "O=Example, CN=peer",
                "cn=PEER, o=example",
            })
    void everyNameOfTheCertificateIsAnIdentity(String id) {
        assertAccepted(check(trust(root), id, root.issue(manyNames())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "peer.example.",
                "x.peer.example",
                "a.wild.example",
                "192.0.2.8",
                "fqdn:192.0.2.7",
                "email:peer.example",
                "ME@peer.example",
                "CN=peer",
                "CN=peer.example",
                "O=Example, OU=x, CN=peer",
                "keyid:peer.example",
            })
    void whatIsNotInTheCertificateIsNone(String id) {
        assertRejected(
                Cause.IDENTITY,
                "is for CN=peer,O=Example, peer.example, other.example, *.wild.example, 192.0.2.7,",
                check(trust(root), id, root.issue(manyNames())));
    }

    private static Wish manyNames() {
        return Wish.of("O=Example, CN=peer")
                .names(
                        new GeneralName(GeneralName.dNSName, "peer.example"),
                        new GeneralName(GeneralName.dNSName, "other.example"),
                        new GeneralName(GeneralName.dNSName, "*.wild.example"),
                        new GeneralName(GeneralName.iPAddress, "192.0.2.7"),
                        new GeneralName(GeneralName.iPAddress, "2001:db8::7"),
                        new GeneralName(GeneralName.rfc822Name, "me@peer.example"),
                        new GeneralName(
                                GeneralName.uniformResourceIdentifier, "https://peer.example"));
    }

    @Test
    @DisplayName("RFC 4945 §3.1: a host name in the CN is no identity of type FQDN")
    void theCommonNameIsNoHostName() {
        assertRejected(
                Cause.IDENTITY,
                "expected peer.example",
                check(trust(root), "peer.example", root.issue(Wish.of("CN=peer.example"))));
    }

    // Signature and key.

    @Test
    void anotherKeysSignature() {
        Issued real = root.issue(peer());
        Issued thief = new Issued(real.certificate(), Issuer.ec(), real.serial());
        assertRejected(
                Cause.SIGNATURE, "does not verify", check(trust(root), "peer.example", thief));
    }

    @Test
    void aKeyOfAnotherKindThanTheSignature() {
        Issued real = root.issue(peer());
        Issued rsa = new Issued(real.certificate(), Issuer.rsa(2048), real.serial());
        assertRejected(
                Cause.SIGNATURE, "RSA_PSS_SHA2_256", check(trust(root), "peer.example", rsa));
    }

    @Test
    void rsaOf2048BitsIsEnoughAndOf1024IsNot() {
        assertAccepted(
                check(trust(root), "peer.example", root.issue(peer().keys(Issuer.rsa(2048)))));
        assertRejected(
                Cause.KEY,
                "an RSA key of 1024 bits, accepted are 2048 to 8192",
                check(trust(root), "peer.example", root.issue(peer().keys(Issuer.rsa(1024)))));
    }

    @Test
    void aWeakKeyHigherUp() {
        Issuer weak = root.intermediate(Wish.ofAuthority("CN=Weak").keys(Issuer.rsa(1024)));
        assertRejected(
                Cause.KEY,
                "CN=Weak with an RSA key of 1024 bits",
                check(trust(root), "peer.example", weak.issue(peer()), weak));
    }

    @Test
    void keysOfOtherKinds() throws Exception {
        KeyPair ed448 = KeyPairGenerator.getInstance("Ed448").generateKeyPair();
        Issued own = root.issue(peer().keys(ed448));
        PeerProof proof =
                new PeerProof(
                        trust(root),
                        Identities.parse("peer.example"),
                        List.of(own.certificate()),
                        SignatureScheme.ED25519,
                        SIGNED,
                        Octets.EMPTY);
        assertRejected(Cause.KEY, "neither RSA, nor ECDSA", verifier.check(proof));
    }

    @Test
    void certificatesSignedWithSha1() {
        Issuer rsa = Issuer.root(Wish.ofAuthority("CN=RSA Root").keys(Issuer.rsa(2048)));
        assertRejected(
                Cause.KEY,
                "a signature by SHA1withRSA",
                check(trust(rsa), "peer.example", rsa.issue(peer().algorithm("SHA1withRSA"))));
        assertAccepted(check(trust(rsa), "peer.example", rsa.issue(peer())));
    }

    @Test
    @DisplayName("RFC 4945 §5.1.3.2: the key must be for signatures, if its use is limited")
    void keyUsage() {
        assertRejected(
                Cause.KEY,
                "key usage does not allow signatures",
                check(
                        trust(root),
                        "peer.example",
                        root.issue(peer().usage(KeyUsage.keyEncipherment))));
        assertAccepted(
                check(
                        trust(root),
                        "peer.example",
                        root.issue(peer().usage(KeyUsage.nonRepudiation))));
        assertAccepted(check(trust(root), "peer.example", root.issue(peer().usage(0))));
    }

    @ParameterizedTest
    @CsvSource({
        "1.3.6.1.5.5.7.3.17, true",
        "2.5.29.37.0, true",
        "1.3.6.1.5.5.7.3.1, true",
        "1.3.6.1.5.5.7.3.3, false",
        "1.3.6.1.5.5.7.3.9, false",
    })
    void extendedKeyUsage(String oid, boolean accepted) {
        Optional<PeerRejection> rejection =
                check(trust(root), "peer.example", root.issue(peer().extendedUsage(oid)));
        if (accepted) {
            assertAccepted(rejection);
        } else {
            assertRejected(Cause.KEY, oid, rejection);
        }
    }

    // Path.

    @Test
    void anotherAuthority() {
        Issuer other = Issuer.root("CN=Other");
        assertRejected(
                Cause.CHAIN,
                "issued by CN=Other, from which no valid path leads to an authority in"
                        + " trust_ca_ids (CN=Root)",
                check(trust(root), "peer.example", other.issue(peer()), other));
    }

    @Test
    void namesOfStrangersAreShownWithoutTheirTricks() {
        Issuer rude =
                Issuer.root("CN=Rude\nevent\\=forged \u001b[31m" + ",OU=xxxxxxxx".repeat(100));
        String detail =
                check(trust(root), "peer.example", rude.issue(peer())).orElseThrow().detail();
        assertTrue(detail.chars().allMatch(c -> c >= 0x20 && c <= 0x7e), detail);
        assertTrue(detail.length() < 1000, detail);
    }

    @Test
    void anotherAuthorityOfTheSameName() {
        Issuer namesake = Issuer.root("CN=Root");
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(trust(root), "peer.example", namesake.issue(peer()), namesake));
        assertAccepted(check(trust(namesake, root), "peer.example", root.issue(peer())));
    }

    @Test
    void noAuthorityAtAll() {
        assertRejected(
                Cause.CHAIN,
                "trust_ca_ids are empty",
                check(PeerTrust.of(List.of(), List.of()), "peer.example", root.issue(peer())));
    }

    @Test
    void certificatesBetweenInAnyOrder() {
        Issuer upper = root.intermediate(Wish.ofAuthority("CN=Upper"));
        Issuer lower = upper.intermediate(Wish.ofAuthority("CN=Lower"));
        Issuer unrelated = Issuer.root("CN=Unrelated");
        Issued own = lower.issue(peer());
        assertAccepted(check(trust(root), "peer.example", own, lower, upper));
        assertAccepted(check(trust(root), "peer.example", own, unrelated, upper, lower, root));
        assertAccepted(check(trust(upper), "peer.example", own, lower));
        assertRejected(
                Cause.CHAIN,
                "let the peer send the certificates between",
                check(trust(root), "peer.example", own, upper));
    }

    @Test
    void aPathOfSevenAndOneOfEight() {
        List<Issuer> line = new ArrayList<>();
        Issuer last = root;
        for (int i = 1; i <= 7; i++) {
            last = last.intermediate(Wish.ofAuthority("CN=Level " + i));
            line.add(last);
        }
        List<Issuer> six = line.subList(0, 6);
        assertAccepted(
                check(
                        trust(root),
                        "peer.example",
                        six.get(5).issue(peer()),
                        six.toArray(Issuer[]::new)));
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(
                        trust(root),
                        "peer.example",
                        line.get(6).issue(peer()),
                        line.toArray(Issuer[]::new)));
    }

    @Test
    @DisplayName("RFC 5280 §4.2.1.9: who is no authority issues nothing")
    void aLeafThatIssues() {
        Issuer leaf = root.intermediate(Wish.of("CN=Leaf").dns("leaf.example"));
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(trust(root), "peer.example", leaf.issue(peer()), leaf));
        assertRejected(
                Cause.CHAIN,
                "is no authority",
                check(trust(leaf), "peer.example", leaf.issue(peer())));
    }

    @Test
    @DisplayName("RFC 5280 §4.2.1.3: an authority whose key may not sign certificates")
    void anAuthorityWithoutKeyCertSign() {
        Issuer crlOnly = root.intermediate(Wish.ofAuthority("CN=CRL").usage(KeyUsage.cRLSign));
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(trust(root), "peer.example", crlOnly.issue(peer()), crlOnly));
        assertRejected(
                Cause.CHAIN,
                "is no authority",
                check(trust(crlOnly), "peer.example", crlOnly.issue(peer())));
    }

    @Test
    @DisplayName("RFC 5280 §4.2.1.9: path lengths, of those between and of the authority itself")
    void pathLengths() {
        Issuer shallow = root.intermediate(Wish.ofAuthority("CN=Shallow").pathLength(0));
        Issuer below = shallow.intermediate(Wish.ofAuthority("CN=Below"));
        assertAccepted(check(trust(root), "peer.example", shallow.issue(peer()), shallow));
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(trust(root), "peer.example", below.issue(peer()), below, shallow));
        assertRejected(
                Cause.CHAIN,
                "not for paths this long",
                check(trust(shallow), "peer.example", below.issue(peer()), below));
    }

    @Test
    @DisplayName("RFC 5280 §4.2.1.10: name constraints, of those between and of the authority")
    void nameConstraints() {
        NameConstraints onlyExample =
                new NameConstraints(
                        new GeneralSubtree[] {
                            new GeneralSubtree(new GeneralName(GeneralName.dNSName, "example"))
                        },
                        null);
        Issuer limited = root.intermediate(Wish.ofAuthority("CN=Limited").constraints(onlyExample));
        Issued good = limited.issue(peer());
        Issued bad = limited.issue(Wish.of("CN=peer").dns("peer.other"));
        assertAccepted(check(trust(root), "peer.example", good, limited));
        assertRejected(
                Cause.CHAIN, "no valid path", check(trust(root), "peer.other", bad, limited));
        assertAccepted(check(trust(limited), "peer.example", good));
        assertRejected(
                Cause.CHAIN,
                "authority CN=Limited must not issue for",
                check(trust(limited), "peer.other", bad));
        NameConstraints noSecrets =
                new NameConstraints(
                        null,
                        new GeneralSubtree[] {
                            new GeneralSubtree(
                                    new GeneralName(GeneralName.dNSName, "secret.example"))
                        });
        Issuer careful = Issuer.root(Wish.ofAuthority("CN=Careful").constraints(noSecrets));
        assertAccepted(check(trust(careful), "peer.example", careful.issue(peer())));
        assertRejected(
                Cause.CHAIN,
                "must not issue for",
                check(
                        trust(careful),
                        "peer.example",
                        careful.issue(Wish.of("CN=peer").dns("peer.example", "a.secret.example"))));
    }

    @Test
    void aCertificateThatIsTrustedItself() {
        Issuer self = Issuer.root(peer());
        Issued own = new Issued(self.certificate(), self.keys(), 1);
        assertRejected(Cause.CHAIN, "no valid path", check(trust(root), "peer.example", own));
        assertAccepted(check(trust(root, self), "peer.example", own));
    }

    // Time.

    @Test
    void expiredAndNotYetValid() {
        assertRejected(
                Cause.EXPIRED,
                "CN=peer",
                check(
                        trust(root),
                        "peer.example",
                        root.issue(
                                peer().valid(
                                                Issuer.NOW.minusSeconds(80_000),
                                                Issuer.NOW.minusSeconds(1)))));
        assertRejected(
                Cause.EXPIRED,
                "and it is now 2030-06-15T12:00:00Z",
                check(
                        trust(root),
                        "peer.example",
                        root.issue(
                                peer().valid(
                                                Issuer.NOW.plusSeconds(1),
                                                Issuer.NOW.plusSeconds(80_000)))));
    }

    @Test
    void anExpiredCertificateBetweenAndAnExpiredAuthority() {
        Issuer lapsed =
                root.intermediate(
                        Wish.ofAuthority("CN=Lapsed").valid(LONG_AGO, Issuer.NOW.minusSeconds(1)));
        Issued own = lapsed.issue(peer().valid(LONG_AGO, LATER));
        assertRejected(
                Cause.EXPIRED,
                "holds that of CN=Lapsed",
                check(trust(root(LONG_AGO, LATER), root), "peer.example", own, lapsed));
        Issuer old = root(LONG_AGO, Issuer.NOW.minusSeconds(1));
        assertRejected(
                Cause.EXPIRED,
                "holds that of CN=Root",
                check(trust(old), "peer.example", old.issue(peer().valid(LONG_AGO, LATER))));
    }

    private static Issuer root(Instant from, Instant until) {
        return Issuer.root(Wish.ofAuthority("CN=Root").valid(from, until));
    }

    @Test
    void expiredAndOfNobodyIsOfNobody() {
        Issuer other = Issuer.root("CN=Other");
        assertRejected(
                Cause.CHAIN,
                "no valid path",
                check(
                        trust(root),
                        "peer.example",
                        other.issue(peer().valid(LONG_AGO, Issuer.NOW.minusSeconds(1)))));
    }

    // Revocation.

    private PeerTrust with(Octets... lists) {
        return PeerTrust.of(List.of(root.certificate()), List.of(lists));
    }

    @Test
    void revokedByItsIssuer() {
        Issued good = root.issue(peer());
        Issued bad = root.issue(peer());
        PeerTrust trust = with(root.revoke(bad.serial(), 77));
        assertAccepted(check(trust, "peer.example", good));
        assertRejected(
                Cause.REVOKED,
                "has revoked at 2030-06-15T11:00:00Z (KEY_COMPROMISE)",
                check(trust, "peer.example", bad));
    }

    @Test
    void anAuthorityBetweenThatIsRevoked() {
        Issuer between = root.intermediate(Wish.ofAuthority("CN=Between"));
        Issued own = between.issue(peer());
        assertAccepted(check(with(root.revoke(2)), "peer.example", own, between));
        assertRejected(
                Cause.REVOKED,
                "of CN=Between",
                check(with(root.revoke(1, 2, 3)), "peer.example", own, between));
    }

    @Test
    void aListOfAnotherIssuerSaysNothing() {
        Issued own = root.issue(peer());
        Issuer other = Issuer.root("CN=Other");
        assertAccepted(check(with(other.revoke(own.serial())), "peer.example", own));
    }

    @Test
    void aForgedListNeitherRevokesNorCounts() {
        Issued own = root.issue(peer());
        Issuer namesake = Issuer.root("CN=Root");
        assertRejected(
                Cause.UNCHECKED,
                "both genuine and up to date",
                check(with(namesake.revoke(own.serial())), "peer.example", own));
        assertAccepted(
                check(with(namesake.revoke(own.serial()), root.revoke(77)), "peer.example", own));
    }

    @Test
    void aListThatHasRunOut() {
        Issued good = root.issue(peer());
        Issued bad = root.issue(peer());
        Octets old = root.revoke(Issuer.NOW.minusSeconds(1), builder -> {}, bad.serial());
        assertRejected(
                Cause.UNCHECKED, "import a newer one", check(with(old), "peer.example", good));
        assertRejected(Cause.REVOKED, "has revoked", check(with(old), "peer.example", bad));
        assertAccepted(check(with(old, root.revoke(bad.serial())), "peer.example", good));
    }

    @Test
    void aListOfSomeCertificatesOnlyDoesNotTellWhatIsGood() {
        Octets partial =
                root.revoke(
                        LATER,
                        builder -> {
                            try {
                                builder.addExtension(
                                        Extension.issuingDistributionPoint,
                                        true,
                                        new IssuingDistributionPoint(
                                                null, true, false, null, false, false));
                            } catch (CertIOException broken) {
                                throw new AssertionError(broken);
                            }
                        },
                        77);
        assertRejected(
                Cause.UNCHECKED,
                "no revocation list",
                check(with(partial), "peer.example", root.issue(peer())));
    }

    // What is no certificate.

    @Test
    void whatCannotBeRead() {
        Issued own = root.issue(peer());
        Octets cut = own.certificate().slice(0, own.certificate().length() - 1);
        Octets longer = Octets.concat(own.certificate(), Octets.ofHex("00"));
        Octets huge = Octets.wrap(new byte[20_000]);
        for (Octets sent : List.of(Octets.EMPTY, Octets.ofHex("3000"), cut, longer, huge)) {
            PeerProof proof =
                    new PeerProof(
                            trust(root),
                            Identities.parse("peer.example"),
                            List.of(own.certificate(), sent),
                            SignatureScheme.ECDSA_SHA2_256,
                            SIGNED,
                            Octets.EMPTY);
            assertRejected(Cause.MALFORMED, "sent a certificate", verifier.check(proof));
        }
    }

    @Test
    void authoritiesOrListsOfOursThatCannotBeRead() {
        Issued own = root.issue(peer());
        assertRejected(
                Cause.UNCHECKED,
                "not readable",
                check(with(Octets.ofHex("3000")), "peer.example", own));
    }
}
