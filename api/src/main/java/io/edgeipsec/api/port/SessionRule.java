package io.edgeipsec.api.port;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.SelectorPair;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A rule that looks at more than one session, such as "a VTI shares its address pair with nobody".
 * The store asks it inside the transaction of a session's PUT, on its own thread, so that two
 * sessions put at once cannot both pass. Must not block.
 */
@FunctionalInterface
public interface SessionRule {

    /** Allows every session. */
    SessionRule NONE = (candidate, others) -> List.of();

    /** What is wrong with the candidate; its errors name the other session. */
    List<FieldError> check(IPSecVPNSession candidate, Others others);

    /** What all of them find wrong. */
    static SessionRule all(SessionRule... rules) {
        return (candidate, others) ->
                Stream.of(rules).flatMap(rule -> rule.check(candidate, others).stream()).toList();
    }

    /** The stored sessions other than the candidate. */
    interface Others {

        /** How many sessions a lookup returns at most. One is enough to refuse a candidate. */
        int MAX_SESSIONS = 64;

        /** Those with this pair of outer addresses, in the order of their ids. */
        List<IPSecVPNSession> onAddressPair(Ipv4Address local, Ipv4Address peer);

        /** An enabled one with the candidate's addresses and identities on both sides. */
        Optional<IPSecVPNSession> withPeersOf(IPSecVPNSession candidate);

        /** An enabled policy-based one that protects a packet which this pair selects too. */
        Optional<Overlap> overlapping(SelectorPair pair);
    }

    /** A session and its pair that overlaps the one asked about. */
    record Overlap(IPSecVPNSession session, SelectorPair pair) {}
}
