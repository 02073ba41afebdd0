package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import java.util.List;
import java.util.stream.Collectors;

/** A peer's error notification as a reason that an operator can act on. */
final class PeerErrors {
    private PeerErrors() {}

    static FailReason ofIkeSa(NotifyPayload error, String peer, List<Proposal> offered) {
        NotifyType type = error.notifyType();
        if (type.equals(NotifyType.NO_PROPOSAL_CHOSEN)) {
            return new FailReason(
                    Kind.NO_PROPOSAL_CHOSEN,
                    "peer "
                            + peer
                            + " accepts none of what we offered for the IKE SA ("
                            + list(offered)
                            + "); compare the ike-profile with the peer's, or look for a session"
                            + " missing at the peer");
        }
        if (type.equals(NotifyType.INVALID_MAJOR_VERSION)) {
            return new FailReason(
                    Kind.VERSION_UNSUPPORTED,
                    "peer "
                            + peer
                            + " does not speak IKEv2 (INVALID_MAJOR_VERSION); turn it on there");
        }
        if (type.equals(NotifyType.AUTHENTICATION_FAILED)) {
            return new FailReason(
                    Kind.AUTHENTICATION_FAILED,
                    "peer "
                            + peer
                            + " does not accept our identity or what proves it; compare the ids and"
                            + " the pre-shared key, or certificate and authorities, with the"
                            + " peer's");
        }
        return refused(type, peer);
    }

    /** Where neither IDr nor AUTH come: some peers end the IKE SA over its first Child SA. */
    static FailReason ofIkeAuth(
            NotifyPayload error, String peer, ChildPolicy child, List<Proposal> offered) {
        NotifyType type = error.notifyType();
        boolean aboutChild =
                type.equals(NotifyType.NO_PROPOSAL_CHOSEN)
                        || type.equals(NotifyType.TS_UNACCEPTABLE);
        return aboutChild ? ofChild(error, peer, child, offered) : ofIkeSa(error, peer, List.of());
    }

    static FailReason ofChild(
            NotifyPayload error, String peer, ChildPolicy child, List<Proposal> offered) {
        NotifyType type = error.notifyType();
        if (type.equals(NotifyType.NO_PROPOSAL_CHOSEN)) {
            return new FailReason(
                    Kind.NO_PROPOSAL_CHOSEN,
                    "peer "
                            + peer
                            + " accepts none of what we offered for "
                            + child
                            + " ("
                            + list(offered)
                            + "); compare the tunnel-profile with the peer's");
        }
        if (type.equals(NotifyType.TS_UNACCEPTABLE)) {
            return new FailReason(
                    Kind.TS_UNACCEPTABLE,
                    "peer "
                            + peer
                            + " refuses local "
                            + child.local()
                            + " remote "
                            + child.remote()
                            + "; compare the subnets with the peer's");
        }
        return refused(type, peer);
    }

    /**
     * Errors about the IKE SA as a whole, reported in a request of their own (RFC 7296 §2.21.2).
     */
    static boolean endsIkeSa(NotifyPayload error) {
        return error.notifyType().equals(NotifyType.AUTHENTICATION_FAILED)
                || error.notifyType().equals(NotifyType.INVALID_SYNTAX);
    }

    private static FailReason refused(NotifyType type, String peer) {
        return new FailReason(Kind.PEER_REFUSED, "peer " + peer + " answered " + type);
    }

    private static String list(List<Proposal> offered) {
        return offered.stream().map(Proposal::toString).collect(Collectors.joining(", "));
    }
}
