package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of the peer's requests, or of its responses, together (RFC 7383 §2.6). With a
 * window of 1 there is one message at a time to wait for, so at most one is half done.
 *
 * <p>In two steps, with the check of the ICV between them: {@link #objection} changes nothing, and
 * {@link #store} is for authentic fragments only. So no stranger can make us keep anything, or
 * throw anything away. What stays incomplete goes when the message comes whole, with the next
 * message, or when it has been waited for long enough.
 */
final class FragmentReassembler {
    /**
     * Fragments of a message at most, sent or received: in datagrams of 576 octets some 60 KiB, and
     * no honest message comes near.
     */
    static final int MAX_FRAGMENTS = 128;

    /** Octets of inner payloads at most: no more than an SK payload could have carried. */
    static final int MAX_OCTETS = 0xffff;

    /**
     * The same for the requests before an IKE SA is established, which are a stranger's: a chain of
     * certificates and requests for more, or a key exchange value.
     */
    static final int MAX_OCTETS_OF_STRANGER = 0x4000;

    /**
     * How long a message is waited for behind its first fragment to come. A peer whose fragments
     * keep getting lost sends all of them several times meanwhile.
     */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private @Nullable HalfDone halfDone;

    /**
     * A message of which all fragments are here.
     *
     * @param datagram its first fragment as it came
     */
    record Reassembled(Opened opened, Octets datagram) {}

    private static final class HalfDone {
        final IkeHeader header;
        final int total;
        final MonotonicTime expiry;
        final SortedMap<Integer, Octets> pieces = new TreeMap<>();
        int octets;
        PayloadType first = PayloadType.NONE;
        Octets firstDatagram = Octets.EMPTY;

        HalfDone(IkeHeader header, int total, MonotonicTime expiry) {
            this.header = header;
            this.total = total;
            this.expiry = expiry;
        }

        int maxOctets() {
            boolean early =
                    header.exchange().equals(ExchangeType.IKE_AUTH)
                            || header.exchange().equals(ExchangeType.IKE_INTERMEDIATE);
            return early && !header.response() ? MAX_OCTETS_OF_STRANGER : MAX_OCTETS;
        }
    }

    /** Why a fragment is of no use, whoever has sent it. */
    Optional<DropReason> objection(IkeHeader header, FragmentNumber fragment) {
        if (!fragment.isPossible()) {
            return Optional.of(DropReason.FRAGMENT);
        }
        if (fragment.total() > MAX_FRAGMENTS) {
            return Optional.of(DropReason.FRAGMENT_LIMIT);
        }
        HalfDone known = halfDone;
        if (known == null || isOver(known, header)) {
            return Optional.empty();
        }
        // A sender whose fragments do not get through cuts smaller ones: fewer are from before.
        boolean outdated = fragment.total() < known.total;
        if (outdated || !known.header.exchange().equals(header.exchange())) {
            return Optional.of(DropReason.FRAGMENT);
        }
        return fragment.total() == known.total && known.pieces.containsKey(fragment.number())
                ? Optional.of(DropReason.DUPLICATE_FRAGMENT)
                : Optional.empty();
    }

    /** The window has moved past what was left incomplete: its exchange ended in another way. */
    private static boolean isOver(HalfDone known, IkeHeader header) {
        return known.header.messageId() != header.messageId();
    }

    /**
     * Keeps an authentic fragment that nothing speaks against.
     *
     * @return why it could not be kept, nor what came before it
     */
    Optional<DropReason> store(
            IkeHeader header,
            FragmentNumber fragment,
            Opened opened,
            Octets datagram,
            MonotonicTime now) {
        HalfDone known = halfDone;
        if (known == null || isOver(known, header) || fragment.total() > known.total) {
            known = new HalfDone(header, fragment.total(), now.plus(PATIENCE));
            halfDone = known;
        }
        known.octets += opened.chain().length();
        if (known.octets > known.maxOctets()) {
            halfDone = null;
            return Optional.of(DropReason.FRAGMENT_LIMIT);
        }
        known.pieces.put(fragment.number(), opened.chain());
        if (fragment.isFirst()) {
            known.first = opened.first();
            known.firstDatagram = datagram;
        }
        return Optional.empty();
    }

    /** The message, once, if nothing of it is missing. */
    Optional<Reassembled> takeComplete() {
        HalfDone known = halfDone;
        if (known == null || known.pieces.size() < known.total) {
            return Optional.empty();
        }
        halfDone = null;
        Octets chain = Octets.concat(known.pieces.values().toArray(new Octets[0]));
        return Optional.of(new Reassembled(new Opened(known.first, chain), known.firstDatagram));
    }

    /** When {@link #expire} has something to do. */
    Optional<MonotonicTime> expiry() {
        return Optional.ofNullable(halfDone).map(known -> known.expiry);
    }

    /** Forgets what has been half done for too long. */
    void expire(MonotonicTime now) {
        if (expiry().filter(now::hasReached).isPresent()) {
            halfDone = null;
        }
    }

    /** Forgets what is half done: the message has come whole, or nobody waits for it. */
    void clear() {
        halfDone = null;
    }
}
