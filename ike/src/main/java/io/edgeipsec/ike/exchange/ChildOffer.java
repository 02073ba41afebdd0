package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.ChildKeys;
import io.edgeipsec.ike.crypto.ExchangedSecrets;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.Proposal;
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
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Child SA that we ask for: the offer, the check of the answer, the installation. Serves IKE_AUTH
 * and CREATE_CHILD_SA (RFC 7296 §1.2, §1.3.1).
 */
final class ChildOffer {
    private final ExchangeContext sa;
    private final PeerPolicy peer;
    private final ChildPolicy policy;
    private final ChildSaLocator locator;
    private final List<Proposal> proposals;

    private ChildOffer(
            ExchangeContext sa,
            PeerPolicy peer,
            ChildPolicy policy,
            boolean first,
            ChildSaLocator locator) {
        this.sa = sa;
        this.peer = peer;
        this.policy = policy;
        this.locator = locator;
        this.proposals = Proposals.ofEsp(policy.proposals(), locator.inbound().toOctets(), first);
    }

    /**
     * Reserves an SPI, without which nothing can be offered.
     *
     * @param first whether the offer goes into IKE_AUTH
     */
    static void prepare(
            ExchangeContext sa,
            PeerPolicy peer,
            ChildPolicy policy,
            boolean first,
            Consumer<ChildOffer> then,
            Consumer<FailReason> failed) {
        sa.world()
                .allocateSpi(
                        ChildSaLocator.wanted(peer.session(), policy.name(), sa.path()),
                        locator -> then.accept(new ChildOffer(sa, peer, policy, first, locator)),
                        refused -> failed.accept(new FailReason(Kind.KERNEL_REFUSED, refused)));
    }

    ChildPolicy policy() {
        return policy;
    }

    SaPayload proposals() {
        return new SaPayload(proposals);
    }

    List<Payload> selectors() {
        return List.of(
                new TrafficSelectorPayload(PayloadType.TS_I, List.of(policy.local())),
                new TrafficSelectorPayload(PayloadType.TS_R, List.of(policy.remote())));
    }

    /** Gives the SPI back. */
    void withdraw() {
        sa.world().removeChildSa(locator);
    }

    /** What an error means that came in IKE_AUTH and took the IKE SA with it. */
    FailReason refusalOfIkeSa(NotifyPayload error) {
        return PeerErrors.ofIkeAuth(error, peerName(), policy, proposals);
    }

    /** The error that the peer answered to this offer, in IKE_AUTH beside a good AUTH. */
    Optional<FailReason> refusal(IkeMessage response) {
        boolean answered = response.first(SaPayload.class).isPresent();
        Optional<NotifyPayload> error = answered ? Optional.empty() : response.error();
        return error.map(e -> PeerErrors.ofChild(e, peerName(), policy, proposals));
    }

    /** What the answer chose; empty with the reason reported if it is none of what was offered. */
    Optional<EspNegotiation> verify(IkeMessage response, Consumer<FailReason> failed) {
        Optional<SaPayload> answer = response.first(SaPayload.class);
        if (answer.isEmpty()) {
            failed.accept(
                    new FailReason(
                            Kind.INVALID_MESSAGE,
                            "peer " + peerName() + " did not answer our offer for " + policy));
            return Optional.empty();
        }
        Optional<EspNegotiation> chosen = EspNegotiation.verify(proposals, answer.get());
        if (chosen.isEmpty()) {
            failed.accept(
                    new FailReason(
                            Kind.INVALID_MESSAGE,
                            "peer "
                                    + peerName()
                                    + " chose "
                                    + answer.get().proposals()
                                    + ", which we did not offer for "
                                    + policy));
        }
        return chosen;
    }

    /**
     * Installs what was agreed on.
     *
     * @param secrets of this exchange's own key exchanges; they stay the caller's
     */
    void install(
            EspNegotiation agreed,
            IkeMessage response,
            ExchangedSecrets secrets,
            Octets nonceI,
            Octets nonceR,
            NatSituation nat,
            Consumer<ChildSa> then,
            Consumer<FailReason> failed) {
        List<TrafficSelector> local = response.selectors(PayloadType.TS_I).orElse(List.of());
        List<TrafficSelector> remote = response.selectors(PayloadType.TS_R).orElse(List.of());
        boolean within =
                Narrowing.isWithin(local, policy.local())
                        && Narrowing.isWithin(remote, policy.remote());
        if (!within || response.notifies(NotifyType.USE_TRANSPORT_MODE)) {
            failed.accept(
                    new FailReason(
                            Kind.TS_UNACCEPTABLE,
                            "peer "
                                    + peerName()
                                    + " answered local "
                                    + local
                                    + " remote "
                                    + remote
                                    + ", which is not inside "
                                    + policy));
            return;
        }
        ChildSaLocator full = locator.withOutbound(agreed.peerSpi());
        ChildKeys keys =
                new KeyDerivation(sa.primitives())
                        .child(
                                sa.suite().prf(),
                                sa.keys().skD(),
                                agreed.suite(),
                                secrets,
                                nonceI,
                                nonceR);
        ChildSa child = new ChildSa(policy, full, agreed.suite(), local, remote);
        sa.world()
                .installChildSa(
                        new ChildSaInstallation(
                                full,
                                agreed.suite(),
                                nat,
                                local,
                                remote,
                                keys.encryptionResponder(),
                                keys.integrityResponder(),
                                keys.encryptionInitiator(),
                                keys.integrityInitiator(),
                                policy.lifetime(),
                                false),
                        () -> then.accept(child),
                        refused -> failed.accept(new FailReason(Kind.KERNEL_REFUSED, refused)));
    }

    /** The peer has made an SA of it that we do not want. */
    void rejectAnswer() {
        withdraw();
        sa.deleteAtPeer(locator);
    }

    private String peerName() {
        return peer.remoteAddress().toString();
    }
}
