package io.edgeipsec.bench;

import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.Path;
import java.security.SecureRandom;
import java.time.Duration;
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

/**
 * Whether a handshake, a datagram and a liveness check cost the same beside 100 sessions and beside
 * 10,000: a hub with as many established spokes, and one more.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class ScaleBenchmark {
    private static final Duration LET_GO = Duration.ofSeconds(15);
    private static final Path STRAY =
            new Path(
                    new Endpoint(IpAddress.parse("10.0.0.1"), 500),
                    new Endpoint(IpAddress.parse("203.0.113.9"), 500));

    @Param({"100", "10000"})
    public int sessions;

    private final SecureRandom random = new SecureRandom();
    private final BenchGateway hub = new BenchGateway(random::nextBytes);
    private final BenchGateway spokes = new BenchGateway(random::nextBytes);
    private final BenchGateway newcomer = new BenchGateway(random::nextBytes);
    private final BenchGateway prober = new BenchGateway(random::nextBytes);

    @Setup
    public void establish() {
        for (int spoke = 1; spoke <= sessions; spoke++) {
            hub.tell(new IkeInput.PeerConfigured(BenchPolicies.of(spoke, true)));
            spokes.tell(new IkeInput.PeerConfigured(BenchPolicies.of(spoke, false)));
            BenchGateway.talk(spokes, hub);
        }
        hub.tell(new IkeInput.PeerConfigured(BenchPolicies.of(0, true)));
        if (hub.childSas() != sessions) {
            throw new IllegalStateException(hub.childSas() + " of " + sessions);
        }
        int one = sessions + 1;
        hub.tell(new IkeInput.PeerConfigured(BenchPolicies.of(one, true)));
        prober.tell(new IkeInput.PeerConfigured(BenchPolicies.of(one, false)));
        BenchGateway.talk(prober, hub);
    }

    /** Both sides; see {@link HandshakeBenchmark}. The hub's clock stands: its others sleep. */
    @Benchmark
    public int handshake() {
        newcomer.tell(new IkeInput.PeerConfigured(BenchPolicies.of(0, false)));
        BenchGateway.talk(newcomer, hub);
        newcomer.tell(new IkeInput.PeerRemoved("spoke-0"));
        BenchGateway.talk(newcomer, hub);
        newcomer.setTime(newcomer.now().plus(LET_GO));
        newcomer.tell(new IkeInput.DeadlineReached());
        return hub.childSas();
    }

    /** One session's liveness check and its answer, the others' deadlines in the same queue. */
    @Benchmark
    public int livenessCheck() {
        prober.setTime(prober.now().plus(Duration.ofSeconds(61)));
        prober.tell(new IkeInput.DeadlineReached());
        int sent = prober.sent().size();
        BenchGateway.talk(prober, hub);
        return sent;
    }

    /** A datagram that leads to nothing: an unknown SPI. */
    @Benchmark
    public int strayDatagram() {
        byte[] datagram = new byte[28];
        for (int i = 0; i < 16; i++) {
            datagram[i] = (byte) random.nextInt();
        }
        datagram[16] = 46;
        datagram[17] = 0x20;
        datagram[18] = 37;
        datagram[19] = 0x28;
        datagram[27] = 28;
        hub.tell(new IkeInput.DatagramReceived(STRAY, Octets.wrap(datagram)));
        return hub.engine().ikeSaCount();
    }
}
