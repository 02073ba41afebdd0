package io.edgeipsec.bench;

import io.edgeipsec.ike.crypto.EspSuite;
import io.edgeipsec.ike.crypto.ExchangedSecrets;
import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyDerivation;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.IkeInput;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What a handshake costs, both sides, from the first message to Child SAs in both kernels, and what
 * its cryptography alone costs: the floor. X25519, PSK, AES-256-GCM.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HandshakeBenchmark {
    private static final IkeSuite SUITE =
            new IkeSuite(
                    BenchPolicies.AES_256_GCM,
                    Optional.empty(),
                    Prf.HMAC_SHA2_256,
                    KeyExchangeMethod.CURVE25519);

    /** Longer than a farewell and a lingering answer take, shorter than a DPD interval. */
    private static final Duration LET_GO = Duration.ofSeconds(15);

    private static final Octets KEY_PAD = Octets.wrap(new byte[17]);

    private final SecureRandom random = new SecureRandom();
    private final Primitives primitives = new Primitives();
    private final KeyDerivation derivation = new KeyDerivation(primitives);
    private final KeyExchange keyExchange = new KeyExchange(random::nextBytes);
    private final SecretBytes psk = SecretBytes.copyOf(new byte[20]);
    private final Octets message = Octets.wrap(new byte[220]);
    private final Octets identity = Octets.wrap(new byte[20]);
    private final List<Payload> authPayloads =
            List.of(NotifyPayload.of(new NotifyType(40_000), Octets.wrap(new byte[200])));
    private final BenchGateway hub = new BenchGateway(random::nextBytes);
    private final BenchGateway spoke = new BenchGateway(random::nextBytes);
    private int handshakes;

    @Setup
    public void configure() {
        hub.tell(new IkeInput.PeerConfigured(BenchPolicies.of(1, true)));
    }

    /** The hub lets go of the IKE SA before when it hears INITIAL_CONTACT. */
    @Benchmark
    public int handshake() {
        spoke.tell(new IkeInput.PeerConfigured(BenchPolicies.of(1, false)));
        BenchGateway.talk(spoke, hub);
        int up = hub.childSas() + spoke.childSas();
        if (up != 2 * ++handshakes) {
            throw new IllegalStateException(up + " Child SAs after " + handshakes);
        }
        spoke.tell(new IkeInput.PeerRemoved("spoke-1"));
        spoke.sent().clear();
        for (BenchGateway each : List.of(hub, spoke)) {
            each.setTime(each.now().plus(LET_GO));
            each.tell(new IkeInput.DeadlineReached());
        }
        return up;
    }

    /** The same cryptography in the same order, and nothing else. */
    @Benchmark
    public void floor(Blackhole blackhole) throws InvalidKeyShareException {
        Octets nonceI = randomOctets(32);
        Octets nonceR = randomOctets(32);
        IkeSpi spiI = new IkeSpi(random.nextLong());
        IkeSpi spiR = new IkeSpi(random.nextLong());
        try (KeyShare share = keyExchange.begin(KeyExchangeMethod.CURVE25519)) {
            KeyExchange.Response response =
                    keyExchange.respond(KeyExchangeMethod.CURVE25519, share.publicValue());
            SecretBytes secret = keyExchange.finish(share, response.publicValue());
            IkeKeys initiator = derivation.initial(SUITE, secret, nonceI, nonceR, spiI, spiR);
            IkeKeys responder =
                    derivation.initial(SUITE, response.sharedSecret(), nonceI, nonceR, spiI, spiR);
            // Each side makes its own AUTH and computes the other's to compare.
            for (IkeKeys keys : List.of(initiator, responder)) {
                blackhole.consume(auth(keys.skPi()));
                blackhole.consume(auth(keys.skPr()));
            }
            transfer(initiator.skEi(), responder.skEi(), spiI, spiR, blackhole);
            transfer(responder.skEr(), initiator.skEr(), spiI, spiR, blackhole);
            for (IkeKeys keys : List.of(initiator, responder)) {
                derivation
                        .child(
                                Prf.HMAC_SHA2_256,
                                keys.skD(),
                                childSuite(),
                                ExchangedSecrets.NONE,
                                nonceI,
                                nonceR)
                        .close();
                keys.close();
            }
            secret.close();
            response.sharedSecret().close();
        }
    }

    private static EspSuite childSuite() {
        return new EspSuite(BenchPolicies.AES_256_GCM, Optional.empty(), Optional.empty(), true);
    }

    private Octets auth(SecretBytes skP) {
        Octets idMac = primitives.prf(Prf.HMAC_SHA2_256, skP, identity);
        Octets key = primitives.prf(Prf.HMAC_SHA2_256, psk, KEY_PAD);
        try (SecretBytes inner = SecretBytes.wrap(key.toByteArray())) {
            return primitives.prf(Prf.HMAC_SHA2_256, inner, message, idMac);
        }
    }

    private void transfer(
            SecretBytes sender,
            SecretBytes receiver,
            IkeSpi spiI,
            IkeSpi spiR,
            Blackhole blackhole) {
        try (SecretBytes none = SecretBytes.copyOf(new byte[0])) {
            IkeHeader header = IkeHeader.of(spiI, spiR, ExchangeType.IKE_AUTH, true, false, 1);
            Octets sealed = protection(sender, none).seal(header, authPayloads);
            IkeHeader received = IkeHeader.decode(sealed.reader());
            blackhole.consume(protection(receiver, none).open(received, sealed).orElseThrow());
        } catch (MalformedMessageException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private MessageProtection protection(SecretBytes skE, SecretBytes none) {
        return new MessageProtection(primitives, random::nextBytes, SUITE, skE, none, 0);
    }

    private Octets randomOctets(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return Octets.wrap(bytes);
    }
}
