package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.negotiation.IkeNegotiation;
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A new IKE SA for this one, as the initiator (RFC 7296 §1.3.2, §2.18). */
public final class RekeyIkeSaInitiator implements InitiatedExchange {
    private final ExchangeContext sa;
    private final Runnable refused;
    private final IkeSpi newSpi;
    private final Octets nonce;
    private final List<Proposal> offer;
    private @Nullable KeyShare share;
    private @Nullable Half half;
    private boolean repeated;
    private boolean asked;
    private boolean overtaken;

    /** What the first half has come to, where an additional key exchange follows. */
    private record Half(RekeyedIkeSa.Choice choice, FollowUpInitiator followUp) {}

    /**
     * Prepares the exchange.
     *
     * @param refused called when there will be no new IKE SA this time
     */
    public RekeyIkeSaInitiator(ExchangeContext sa, Runnable refused) {
        this.sa = sa;
        this.refused = refused;
        this.newSpi = sa.chooseSpi();
        this.nonce = sa.random().octets(IkeSaInitInitiator.NONCE_LENGTH);
        this.offer = Proposals.ofIke(sa.policy().proposals(), newSpi.toOctets());
    }

    /** Whether the peer may have made a new IKE SA for it already, or may do so. */
    public boolean isUnderWay() {
        return asked;
    }

    /**
     * The peer has begun such an exchange too, and has a new IKE SA from us. If it refuses ours, by
     * whatever error, that one is to be used.
     */
    public void overtaken() {
        overtaken = true;
    }

    @Override
    public ExchangeType type() {
        return half == null ? ExchangeType.CREATE_CHILD_SA : ExchangeType.IKE_FOLLOWUP_KE;
    }

    @Override
    public void start() {
        // What both sides agreed on last time most likely fits again.
        begin(sa.suite().keyExchange());
    }

    private void begin(KeyExchangeMethod method) {
        abandon();
        sa.world()
                .beginKeyExchange(
                        method,
                        begun -> {
                            share = begun;
                            asked = true;
                            sa.request(
                                    List.of(
                                            new SaPayload(offer),
                                            new NoncePayload(nonce),
                                            new KeyExchangePayload(
                                                    method.id(), begun.publicValue())));
                        });
    }

    @Override
    public boolean onResponse(Received response) {
        IkeMessage message = response.message();
        Optional<NotifyPayload> error = message.error();
        if (error.isPresent()) {
            asked = false;
            if (!repeatsFor(error.get())) {
                giveUp();
            }
            return true;
        }
        Half first = half;
        if (first == null) {
            concludeFirst(message);
        } else {
            first.followUp()
                    .onResponse(
                            message,
                            (secret, additional) -> {
                                half = null;
                                succeed(first.choice(), secret, Optional.of(additional));
                            },
                            this::lose);
        }
        return true;
    }

    private void concludeFirst(IkeMessage message) {
        Optional<IkeNegotiation> agreed =
                message.first(SaPayload.class).flatMap(a -> IkeNegotiation.verify(offer, a));
        Optional<IkeSpi> peerSpi = agreed.flatMap(a -> spi(a.spi()));
        Optional<NoncePayload> peerNonce = message.first(NoncePayload.class);
        KeyShare begun = share;
        if (begun == null
                || peerSpi.isEmpty()
                || peerNonce.isEmpty()
                || agreed.filter(a -> a.suite().keyExchange() == begun.method()).isEmpty()
                || value(message, begun).isEmpty()) {
            lose(List.of(), "chose for the new IKE SA what we did not offer");
            return;
        }
        IkeSuite suite = agreed.get().suite();
        Optional<NotifyPayload> link = message.notification(NotifyType.ADDITIONAL_KEY_EXCHANGE);
        if (suite.additionalKeyExchange().isPresent() && link.isEmpty()) {
            lose(List.of(), "agreed on another key exchange for the new IKE SA and named no link");
            return;
        }
        RekeyedIkeSa.Choice choice =
                new RekeyedIkeSa.Choice(
                        true, suite, newSpi, peerSpi.get(), nonce, peerNonce.get().nonce());
        share = null; // handed over
        sa.world()
                .finishKeyExchange(
                        begun,
                        value(message, begun).orElseThrow(),
                        secret ->
                                suite.additionalKeyExchange()
                                        .ifPresentOrElse(
                                                method ->
                                                        followUp(
                                                                method,
                                                                choice,
                                                                secret,
                                                                link.orElseThrow()),
                                                () -> succeed(choice, secret, Optional.empty())),
                        invalid ->
                                lose(
                                        List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
                                        "sent a bad key exchange value: " + invalid));
    }

    private void followUp(
            KeyExchangeMethod method,
            RekeyedIkeSa.Choice choice,
            SecretBytes secret,
            NotifyPayload link) {
        FollowUpInitiator followUp = new FollowUpInitiator(sa, method, secret);
        half = new Half(choice, followUp);
        followUp.start(link);
    }

    private static Optional<Octets> value(IkeMessage message, KeyShare begun) {
        return message.first(KeyExchangePayload.class)
                .filter(ke -> ke.method() == begun.method().id())
                .map(KeyExchangePayload::data);
    }

    private boolean repeatsFor(NotifyPayload error) {
        Octets data = error.data();
        if (!error.notifyType().equals(NotifyType.INVALID_KE_PAYLOAD)
                || data.length() != 2
                || repeated
                || half != null
                || overtaken) {
            return false;
        }
        repeated = true;
        Optional<KeyExchangeMethod> wanted =
                KeyExchangeMethod.of(data.at(0) << 8 | data.at(1))
                        .filter(sa.policy().proposals().keyExchange()::contains);
        wanted.ifPresent(this::begin);
        return wanted.isPresent();
    }

    private void succeed(
            RekeyedIkeSa.Choice choice, SecretBytes secret, Optional<SecretBytes> additional) {
        // Without completing the exchange: what waits behind it is not for this IKE SA any more.
        asked = false;
        sa.succeed(choice.derive(sa, secret, additional));
    }

    private void giveUp() {
        abandon();
        refused.run();
        sa.complete();
    }

    /** The peer has a new IKE SA that we cannot have, and our Child SAs have gone over to it. */
    private void lose(List<Payload> lastRequest, String why) {
        abandon();
        String peer = sa.policy().remoteAddress().toString();
        sa.failTelling(
                lastRequest, new FailReason(Kind.INVALID_MESSAGE, "peer " + peer + " " + why));
    }

    /** The SPI in a proposal that rekeys an IKE SA. */
    static Optional<IkeSpi> spi(Octets octets) {
        try {
            return octets.length() == IkeSpi.LENGTH_OCTETS
                    ? Optional.of(new IkeSpi(octets.reader().u64())).filter(s -> !s.isZero())
                    : Optional.empty();
        } catch (MalformedMessageException impossible) {
            throw new IllegalStateException("length was checked", impossible);
        }
    }

    @Override
    public void abandon() {
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
