package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.PostQuantumKey;
import io.edgeipsec.ike.negotiation.IkeNegotiation;
import io.edgeipsec.ike.negotiation.NatDetection;
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * IKE_SA_INIT as the initiator (RFC 7296 §1.2), with the repeats that COOKIE (§2.6) and
 * INVALID_KE_PAYLOAD (§1.2) ask for. The offer stays the same in every repeat, against downgrade.
 */
public final class IkeSaInitInitiator implements InitiatedExchange {
    static final int NONCE_LENGTH = 32;

    /** One for a cookie, one for another group, one for a cookie that expired in between. */
    private static final int MAX_REPEATS = 3;

    private static final int MAX_COOKIE_LENGTH = 64;

    private final ExchangeContext sa;
    private final PeerPolicy policy;
    private final Consumer<SecuredIkeSa> then;
    private final Octets nonce;
    private final List<Proposal> offer;

    private Optional<NotifyPayload> cookie = Optional.empty();
    private Octets request = Octets.EMPTY;
    private @Nullable KeyShare share;
    private int repeats;

    public IkeSaInitInitiator(ExchangeContext sa, PeerPolicy policy, Consumer<SecuredIkeSa> then) {
        this.sa = sa;
        this.policy = policy;
        this.then = then;
        this.nonce = sa.random().octets(NONCE_LENGTH);
        this.offer = Proposals.ofIke(policy.proposals(), Octets.EMPTY);
    }

    @Override
    public ExchangeType type() {
        return ExchangeType.IKE_SA_INIT;
    }

    @Override
    public void start() {
        begin(policy.proposals().keyExchange().get(0));
    }

    private void begin(KeyExchangeMethod method) {
        abandon();
        sa.world()
                .beginKeyExchange(
                        method,
                        begun -> {
                            share = begun;
                            send(begun);
                        });
    }

    private void send(KeyShare begun) {
        List<Payload> payloads = new ArrayList<>();
        cookie.ifPresent(payloads::add);
        payloads.add(new SaPayload(offer));
        payloads.add(new KeyExchangePayload(begun.method().id(), begun.publicValue()));
        payloads.add(new NoncePayload(nonce));
        payloads.addAll(new NatDetection(sa.localSpi(), IkeSpi.ZERO).notifications(sa.path()));
        if (sa.supportsFragmentation()) {
            payloads.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
        }
        if (policy.proposals().additionalKeyExchange().isOffered()) {
            payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
        }
        if (policy.authentication().ppk().isPresent()) {
            payloads.add(NotifyPayload.of(NotifyType.USE_PPK));
        }
        payloads.addAll(Authenticator.announceHashes(List.of(policy)));
        request = sa.request(payloads);
    }

    @Override
    public boolean onResponse(Received response) {
        KeyShare begun = share;
        if (begun == null) {
            return false; // a repeated answer to the request that we are about to replace
        }
        IkeMessage message = response.message();
        Optional<NotifyPayload> challenge = message.notification(NotifyType.COOKIE);
        if (challenge.isPresent() && message.first(SaPayload.class).isEmpty()) {
            return repeatWithCookie(begun, challenge.get());
        }
        Optional<NotifyPayload> error = message.error();
        if (error.isPresent()) {
            return error.get().notifyType().equals(NotifyType.INVALID_KE_PAYLOAD)
                    ? repeatWithMethod(begun, error.get())
                    : suspectError(error.get());
        }
        return accept(begun, response);
    }

    private boolean repeatWithCookie(KeyShare begun, NotifyPayload challenge) {
        int length = challenge.data().length();
        boolean sameAsSent = cookie.filter(c -> c.data().equals(challenge.data())).isPresent();
        if (length == 0 || length > MAX_COOKIE_LENGTH || sameAsSent || ++repeats > MAX_REPEATS) {
            return false;
        }
        cookie = Optional.of(NotifyPayload.of(NotifyType.COOKIE, challenge.data()));
        send(begun);
        return false; // the repeat waits under the same message id
    }

    private boolean repeatWithMethod(KeyShare begun, NotifyPayload error) {
        Octets wanted = error.data();
        Optional<KeyExchangeMethod> method =
                wanted.length() == 2
                        ? KeyExchangeMethod.of(wanted.at(0) << 8 | wanted.at(1))
                        : Optional.empty();
        boolean offered =
                method.isPresent()
                        && method.get() != begun.method()
                        && policy.proposals().keyExchange().contains(method.get());
        if (!offered) {
            return suspect(
                    Kind.NO_PROPOSAL_CHOSEN,
                    "peer %s wants key exchange method %s, which we did not offer (offered %s)"
                            .formatted(peer(), wanted, policy.proposals().keyExchange()));
        }
        if (++repeats <= MAX_REPEATS) {
            begin(method.get());
        }
        return false;
    }

    private boolean suspectError(NotifyPayload error) {
        sa.suspect(PeerErrors.ofIkeSa(error, peer(), offer));
        return false;
    }

    private boolean accept(KeyShare begun, Received response) {
        IkeMessage message = response.message();
        SaPayload answer = message.first(SaPayload.class).orElseThrow();
        KeyExchangePayload ke = message.first(KeyExchangePayload.class).orElseThrow();
        Octets peerNonce = message.first(NoncePayload.class).orElseThrow().nonce();
        Optional<IkeNegotiation> negotiation = IkeNegotiation.verify(offer, answer);
        if (negotiation.isEmpty()
                || negotiation.get().suite().keyExchange() != begun.method()
                || ke.method() != begun.method().id()
                || !supportsIntermediate(negotiation.get(), message)) {
            return suspect(
                    Kind.INVALID_MESSAGE,
                    "peer %s answered IKE_SA_INIT with %s and key exchange method %d, which is not"
                                    .formatted(peer(), answer.proposals(), ke.method())
                            + " what we asked for");
        }
        Optional<PostQuantumKey> ppk = policy.authentication().ppk();
        boolean usesPpk = ppk.isPresent() && message.notifies(NotifyType.USE_PPK);
        if (ppk.isPresent() && ppk.get().required() && !usesPpk) {
            return suspect(
                    Kind.AUTHENTICATION_FAILED,
                    "peer %s uses no post-quantum pre-shared key (RFC 8784), which the session"
                                    .formatted(peer())
                            + " requires; configure the PPK there, or set required of our ppk to"
                            + " false");
        }
        IkeSpi peerSpi = message.header().responderSpi();
        NatSituation nat =
                new NatDetection(sa.localSpi(), peerSpi).verdict(message, response.path());
        InitMaterial material = new InitMaterial(request, response.datagram(), nonce, peerNonce);
        boolean fragmentation =
                sa.supportsFragmentation()
                        && message.notifies(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED);
        share = null; // handed over
        sa.world()
                .finishKeyExchange(
                        begun,
                        ke.data(),
                        secret ->
                                secured(
                                        negotiation.get(),
                                        peerSpi,
                                        material,
                                        nat,
                                        SignatureHash.listedIn(message),
                                        usesPpk,
                                        fragmentation,
                                        secret),
                        invalid ->
                                sa.fail(
                                        new FailReason(
                                                Kind.INVALID_MESSAGE,
                                                "peer "
                                                        + peer()
                                                        + " sent a bad key exchange value: "
                                                        + invalid)));
        return true;
    }

    /** As far as what it chose needs it (RFC 9370 §2.2.1). */
    private static boolean supportsIntermediate(IkeNegotiation negotiation, IkeMessage message) {
        return negotiation.suite().additionalKeyExchange().isEmpty()
                || message.notifies(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED);
    }

    private void secured(
            IkeNegotiation negotiation,
            IkeSpi peerSpi,
            InitMaterial material,
            NatSituation nat,
            Set<SignatureHash> peerHashes,
            boolean usesPpk,
            boolean fragmentation,
            SecretBytes secret) {
        try (secret) {
            then.accept(
                    new SecuredIkeSa(
                            peerSpi,
                            negotiation.suite(),
                            new KeyDerivation(sa.primitives())
                                    .initial(
                                            negotiation.suite(),
                                            secret,
                                            material.nonceI(),
                                            material.nonceR(),
                                            sa.localSpi(),
                                            peerSpi),
                            material,
                            nat,
                            peerHashes,
                            usesPpk,
                            fragmentation));
        }
    }

    private boolean suspect(Kind kind, String detail) {
        sa.suspect(new FailReason(kind, detail));
        return false;
    }

    private String peer() {
        return policy.remoteAddress().toString();
    }

    @Override
    public void abandon() {
        if (share != null) {
            share.close();
            share = null;
        }
    }
}
