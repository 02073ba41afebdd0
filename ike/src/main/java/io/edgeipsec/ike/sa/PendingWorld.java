package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.exchange.World;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.RequestId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The world as effects that go out and replies that come back. A reply that nothing waits for any
 * more is left to the engine, to undo.
 */
final class PendingWorld implements World {
    private final IkeSpi ikeSa;
    private final Consumer<IkeEffect> effects;
    private final BooleanSupplier peerIsStranger;
    private final Map<RequestId, Consumer<IkeReply>> waiting = new HashMap<>(4);
    private long nextSerial;

    PendingWorld(IkeSpi ikeSa, Consumer<IkeEffect> effects, BooleanSupplier peerIsStranger) {
        this.ikeSa = ikeSa;
        this.effects = effects;
        this.peerIsStranger = peerIsStranger;
    }

    /** Continues what waits for the reply; false if nothing does. */
    boolean deliver(IkeReply reply) {
        Consumer<IkeReply> continuation = waiting.remove(reply.request());
        if (continuation == null) {
            return false;
        }
        continuation.accept(reply);
        return true;
    }

    void forgetAll() {
        waiting.clear();
    }

    private RequestId await(Consumer<IkeReply> continuation) {
        RequestId id = new RequestId(ikeSa, nextSerial++);
        waiting.put(id, continuation);
        return id;
    }

    @Override
    public void beginKeyExchange(KeyExchangeMethod method, Consumer<KeyShare> then) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.KeyExchangeBegun begun) {
                                then.accept(begun.share());
                            }
                        });
        effects.accept(new IkeEffect.BeginKeyExchange(id, method));
    }

    @Override
    public void respondKeyExchange(
            KeyExchangeMethod method,
            Octets peerValue,
            BiConsumer<Octets, SecretBytes> then,
            Consumer<String> invalid) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.KeyExchangeAnswered answered) {
                                then.accept(answered.publicValue(), answered.sharedSecret());
                            } else if (reply instanceof IkeReply.KeyShareInvalid refusal) {
                                invalid.accept(refusal.reason());
                            }
                        });
        effects.accept(
                new IkeEffect.RespondKeyExchange(
                        id, method, peerValue, peerIsStranger.getAsBoolean()));
    }

    @Override
    public void finishKeyExchange(
            KeyShare share,
            Octets peerValue,
            Consumer<SecretBytes> then,
            Consumer<String> invalid) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.KeyExchangeFinished finished) {
                                then.accept(finished.sharedSecret());
                            } else if (reply instanceof IkeReply.KeyShareInvalid refusal) {
                                invalid.accept(refusal.reason());
                            }
                        });
        effects.accept(new IkeEffect.FinishKeyExchange(id, share, peerValue));
    }

    @Override
    public void sign(
            OwnCertificate certificate,
            SignatureScheme scheme,
            Octets octets,
            Consumer<Octets> then,
            Consumer<String> failed) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.Signed signed) {
                                then.accept(signed.signature());
                            } else if (reply instanceof IkeReply.SigningFailed failure) {
                                failed.accept(failure.reason());
                            }
                        });
        effects.accept(new IkeEffect.Sign(id, certificate, scheme, octets));
    }

    @Override
    public void verifyPeer(PeerProof proof, Runnable then, Consumer<PeerRejection> rejected) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.PeerVerified) {
                                then.run();
                            } else if (reply instanceof IkeReply.PeerRejected refusal) {
                                rejected.accept(refusal.rejection());
                            }
                        });
        effects.accept(new IkeEffect.VerifyPeer(id, proof));
    }

    @Override
    public void allocateSpi(
            ChildSaLocator wanted, Consumer<ChildSaLocator> then, Consumer<String> refused) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.SpiAllocated allocated) {
                                then.accept(allocated.locator());
                            } else if (reply instanceof IkeReply.KernelRefused refusal) {
                                refused.accept(refusal.reason());
                            }
                        });
        effects.accept(new IkeEffect.AllocateSpi(id, wanted));
    }

    @Override
    public void installChildSa(
            ChildSaInstallation installation, Runnable then, Consumer<String> refused) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.ChildSaInstalled) {
                                then.run();
                            } else if (reply instanceof IkeReply.KernelRefused refusal) {
                                refused.accept(refusal.reason());
                            }
                        });
        effects.accept(new IkeEffect.InstallChildSa(id, installation));
    }

    @Override
    public void removeChildSa(ChildSaLocator locator) {
        effects.accept(new IkeEffect.RemoveChildSa(locator));
    }

    @Override
    public void stopSending(ChildSaLocator locator, boolean deletedByPeer, Runnable then) {
        RequestId id = await(reply -> then.run());
        effects.accept(new IkeEffect.StopSending(id, locator, deletedByPeer));
    }

    @Override
    public void moveChildSa(ChildSaLocator locator, Path path) {
        effects.accept(new IkeEffect.MoveChildSa(locator, path));
    }

    @Override
    public void measureTraffic(
            List<ChildSaLocator> childSas,
            Consumer<List<ChildSaTraffic>> then,
            Consumer<String> refused) {
        RequestId id =
                await(
                        reply -> {
                            if (reply instanceof IkeReply.TrafficMeasured measured) {
                                then.accept(measured.childSas());
                            } else if (reply instanceof IkeReply.KernelRefused refusal) {
                                refused.accept(refusal.reason());
                            }
                        });
        effects.accept(new IkeEffect.MeasureTraffic(id, childSas));
    }
}
