package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.exchange.IkeAuthInitiator;
import io.edgeipsec.ike.exchange.IkeAuthResponder;
import io.edgeipsec.ike.exchange.IkeIntermediateInitiator;
import io.edgeipsec.ike.exchange.IkeIntermediateResponder;
import io.edgeipsec.ike.exchange.IkeSaInitInitiator;
import io.edgeipsec.ike.exchange.IkeSaInitResponder;
import io.edgeipsec.ike.exchange.InitiatedExchange;
import io.edgeipsec.ike.exchange.Received;
import io.edgeipsec.ike.exchange.SecuredIkeSa;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an IKE SA comes about, in either role: IKE_SA_INIT, IKE_INTERMEDIATE where there is an
 * additional key exchange, IKE_AUTH (RFC 7296 §1.2, RFC 9370 §2.2.2).
 */
final class Negotiation implements IkeAuthResponder.Outcome {
    private final IkeSa sa;
    private final Keyring keyring;
    private final IkeSaOwner owner;
    private @Nullable SecuredIkeSa awaitingIntermediate;
    private @Nullable SecuredIkeSa awaitingAuth;

    Negotiation(IkeSa sa, Keyring keyring, IkeSaOwner owner) {
        this.sa = sa;
        this.keyring = keyring;
        this.owner = owner;
    }

    // As the initiator.

    void start(ChildPolicy firstChild) {
        sa.run(
                new IkeSaInitInitiator(
                        sa, sa.policy(), secured -> authenticate(secured, firstChild)));
    }

    private void authenticate(SecuredIkeSa secured, ChildPolicy firstChild) {
        sa.secure(secured);
        if (secured.nat().encapsulates()) {
            sa.moveToNatPort();
        }
        if (secured.suite().additionalKeyExchange().isEmpty()) {
            goOn(auth(secured, firstChild));
            return;
        }
        goOn(
                new IkeIntermediateInitiator(
                        sa,
                        sa.policy(),
                        secured,
                        strengthened -> {
                            keyring.use(sa.protectionOf(strengthened));
                            goOn(auth(strengthened, firstChild));
                        }));
    }

    private InitiatedExchange auth(SecuredIkeSa secured, ChildPolicy firstChild) {
        PeerPolicy policy = sa.policy();
        boolean initialContact = owner.isInitialContact(policy);
        return new IkeAuthInitiator(
                sa, policy, firstChild, initialContact, secured, () -> sa.establish(false));
    }

    /** The exchange before is over. */
    private void goOn(InitiatedExchange next) {
        sa.run(next);
        sa.complete();
    }

    // As the responder.

    /** Whether a protected request of this type is the next one. */
    boolean awaits(ExchangeType exchange) {
        return awaitingIntermediate != null
                ? exchange.equals(ExchangeType.IKE_INTERMEDIATE)
                : awaitingAuth != null && exchange.equals(ExchangeType.IKE_AUTH);
    }

    /** Continues with the first request, or one that it {@link #awaits}. */
    void dispatch(Received request) {
        List<PeerPolicy> candidates = owner.candidates(sa.path());
        if (awaitingIntermediate != null) {
            SecuredIkeSa before = awaitingIntermediate;
            awaitingIntermediate = null;
            new IkeIntermediateResponder(sa, before, this::strengthened).onRequest(request);
        } else if (awaitingAuth != null) {
            new IkeAuthResponder(sa, candidates, awaitingAuth, this).onRequest(request);
        } else {
            new IkeSaInitResponder(
                            sa,
                            candidates,
                            this::secured,
                            reason -> owner.rejected(candidates, reason))
                    .onRequest(request);
        }
    }

    private void secured(SecuredIkeSa secured) {
        sa.secure(secured);
        if (secured.suite().additionalKeyExchange().isPresent()) {
            awaitingIntermediate = secured;
        } else {
            awaitingAuth = secured;
        }
    }

    private void strengthened(SecuredIkeSa secured) {
        keyring.await(sa.protectionOf(secured));
        awaitingAuth = secured;
    }

    @Override
    public void authenticated(PeerPolicy policy) {
        sa.belongTo(policy);
    }

    @Override
    public void established(boolean initialContact) {
        awaitingAuth = null;
        sa.establish(initialContact);
    }

    @Override
    public void rejected(List<PeerPolicy> meant, FailReason reason) {
        owner.rejected(meant, reason);
        sa.fail(reason);
    }
}
