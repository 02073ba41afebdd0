package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import io.edgeipsec.ike.model.AdditionalKeyExchange;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Policies as proposals. AEADs and the other ciphers never share one, since integrity transforms
 * stand beside the latter only (RFC 7296 §3.3); the kind of the most preferred cipher goes first.
 */
public final class Proposals {
    private static final Transform NO_ESN = Transform.of(TransformType.ESN, 0);
    private static final Transform ESN = Transform.of(TransformType.ESN, 1);

    private Proposals() {}

    /**
     * For an IKE SA.
     *
     * @param spi empty in IKE_SA_INIT, ours when an IKE SA is rekeyed
     */
    public static List<Proposal> ofIke(IkeProposalPolicy policy, Octets spi) {
        List<Transform> behind = new ArrayList<>();
        policy.prf().stream().map(Prf::transform).forEach(behind::add);
        policy.keyExchange().stream().map(KeyExchangeMethod::transform).forEach(behind::add);
        return hybridFirst(
                policy.additionalKeyExchange(),
                behind,
                (proposals, transforms) ->
                        addByKind(
                                proposals,
                                ProtocolId.IKE,
                                spi,
                                policy.encryption(),
                                policy.integrity(),
                                transforms));
    }

    /**
     * For a Child SA.
     *
     * @param spi the one that we will receive on
     * @param first whether it is negotiated in IKE_AUTH, which has no key exchange of its own
     */
    public static List<Proposal> ofEsp(EspProposalPolicy policy, Octets spi, boolean first) {
        List<Transform> behind = new ArrayList<>();
        if (!first) {
            policy.keyExchange().stream().map(KeyExchangeMethod::transform).forEach(behind::add);
        }
        if (policy.extendedSequenceNumbers()) {
            behind.add(ESN);
        }
        behind.add(NO_ESN);
        return hybridFirst(
                first ? AdditionalKeyExchange.NONE : policy.additionalKeyExchange(),
                behind,
                (proposals, transforms) ->
                        addByKind(
                                proposals,
                                ProtocolId.ESP,
                                spi,
                                policy.encryption(),
                                policy.integrity(),
                                transforms));
    }

    /** The proposals with an additional key exchange go ahead of those without. */
    private static List<Proposal> hybridFirst(
            AdditionalKeyExchange additional,
            List<Transform> behind,
            BiConsumer<List<Proposal>, List<Transform>> add) {
        List<Proposal> proposals = new ArrayList<>();
        if (additional.isOffered()) {
            List<Transform> both = new ArrayList<>(behind);
            additional.methods().forEach(m -> both.add(m.transform(TransformType.ADDKE1)));
            add.accept(proposals, both);
        }
        if (!additional.required()) {
            // Not as NONE beside the methods: older peers pass over the whole proposal then.
            add.accept(proposals, behind);
        }
        return proposals;
    }

    private static void addByKind(
            List<Proposal> proposals,
            ProtocolId protocol,
            Octets spi,
            List<Encryption> encryption,
            List<IntegrityAlgorithm> integrity,
            List<Transform> behind) {
        Predicate<Encryption> isAead = e -> e.algorithm().isAead();
        Predicate<Encryption> firstKind =
                isAead.test(encryption.get(0)) ? isAead : Predicate.not(isAead);
        for (Predicate<Encryption> kind : List.of(firstKind, Predicate.not(firstKind))) {
            List<Encryption> ciphers = encryption.stream().filter(kind).toList();
            if (!ciphers.isEmpty()) {
                List<Transform> transforms = new ArrayList<>();
                ciphers.stream().map(Encryption::transform).forEach(transforms::add);
                if (!isAead.test(ciphers.get(0))) {
                    integrity.stream().map(IntegrityAlgorithm::transform).forEach(transforms::add);
                }
                transforms.addAll(behind);
                proposals.add(new Proposal(proposals.size() + 1, protocol, spi, transforms));
            }
        }
    }
}
