package io.edgeipsec.ike.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Random, well-formed values of every kind, reproducible from their seed. */
final class RandomPayloads {
    private static final List<Integer> OPAQUE_TYPES =
            List.of(1, 32, 43, 46, 47, 48, 49, 53, 54, 127, 128, 255);

    private final Random random;
    private final List<Supplier<Payload>> kinds =
            List.of(
                    this::sa,
                    this::keyExchange,
                    this::nonce,
                    this::identification,
                    this::certificate,
                    this::certificateRequest,
                    this::authentication,
                    this::notification,
                    this::delete,
                    this::selectors,
                    this::opaque);

    RandomPayloads(long seed) {
        random = new Random(seed);
    }

    int kinds() {
        return kinds.size();
    }

    Payload ofKind(int kind) {
        return kinds.get(kind).get();
    }

    Payload any() {
        return ofKind(random.nextInt(kinds.size()));
    }

    List<Payload> chain() {
        return listOf(random.nextInt(12), this::any);
    }

    /** A message whose payloads its exchange allows. */
    IkeMessage message() {
        List<Payload> payloads = new ArrayList<>();
        int exchange = random.nextInt(4);
        switch (exchange) {
            case 0 -> payloads.addAll(List.of(sa(), keyExchange(), nonce()));
            case 1 -> payloads.addAll(List.of(id(PayloadType.ID_I), authentication(), sa()));
            case 2 -> payloads.addAll(List.of(sa(), nonce(), selectors(PayloadType.TS_I)));
            default -> payloads.add(delete());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            payloads.add(random.nextBoolean() ? notification() : vendorId());
        }
        IkeHeader header =
                IkeHeader.of(
                        new IkeSpi(random.nextLong()),
                        new IkeSpi(random.nextLong()),
                        new ExchangeType(34 + exchange),
                        random.nextBoolean(),
                        false,
                        random.nextInt() & 0xffffffffL);
        return new IkeMessage(header, payloads);
    }

    SaPayload sa() {
        return new SaPayload(listOf(1 + random.nextInt(5), this::proposal));
    }

    private Proposal proposal() {
        return new Proposal(
                random.nextInt(256),
                new ProtocolId(random.nextInt(4)),
                octets(List.of(0, 4, 8, 255).get(random.nextInt(4))),
                listOf(random.nextInt(20), this::transform));
    }

    private Transform transform() {
        int keyLength = random.nextBoolean() ? 0 : random.nextInt(0x10000);
        TransformType type = new TransformType(random.nextInt(256));
        return Transform.of(type, random.nextInt(0x10000), keyLength);
    }

    KeyExchangePayload keyExchange() {
        return new KeyExchangePayload(random.nextInt(0x10000), octets(random.nextInt(600)));
    }

    NoncePayload nonce() {
        return new NoncePayload(octets(16 + random.nextInt(241)));
    }

    private IdentificationPayload identification() {
        return id(random.nextBoolean() ? PayloadType.ID_I : PayloadType.ID_R);
    }

    private IdentificationPayload id(PayloadType payloadType) {
        int type = random.nextInt(256);
        int length =
                switch (type) {
                    case Identification.IPV4_ADDR -> 4;
                    case Identification.IPV6_ADDR -> 16;
                    default -> random.nextInt(80);
                };
        return new IdentificationPayload(payloadType, new Identification(type, octets(length)));
    }

    private CertificatePayload certificate() {
        return new CertificatePayload(random.nextInt(256), octets(random.nextInt(600)));
    }

    private CertificateRequestPayload certificateRequest() {
        return new CertificateRequestPayload(random.nextInt(256), octets(random.nextInt(80)));
    }

    private AuthenticationPayload authentication() {
        return new AuthenticationPayload(random.nextInt(256), octets(random.nextInt(80)));
    }

    private NotifyPayload notification() {
        return new NotifyPayload(
                new ProtocolId(random.nextInt(256)),
                octets(random.nextInt(256)),
                new NotifyType(random.nextInt(0x10000)),
                octets(random.nextInt(80)));
    }

    private DeletePayload delete() {
        return switch (random.nextInt(3)) {
            case 0 -> DeletePayload.ofIkeSa();
            case 1 ->
                    DeletePayload.ofEsp(
                            listOf(random.nextInt(9), () -> new EspSpi(random.nextInt())));
            default -> {
                ProtocolId unknown = new ProtocolId(4 + random.nextInt(252));
                int spiSize = 1 + random.nextInt(255);
                yield new DeletePayload(
                        unknown, listOf(1 + random.nextInt(4), () -> octets(spiSize)));
            }
        };
    }

    private TrafficSelectorPayload selectors() {
        return selectors(random.nextBoolean() ? PayloadType.TS_I : PayloadType.TS_R);
    }

    private TrafficSelectorPayload selectors(PayloadType type) {
        return new TrafficSelectorPayload(type, listOf(1 + random.nextInt(5), this::selector));
    }

    TrafficSelector selector() {
        int length = random.nextBoolean() ? 4 : 16;
        IpAddress one = new IpAddress(octets(length));
        IpAddress other = new IpAddress(octets(length));
        boolean ordered = one.compareTo(other) <= 0;
        int port = random.nextInt(0x10000);
        boolean opaque = random.nextInt(4) == 0;
        return new TrafficSelector(
                random.nextInt(256),
                opaque ? 65535 : port,
                opaque ? 0 : port + random.nextInt(0x10000 - port),
                ordered ? one : other,
                ordered ? other : one);
    }

    private OpaquePayload opaque() {
        int type = OPAQUE_TYPES.get(random.nextInt(OPAQUE_TYPES.size()));
        return new OpaquePayload(
                new PayloadType(type), random.nextBoolean(), octets(random.nextInt(80)));
    }

    private OpaquePayload vendorId() {
        return new OpaquePayload(PayloadType.VENDOR_ID, false, octets(16));
    }

    private Octets octets(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Octets.wrap(bytes);
    }

    private static <T> List<T> listOf(int count, Supplier<? extends T> element) {
        List<T> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(element.get());
        }
        return list;
    }
}
