package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * IKE_FOLLOWUP_KE, the second half of a CREATE_CHILD_SA with an additional key exchange, as the
 * initiator (RFC 9370 §2.2.4).
 */
final class FollowUpInitiator {
    private final ExchangeContext sa;
    private final KeyExchangeMethod method;
    private final SecretBytes first;
    private @Nullable KeyShare share;

    /**
     * Prepares it.
     *
     * @param first the secret of the first half; owned
     */
    FollowUpInitiator(ExchangeContext sa, KeyExchangeMethod method, SecretBytes first) {
        this.sa = sa;
        this.method = method;
        this.first = first;
    }

    /**
     * Sends the request.
     *
     * @param link what the peer knows the first half by
     */
    void start(NotifyPayload link) {
        sa.world()
                .beginKeyExchange(
                        method,
                        begun -> {
                            share = begun;
                            sa.request(
                                    List.of(
                                            new KeyExchangePayload(
                                                    method.id(), begun.publicValue()),
                                            NotifyPayload.of(
                                                    NotifyType.ADDITIONAL_KEY_EXCHANGE,
                                                    link.data())));
                        });
    }

    /**
     * Handles a response without an error.
     *
     * @param then is given the secrets of both halves, and owns them
     * @param failed is given what to tell the peer, and what was wrong behind the words "peer X"
     */
    void onResponse(
            IkeMessage response,
            BiConsumer<SecretBytes, SecretBytes> then,
            BiConsumer<List<Payload>, String> failed) {
        KeyShare begun = share;
        Optional<Octets> value =
                response.first(KeyExchangePayload.class)
                        .filter(ke -> ke.method() == method.id())
                        .map(KeyExchangePayload::data);
        if (begun == null || value.isEmpty()) {
            abandon();
            failed.accept(
                    List.of(), "answered IKE_FOLLOWUP_KE without a fitting key exchange value");
            return;
        }
        share = null; // handed over
        sa.world()
                .finishKeyExchange(
                        begun,
                        value.get(),
                        additional -> then.accept(first, additional),
                        invalid -> {
                            abandon();
                            failed.accept(
                                    List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
                                    "sent a bad key exchange value: " + invalid);
                        });
    }

    void abandon() {
        first.close();
        if (share != null) {
            share.close();
            share = null;
        }
    }
}
