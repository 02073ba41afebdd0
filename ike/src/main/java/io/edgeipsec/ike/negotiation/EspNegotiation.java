package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import io.edgeipsec.ike.model.EspProposalPolicy;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of negotiating a Child SA's algorithms.
 *
 * @param peerSpi the one that the peer receives on
 */
public record EspNegotiation(EspSuite suite, EspSpi peerSpi, ProposalAnswer answer) {
    private static final int ESN = 1;

    /**
     * Chooses as the responder.
     *
     * @param keyExchange the method of the peer's KE payload, if it sent one
     * @param first whether this is IKE_AUTH, where a key exchange is not negotiated: if the peer
     *     sends such transforms all the same, they are not looked at
     */
    public static Optional<EspNegotiation> choose(
            SaPayload offer,
            EspProposalPolicy policy,
            Optional<Integer> keyExchange,
            boolean first) {
        List<Proposal> allowed = Proposals.ofEsp(policy, Octets.EMPTY, first);
        List<Proposal> offered =
                offer.proposals().stream()
                        .filter(EspNegotiation::hasUsableSpi)
                        .map(p -> first ? withoutKeyExchange(p) : p)
                        .toList();
        return ProposalChoice.choose(offered, allowed, keyExchange).flatMap(EspNegotiation::of);
    }

    /** Checks the peer's answer to what we offered. */
    public static Optional<EspNegotiation> verify(List<Proposal> offered, SaPayload answer) {
        return ProposalChoice.verify(offered, answer.proposals())
                .filter(choice -> hasUsableSpi(choice.offered()))
                .flatMap(EspNegotiation::of);
    }

    private static Optional<EspNegotiation> of(ProposalChoice choice) {
        Optional<Encryption> encryption = choice.chosen(TransformType.ENCR).flatMap(Encryption::of);
        Optional<IntegrityAlgorithm> integrity =
                choice.chosen(TransformType.INTEG).flatMap(IntegrityAlgorithm::of);
        boolean hybridOfNothing =
                choice.chosen(TransformType.ADDKE1).isPresent()
                        && choice.chosen(TransformType.KE).isEmpty();
        boolean fits =
                encryption.isPresent()
                        && !hybridOfNothing
                        && encryption.get().algorithm().isAead() == integrity.isEmpty();
        Optional<EspSpi> spi = spi(choice.offered());
        if (!fits || spi.isEmpty()) {
            return Optional.empty();
        }
        EspSuite suite =
                new EspSuite(
                        encryption.get(),
                        integrity,
                        choice.chosen(TransformType.KE).flatMap(KeyExchangeMethod::of),
                        choice.chosen(TransformType.ADDKE1).flatMap(KeyExchangeMethod::of),
                        choice.chosen(TransformType.ESN).filter(t -> t.id() == ESN).isPresent());
        return Optional.of(new EspNegotiation(suite, spi.get(), choice::answer));
    }

    private static Proposal withoutKeyExchange(Proposal proposal) {
        List<Transform> kept =
                proposal.transforms().stream()
                        .filter(t -> !t.type().equals(TransformType.KE))
                        .filter(t -> t.type().value() < TransformType.ADDKE1.value())
                        .toList();
        return new Proposal(proposal.number(), proposal.protocol(), proposal.spi(), kept);
    }

    private static boolean hasUsableSpi(Proposal proposal) {
        return proposal.protocol().equals(ProtocolId.ESP)
                && spi(proposal).filter(EspSpi::isUsable).isPresent();
    }

    private static Optional<EspSpi> spi(Proposal proposal) {
        try {
            return proposal.spi().length() == EspSpi.LENGTH_OCTETS
                    ? Optional.of(new EspSpi((int) proposal.spi().reader().u32()))
                    : Optional.empty();
        } catch (MalformedMessageException impossible) {
            throw new IllegalStateException("length was checked", impossible);
        }
    }
}
