package io.edgeipsec.bench;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
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
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to seal, and to open, an SK payload with 250 octets inside. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SkBenchmark {
    /** Suites by name. */
    public enum Suite {
        AES_GCM_128(new Encryption(EncryptionAlgorithm.AES_GCM_16, 128), Optional.empty()),
        AES_GCM_256(new Encryption(EncryptionAlgorithm.AES_GCM_16, 256), Optional.empty()),
        CHACHA20_POLY1305(Encryption.of(EncryptionAlgorithm.CHACHA20_POLY1305), Optional.empty()),
        AES_CBC_128_SHA2_256(
                new Encryption(EncryptionAlgorithm.AES_CBC, 128),
                Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128)),
        AES_CBC_256_SHA2_512(
                new Encryption(EncryptionAlgorithm.AES_CBC, 256),
                Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256));

        @SuppressWarnings("ImmutableEnumChecker") // a record of values, its Optional included
        private final IkeSuite ike;

        Suite(Encryption encryption, Optional<IntegrityAlgorithm> integrity) {
            ike =
                    new IkeSuite(
                            encryption, integrity, Prf.HMAC_SHA2_256, KeyExchangeMethod.CURVE25519);
        }
    }

    @Param public Suite suite = Suite.AES_GCM_256;

    private final SecureRandom random = new SecureRandom();
    private final IkeHeader header =
            IkeHeader.of(new IkeSpi(1), new IkeSpi(2), ExchangeType.INFORMATIONAL, true, false, 7);
    private final List<Payload> payloads =
            List.of(NotifyPayload.of(new NotifyType(40_000), Octets.wrap(new byte[242])));
    private MessageProtection protection = protection(Suite.AES_GCM_256.ike);
    private Octets sealed = Octets.EMPTY;

    @Setup
    public void prepare() {
        protection = protection(suite.ike);
        sealed = protection.seal(header, payloads);
    }

    private MessageProtection protection(IkeSuite ike) {
        return new MessageProtection(
                new Primitives(),
                random::nextBytes,
                ike,
                key(ike.encryption().keyMaterialLength()),
                key(ike.integrity().map(IntegrityAlgorithm::keyLength).orElse(0)),
                0);
    }

    private SecretBytes key(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return SecretBytes.wrap(octets);
    }

    @Benchmark
    public Octets seal() {
        return protection.seal(header, payloads);
    }

    @Benchmark
    public MessageProtection.Opened open() throws MalformedMessageException {
        return protection.open(IkeHeader.decode(sealed.reader()), sealed).orElseThrow();
    }
}
