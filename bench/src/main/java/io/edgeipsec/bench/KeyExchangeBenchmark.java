package io.edgeipsec.bench;

import io.edgeipsec.ike.crypto.InvalidKeyShareException;
import io.edgeipsec.ike.crypto.KeyExchange;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.message.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.concurrent.TimeUnit;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.DHParameterSpec;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
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

/**
 * What a responder's key exchange costs (a key pair and an agreement), by method: as we do it, and
 * by the JDK's own providers. The choice in {@code ike.crypto} follows from it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KeyExchangeBenchmark {
    @Param({
        "MODP1024",
        "MODP1536",
        "MODP2048",
        "MODP3072",
        "MODP4096",
        "ECP256",
        "ECP384",
        "ECP521",
        "CURVE25519"
    })
    public KeyExchangeMethod method = KeyExchangeMethod.CURVE25519;

    private final SecureRandom random = new SecureRandom();
    private final KeyExchange ours = new KeyExchange(random::nextBytes);
    private Octets peerValue = Octets.EMPTY;
    private String agreement = "";
    private KeyPairGenerator generator;
    private KeyPair peer;

    public KeyExchangeBenchmark() {
        try {
            generator = KeyPairGenerator.getInstance("X25519");
            peer = generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    @Setup
    public void prepare() throws GeneralSecurityException {
        try (KeyShare share = ours.begin(method)) {
            peerValue = share.publicValue();
        }
        String algorithm =
                switch (method) {
                    case CURVE25519 -> "X25519";
                    case ECP256, ECP384, ECP521 -> "EC";
                    default -> "DH";
                };
        agreement = algorithm.equals("EC") ? "ECDH" : algorithm;
        generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(parameters(method), random);
        peer = generator.generateKeyPair();
    }

    private static AlgorithmParameterSpec parameters(KeyExchangeMethod method) {
        return switch (method) {
            case CURVE25519 -> NamedParameterSpec.X25519;
            case ECP256 -> new ECGenParameterSpec("secp256r1");
            case ECP384 -> new ECGenParameterSpec("secp384r1");
            case ECP521 -> new ECGenParameterSpec("secp521r1");
            case MODP1024 -> modp(DHStandardGroups.rfc2409_1024.getP(), 256);
            case MODP1536 -> modp(DHStandardGroups.rfc3526_1536.getP(), 256);
            case MODP2048 -> modp(DHStandardGroups.rfc3526_2048.getP(), 256);
            case MODP3072 -> modp(DHStandardGroups.rfc3526_3072.getP(), 288);
            case MODP4096 -> modp(DHStandardGroups.rfc3526_4096.getP(), 336);
            case ML_KEM_768, ML_KEM_1024 ->
                    throw new IllegalArgumentException("the JDK has no " + method);
        };
    }

    private static DHParameterSpec modp(BigInteger prime, int exponentBits) {
        return new DHParameterSpec(prime, BigInteger.TWO, exponentBits);
    }

    @Benchmark
    public KeyExchange.Response ours() throws InvalidKeyShareException {
        return ours.respond(method, peerValue);
    }

    @Benchmark
    public byte[] jdk() throws GeneralSecurityException {
        KeyPair pair = generator.generateKeyPair();
        KeyAgreement exchange = KeyAgreement.getInstance(agreement);
        exchange.init(pair.getPrivate());
        exchange.doPhase(peer.getPublic(), true);
        return exchange.generateSecret();
    }
}
