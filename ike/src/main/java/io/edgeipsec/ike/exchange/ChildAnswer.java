package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.ChildKeys;
import io.edgeipsec.ike.crypto.ExchangedSecrets;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.message.TrafficSelectorPayload;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.ChildSa;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.EspNegotiation;
import io.edgeipsec.ike.negotiation.Narrowing;
import io.edgeipsec.ike.negotiation.ProposalMismatch;
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Child SA that the peer asks for: the choice, the installation, the answer. Serves IKE_AUTH and
 * CREATE_CHILD_SA (RFC 7296 §1.2, §1.3.1). Our SAs are in the kernel before the answer goes out, so
 * the peer's first packet finds them.
 */
final class ChildAnswer {
    private final ExchangeContext sa;
    private final PeerPolicy peer;
    private final List<ChildPolicy> policies;
    private final IkeMessage request;
    private final Octets nonceI;
    private final Octets nonceR;
    private final NatSituation nat;
    private final boolean first;
    private final Consumer<Result> then;

    /**
     * What goes into the answer.
     *
     * @param payloads SA, [KE,] TSi, TSr; or one error notification
     * @param child to be announced once the answer is out
     * @param half what waits for an additional key exchange, in place of {@code child}
     */
    record Result(List<Payload> payloads, Optional<ChildSa> child, Optional<Half> half) {
        static Result refusal(NotifyPayload error) {
            return new Result(List.of(error), Optional.empty(), Optional.empty());
        }

        static Result none() {
            return new Result(List.of(), Optional.empty(), Optional.empty());
        }
    }

    /** A Child SA that is agreed on and not made yet. Owns the secret and the SPI. */
    final class Half implements AutoCloseable {
        private final Narrowing narrowing;
        private final EspNegotiation agreed;
        private final SecretBytes secret;
        private final ChildSaLocator reserved;

        private Half(
                Narrowing narrowing,
                EspNegotiation agreed,
                SecretBytes secret,
                ChildSaLocator reserved) {
            this.narrowing = narrowing;
            this.agreed = agreed;
            this.secret = secret;
            this.reserved = reserved;
        }

        KeyExchangeMethod additional() {
            return agreed.suite().additionalKeyExchange().orElseThrow();
        }

        ChildPolicy policy() {
            return narrowing.child();
        }

        /** Makes it; the answer is this value, or an error. */
        void complete(KeyExchangePayload value, SecretBytes additional) {
            install(
                    narrowing,
                    agreed,
                    ExchangedSecrets.of(secret, additional),
                    reserved,
                    () -> List.of(value));
        }

        @Override
        public void close() {
            secret.close();
            sa.world().removeChildSa(reserved);
        }
    }

    /**
     * Prepares the answer.
     *
     * @param policies those that the peer may mean
     * @param first whether the request is IKE_AUTH
     */
    ChildAnswer(
            ExchangeContext sa,
            PeerPolicy peer,
            List<ChildPolicy> policies,
            IkeMessage request,
            Octets nonceI,
            Octets nonceR,
            NatSituation nat,
            boolean first,
            Consumer<Result> then) {
        this.sa = sa;
        this.peer = peer;
        this.policies = policies;
        this.request = request;
        this.nonceI = nonceI;
        this.nonceR = nonceR;
        this.nat = nat;
        this.first = first;
        this.then = then;
    }

    void negotiate() {
        SaPayload offer = request.first(SaPayload.class).orElseThrow();
        List<TrafficSelector> remote = request.selectors(PayloadType.TS_I).orElse(List.of());
        List<TrafficSelector> local = request.selectors(PayloadType.TS_R).orElse(List.of());
        Optional<Narrowing> narrowing =
                remote.isEmpty() || local.isEmpty()
                        ? Optional.empty()
                        : Narrowing.choose(policies, remote, local, sa::isUp);
        if (narrowing.isEmpty()) {
            refuseSelectors(local, remote);
            return;
        }
        ChildPolicy policy = narrowing.get().child();
        Optional<KeyExchangePayload> ke = request.first(KeyExchangePayload.class);
        Optional<EspNegotiation> agreed =
                EspNegotiation.choose(
                        offer, policy.proposals(), ke.map(KeyExchangePayload::method), first);
        if (agreed.isEmpty()) {
            refuseProposals(policy, offer);
            return;
        }
        Optional<KeyExchangeMethod> method = agreed.get().suite().keyExchange();
        if (method.isEmpty()) {
            reserve(narrowing.get(), agreed.get(), ExchangedSecrets.NONE, Optional.empty());
        } else if (ke.isEmpty() || ke.get().method() != method.get().id()) {
            Octets group = new OctetWriter(2).u16(method.get().id()).toOctets();
            refuse(NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, group));
        } else {
            exchangeKeys(narrowing.get(), agreed.get(), ke.get());
        }
    }

    private void exchangeKeys(Narrowing narrowing, EspNegotiation agreed, KeyExchangePayload ke) {
        KeyExchangeMethod method = agreed.suite().keyExchange().orElseThrow();
        sa.world()
                .respondKeyExchange(
                        method,
                        ke.data(),
                        (value, secret) ->
                                reserve(
                                        narrowing,
                                        agreed,
                                        ExchangedSecrets.of(secret),
                                        Optional.of(new KeyExchangePayload(method.id(), value))),
                        invalid -> sa.refuseInvalid("with a bad key exchange value: " + invalid));
    }

    private void reserve(
            Narrowing narrowing,
            EspNegotiation agreed,
            ExchangedSecrets secrets,
            Optional<KeyExchangePayload> ke) {
        sa.world()
                .allocateSpi(
                        ChildSaLocator.wanted(peer.session(), narrowing.child().name(), sa.path()),
                        locator -> {
                            if (agreed.suite().additionalKeyExchange().isPresent()) {
                                SecretBytes secret = secrets.first().orElseThrow();
                                Half half = new Half(narrowing, agreed, secret, locator);
                                then.accept(
                                        new Result(
                                                answer(narrowing, agreed, ke, locator),
                                                Optional.empty(),
                                                Optional.of(half)));
                            } else {
                                install(
                                        narrowing,
                                        agreed,
                                        secrets,
                                        locator,
                                        () -> answer(narrowing, agreed, ke, locator));
                            }
                        },
                        refused -> {
                            secrets.close();
                            refuseForKernel(narrowing.child(), refused);
                        });
    }

    private void install(
            Narrowing narrowing,
            EspNegotiation agreed,
            ExchangedSecrets secrets,
            ChildSaLocator reserved,
            Supplier<List<Payload>> answer) {
        ChildSaLocator locator = reserved.withOutbound(agreed.peerSpi());
        ChildKeys keys =
                new KeyDerivation(sa.primitives())
                        .child(
                                sa.suite().prf(),
                                sa.keys().skD(),
                                agreed.suite(),
                                secrets,
                                nonceI,
                                nonceR);
        secrets.close();
        ChildSa child =
                new ChildSa(
                        narrowing.child(),
                        locator,
                        agreed.suite(),
                        narrowing.local(),
                        narrowing.remote());
        sa.world()
                .installChildSa(
                        new ChildSaInstallation(
                                locator,
                                agreed.suite(),
                                nat,
                                narrowing.local(),
                                narrowing.remote(),
                                keys.encryptionInitiator(),
                                keys.integrityInitiator(),
                                keys.encryptionResponder(),
                                keys.integrityResponder(),
                                narrowing.child().lifetime(),
                                request.notifies(NotifyType.REKEY_SA)),
                        () ->
                                then.accept(
                                        new Result(
                                                answer.get(),
                                                Optional.of(child),
                                                Optional.empty())),
                        refused -> {
                            sa.world().removeChildSa(reserved);
                            refuseForKernel(narrowing.child(), refused);
                        });
    }

    private List<Payload> answer(
            Narrowing narrowing,
            EspNegotiation agreed,
            Optional<KeyExchangePayload> ke,
            ChildSaLocator reserved) {
        Octets spi = reserved.inbound().toOctets();
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(List.of(agreed.answer().withSpi(spi))));
        if (!first) {
            payloads.add(new NoncePayload(nonceR));
        }
        ke.ifPresent(payloads::add);
        payloads.add(new TrafficSelectorPayload(PayloadType.TS_I, narrowing.remote()));
        payloads.add(new TrafficSelectorPayload(PayloadType.TS_R, narrowing.local()));
        return payloads;
    }

    private void refuseSelectors(List<TrafficSelector> local, List<TrafficSelector> remote) {
        FailReason reason =
                new FailReason(
                        Kind.TS_UNACCEPTABLE,
                        "peer "
                                + peer.remoteAddress()
                                + " asked for its "
                                + remote
                                + " and our "
                                + local
                                + ", which no rule of this session covers; compare the subnets"
                                + " with the peer's");
        policies.forEach(policy -> report(policy, reason));
        refuse(NotifyPayload.of(NotifyType.TS_UNACCEPTABLE));
    }

    private void refuseProposals(ChildPolicy policy, SaPayload offer) {
        String difference =
                ProposalMismatch.explain(
                        offer.proposals(),
                        Proposals.ofEsp(policy.proposals(), Octets.EMPTY, first));
        report(
                policy,
                new FailReason(
                        Kind.NO_PROPOSAL_CHOSEN,
                        "peer "
                                + peer.remoteAddress()
                                + " for "
                                + policy
                                + " "
                                + difference
                                + "; change the tunnel-profile or the peer"));
        refuse(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
    }

    private void refuseForKernel(ChildPolicy policy, String refused) {
        sa.childFailed(policy, new FailReason(Kind.KERNEL_REFUSED, refused));
        refuse(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
    }

    /** What works already is not made to look broken by one bad request. */
    private void report(ChildPolicy policy, FailReason reason) {
        if (!sa.isUp(policy)) {
            sa.childFailed(policy, reason);
        }
    }

    private void refuse(NotifyPayload error) {
        then.accept(Result.refusal(error));
    }
}
