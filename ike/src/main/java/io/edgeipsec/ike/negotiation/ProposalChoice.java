package io.edgeipsec.ike.negotiation;

import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What two sides have in common (RFC 7296 §2.7, §3.3.6): the first proposal of the initiator that
 * fits one of the responder's, and of each type the transform that the responder prefers.
 *
 * @param offered the proposal chosen from
 * @param chosen one transform per type; without the "none" of integrity and key exchanges
 * @param answered {@code chosen} with the "none" that has to be repeated to the peer
 */
record ProposalChoice(Proposal offered, List<Transform> chosen, List<Transform> answered) {
    private static final int NONE = 0;
    private static final List<TransformType> TYPES =
            IntStream.rangeClosed(1, 12).mapToObj(TransformType::new).toList();

    /**
     * Chooses as the responder.
     *
     * @param preferredKeyExchange taken ahead of our own preference if it is allowed, since it
     *     saves the peer a second key exchange value
     */
    static Optional<ProposalChoice> choose(
            List<Proposal> offered,
            List<Proposal> allowed,
            Optional<Integer> preferredKeyExchange) {
        for (Proposal offer : offered) {
            for (Proposal ours : allowed) {
                Optional<ProposalChoice> choice = match(offer, ours, preferredKeyExchange);
                if (choice.isPresent()) {
                    return choice;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<ProposalChoice> match(
            Proposal offer, Proposal ours, Optional<Integer> preferredKeyExchange) {
        if (!offer.protocol().equals(ours.protocol())
                || offer.transforms().stream().anyMatch(t -> !t.type().isKnown())) {
            return Optional.empty();
        }
        List<Transform> chosen = new ArrayList<>();
        List<Transform> answered = new ArrayList<>();
        for (TransformType type : TYPES) {
            List<Transform> theirs = offer.transforms(type);
            List<Transform> wanted = preferring(ours.transforms(type), type, preferredKeyExchange);
            Optional<Transform> common = wanted.stream().filter(theirs::contains).findFirst();
            Optional<Transform> none =
                    theirs.stream().filter(t -> isOptional(type) && t.id() == NONE).findFirst();
            if (common.isPresent()) {
                chosen.add(common.get());
                answered.add(common.get());
            } else if (wanted.isEmpty() && none.isPresent()) {
                // Absent and NONE mean the same, but what was offered has to be answered.
                answered.add(none.get());
            } else if (isMissingEsn(type, theirs, wanted)) {
                chosen.add(Transform.of(TransformType.ESN, NONE));
            } else if (!wanted.isEmpty() || !theirs.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(new ProposalChoice(offer, chosen, answered));
    }

    private static boolean isOptional(TransformType type) {
        return type.equals(TransformType.INTEG)
                || type.equals(TransformType.KE)
                || type.value() >= TransformType.ADDKE1.value();
    }

    /** Sloppy peers leave the ESN transform out and mean "no" (RFC 7296 §3.3.3 demands it). */
    private static boolean isMissingEsn(
            TransformType type, List<Transform> theirs, List<Transform> wanted) {
        return type.equals(TransformType.ESN)
                && theirs.isEmpty()
                && wanted.contains(Transform.of(TransformType.ESN, NONE));
    }

    private static List<Transform> preferring(
            List<Transform> ours, TransformType type, Optional<Integer> keyExchange) {
        if (!type.equals(TransformType.KE) || keyExchange.isEmpty()) {
            return ours;
        }
        Transform first = Transform.of(TransformType.KE, keyExchange.get());
        if (!ours.contains(first)) {
            return ours;
        }
        List<Transform> reordered = new ArrayList<>(ours);
        reordered.remove(first);
        reordered.add(0, first);
        return reordered;
    }

    Optional<Transform> chosen(TransformType type) {
        return chosen.stream().filter(t -> t.type().equals(type)).findFirst();
    }

    /** The proposal that goes back, with the SPI of the answerer. */
    Proposal answer(Octets spi) {
        return new Proposal(offered.number(), offered.protocol(), spi, answered);
    }

    /**
     * Checks an answer to our own offer: one proposal, of a number that we offered, with exactly
     * one transform of each type, all of them offered.
     */
    static Optional<ProposalChoice> verify(List<Proposal> offered, List<Proposal> answer) {
        if (answer.size() != 1) {
            return Optional.empty();
        }
        Proposal given = answer.get(0);
        boolean onePerType =
                given.transforms().stream().map(Transform::type).distinct().count()
                        == given.transforms().size();
        return offered.stream()
                .filter(o -> onePerType && o.number() == given.number())
                .findFirst()
                .flatMap(o -> match(given, o, Optional.empty()));
    }
}
