package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.KeyDerivation;
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
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.IkeNegotiation;
import io.edgeipsec.ike.negotiation.NatDetection;
import io.edgeipsec.ike.negotiation.ProposalMismatch;
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * IKE_SA_INIT as the responder (RFC 7296 §1.2). The peer is a stranger until IKE_AUTH: errors are
 * answered in the clear, and the IKE SA ends with them.
 */
public final class IkeSaInitResponder implements RespondedExchange {
    private final ExchangeContext sa;
    private final List<PeerPolicy> candidates;
    private final Consumer<SecuredIkeSa> then;
    private final Consumer<FailReason> rejected;

    /**
     * @param candidates the sessions between the two addresses; whose it is, IKE_AUTH will tell
     * @param rejected called where none of them can come to terms with the peer
     */
    public IkeSaInitResponder(
            ExchangeContext sa,
            List<PeerPolicy> candidates,
            Consumer<SecuredIkeSa> then,
            Consumer<FailReason> rejected) {
        this.sa = sa;
        this.candidates = candidates;
        this.then = then;
        this.rejected = rejected;
    }

    @Override
    public void onRequest(Received request) {
        IkeMessage message = request.message();
        SaPayload offer = message.first(SaPayload.class).orElseThrow();
        KeyExchangePayload ke = message.first(KeyExchangePayload.class).orElseThrow();
        boolean intermediate = message.notifies(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED);
        Optional<IkeNegotiation> negotiation =
                candidates.stream()
                        .map(
                                c ->
                                        IkeNegotiation.choose(
                                                offer, c.proposals(), ke.method(), intermediate))
                        .flatMap(Optional::stream)
                        .findFirst();
        if (negotiation.isEmpty()) {
            FailReason reason = noProposal(offer);
            refuse(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), reason);
            rejected.accept(reason);
            return;
        }
        int wanted = negotiation.get().suite().keyExchange().id();
        if (ke.method() != wanted) {
            Octets group = new OctetWriter(2).u16(wanted).toOctets();
            refuse(
                    NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, group),
                    new FailReason(Kind.REPLACED, "asked for key exchange method " + wanted));
            return;
        }
        sa.world()
                .respondKeyExchange(
                        negotiation.get().suite().keyExchange(),
                        ke.data(),
                        (value, secret) -> answer(request, negotiation.get(), value, secret),
                        invalid ->
                                refuse(
                                        NotifyPayload.of(NotifyType.INVALID_SYNTAX),
                                        new FailReason(Kind.INVALID_MESSAGE, invalid)));
    }

    private void answer(
            Received request, IkeNegotiation negotiation, Octets value, SecretBytes secret) {
        IkeMessage message = request.message();
        IkeSpi peerSpi = message.header().initiatorSpi();
        Octets peerNonce = message.first(NoncePayload.class).orElseThrow().nonce();
        Octets nonce = sa.random().octets(IkeSaInitInitiator.NONCE_LENGTH);
        // The peer hashed before it knew our SPI, we answer with both (RFC 7296 §2.23).
        NatSituation nat = new NatDetection(peerSpi, IkeSpi.ZERO).verdict(message, request.path());
        IkeKeys keys;
        try (secret) {
            keys =
                    new KeyDerivation(sa.primitives())
                            .initial(
                                    negotiation.suite(),
                                    secret,
                                    peerNonce,
                                    nonce,
                                    peerSpi,
                                    sa.localSpi());
        }
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(List.of(negotiation.answer().withSpi(Octets.EMPTY))));
        payloads.add(new KeyExchangePayload(negotiation.suite().keyExchange().id(), value));
        payloads.add(new NoncePayload(nonce));
        payloads.addAll(new NatDetection(peerSpi, sa.localSpi()).notifications(request.path()));
        payloads.addAll(Authenticator.announceHashes(candidates));
        payloads.addAll(Authenticator.requestCertificatesOfStranger(candidates));
        payloads.add(NotifyPayload.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED)); // RFC 6023 §3
        if (negotiation.suite().additionalKeyExchange().isPresent()) {
            payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
        }
        boolean usesPpk =
                message.notifies(NotifyType.USE_PPK)
                        && candidates.stream().anyMatch(c -> c.authentication().ppk().isPresent());
        if (usesPpk) {
            payloads.add(NotifyPayload.of(NotifyType.USE_PPK));
        }
        boolean fragmentation =
                sa.supportsFragmentation()
                        && message.notifies(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED);
        if (fragmentation) {
            payloads.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
        }
        Octets response = sa.respond(payloads);
        InitMaterial material = new InitMaterial(request.datagram(), response, peerNonce, nonce);
        then.accept(
                new SecuredIkeSa(
                        peerSpi,
                        negotiation.suite(),
                        keys,
                        material,
                        nat,
                        SignatureHash.listedIn(message),
                        usesPpk,
                        fragmentation));
    }

    private void refuse(NotifyPayload error, FailReason reason) {
        sa.respond(List.of(error));
        sa.fail(reason);
    }

    private FailReason noProposal(SaPayload offer) {
        String peer = sa.path().remote().address().toString();
        String detail =
                candidates.isEmpty()
                        ? "no session between us and peer " + peer
                        : "peer "
                                + peer
                                + " "
                                + ProposalMismatch.explain(
                                        offer.proposals(),
                                        Proposals.ofIke(
                                                candidates.get(0).proposals(), Octets.EMPTY))
                                + "; change the ike-profile or the peer";
        return new FailReason(Kind.NO_PROPOSAL_CHOSEN, detail);
    }
}
