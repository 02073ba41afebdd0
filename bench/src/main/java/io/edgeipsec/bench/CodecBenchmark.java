package io.edgeipsec.bench;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import io.edgeipsec.ike.negotiation.Proposals;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to read and to write an IKE_SA_INIT request. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    private final IkeMessage message =
            new IkeMessage(
                    IkeHeader.of(
                            new IkeSpi(1), IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, false, 0),
                    List.of(
                            new SaPayload(
                                    Proposals.ofIke(
                                            new IkeProposalPolicy(
                                                    List.of(BenchPolicies.AES_256_GCM),
                                                    List.of(),
                                                    List.of(
                                                            Prf.HMAC_SHA2_256,
                                                            Prf.HMAC_SHA2_384,
                                                            Prf.HMAC_SHA2_512),
                                                    List.of(
                                                            KeyExchangeMethod.CURVE25519,
                                                            KeyExchangeMethod.ECP256,
                                                            KeyExchangeMethod.MODP2048)),
                                            Octets.EMPTY)),
                            new KeyExchangePayload(31, Octets.wrap(new byte[32])),
                            new NoncePayload(Octets.wrap(new byte[32])),
                            NotifyPayload.of(
                                    NotifyType.NAT_DETECTION_SOURCE_IP, Octets.wrap(new byte[20])),
                            NotifyPayload.of(
                                    NotifyType.NAT_DETECTION_DESTINATION_IP,
                                    Octets.wrap(new byte[20]))));
    private final Octets datagram = MessageCodec.encode(message);

    @Benchmark
    public Octets encode() {
        return MessageCodec.encode(message);
    }

    @Benchmark
    public DecodeResult decode() throws MalformedMessageException {
        return MessageCodec.decode(IkeHeader.decode(datagram.reader()), datagram);
    }
}
