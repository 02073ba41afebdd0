package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IdentificationPayload;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.PostQuantumKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * IKE_AUTH as the responder (RFC 7296 §1.2). Every failure to authenticate gets the same answer;
 * the difference is for our operator only.
 */
public final class IkeAuthResponder implements RespondedExchange {
    private final ExchangeContext sa;
    private final List<PeerPolicy> candidates;
    private final SecuredIkeSa secured;
    private final Outcome outcome;

    /** What the IKE SA does with the result. */
    public interface Outcome {
        /** Before the answer goes out: from now on the IKE SA belongs to the session. */
        void authenticated(PeerPolicy policy);

        /** The answer is out. */
        void established(boolean initialContact);

        /** Who failed is said for the sessions that the peer may have meant. */
        void rejected(List<PeerPolicy> meant, FailReason reason);
    }

    public IkeAuthResponder(
            ExchangeContext sa,
            List<PeerPolicy> candidates,
            SecuredIkeSa secured,
            Outcome outcome) {
        this.sa = sa;
        this.candidates = candidates;
        this.secured = secured;
        this.outcome = outcome;
    }

    @Override
    public void onRequest(Received request) {
        IkeMessage message = request.message();
        Identification peerId = message.identification(PayloadType.ID_I).orElseThrow();
        Optional<Identification> wanted = message.identification(PayloadType.ID_R);
        List<PeerPolicy> known =
                candidates.stream().filter(c -> Identities.matches(c.remoteId(), peerId)).toList();
        if (known.isEmpty()) {
            reject(candidates, unknownIdentity(peerId));
            return;
        }
        PeerPolicy policy = choose(known, wanted);
        Authenticator authenticator = new Authenticator(sa, policy, secured);
        Consumer<FailReason> rejected = reason -> reject(List.of(policy), reason);
        Optional<AuthenticationPayload> auth = message.first(AuthenticationPayload.class);
        if (auth.isEmpty()) {
            rejected.accept(
                    authenticator.failure("wants EAP, which no session of ours has", peerId));
            return;
        }
        Optional<PostQuantumKey> ppk = policy.authentication().ppk();
        boolean mixes =
                secured.usesPpk() && ppk.filter(p -> PpkUse.isNamed(p, message)).isPresent();
        if (mixes) {
            sa.mixed(PpkUse.mixed(sa, ppk.get()));
        } else if (ppk.filter(PostQuantumKey::required).isPresent()) {
            rejected.accept(authenticator.failure("does not use the PPK that we require", peerId));
            return;
        }
        // Of a PPK that we do not have the peer may do without.
        boolean other = !mixes && message.notifies(NotifyType.PPK_IDENTITY);
        Optional<AuthenticationPayload> proof =
                other ? PpkUse.alternative(message, auth.get()) : auth;
        if (proof.isEmpty()) {
            rejected.accept(
                    authenticator.failure("requires a PPK that the session does not have", peerId));
            return;
        }
        authenticator.check(
                sa.keys(),
                peerId,
                proof.get(),
                message,
                () -> authenticated(policy, authenticator, peerId, message, mixes),
                rejected);
    }

    /**
     * Our own proof is made now, since the key may be replaced while the kernel works on the Child
     * SA.
     */
    private void authenticated(
            PeerPolicy policy,
            Authenticator authenticator,
            Identification peerId,
            IkeMessage message,
            boolean mixes) {
        Consumer<FailReason> rejected = reason -> reject(List.of(policy), reason);
        if (!policy.proposals().allows(sa.suite())) {
            rejected.accept(
                    authenticator.failure(
                            "negotiated "
                                    + sa.suite()
                                    + ", which the ike-profile of its session does not allow",
                            peerId));
            return;
        }
        authenticator.prove(
                sa.keys(),
                proof -> {
                    outcome.authenticated(policy);
                    List<Payload> identity = new ArrayList<>();
                    identity.add(new IdentificationPayload(PayloadType.ID_R, policy.localId()));
                    identity.addAll(proof);
                    if (mixes) {
                        identity.add(NotifyPayload.of(NotifyType.PPK_IDENTITY));
                    }
                    negotiateChild(policy, message, identity);
                },
                rejected);
    }

    /** The peer may name which of our identities it wants (RFC 7296 §1.2); it is a wish. */
    private static PeerPolicy choose(List<PeerPolicy> known, Optional<Identification> wanted) {
        return known.stream()
                .filter(c -> wanted.filter(w -> Identities.matches(c.localId(), w)).isPresent())
                .findFirst()
                .orElse(known.get(0));
    }

    private FailReason unknownIdentity(Identification peerId) {
        String expected =
                candidates.stream()
                        .map(c -> c.remoteId().toString())
                        .distinct()
                        .collect(Collectors.joining(" or "));
        return new FailReason(
                Kind.AUTHENTICATION_FAILED,
                "peer %s identifies itself as %s, expected %s; correct peer_id or the peer's local"
                                .formatted(peerAddress(), peerId, expected)
                        + " identity");
    }

    private void reject(List<PeerPolicy> meant, FailReason reason) {
        sa.respond(List.of(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED)));
        outcome.rejected(meant, reason);
    }

    private void negotiateChild(PeerPolicy policy, IkeMessage request, List<Payload> identity) {
        boolean childless = request.first(SaPayload.class).isEmpty();
        if (childless) {
            answer(request, identity, ChildAnswer.Result.none());
            return;
        }
        new ChildAnswer(
                        sa,
                        policy,
                        policy.children(),
                        request,
                        secured.material().nonceI(),
                        secured.material().nonceR(),
                        secured.nat(),
                        true,
                        result -> answer(request, identity, result))
                .negotiate();
    }

    private void answer(IkeMessage request, List<Payload> identity, ChildAnswer.Result child) {
        List<Payload> payloads = new ArrayList<>(identity);
        payloads.addAll(child.payloads());
        sa.respond(payloads);
        outcome.established(request.notifies(NotifyType.INITIAL_CONTACT));
        child.child().ifPresent(sa::childEstablished);
    }

    private String peerAddress() {
        return sa.path().remote().address().toString();
    }
}
