package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.ExchangedSecrets;
import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IdentificationPayload;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.PostQuantumKey;
import io.edgeipsec.ike.negotiation.EspNegotiation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** IKE_AUTH as the initiator, with the first Child SA (RFC 7296 §1.2). */
public final class IkeAuthInitiator implements InitiatedExchange {
    private final ExchangeContext sa;
    private final PeerPolicy policy;
    private final ChildPolicy firstChild;
    private final boolean initialContact;
    private final SecuredIkeSa secured;
    private final Runnable authenticated;
    private final Authenticator authenticator;
    private final Optional<PostQuantumKey> ppk;
    private @Nullable ChildOffer offer;

    /** The keys with the PPK in them, as long as it is open whether the peer has it. */
    private @Nullable IkeKeys mixed;

    /**
     * Prepares the exchange.
     *
     * @param initialContact whether no other IKE SA with this peer can be (RFC 7296 §2.4)
     * @param authenticated called when the peer has proved who it is
     */
    public IkeAuthInitiator(
            ExchangeContext sa,
            PeerPolicy policy,
            ChildPolicy firstChild,
            boolean initialContact,
            SecuredIkeSa secured,
            Runnable authenticated) {
        this.sa = sa;
        this.policy = policy;
        this.firstChild = firstChild;
        this.initialContact = initialContact;
        this.secured = secured;
        this.authenticated = authenticated;
        this.authenticator = new Authenticator(sa, policy, secured);
        this.ppk = secured.usesPpk() ? policy.authentication().ppk() : Optional.empty();
    }

    @Override
    public ExchangeType type() {
        return ExchangeType.IKE_AUTH;
    }

    @Override
    public void start() {
        ChildOffer.prepare(sa, policy, firstChild, true, this::send, sa::fail);
    }

    private void send(ChildOffer prepared) {
        offer = prepared;
        if (ppk.isEmpty()) {
            authenticator.prove(sa.keys(), proof -> send(prepared, proof), sa::fail);
        } else {
            proveWithPpk(ppk.get(), proof -> send(prepared, proof));
        }
    }

    /** And without, if the peer may do without (RFC 8784 §3). */
    private void proveWithPpk(PostQuantumKey key, Consumer<List<Payload>> then) {
        IkeKeys with = PpkUse.mixed(sa, key);
        mixed = with;
        authenticator.prove(
                with,
                proof -> {
                    List<Payload> payloads = new ArrayList<>(proof);
                    payloads.add(PpkUse.identity(key));
                    if (key.required()) {
                        then.accept(payloads);
                        return;
                    }
                    authenticator.prove(
                            sa.keys(),
                            without -> {
                                without.stream()
                                        .filter(AuthenticationPayload.class::isInstance)
                                        .map(AuthenticationPayload.class::cast)
                                        .map(PpkUse::alternative)
                                        .forEach(payloads::add);
                                then.accept(payloads);
                            },
                            sa::fail);
                },
                sa::fail);
    }

    private void send(ChildOffer prepared, List<Payload> proof) {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new IdentificationPayload(PayloadType.ID_I, policy.localId()));
        if (initialContact) {
            payloads.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
        }
        payloads.addAll(Authenticator.requestCertificates(policy));
        payloads.add(new IdentificationPayload(PayloadType.ID_R, policy.remoteId()));
        payloads.addAll(proof);
        payloads.add(prepared.proposals());
        payloads.addAll(prepared.selectors());
        sa.request(payloads);
    }

    @Override
    public boolean onResponse(Received response) {
        ChildOffer made = offer;
        if (made == null) {
            throw new IllegalStateException("a response before the request");
        }
        IkeMessage message = response.message();
        Optional<AuthenticationPayload> auth = message.first(AuthenticationPayload.class);
        Optional<Identification> peerId = message.identification(PayloadType.ID_R);
        if (auth.isEmpty() || peerId.isEmpty()) {
            sa.fail(
                    message.error()
                            .map(made::refusalOfIkeSa)
                            .orElse(invalid("answered IKE_AUTH without IDr and AUTH")));
            return true;
        }
        if (!Identities.matches(policy.remoteId(), peerId.get())) {
            refuse(
                    new FailReason(
                            Kind.AUTHENTICATION_FAILED,
                            "peer %s identifies itself as %s, expected %s; correct peer_id or the"
                                            .formatted(peer(), peerId.get(), policy.remoteId())
                                    + " peer's local identity"));
            return true;
        }
        boolean peerMixes = message.notifies(NotifyType.PPK_IDENTITY);
        if (ppk.isPresent() && ppk.get().required() && !peerMixes) {
            refuse(authenticator.failure("did not use the PPK that we require", peerId.get()));
            return true;
        }
        IkeKeys keys = mixed != null && peerMixes ? mixed : sa.keys();
        authenticator.check(
                keys,
                peerId.get(),
                auth.get(),
                message,
                () -> {
                    decideOnPpk(peerMixes);
                    authenticated.run();
                    if (offer != null) {
                        concludeChild(made, message);
                    } // else this IKE SA was one too many, and has been abandoned
                },
                this::refuse);
        return true;
    }

    private void decideOnPpk(boolean peerMixes) {
        IkeKeys with = mixed;
        mixed = null;
        if (with != null && peerMixes) {
            sa.mixed(with);
        } else if (with != null) {
            with.closeDerived();
        }
    }

    private void refuse(FailReason impostor) {
        sa.failTelling(List.of(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED)), impostor);
    }

    private void concludeChild(ChildOffer made, IkeMessage response) {
        Optional<FailReason> refusal = made.refusal(response);
        if (refusal.isPresent()) {
            made.withdraw();
            childFailed(refusal.get());
            return;
        }
        Optional<EspNegotiation> agreed = made.verify(response, reason -> rejected(made, reason));
        agreed.ifPresent(
                choice ->
                        made.install(
                                choice,
                                response,
                                ExchangedSecrets.NONE,
                                secured.material().nonceI(),
                                secured.material().nonceR(),
                                secured.nat(),
                                this::childEstablished,
                                reason -> rejected(made, reason)));
    }

    private void childEstablished(ChildSa child) {
        offer = null;
        sa.attemptEnded(firstChild);
        sa.childEstablished(child);
        sa.complete();
    }

    private void rejected(ChildOffer made, FailReason reason) {
        made.rejectAnswer();
        childFailed(reason);
    }

    private void childFailed(FailReason reason) {
        offer = null;
        sa.attemptEnded(firstChild);
        sa.childFailed(firstChild, reason);
        sa.complete();
    }

    private FailReason invalid(String what) {
        return new FailReason(Kind.INVALID_MESSAGE, "peer " + peer() + " " + what);
    }

    private String peer() {
        return policy.remoteAddress().toString();
    }

    @Override
    public void abandon() {
        decideOnPpk(false);
        if (offer != null) {
            offer.withdraw();
            offer = null;
        }
    }
}
