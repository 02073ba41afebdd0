package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.ExchangedSecrets;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.negotiation.EspNegotiation;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A further Child SA, or a new one for an old one (RFC 7296 §1.3.1, §1.3.3), as the initiator. */
public final class CreateChildSaInitiator implements InitiatedExchange {
    private final ExchangeContext sa;
    private final ChildPolicy policy;
    private final Optional<ChildSa> rekeyed;
    private final NatSituation nat;
    private final Octets nonce;
    private @Nullable ChildOffer offer;
    private @Nullable KeyShare share;
    private @Nullable Half half;
    private boolean repeated;
    private Optional<Octets> rival = Optional.empty();

    /**
     * What the first half has come to, where an additional key exchange follows.
     *
     * @param response that of CREATE_CHILD_SA, with the selectors
     */
    private record Half(EspNegotiation agreed, IkeMessage response, FollowUpInitiator followUp) {}

    /**
     * Prepares the exchange.
     *
     * @param rekeyed the Child SA that the new one takes over from; it is deleted afterwards
     */
    public CreateChildSaInitiator(
            ExchangeContext sa, ChildPolicy policy, Optional<ChildSa> rekeyed, NatSituation nat) {
        this.sa = sa;
        this.policy = policy;
        this.rekeyed = rekeyed;
        this.nat = nat;
        this.nonce = sa.random().octets(IkeSaInitInitiator.NONCE_LENGTH);
    }

    @Override
    public ExchangeType type() {
        return half == null ? ExchangeType.CREATE_CHILD_SA : ExchangeType.IKE_FOLLOWUP_KE;
    }

    /** Whether an exchange of the peer's serves the same purpose, so that one is too many. */
    public boolean collidesWith(ChildSa made, Optional<ChildSa> replaced) {
        return rekeyed.equals(replaced) && policy.name().equals(made.policy().name());
    }

    /**
     * The peer has been faster. It may delete an SA that both replace before our answer comes.
     *
     * @param lowestNonce of the peer's exchange
     */
    public void overtaken(Octets lowestNonce) {
        rival = Optional.of(lowestNonce);
    }

    @Override
    public void start() {
        boolean cameUpWhileWaiting = rekeyed.isEmpty() && sa.isUp(policy);
        if (cameUpWhileWaiting || rival.isPresent()) {
            attemptEnded();
            sa.complete();
            return;
        }
        ChildOffer.prepare(sa, sa.policy(), policy, false, this::prepared, this::failed);
    }

    private void prepared(ChildOffer prepared) {
        offer = prepared;
        List<KeyExchangeMethod> methods = policy.proposals().keyExchange();
        if (methods.isEmpty()) {
            send(prepared);
        } else {
            begin(methods.get(0));
        }
    }

    private void begin(KeyExchangeMethod method) {
        letGo();
        sa.world()
                .beginKeyExchange(
                        method,
                        begun -> {
                            share = begun;
                            if (offer != null) {
                                send(offer);
                            }
                        });
    }

    private void send(ChildOffer prepared) {
        List<Payload> payloads = new ArrayList<>();
        rekeyed.ifPresent(
                old ->
                        payloads.add(
                                NotifyPayload.ofChild(
                                        NotifyType.REKEY_SA, old.locator().inbound())));
        payloads.add(prepared.proposals());
        payloads.add(new NoncePayload(nonce));
        if (share != null) {
            payloads.add(new KeyExchangePayload(share.method().id(), share.publicValue()));
        }
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
        Optional<NotifyPayload> error = message.error();
        if (error.isPresent() && half == null && wantsOtherMethod(error.get())) {
            return true;
        }
        Optional<FailReason> refusal = made.refusal(message);
        if (refusal.isPresent()) {
            made.withdraw();
            error.ifPresent(this::forgetUnknownAtPeer);
            failed(refusal.get());
            return true;
        }
        Half first = half;
        if (first == null) {
            made.verify(message, this::rejected).ifPresent(choice -> agree(made, choice, message));
        } else {
            first.followUp()
                    .onResponse(
                            message,
                            (secret, additional) -> {
                                half = null;
                                install(
                                        made,
                                        first.agreed(),
                                        first.response(),
                                        ExchangedSecrets.of(secret, additional));
                            },
                            this::lose);
        }
        return true;
    }

    /** INVALID_KE_PAYLOAD is answered by the same offer under a new message id (RFC 7296 §1.3). */
    private boolean wantsOtherMethod(NotifyPayload error) {
        Octets data = error.data();
        if (!error.notifyType().equals(NotifyType.INVALID_KE_PAYLOAD)
                || data.length() != 2
                || repeated) {
            return false;
        }
        Optional<KeyExchangeMethod> wanted =
                KeyExchangeMethod.of(data.at(0) << 8 | data.at(1))
                        .filter(policy.proposals().keyExchange()::contains);
        repeated = true;
        wanted.ifPresent(this::begin);
        return wanted.isPresent();
    }

    /** The peer does not have what we wanted to replace, so neither do we (RFC 7296 §2.25). */
    private void forgetUnknownAtPeer(NotifyPayload error) {
        if (error.notifyType().equals(NotifyType.CHILD_SA_NOT_FOUND)) {
            rekeyed.ifPresent(
                    old ->
                            sa.childClosed(
                                    old, new FailReason(Kind.DELETED_BY_PEER, "peer lost the SA")));
        }
    }

    private void agree(ChildOffer made, EspNegotiation agreed, IkeMessage response) {
        Optional<KeyExchangePayload> ke = response.first(KeyExchangePayload.class);
        Optional<KeyExchangeMethod> method = agreed.suite().keyExchange();
        Optional<NotifyPayload> link = response.notification(NotifyType.ADDITIONAL_KEY_EXCHANGE);
        if (method.isEmpty()) {
            install(made, agreed, response, ExchangedSecrets.NONE);
            return;
        }
        if (agreed.suite().additionalKeyExchange().isPresent() && link.isEmpty()) {
            rejected(
                    new FailReason(
                            Kind.INVALID_MESSAGE,
                            "peer " + peer() + " chose " + agreed.suite() + " and named no link"));
            return;
        }
        KeyShare begun = share;
        if (begun == null
                || begun.method() != method.get()
                || ke.filter(k -> k.method() == method.get().id()).isEmpty()) {
            rejected(
                    new FailReason(
                            Kind.INVALID_MESSAGE,
                            "peer "
                                    + peer()
                                    + " chose "
                                    + agreed.suite()
                                    + " without a fitting key exchange value"));
            return;
        }
        share = null; // handed over
        sa.world()
                .finishKeyExchange(
                        begun,
                        ke.get().data(),
                        secret ->
                                agreed.suite()
                                        .additionalKeyExchange()
                                        .ifPresentOrElse(
                                                additional ->
                                                        followUp(
                                                                agreed,
                                                                response,
                                                                new FollowUpInitiator(
                                                                        sa, additional, secret),
                                                                link.orElseThrow()),
                                                () ->
                                                        install(
                                                                made,
                                                                agreed,
                                                                response,
                                                                ExchangedSecrets.of(secret))),
                        invalid ->
                                lose(
                                        List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
                                        "sent a bad key exchange value: " + invalid));
    }

    private void followUp(
            EspNegotiation agreed,
            IkeMessage response,
            FollowUpInitiator followUp,
            NotifyPayload link) {
        half = new Half(agreed, response, followUp);
        followUp.start(link);
    }

    /** A peer that sends values outside the group has lost our trust in all that it sent. */
    private void lose(List<Payload> lastRequest, String why) {
        sa.failTelling(
                lastRequest, new FailReason(Kind.INVALID_MESSAGE, "peer " + peer() + " " + why));
    }

    private void install(
            ChildOffer made, EspNegotiation agreed, IkeMessage response, ExchangedSecrets secrets) {
        Octets peerNonce = response.first(NoncePayload.class).orElseThrow().nonce();
        try (secrets) {
            made.install(
                    agreed,
                    response,
                    secrets,
                    nonce,
                    peerNonce,
                    nat,
                    child -> established(child, RekeyCollision.lowestNonce(nonce, peerNonce)),
                    this::rejected);
        }
    }

    private void established(ChildSa child, Octets lowestNonce) {
        offer = null;
        attemptEnded();
        sa.childMade(child, rekeyed, lowestNonce);
        boolean redundant =
                rival.filter(theirs -> RekeyCollision.oursIsRedundant(lowestNonce, theirs))
                        .isPresent();
        if (redundant) {
            sa.retire(child);
        } else {
            rekeyed.ifPresent(sa::retire);
        }
        sa.complete();
    }

    private void rejected(FailReason reason) {
        if (offer != null) {
            offer.rejectAnswer();
        }
        failed(reason);
    }

    private void failed(FailReason reason) {
        offer = null;
        letGo();
        attemptEnded();
        sa.childFailed(policy, reason);
        sa.complete();
    }

    private void attemptEnded() {
        if (rekeyed.isEmpty()) {
            sa.attemptEnded(policy);
        }
    }

    private String peer() {
        return sa.policy().remoteAddress().toString();
    }

    @Override
    public void abandon() {
        letGo();
        if (offer != null) {
            offer.withdraw();
            offer = null;
        }
    }

    private void letGo() {
        if (share != null) {
            share.close();
            share = null;
        }
        if (half != null) {
            half.followUp().abandon();
            half = null;
        }
    }
}
