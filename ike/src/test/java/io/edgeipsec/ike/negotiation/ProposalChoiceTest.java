package io.edgeipsec.ike.negotiation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Offers, choices and answers (RFC 7296 §2.7, §3.3). */
final class ProposalChoiceTest {
    private static final Encryption GCM_256 = new Encryption(EncryptionAlgorithm.AES_GCM_16, 256);
    private static final Encryption GCM_128 = new Encryption(EncryptionAlgorithm.AES_GCM_16, 128);
    private static final Encryption CBC_256 = new Encryption(EncryptionAlgorithm.AES_CBC, 256);
    private static final Octets SPI = Octets.ofHex("c0ffee01");
    private static final Octets ANSWER_SPI = Octets.ofHex("0badcafe");
    private static final int X25519 = KeyExchangeMethod.CURVE25519.id();

    private static final IkeProposalPolicy IKE =
            new IkeProposalPolicy(
                    List.of(CBC_256, GCM_256, GCM_128),
                    List.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                    List.of(Prf.HMAC_SHA2_384, Prf.HMAC_SHA2_256),
                    List.of(KeyExchangeMethod.ECP384, KeyExchangeMethod.CURVE25519));

    private static EspProposalPolicy esp(boolean esn, KeyExchangeMethod... methods) {
        return new EspProposalPolicy(List.of(GCM_256), List.of(), List.of(methods), esn);
    }

    private static Proposal ike(int number, Transform... transforms) {
        return new Proposal(number, ProtocolId.IKE, Octets.EMPTY, List.of(transforms));
    }

    private static Proposal esp(Octets spi, Transform... transforms) {
        return new Proposal(1, ProtocolId.ESP, spi, List.of(transforms));
    }

    private static Transform ke(int id) {
        return Transform.of(TransformType.KE, id);
    }

    private static Transform integ(int id) {
        return Transform.of(TransformType.INTEG, id);
    }

    private static Transform esn(int id) {
        return Transform.of(TransformType.ESN, id);
    }

    private static Optional<IkeNegotiation> choose(Proposal... offer) {
        return IkeNegotiation.choose(new SaPayload(List.of(offer)), IKE, X25519, true);
    }

    private static Optional<EspNegotiation> chooseEsp(EspProposalPolicy policy, Proposal offer) {
        return EspNegotiation.choose(
                new SaPayload(List.of(offer)), policy, Optional.empty(), false);
    }

    // Offers.

    @Test
    void aeadsHaveAProposalOfTheirOwn() {
        List<Proposal> offer = Proposals.ofIke(IKE, Octets.EMPTY);
        assertEquals(2, offer.size());
        assertEquals(List.of(1, 2), offer.stream().map(Proposal::number).toList());
        assertEquals(List.of(CBC_256.transform()), offer.get(0).transforms(TransformType.ENCR));
        assertEquals(1, offer.get(0).transforms(TransformType.INTEG).size());
        assertEquals(
                List.of(GCM_256.transform(), GCM_128.transform()),
                offer.get(1).transforms(TransformType.ENCR));
        assertEquals(List.of(), offer.get(1).transforms(TransformType.INTEG));
        assertEquals(2, offer.get(1).transforms(TransformType.PRF).size());
        assertEquals(List.of(), offer.get(1).transforms(TransformType.ESN));
    }

    @Test
    void theFirstChildSaIsOfferedWithoutKeyExchange() {
        EspProposalPolicy policy = esp(true, KeyExchangeMethod.CURVE25519);
        Proposal first = Proposals.ofEsp(policy, SPI, true).get(0);
        assertEquals(List.of(), first.transforms(TransformType.KE));
        assertEquals(List.of(esn(1), esn(0)), first.transforms(TransformType.ESN));
        Proposal further = Proposals.ofEsp(policy, SPI, false).get(0);
        assertEquals(List.of(ke(X25519)), further.transforms(TransformType.KE));
        assertEquals(SPI, further.spi());
    }

    // Choices of the responder.

    @Test
    void thePeersOrderOfProposalsAndOurOrderOfTransforms() {
        Proposal gcm =
                ike(
                        1,
                        GCM_128.transform(),
                        GCM_256.transform(),
                        Prf.HMAC_SHA2_256.transform(),
                        Prf.HMAC_SHA2_384.transform(),
                        ke(X25519));
        Proposal cbc =
                ike(
                        2,
                        CBC_256.transform(),
                        IntegrityAlgorithm.HMAC_SHA2_256_128.transform(),
                        Prf.HMAC_SHA2_256.transform(),
                        ke(X25519));
        IkeNegotiation chosen = choose(gcm, cbc).orElseThrow();
        assertEquals(GCM_256, chosen.suite().encryption());
        assertEquals(Prf.HMAC_SHA2_384, chosen.suite().prf());
        Proposal answer = chosen.answer().withSpi(Octets.EMPTY);
        assertEquals(1, answer.number());
        assertEquals(3, answer.transforms().size());
        assertEquals(CBC_256, choose(cbc, gcm).orElseThrow().suite().encryption());
    }

    @Test
    void aMethodWhoseValueIsThereAlreadyIsPreferred() {
        Proposal both =
                ike(
                        1,
                        GCM_256.transform(),
                        Prf.HMAC_SHA2_256.transform(),
                        ke(KeyExchangeMethod.ECP384.id()),
                        ke(X25519));
        assertEquals(
                KeyExchangeMethod.CURVE25519, choose(both).orElseThrow().suite().keyExchange());
        int notAllowed = KeyExchangeMethod.MODP2048.id();
        assertEquals(
                KeyExchangeMethod.ECP384,
                IkeNegotiation.choose(new SaPayload(List.of(both)), IKE, notAllowed, true)
                        .orElseThrow()
                        .suite()
                        .keyExchange());
    }

    @Test
    void noneAndAbsentMeanTheSameButWhatWasOfferedIsAnswered() {
        Proposal withNone =
                ike(1, GCM_256.transform(), integ(0), Prf.HMAC_SHA2_256.transform(), ke(X25519));
        IkeNegotiation chosen = choose(withNone).orElseThrow();
        assertEquals(Optional.empty(), chosen.suite().integrity());
        assertEquals(
                List.of(integ(0)),
                chosen.answer().withSpi(Octets.EMPTY).transforms(TransformType.INTEG));
    }

    @Test
    void anUnknownTransformTypeOrAMissingOneSpoilsAProposal() {
        Transform encr = GCM_256.transform();
        Transform prf = Prf.HMAC_SHA2_256.transform();
        Transform unknown = Transform.of(new TransformType(99), 1);
        assertEquals(Optional.empty(), choose(ike(1, encr, prf, ke(X25519), unknown)));
        assertEquals(Optional.empty(), choose(ike(1, encr, prf)));
        assertEquals(Optional.empty(), choose(ike(1, encr, ke(X25519))));
        assertEquals(Optional.empty(), choose(ike(1, prf, ke(X25519))));
        assertTrue(
                choose(ike(1, encr, prf, unknown, ke(X25519)), ike(2, encr, prf, ke(X25519)))
                        .isPresent(),
                "the next proposal is looked at");
    }

    @Test
    void additionalKeyExchangesAreDeclinedWhereThatIsAllowed() {
        TransformType additional = new TransformType(6);
        Transform mlKem = Transform.of(additional, 36);
        Transform none = Transform.of(additional, 0);
        Transform[] plain = {GCM_256.transform(), Prf.HMAC_SHA2_256.transform(), ke(X25519), mlKem};
        assertEquals(Optional.empty(), choose(ike(1, plain)));
        List<Transform> optional = new ArrayList<>(List.of(plain));
        optional.add(none);
        IkeNegotiation chosen = choose(ike(1, optional.toArray(Transform[]::new))).orElseThrow();
        assertEquals(List.of(none), chosen.answer().withSpi(Octets.EMPTY).transforms(additional));
    }

    @Test
    void forwardSecrecyIsForBothOrForNobody() {
        Proposal without = esp(SPI, GCM_256.transform(), esn(0));
        Proposal with = esp(SPI, GCM_256.transform(), ke(X25519), esn(0));
        Proposal either = esp(SPI, GCM_256.transform(), ke(X25519), ke(0), esn(0));
        EspProposalPolicy pfs = esp(false, KeyExchangeMethod.CURVE25519);
        assertEquals(Optional.empty(), chooseEsp(pfs, without));
        assertTrue(chooseEsp(pfs, with).isPresent());
        assertEquals(Optional.empty(), chooseEsp(esp(false), with));
        EspNegotiation declined = chooseEsp(esp(false), either).orElseThrow();
        assertEquals(Optional.empty(), declined.suite().keyExchange());
        assertEquals(
                List.of(ke(0)), declined.answer().withSpi(ANSWER_SPI).transforms(TransformType.KE));
    }

    @Test
    void aKeyExchangeIsNotLookedAtInTheFirstChildSa() {
        Proposal with = esp(SPI, GCM_256.transform(), ke(14), esn(0));
        EspNegotiation chosen =
                EspNegotiation.choose(
                                new SaPayload(List.of(with)),
                                esp(false, KeyExchangeMethod.CURVE25519),
                                Optional.empty(),
                                true)
                        .orElseThrow();
        assertEquals(Optional.empty(), chosen.suite().keyExchange());
    }

    @Test
    void extendedSequenceNumbers() {
        Transform gcm = GCM_256.transform();
        assertTrue(esnOf(esp(true), esp(SPI, gcm, esn(0), esn(1))));
        assertTrue(!esnOf(esp(false), esp(SPI, gcm, esn(1), esn(0))));
        assertTrue(!esnOf(esp(true), esp(SPI, gcm)), "left out means no");
        assertEquals(Optional.empty(), chooseEsp(esp(false), esp(SPI, gcm, esn(1))));
    }

    private static boolean esnOf(EspProposalPolicy policy, Proposal offer) {
        return chooseEsp(policy, offer).orElseThrow().suite().extendedSequenceNumbers();
    }

    @Test
    void anSpiThatCannotBeUsedSpoilsAProposal() {
        for (String spi : List.of("", "00000000", "000000ff", "c0ffee")) {
            Proposal offer = esp(Octets.ofHex(spi), GCM_256.transform(), esn(0));
            assertEquals(Optional.empty(), chooseEsp(esp(false), offer), spi);
        }
        Proposal lowest = esp(Octets.ofHex("00000100"), GCM_256.transform(), esn(0));
        assertEquals(0x100, chooseEsp(esp(false), lowest).orElseThrow().peerSpi().value());
    }

    // Checks of the initiator.

    private static Optional<IkeNegotiation> verify(Proposal... answer) {
        return IkeNegotiation.verify(
                Proposals.ofIke(IKE, Octets.EMPTY), new SaPayload(List.of(answer)));
    }

    @Test
    void anAnswerIsOneOfEachTypeOutOfOneProposal() {
        Transform encr = GCM_256.transform();
        Transform prf = Prf.HMAC_SHA2_256.transform();
        assertTrue(verify(ike(2, encr, prf, ke(X25519))).isPresent());
        assertTrue(verify(ike(2, encr, integ(0), prf, ke(X25519))).isPresent());
        assertEquals(Optional.empty(), verify(ike(1, encr, prf, ke(X25519))), "number");
        assertEquals(Optional.empty(), verify(ike(3, encr, prf, ke(X25519))), "number");
        assertEquals(
                Optional.empty(),
                verify(ike(2, encr, GCM_128.transform(), prf, ke(X25519))),
                "two ciphers");
        assertEquals(Optional.empty(), verify(ike(2, encr, prf, ke(14))), "not offered");
        assertEquals(Optional.empty(), verify(ike(2, encr, prf)), "no method");
        Proposal good = ike(2, encr, prf, ke(X25519));
        assertEquals(Optional.empty(), verify(good, good), "two proposals");
        assertEquals(
                Optional.empty(),
                verify(ike(1, CBC_256.transform(), prf, ke(X25519))),
                "no integrity");
    }

    // Words.

    @Test
    void theNearestProposalIsExplained() {
        Proposal theirs = ike(1, GCM_256.transform(), Prf.HMAC_SHA2_256.transform(), ke(14));
        String text = ProposalMismatch.explain(List.of(theirs), Proposals.ofIke(IKE, Octets.EMPTY));
        assertTrue(text.contains("nearest differs in KE: offered MODP2048"), text);
        assertTrue(text.contains("allowed ECP384|CURVE25519"), text);
    }

    @Test
    void aLongOfferIsCutShort() {
        Proposal theirs = ike(1, ke(14));
        String text =
                ProposalMismatch.explain(
                        List.of(theirs, theirs, theirs, theirs, theirs),
                        Proposals.ofIke(IKE, Octets.EMPTY));
        assertTrue(text.contains(" and 2 more"), text);
    }
}
