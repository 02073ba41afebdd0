package io.edgeipsec.ike.model;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything IKE has to know of one VPN session.
 *
 * @param session its id
 * @param authentication with the pre-shared key in it owned by the engine that the policy is given
 *     to
 * @param ikeLifetime after which an IKE SA must not be used any more; it is replaced before
 * @param children at least one; names are unique
 */
public record PeerPolicy(
        String session,
        IpAddress localAddress,
        IpAddress remoteAddress,
        Identification localId,
        Identification remoteId,
        Authentication authentication,
        IkeProposalPolicy proposals,
        Duration ikeLifetime,
        DpdPolicy dpd,
        InitiationMode mode,
        List<ChildPolicy> children) {
    public PeerPolicy {
        children = List.copyOf(children);
        if (children.stream().map(ChildPolicy::name).distinct().count() != children.size()) {
            throw new IllegalArgumentException("session " + session + ": child names repeat");
        }
    }

    /** A policy with a pre-shared key. */
    public PeerPolicy(
            String session,
            IpAddress localAddress,
            IpAddress remoteAddress,
            Identification localId,
            Identification remoteId,
            SecretBytes preSharedKey,
            IkeProposalPolicy proposals,
            Duration ikeLifetime,
            DpdPolicy dpd,
            InitiationMode mode,
            List<ChildPolicy> children) {
        this(
                session,
                localAddress,
                remoteAddress,
                localId,
                remoteId,
                new Authentication.SharedKey(preSharedKey),
                proposals,
                ikeLifetime,
                dpd,
                mode,
                children);
    }

    public Optional<ChildPolicy> child(String name) {
        return children.stream().filter(child -> child.name().equals(name)).findFirst();
    }

    /** Whether an IKE SA made under the other policy is still what this one asks for. */
    public boolean keepsIkeSaOf(PeerPolicy other) {
        return localAddress.equals(other.localAddress)
                && remoteAddress.equals(other.remoteAddress)
                && localId.equals(other.localId)
                && remoteId.equals(other.remoteId)
                && authentication.equals(other.authentication)
                && proposals.equals(other.proposals);
    }

    /** The same policy with another object for the same key, which somebody may be using. */
    public PeerPolicy withAuthentication(Authentication same) {
        return new PeerPolicy(
                session,
                localAddress,
                remoteAddress,
                localId,
                remoteId,
                same,
                proposals,
                ikeLifetime,
                dpd,
                mode,
                children);
    }
}
