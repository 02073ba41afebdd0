package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.ProtocolId;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.negotiation.RekeyCollision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A further Child SA, or a new one for an old one, as the responder (RFC 7296 §1.3.1, §1.3.3). */
public final class CreateChildSaResponder implements RespondedExchange {
    /** Beyond what a session needs while all its Child SAs are being rekeyed by both sides. */
    private static final int SPARE_CHILDREN = 16;

    private final ExchangeContext sa;
    private final NatSituation nat;

    public CreateChildSaResponder(ExchangeContext sa, NatSituation nat) {
        this.sa = sa;
        this.nat = nat;
    }

    @Override
    public void onRequest(Received request) {
        IkeMessage message = request.message();
        boolean hasSelectors =
                message.selectors(PayloadType.TS_I).isPresent()
                        && message.selectors(PayloadType.TS_R).isPresent();
        if (!hasSelectors) {
            sa.refuseInvalid("for a Child SA without traffic selectors");
            return;
        }
        if (sa.children().size() >= 2 * sa.policy().children().size() + SPARE_CHILDREN) {
            refuse(NotifyPayload.of(NotifyType.NO_ADDITIONAL_SAS));
            return;
        }
        Optional<NotifyPayload> rekey = message.notification(NotifyType.REKEY_SA);
        if (rekey.isEmpty()) {
            answer(message, sa.policy().children(), Optional.empty());
            return;
        }
        Optional<ChildSa> old = find(rekey.get());
        if (old.isEmpty() && sa.isMakingChildSa()) {
            // Maybe the one that we are about to have: the peer has it as soon as it answers.
            refuse(NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
        } else if (old.isEmpty()) {
            refuse(
                    new NotifyPayload(
                            rekey.get().protocol(),
                            rekey.get().spi(),
                            NotifyType.CHILD_SA_NOT_FOUND,
                            Octets.EMPTY));
        } else if (sa.isBeingDeleted(old.get())) {
            refuse(NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
        } else {
            // As it is now: it may have been made under a former one.
            answer(message, sa.policy().child(old.get().policy().name()).stream().toList(), old);
        }
    }

    /** A rekey names the SA by the SPI that its sender receives on, our outbound one. */
    private Optional<ChildSa> find(NotifyPayload rekey) {
        if (!rekey.protocol().equals(ProtocolId.ESP)) {
            return Optional.empty();
        }
        return sa.children().stream()
                .filter(child -> child.locator().outbound().toOctets().equals(rekey.spi()))
                .filter(child -> !child.locator().outbound().equals(EspSpi.ZERO))
                .findFirst();
    }

    private void answer(
            IkeMessage message, List<ChildPolicy> policies, Optional<ChildSa> replaced) {
        Octets nonceI = message.first(NoncePayload.class).orElseThrow().nonce();
        Octets nonceR = sa.random().octets(IkeSaInitInitiator.NONCE_LENGTH);
        new ChildAnswer(
                        sa,
                        sa.policy(),
                        policies,
                        message,
                        nonceI,
                        nonceR,
                        nat,
                        false,
                        result ->
                                conclude(
                                        result,
                                        replaced,
                                        RekeyCollision.lowestNonce(nonceI, nonceR)))
                .negotiate();
    }

    /** Called once more where an additional key exchange follows. */
    private void conclude(
            ChildAnswer.Result result, Optional<ChildSa> replaced, Octets lowestNonce) {
        if (result.half().isPresent()) {
            ChildAnswer.Half half = result.half().get();
            IkeFollowUpResponder followUp =
                    new IkeFollowUpResponder(sa, half.additional(), new HalfMade(half, replaced));
            List<Payload> payloads = new ArrayList<>(result.payloads());
            payloads.add(followUp.link());
            sa.respond(payloads);
            sa.awaitFollowUp(followUp);
        } else {
            sa.respond(result.payloads());
            result.child().ifPresent(made -> sa.childMadeByPeer(made, replaced, lowestNonce));
        }
    }

    private void refuse(NotifyPayload error) {
        sa.respond(List.of(error));
    }

    /** The new Child SA before its additional key exchange. Much may happen in between. */
    private final class HalfMade implements IkeFollowUpResponder.FirstHalf {
        private final ChildAnswer.Half half;
        private final Optional<ChildSa> replaced;

        HalfMade(ChildAnswer.Half half, Optional<ChildSa> replaced) {
            this.half = half;
            this.replaced = replaced;
        }

        @Override
        public boolean isOfIkeSa() {
            return false;
        }

        @Override
        public Optional<NotifyPayload> refusal() {
            ChildPolicy policy = half.policy();
            if (sa.policy().child(policy.name()).filter(policy::equals).isEmpty()) {
                return Optional.of(NotifyPayload.of(NotifyType.TS_UNACCEPTABLE));
            }
            // We have replaced it ourselves, or one of us has deleted it.
            return replaced.filter(sa::isBeingDeleted)
                    .map(old -> NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
        }

        @Override
        public void complete(KeyExchangePayload value, SecretBytes additional) {
            half.complete(value, additional);
        }

        @Override
        public void withdraw() {
            half.close();
        }
    }
}
