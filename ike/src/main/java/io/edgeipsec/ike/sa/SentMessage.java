package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.Octets;
import java.util.List;
import java.util.Optional;

/**
 * A message of ours as it went out, to be sent again as the same octets (RFC 7296 §2.1).
 *
 * @param datagram the whole message, or its first fragment, which is the longest
 * @param furtherFragments in order; empty if the message is whole
 * @param datagramOctets the size of IP datagrams that it was cut for
 * @param content kept only where the message may be cut again, into smaller fragments
 */
record SentMessage(
        Octets datagram,
        List<Octets> furtherFragments,
        int datagramOctets,
        Optional<IkeMessage> content) {

    /** A message that stays as it is. */
    static SentMessage whole(Octets datagram) {
        return new SentMessage(datagram, List.of(), Integer.MAX_VALUE, Optional.empty());
    }

    /** In how many datagrams it went out. */
    int total() {
        return 1 + furtherFragments.size();
    }
}
