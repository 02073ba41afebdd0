package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The additional key exchange between IKE_SA_INIT and IKE_AUTH, as the initiator (RFC 9242, RFC
 * 9370 §2.2.2).
 */
public final class IkeIntermediateInitiator implements InitiatedExchange {
    private final ExchangeContext sa;
    private final PeerPolicy policy;
    private final SecuredIkeSa secured;
    private final Consumer<SecuredIkeSa> then;
    private final KeyExchangeMethod method;
    private @Nullable KeyShare share;
    private Octets request = Octets.EMPTY;

    /**
     * Prepares the exchange.
     *
     * @param secured by a suite with an additional key exchange
     */
    public IkeIntermediateInitiator(
            ExchangeContext sa,
            PeerPolicy policy,
            SecuredIkeSa secured,
            Consumer<SecuredIkeSa> then) {
        this.sa = sa;
        this.policy = policy;
        this.secured = secured;
        this.then = then;
        this.method = secured.suite().additionalKeyExchange().orElseThrow();
    }

    @Override
    public ExchangeType type() {
        return ExchangeType.IKE_INTERMEDIATE;
    }

    @Override
    public void start() {
        sa.world()
                .beginKeyExchange(
                        method,
                        begun -> {
                            share = begun;
                            List<Payload> payloads =
                                    List.of(
                                            new KeyExchangePayload(
                                                    method.id(), begun.publicValue()));
                            request =
                                    EncryptedPayload.authenticated(sa.request(payloads), payloads);
                        });
    }

    /** What IntAuth covers of a message of the peer's. */
    static Octets authenticated(Received received) {
        PayloadType first = PayloadChain.firstType(received.message().payloads());
        return EncryptedPayload.authenticated(received.datagram(), first, received.content());
    }

    @Override
    public boolean onResponse(Received response) {
        KeyShare begun = share;
        if (begun == null) {
            throw new IllegalStateException("a response before the request");
        }
        IkeMessage message = response.message();
        Optional<NotifyPayload> error = message.error();
        Optional<KeyExchangePayload> ke =
                message.first(KeyExchangePayload.class).filter(k -> k.method() == method.id());
        if (error.isPresent() || ke.isEmpty()) {
            sa.fail(
                    error.map(e -> PeerErrors.ofIkeSa(e, peer(), List.of()))
                            .orElse(invalid("answered IKE_INTERMEDIATE without " + method)));
            return true;
        }
        share = null; // handed over
        sa.world()
                .finishKeyExchange(
                        begun,
                        ke.get().data(),
                        secret ->
                                then.accept(
                                        secured.strengthened(
                                                sa,
                                                secret,
                                                request,
                                                authenticated(response),
                                                message.header().messageId())),
                        reason -> sa.fail(invalid("sent a bad key exchange value: " + reason)));
        return true;
    }

    private FailReason invalid(String what) {
        return new FailReason(Kind.INVALID_MESSAGE, "peer " + peer() + " " + what);
    }

    private String peer() {
        return policy.remoteAddress().toString();
    }

    @Override
    public void abandon() {
        if (share != null) {
            share.close();
            share = null;
        }
    }
}
