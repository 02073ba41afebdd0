package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.negotiation.IkeNegotiation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A new IKE SA for this one, as the responder (RFC 7296 §1.3.2, §2.18). */
public final class RekeyIkeSaResponder implements RespondedExchange {
    private final ExchangeContext sa;

    public RekeyIkeSaResponder(ExchangeContext sa) {
        this.sa = sa;
    }

    @Override
    public void onRequest(Received request) {
        IkeMessage message = request.message();
        Optional<KeyExchangePayload> ke = message.first(KeyExchangePayload.class);
        if (ke.isEmpty()) {
            sa.refuseInvalid("for an IKE SA without a key exchange value");
            return;
        }
        SaPayload offer = message.first(SaPayload.class).orElseThrow();
        Optional<IkeNegotiation> agreed =
                IkeNegotiation.choose(offer, sa.policy().proposals(), ke.get().method(), true);
        Optional<IkeSpi> peerSpi = agreed.flatMap(a -> RekeyIkeSaInitiator.spi(a.spi()));
        if (agreed.isEmpty() || peerSpi.isEmpty()) {
            refuse(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
            return;
        }
        int wanted = agreed.get().suite().keyExchange().id();
        if (ke.get().method() != wanted) {
            Octets group = new OctetWriter(2).u16(wanted).toOctets();
            refuse(NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, group));
            return;
        }
        Octets peerNonce = message.first(NoncePayload.class).orElseThrow().nonce();
        sa.world()
                .respondKeyExchange(
                        agreed.get().suite().keyExchange(),
                        ke.get().data(),
                        (value, secret) ->
                                answer(agreed.get(), peerSpi.get(), peerNonce, value, secret),
                        invalid -> sa.refuseInvalid("with a bad key exchange value: " + invalid));
    }

    private void answer(
            IkeNegotiation agreed,
            IkeSpi peerSpi,
            Octets peerNonce,
            Octets value,
            SecretBytes secret) {
        RekeyedIkeSa.Choice choice =
                new RekeyedIkeSa.Choice(
                        false,
                        agreed.suite(),
                        sa.chooseSpi(),
                        peerSpi,
                        sa.random().octets(IkeSaInitInitiator.NONCE_LENGTH),
                        peerNonce);
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(List.of(agreed.answer().withSpi(choice.localSpi().toOctets()))));
        payloads.add(new NoncePayload(choice.localNonce()));
        payloads.add(new KeyExchangePayload(agreed.suite().keyExchange().id(), value));
        if (agreed.suite().additionalKeyExchange().isPresent()) {
            IkeFollowUpResponder followUp =
                    new IkeFollowUpResponder(
                            sa,
                            agreed.suite().additionalKeyExchange().get(),
                            new HalfMade(choice, secret));
            payloads.add(followUp.link());
            sa.respond(payloads);
            sa.awaitFollowUp(followUp);
        } else {
            sa.respond(payloads);
            sa.succeed(choice.derive(sa, secret, Optional.empty()));
        }
    }

    private void refuse(NotifyPayload error) {
        sa.respond(List.of(error));
    }

    /** The new IKE SA before its additional key exchange. */
    private final class HalfMade implements IkeFollowUpResponder.FirstHalf {
        private final RekeyedIkeSa.Choice choice;
        private final SecretBytes secret;

        HalfMade(RekeyedIkeSa.Choice choice, SecretBytes secret) {
            this.choice = choice;
            this.secret = secret;
        }

        @Override
        public boolean isOfIkeSa() {
            return true;
        }

        @Override
        public Optional<NotifyPayload> refusal() {
            return Optional.empty();
        }

        @Override
        public void complete(KeyExchangePayload value, SecretBytes additional) {
            sa.respond(List.of(value));
            sa.succeed(choice.derive(sa, secret, Optional.of(additional)));
        }

        @Override
        public void withdraw() {
            secret.close();
        }
    }
}
