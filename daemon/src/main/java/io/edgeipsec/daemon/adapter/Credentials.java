package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.crypto.SigningKeyType;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import io.edgeipsec.ike.transport.CredentialService;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs with the private keys of the store and judges peers' certificates, on threads of its own. A
 * private key is unsealed for each signature and not kept. Any thread may call.
 */
public final class Credentials implements CredentialService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    /** As long as the half-open limit of one loop; what comes beyond is refused at once. */
    private static final int QUEUE_LIMIT = 4096;

    private static final String BUSY = "too much is being signed and verified at once";

    private final SigningKeys keys;
    private final PeerVerifier verifier;
    private final ThreadPoolExecutor threads;

    /**
     * Starts the threads.
     *
     * @param clock the time that certificates must be valid at
     */
    public Credentials(SigningKeys keys, Clock clock, int threadCount) {
        this.keys = keys;
        this.verifier = new PeerVerifier(clock);
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        threadCount,
                        threadCount,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_LIMIT),
                        work -> {
                            Thread thread =
                                    new Thread(work, "ike-cert-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public void sign(IkeEffect.Sign effect, Consumer<IkeReply> reply) {
        keys.privateKey(effect.certificate().id())
                .whenComplete(
                        (key, unreadable) -> {
                            if (unreadable != null) {
                                LOG.error(
                                        "event=certificate.key_unreadable id={}",
                                        effect.certificate().id(),
                                        unreadable);
                                reply.accept(failed(effect, "its private key is unreadable"));
                            } else {
                                run(
                                        () -> sign(effect, key),
                                        reason -> {
                                            key.ifPresent(SecretBytes::close);
                                            return failed(effect, reason);
                                        },
                                        reply);
                            }
                        });
    }

    private static IkeReply sign(IkeEffect.Sign effect, Optional<SecretBytes> key) {
        if (key.isEmpty()) {
            return failed(effect, "its private key is not stored");
        }
        try (SecretBytes octets = key.get()) {
            return new IkeReply.Signed(
                    effect.request(),
                    Signatures.sign(
                            privateKey(effect.certificate().keyType(), octets),
                            effect.scheme(),
                            effect.octets()));
        } catch (GeneralSecurityException unusable) {
            return failed(effect, "its private key is not one for " + effect.scheme());
        }
    }

    private static IkeReply failed(IkeEffect.Sign effect, String reason) {
        return new IkeReply.SigningFailed(effect.request(), reason);
    }

    private static PrivateKey privateKey(SigningKeyType type, SecretBytes octets)
            throws GeneralSecurityException {
        String algorithm =
                switch (type) {
                    case RSA -> "RSA";
                    case ECDSA_P256, ECDSA_P384, ECDSA_P521 -> "EC";
                    case ED25519 -> "Ed25519";
                };
        byte[] encoded = octets.toByteArray();
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    @Override
    public void verifyPeer(IkeEffect.VerifyPeer effect, Consumer<IkeReply> reply) {
        run(
                () -> {
                    Optional<PeerRejection> rejection = verifier.check(effect.proof());
                    return rejection.isPresent()
                            ? new IkeReply.PeerRejected(effect.request(), rejection.get())
                            : new IkeReply.PeerVerified(effect.request());
                },
                reason -> unchecked(effect, reason),
                reply);
    }

    private static IkeReply unchecked(IkeEffect.VerifyPeer effect, String reason) {
        return new IkeReply.PeerRejected(
                effect.request(), new PeerRejection(Cause.UNCHECKED, "was not checked: " + reason));
    }

    private void run(
            Supplier<IkeReply> work,
            Function<String, IkeReply> otherwise,
            Consumer<IkeReply> reply) {
        try {
            threads.execute(
                    () -> {
                        IkeReply result;
                        try {
                            result = work.get();
                        } catch (RuntimeException defect) {
                            // Of a parser, most likely; an IKE SA must not wait for ever for it.
                            LOG.error("event=certificate.defect", defect);
                            result = otherwise.apply("a defect of ours; see the daemon's log");
                        }
                        reply.accept(result);
                    });
        } catch (RejectedExecutionException full) {
            reply.accept(otherwise.apply(BUSY));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
