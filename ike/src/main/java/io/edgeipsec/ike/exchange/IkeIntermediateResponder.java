package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The additional key exchange between IKE_SA_INIT and IKE_AUTH, as the responder (RFC 9242, RFC
 * 9370 §2.2.2).
 */
public final class IkeIntermediateResponder implements RespondedExchange {
    private final ExchangeContext sa;
    private final SecuredIkeSa secured;
    private final Consumer<SecuredIkeSa> then;
    private final KeyExchangeMethod method;

    /**
     * Prepares the answer.
     *
     * @param secured by a suite with an additional key exchange
     * @param then given what the next request is protected with; the answer is out
     */
    public IkeIntermediateResponder(
            ExchangeContext sa, SecuredIkeSa secured, Consumer<SecuredIkeSa> then) {
        this.sa = sa;
        this.secured = secured;
        this.then = then;
        this.method = secured.suite().additionalKeyExchange().orElseThrow();
    }

    @Override
    public void onRequest(Received request) {
        Optional<KeyExchangePayload> ke =
                request.message()
                        .first(KeyExchangePayload.class)
                        .filter(k -> k.method() == method.id());
        if (ke.isEmpty()) {
            sa.refuseInvalid("IKE_INTERMEDIATE without " + method);
            return;
        }
        sa.world()
                .respondKeyExchange(
                        method,
                        ke.get().data(),
                        (value, secret) -> answer(request, value, secret),
                        invalid -> sa.refuseInvalid("with a bad key exchange value: " + invalid));
    }

    private void answer(Received request, Octets value, SecretBytes secret) {
        List<Payload> payloads = List.of(new KeyExchangePayload(method.id(), value));
        Octets response = EncryptedPayload.authenticated(sa.respond(payloads), payloads);
        then.accept(
                secured.strengthened(
                        sa,
                        secret,
                        IkeIntermediateInitiator.authenticated(request),
                        response,
                        request.message().header().messageId()));
    }
}
