package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.ChildKeys;
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
     */
    record Result(List<Payload> payloads, Optional<ChildSa> child) {}

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
            reserve(narrowing.get(), agreed.get(), Optional.empty(), Optional.empty());
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
                                        Optional.of(secret),
                                        Optional.of(new KeyExchangePayload(method.id(), value))),
                        invalid -> sa.refuseInvalid("with a bad key exchange value: " + invalid));
    }

    private void reserve(
            Narrowing narrowing,
            EspNegotiation agreed,
            Optional<SecretBytes> secret,
            Optional<KeyExchangePayload> ke) {
        sa.world()
                .allocateSpi(
                        ChildSaLocator.wanted(peer.session(), narrowing.child().name(), sa.path()),
                        locator -> install(narrowing, agreed, secret, ke, locator),
                        refused -> {
                            secret.ifPresent(SecretBytes::close);
                            refuseForKernel(narrowing.child(), refused);
                        });
    }

    private void install(
            Narrowing narrowing,
            EspNegotiation agreed,
            Optional<SecretBytes> secret,
            Optional<KeyExchangePayload> ke,
            ChildSaLocator reserved) {
        ChildSaLocator locator = reserved.withOutbound(agreed.peerSpi());
        ChildKeys keys =
                new KeyDerivation(sa.primitives())
                        .child(
                                sa.suite().prf(),
                                sa.keys().skD(),
                                agreed.suite(),
                                secret,
                                nonceI,
                                nonceR);
        secret.ifPresent(SecretBytes::close);
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
                                        new Result(answer(agreed, ke, child), Optional.of(child))),
                        refused -> {
                            sa.world().removeChildSa(reserved);
                            refuseForKernel(narrowing.child(), refused);
                        });
    }

    private List<Payload> answer(
            EspNegotiation agreed, Optional<KeyExchangePayload> ke, ChildSa child) {
        Octets spi = child.locator().inbound().toOctets();
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(List.of(agreed.answer().withSpi(spi))));
        if (!first) {
            payloads.add(new NoncePayload(nonceR));
        }
        ke.ifPresent(payloads::add);
        payloads.add(new TrafficSelectorPayload(PayloadType.TS_I, child.remote()));
        payloads.add(new TrafficSelectorPayload(PayloadType.TS_R, child.local()));
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
        then.accept(new Result(List.of(error), Optional.empty()));
    }
}
