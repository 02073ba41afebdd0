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
 * The second half of an IKE SA's rekey with an additional key exchange, as the responder: waits for
 * IKE_FOLLOWUP_KE with what the first half has come to (RFC 9370 §2.2.4).
 */
public final class IkeFollowUpResponder implements RespondedExchange, AutoCloseable {
    private static final int LINK_LENGTH = 16;

    private final ExchangeContext sa;
    private final RekeyedIkeSa.Choice choice;
    private final SecretBytes secret;
    private final Octets link;

    /**
     * Prepares the wait.
     *
     * @param choice with an additional key exchange
     * @param secret of the first half; owned
     */
    IkeFollowUpResponder(ExchangeContext sa, RekeyedIkeSa.Choice choice, SecretBytes secret) {
        this.sa = sa;
        this.choice = choice;
        this.secret = secret;
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

    @Override
    public void onRequest(Received request) {
        KeyExchangeMethod method = choice.suite().additionalKeyExchange().orElseThrow();
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
                            sa.respond(List.of(new KeyExchangePayload(method.id(), value)));
                            sa.succeed(choice.derive(sa, secret, Optional.of(additional)));
                        },
                        invalid -> {
                            close();
                            sa.refuseInvalid("with a bad key exchange value: " + invalid);
                        });
    }

    @Override
    public void close() {
        secret.close();
    }
}
