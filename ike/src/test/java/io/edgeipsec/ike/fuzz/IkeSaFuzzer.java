package io.edgeipsec.ike.fuzz;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An IKE SA in every state, and a peer that holds the right keys and says what the fuzzer wants:
 * whatever payloads in whatever exchange, whole or in fragments, as requests or as answers to what
 * the gateway has asked; between them time passes, the kernel refuses, the operator changes his
 * mind. Nothing of it may be a defect, and a session that is removed leaves nothing.
 */
public final class IkeSaFuzzer {
    private static final int MAX_STEPS = 24;
    private static final int MAX_PAYLOADS = 12;
    private static final Duration[] PAUSES = {
        Duration.ofMillis(600),
        Duration.ofSeconds(11),
        Duration.ofSeconds(61),
        Duration.ofMinutes(70),
        Duration.ofHours(25),
    };
    private static final ExchangeType[] EXCHANGES = {
        ExchangeType.INFORMATIONAL,
        ExchangeType.CREATE_CHILD_SA,
        ExchangeType.IKE_AUTH,
        ExchangeType.IKE_SA_INIT,
        ExchangeType.IKE_INTERMEDIATE,
        ExchangeType.IKE_FOLLOWUP_KE,
        new ExchangeType(38),
    };

    private final TwoGateways net = new TwoGateways(1);
    private final Gateway gateway = net.b();
    private final ScriptedPeer peer = new ScriptedPeer(net);
    private final FuzzInput input;
    private final FuzzedPayloads payloads;
    private long nextRequest;
    private Optional<IkeHeader> asked = Optional.empty();

    private IkeSaFuzzer(byte[] data) {
        input = new FuzzInput(data);
        payloads = new FuzzedPayloads(peer);
    }

    /** Loads the classes, which takes longer under the fuzzer than an input may. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[] {3});
    }

    public static void fuzzerTestOneInput(byte[] data) {
        IkeSaFuzzer run = new IkeSaFuzzer(data);
        run.begin();
        for (int step = 0; step < MAX_STEPS && run.input.hasMore(); step++) {
            run.step();
        }
        run.end();
    }

    // Where it begins.

    private void begin() {
        switch (input.below(10)) {
            case 0 -> halfOpen();
            case 1 -> connected();
            case 2 -> initiated();
            case 3 -> authenticating();
            case 4 -> connectedByGateway();
            case 5 -> {
                connected();
                pass(Duration.ofMinutes(59));
            }
            case 6 -> {
                connected();
                gateway.tell(new IkeInput.PeerRemoved("session-b"));
            }
            case 7 -> {
                halfOpen();
                gateway.stall();
            }
            case 8 -> {
                connectedByGateway();
                gateway.stall();
            }
            default -> {
                connected();
                pass(Duration.ofSeconds(60));
            }
        }
        listen();
    }

    private void halfOpen() {
        gateway.configure(Policies.b().build());
        peer.init();
        nextRequest = 1;
    }

    private void connected() {
        halfOpen();
        tell(peer.seal(ExchangeType.IKE_AUTH, false, 1, peer.authPayloads()));
        listen();
    }

    private void initiated() {
        gateway.configure(Policies.b().mode(InitiationMode.INITIATOR).build());
    }

    private void authenticating() {
        initiated();
        tell(peer.answerInit());
        listen();
    }

    private void connectedByGateway() {
        authenticating();
        tell(peer.seal(ExchangeType.IKE_AUTH, true, 1, peer.authPayloads()));
        listen();
    }

    // What happens.

    private void step() {
        switch (input.below(16)) {
            case 0, 1, 2, 3 -> send(false, nextRequest);
            case 4, 5, 6, 7 -> send(true, asked.map(IkeHeader::messageId).orElse(0L));
            case 8 -> send(input.below(2) == 0, input.u8());
            case 9 -> sendFragments();
            case 10 -> sendClear();
            case 11 -> pass(PAUSES[input.below(PAUSES.length)]);
            case 12 -> passToDeadline();
            case 13 -> gateway.sad().refuseNext("no memory");
            case 14 -> local();
            default -> work();
        }
        listen();
    }

    private ExchangeType exchange(boolean response) {
        int choice = input.below(EXCHANGES.length + 1);
        return choice == EXCHANGES.length && response && asked.isPresent()
                ? asked.get().exchange()
                : EXCHANGES[choice % EXCHANGES.length];
    }

    private void send(boolean response, long id) {
        ExchangeType exchange = exchange(response);
        List<Payload> chain = payloads.read(input, MAX_PAYLOADS);
        if (peer.hasKeys()) {
            tell(peer.seal(exchange, response, id, chain));
        }
    }

    /** A message of up to four pieces, some of which may lack, be twice there or lie. */
    private void sendFragments() {
        boolean response = input.below(2) == 0;
        long id = response ? asked.map(IkeHeader::messageId).orElse(0L) : nextRequest;
        ExchangeType exchange = exchange(response);
        int total = 1 + input.below(4);
        int lie = input.u8();
        List<Payload> said = payloads.read(input, MAX_PAYLOADS);
        OctetWriter writer = new OctetWriter();
        PayloadChain.encode(said, writer);
        Octets chain = writer.toOctets();
        if (!peer.hasKeys()) {
            return;
        }
        for (int i = 0; i < total; i++) {
            Octets piece =
                    chain.slice(chain.length() * i / total, chain.length() * (i + 1) / total);
            boolean lies = (lie >> i & 1) != 0;
            FragmentNumber number =
                    lies
                            ? new FragmentNumber(lie >> 4, total + (lie >> 6))
                            : new FragmentNumber(i + 1, total);
            tell(
                    peer.sealFragment(
                            peer.headerOf(exchange, response, id),
                            PayloadChain.firstType(said),
                            number,
                            piece));
        }
    }

    private void sendClear() {
        boolean response = input.below(2) == 0;
        ExchangeType exchange = exchange(response);
        IkeHeader header =
                peer.hasKeys()
                        ? peer.headerOf(exchange, response, input.below(3))
                        : asked.map(IkeSaFuzzer::answering).orElse(ScriptedPeer.initHeader());
        List<Payload> chain = payloads.read(input, MAX_PAYLOADS);
        tell(MessageCodec.encode(new IkeMessage(header, chain)));
    }

    private static IkeHeader answering(IkeHeader request) {
        return IkeHeader.of(
                request.initiatorSpi(),
                ScriptedPeer.SPI,
                request.exchange(),
                !request.fromOriginalInitiator(),
                true,
                request.messageId());
    }

    private void tell(Octets datagram) {
        int port = datagram.length() % 7 == 6 ? 4500 : 500;
        gateway.receive(
                new Path(new Endpoint(TwoGateways.B, port), new Endpoint(TwoGateways.A, port)),
                datagram);
    }

    /**
     * What the gateway has said: its answers count our requests on, its requests can be answered.
     */
    private void listen() {
        int said = 0;
        while (!net.wire().isEmpty()) {
            Octets datagram = net.dropOne().datagram();
            if (++said > 200) {
                throw new AssertionError("the gateway does not stop talking\n" + gateway.ladder());
            }
            IkeHeader header = ScriptedPeer.header(datagram);
            if (!header.response()) {
                asked = Optional.of(header);
            } else if (header.messageId() == nextRequest) {
                nextRequest++;
            }
        }
    }

    private void pass(Duration duration) {
        MonotonicTime until = net.now().plus(duration);
        for (int i = 0; i < 500; i++) {
            Optional<MonotonicTime> next = net.nextDeadline();
            if (next.isEmpty() || !until.hasReached(next.get())) {
                break;
            }
            net.pass(positive(next.get().since(net.now())), false);
            listen();
        }
    }

    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private void passToDeadline() {
        net.nextDeadline().ifPresent(next -> net.pass(positive(next.since(net.now())), false));
    }

    private void local() {
        Optional<EspSpi> inbound = gateway.sad().inbound().keySet().stream().findFirst();
        switch (input.below(8)) {
            case 0 -> gateway.tell(new IkeInput.TrafficWaits("session-b", "net"));
            case 1, 2 ->
                    inbound.ifPresent(
                            spi ->
                                    gateway.tell(
                                            new IkeInput.ChildSaExpired(
                                                    "session-b", "net", spi, input.u8() > 127)));
            case 3 ->
                    inbound.ifPresent(
                            spi ->
                                    gateway.tell(
                                            new IkeInput.EspSourceChanged(
                                                    "session-b",
                                                    spi,
                                                    new Endpoint(TwoGateways.A, 1 + input.u16()))));
            case 4 -> gateway.configure(Policies.b().lifetimes(hours(2), hours(1)).build());
            case 5 ->
                    gateway.configure(
                            Policies.b()
                                    .mode(InitiationMode.ON_DEMAND)
                                    .pair("net", "10.2.0.0/16", "10.1.0.0/16")
                                    .pair("more", "10.4.0.0/16", "10.3.0.0/16")
                                    .build());
            case 6 ->
                    gateway.tell(
                            new IkeInput.PeerSuspended(
                                    "session-b",
                                    new FailReason(FailReason.Kind.KERNEL_REFUSED, "fuzzed")));
            default -> gateway.tell(new IkeInput.PeerRemoved("session-b"));
        }
    }

    private static Duration hours(int count) {
        return Duration.ofHours(count);
    }

    /** Kernel and key exchanges become slow, do one thing, or are quick again. */
    private void work() {
        switch (input.below(3)) {
            case 0 -> gateway.stall();
            case 1 -> {
                if (gateway.hasWork()) {
                    gateway.step();
                }
            }
            default -> gateway.resume();
        }
    }

    // What must hold.

    private void end() {
        gateway.resume();
        listen();
        gateway.tell(new IkeInput.PeerRemoved("session-b"));
        listen();
        pass(Duration.ofMinutes(10));
        boolean clean =
                gateway.sad().isEmpty()
                        && gateway.childSas().isEmpty()
                        && gateway.ikeSas().isEmpty();
        if (!clean) {
            throw new AssertionError(
                    "a removed session left IKE SAs "
                            + gateway.ikeSas()
                            + ", Child SAs "
                            + gateway.childSas()
                            + ", in the kernel "
                            + gateway.sad().inbound()
                            + gateway.sad().outbound()
                            + gateway.sad().larval()
                            + "\n"
                            + gateway.ladder());
        }
    }
}
