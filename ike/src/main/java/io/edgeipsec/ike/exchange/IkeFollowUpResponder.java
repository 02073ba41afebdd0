package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import java.util.List;
import java.util.Optional;

/**
 * The second half of a CREATE_CHILD_SA with an additional key exchange, as the responder: waits for
 * IKE_FOLLOWUP_KE with what the first half has come to (RFC 9370 §2.2.4).
 */
public final class IkeFollowUpResponder implements RespondedExchange, AutoCloseable {
    private static final int LINK_LENGTH = 16;

    private final ExchangeContext sa;
    private final KeyExchangeMethod method;
    private final FirstHalf first;
    private final Octets link;
    private boolean over;

    /** What the first half has come to. */
    interface FirstHalf {
        /** Whether it makes an IKE SA, rather than a Child SA. */
        boolean isOfIkeSa();

        /** Why it cannot come to anything any more, as the answer. */
        Optional<NotifyPayload> refusal();

        /**
         * Leads to a response.
         *
         * @param value our own, which goes into the response
         * @param additional the second secret; owned
         */
        void complete(KeyExchangePayload value, SecretBytes additional);

        /** There will be no second half. */
        void withdraw();
    }

    /**
     * Prepares the wait.
     *
     * @param first owned
     */
    IkeFollowUpResponder(ExchangeContext sa, KeyExchangeMethod method, FirstHalf first) {
        this.sa = sa;
        this.method = method;
        this.first = first;
        this.link = sa.random().octets(LINK_LENGTH);
    }

    /** What the peer has to send back. */
    NotifyPayload link() {
        return NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link);
    }

    /** Whether the request belongs to the first half that this one waits for. */
    public boolean isFor(Received request) {
        return request.message()
                .notification(NotifyType.ADDITIONAL_KEY_EXCHANGE)
                .filter(notify -> notify.data().equals(link))
                .isPresent();
    }

    public boolean isOfIkeSa() {
        return first.isOfIkeSa();
    }

    @Override
    public void onRequest(Received request) {
        Optional<NotifyPayload> refusal = first.refusal();
        if (refusal.isPresent()) {
            close();
            sa.respond(List.of(refusal.get()));
            return;
        }
        Optional<KeyExchangePayload> ke =
                request.message()
                        .first(KeyExchangePayload.class)
                        .filter(k -> k.method() == method.id());
        if (ke.isEmpty()) {
            close();
            sa.refuseInvalid("IKE_FOLLOWUP_KE without " + method);
            return;
        }
        sa.world()
                .respondKeyExchange(
                        method,
                        ke.get().data(),
                        (value, additional) -> {
                            over = true;
                            first.complete(new KeyExchangePayload(method.id(), value), additional);
                        },
                        invalid -> {
                            close();
                            sa.refuseInvalid("with a bad key exchange value: " + invalid);
                        });
    }

    /** Idempotent; nothing where the second half has come. */
    @Override
    public void close() {
        if (!over) {
            over = true;
            first.withdraw();
        }
    }
}
