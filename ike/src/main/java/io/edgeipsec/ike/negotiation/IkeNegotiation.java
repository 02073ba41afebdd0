package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TransformType;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of negotiating an IKE SA's algorithms.
 *
 * @param spi the peer's SPI in its proposal: empty in IKE_SA_INIT
 */
public record IkeNegotiation(IkeSuite suite, Octets spi, ProposalAnswer answer) {

    /**
     * Chooses as the responder.
     *
     * @param keyExchange the method of the peer's KE payload
     * @param additional whether the peer can do an additional key exchange (RFC 9370 §2.2.1)
     */
    public static Optional<IkeNegotiation> choose(
            SaPayload offer, IkeProposalPolicy policy, int keyExchange, boolean additional) {
        List<Proposal> allowed =
                (additional ? Optional.of(policy) : policy.withoutAdditionalKeyExchange())
                        .map(p -> Proposals.ofIke(p, Octets.EMPTY))
                        .orElse(List.of());
        return ProposalChoice.choose(offer.proposals(), allowed, Optional.of(keyExchange))
                .flatMap(IkeNegotiation::of);
    }

    /** Checks the peer's answer to what we offered. */
    public static Optional<IkeNegotiation> verify(List<Proposal> offered, SaPayload answer) {
        return ProposalChoice.verify(offered, answer.proposals()).flatMap(IkeNegotiation::of);
    }

    private static Optional<IkeNegotiation> of(ProposalChoice choice) {
        Optional<Encryption> encryption = choice.chosen(TransformType.ENCR).flatMap(Encryption::of);
        Optional<Prf> prf = choice.chosen(TransformType.PRF).flatMap(Prf::of);
        Optional<KeyExchangeMethod> keyExchange =
                choice.chosen(TransformType.KE).flatMap(KeyExchangeMethod::of);
        Optional<IntegrityAlgorithm> integrity =
                choice.chosen(TransformType.INTEG).flatMap(IntegrityAlgorithm::of);
        if (encryption.isEmpty() || prf.isEmpty() || keyExchange.isEmpty()) {
            return Optional.empty();
        }
        if (encryption.get().algorithm().isAead() == integrity.isPresent()) {
            return Optional.empty();
        }
        IkeSuite suite =
                new IkeSuite(
                        encryption.get(),
                        integrity,
                        prf.get(),
                        keyExchange.get(),
                        choice.chosen(TransformType.ADDKE1).flatMap(KeyExchangeMethod::of));
        return Optional.of(new IkeNegotiation(suite, choice.offered().spi(), choice::answer));
    }
}
