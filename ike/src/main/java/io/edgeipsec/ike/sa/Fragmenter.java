package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.FragmentationPolicy;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Seals messages, whole where they fit and else in fragments (RFC 7383 §2.5), and cuts those that
 * remain unanswered smaller (§2.5.2). Cut again, a message has more fragments than before, which
 * tells the receiver the new ones from the old. What it has learnt about the path is the {@link
 * Fragmentation} of its IKE SA.
 */
final class Fragmenter {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int NON_ESP_MARKER = 4;

    private final FragmentationPolicy policy;
    private final int natPort;
    private Fragmentation fragmentation = Fragmentation.NONE;

    Fragmenter(IkeSettings settings) {
        this.policy = settings.fragmentation();
        this.natPort = settings.natPort();
    }

    Fragmentation fragmentation() {
        return fragmentation;
    }

    void adopt(Fragmentation agreed) {
        fragmentation = agreed;
    }

    /** A request, or the response to a request that came whole. */
    SentMessage seal(IkeMessage message, MessageProtection protection, Path path) {
        return seal(message, protection, path, fragmentation.datagramOctets());
    }

    /**
     * The response to a request that came in fragments. Those got through, so the response is not
     * cut for more than them: the initiator may have learnt the hard way what the path carries.
     *
     * @param first the longest of the request's fragments
     */
    SentMessage sealLike(
            Octets first, IkeMessage message, MessageProtection protection, Path path) {
        int proven = policy.notAbove(first.length() + overhead(path));
        int octets = Math.min(proven, fragmentation.datagramOctets());
        return seal(message, protection, path, octets);
    }

    private SentMessage seal(
            IkeMessage message, MessageProtection protection, Path path, int octets) {
        // Most messages are small, so it pays to seal first and to look at the length then.
        Octets whole = protection.seal(message.header(), message.payloads());
        if (!fragmentation.agreed()) {
            return SentMessage.whole(whole);
        }
        if (whole.length() > octets - overhead(path)) {
            return cut(message, protection, path, octets, 2);
        }
        boolean small = whole.length() <= policy.smallest() - overhead(path);
        return small
                ? SentMessage.whole(whole)
                : new SentMessage(whole, List.of(), octets, Optional.of(message));
    }

    /** An unanswered message in smaller fragments; empty if there is nothing smaller to try. */
    Optional<SentMessage> shrink(SentMessage sent, MessageProtection protection, Path path) {
        Optional<Integer> octets = policy.below(sent.datagramOctets());
        while (octets.isPresent() && sent.datagram().length() <= octets.get() - overhead(path)) {
            octets = policy.below(octets.get());
        }
        return octets.flatMap(size -> cutAgain(sent, protection, path, size));
    }

    /**
     * An answer in smaller fragments, since its request was repeated in smaller ones.
     *
     * @param first the longest of the request's fragments
     */
    Optional<SentMessage> shrinkLike(
            Octets first, SentMessage sent, MessageProtection protection, Path path) {
        int proven = policy.notAbove(first.length() + overhead(path));
        boolean smaller =
                proven < sent.datagramOctets()
                        && sent.datagram().length() > proven - overhead(path);
        return smaller ? cutAgain(sent, protection, path, proven) : Optional.empty();
    }

    private Optional<SentMessage> cutAgain(
            SentMessage sent, MessageProtection protection, Path path, int octets) {
        if (sent.content().isEmpty() || sent.total() >= FragmentReassembler.MAX_FRAGMENTS) {
            return Optional.empty();
        }
        fragmentation = fragmentation.notAbove(octets);
        return Optional.of(cut(sent.content().get(), protection, path, octets, sent.total() + 1));
    }

    /**
     * Fills the fewest fragments that fit, so that the first one shows what the path carries; or
     * spreads the message evenly over more.
     */
    private SentMessage cut(
            IkeMessage message, MessageProtection protection, Path path, int octets, int atLeast) {
        OctetWriter writer = new OctetWriter();
        PayloadChain.encode(message.payloads(), writer);
        Octets chain = writer.toOctets();
        PayloadType first = PayloadChain.firstType(message.payloads());
        int capacity = Math.max(1, protection.fragmentCapacity(octets - overhead(path)));
        int fewest = (chain.length() + capacity - 1) / capacity;
        int total = Math.min(Math.max(fewest, atLeast), FragmentReassembler.MAX_FRAGMENTS);
        List<Octets> fragments = new ArrayList<>(total);
        int from = 0;
        for (int number = 1; number <= total; number++) {
            int to =
                    total == fewest
                            ? Math.min(from + capacity, chain.length())
                            : chain.length() - chain.length() * (total - number) / total;
            Octets piece = chain.slice(from, to);
            FragmentNumber fragment = new FragmentNumber(number, total);
            fragments.add(protection.sealFragment(message.header(), first, fragment, piece));
            from = to;
        }
        return new SentMessage(
                fragments.get(0),
                List.copyOf(fragments.subList(1, total)),
                octets,
                octets > policy.smallest() ? Optional.of(message) : Optional.empty());
    }

    /** Octets around an IKE message in its IP datagram. */
    private int overhead(Path path) {
        int ip = path.remote().address().isIpv4() ? IPV4_HEADER : IPV6_HEADER;
        return ip + UDP_HEADER + (path.local().port() == natPort ? NON_ESP_MARKER : 0);
    }
}
