package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.auth.AuthenticatedOctets;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.auth.SharedKeyAuthentication;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
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
import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IdentificationPayload;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.NotifyPayload;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.message.TrafficSelectorPayload;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.negotiation.Proposals;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A peer that says whatever the test makes it say to one gateway, well formed or not, in the clear
 * or protected by the right keys. It starts the IKE SA, as A of {@link Policies#a}, unless {@link
 * #answerInit} lets it be the responder.
 */
public final class ScriptedPeer {
    public static final IkeSpi SPI = new IkeSpi(0x1122334455667788L);
    public static final EspSpi CHILD = new EspSpi(0xc0ffee01);
    private static final IkeSuite SUITE =
            new IkeSuite(
                    new Encryption(EncryptionAlgorithm.AES_GCM_16, 256),
                    Optional.empty(),
                    Prf.HMAC_SHA2_256,
                    KeyExchangeMethod.CURVE25519);

    private final TwoGateways net;
    private final Primitives primitives = new Primitives();
    private final SeededRandom random = new SeededRandom(77);
    private final KeyExchange keyExchange = new KeyExchange(random);
    private final PeerPolicy policy;
    private final Octets nonce = random.octets(32);
    private final KeyShare share = keyExchange.begin(KeyExchangeMethod.CURVE25519);
    private IkeSpi peerSpi = IkeSpi.ZERO;
    private boolean initiator = true;
    private Octets initRequest = Octets.EMPTY;
    private Octets initResponse = Octets.EMPTY;
    private Octets peerNonce = Octets.EMPTY;
    private @Nullable IkeKeys keys;
    private @Nullable MessageProtection outgoing;
    private @Nullable MessageProtection incoming;

    /** A peer in the place of A, that talks to B. */
    public ScriptedPeer(TwoGateways net) {
        this(net, Policies.a());
    }

    /** One that offers what this policy says. */
    public ScriptedPeer(TwoGateways net, Policies policy) {
        this.net = net;
        this.policy = policy.build();
    }

    // The clear.

    public List<Payload> initPayloads() {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new SaPayload(Proposals.ofIke(policy.proposals(), Octets.EMPTY)));
        payloads.add(new KeyExchangePayload(share.method().id(), share.publicValue()));
        payloads.add(new NoncePayload(nonce));
        if (policy.proposals().additionalKeyExchange().isOffered()) {
            payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
        }
        return payloads;
    }

    public static IkeHeader initHeader() {
        return IkeHeader.of(SPI, IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, false, 0);
    }

    /** What B answers to these octets: one datagram at most. */
    public Optional<Octets> send(Octets datagram) {
        return sendFrom(TwoGateways.A, 500, datagram);
    }

    public Optional<Octets> sendFrom(IpAddress source, int port, Octets datagram) {
        Path path = new Path(new Endpoint(TwoGateways.B, 500), new Endpoint(source, port));
        net.b().receive(path, datagram);
        if (net.wire().size() > 1) {
            throw new AssertionError("more than one answer");
        }
        return net.wire().isEmpty() ? Optional.empty() : Optional.of(net.dropOne().datagram());
    }

    public Optional<IkeMessage> sendClear(IkeHeader header, List<Payload> payloads) {
        return send(MessageCodec.encode(new IkeMessage(header, payloads))).map(ScriptedPeer::clear);
    }

    /** Reads an answer in the clear. */
    public static IkeMessage clear(Octets datagram) {
        IkeHeader header = header(datagram);
        return decoded(MessageCodec.decode(header, datagram));
    }

    public static IkeHeader header(Octets datagram) {
        try {
            return IkeHeader.decode(datagram.reader());
        } catch (MalformedMessageException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private static IkeMessage decoded(DecodeResult result) {
        if (result instanceof DecodeResult.Decoded decoded) {
            return decoded.message();
        }
        throw new AssertionError("an answer that cannot be decoded: " + result);
    }

    // The handshake.

    /** IKE_SA_INIT; what follows is protected. */
    public void init() {
        initRequest = MessageCodec.encode(new IkeMessage(initHeader(), initPayloads()));
        initResponse = send(initRequest).orElseThrow();
        IkeMessage answer = clear(initResponse);
        peerSpi = answer.header().responderSpi();
        peerNonce = answer.first(NoncePayload.class).orElseThrow().nonce();
        Octets value = answer.first(KeyExchangePayload.class).orElseThrow().data();
        try (SecretBytes secret = keyExchange.finish(share, value)) {
            takeKeys(
                    new KeyDerivation(primitives)
                            .initial(SUITE, secret, nonce, peerNonce, SPI, peerSpi));
        } catch (InvalidKeyShareException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Takes the IKE_SA_INIT request that B has put on the wire; gives the answer to it. */
    public Octets answerInit() {
        initiator = false;
        initRequest = net.dropOne().datagram();
        IkeMessage request = clear(initRequest);
        peerSpi = request.header().initiatorSpi();
        peerNonce = request.first(NoncePayload.class).orElseThrow().nonce();
        Octets value = request.first(KeyExchangePayload.class).orElseThrow().data();
        IkeHeader header = headerOf(ExchangeType.IKE_SA_INIT, true, 0);
        initResponse = MessageCodec.encode(new IkeMessage(header, initPayloads()));
        try (SecretBytes secret = keyExchange.finish(share, value)) {
            takeKeys(
                    new KeyDerivation(primitives)
                            .initial(SUITE, secret, peerNonce, nonce, peerSpi, SPI));
        } catch (InvalidKeyShareException impossible) {
            throw new AssertionError(impossible);
        }
        return initResponse;
    }

    private void takeKeys(IkeKeys derived) {
        keys = derived;
        MessageProtection ofInitiator =
                new MessageProtection(primitives, random, SUITE, derived.skEi(), derived.skAi(), 0);
        MessageProtection ofResponder =
                new MessageProtection(primitives, random, SUITE, derived.skEr(), derived.skAr(), 0);
        outgoing = initiator ? ofInitiator : ofResponder;
        incoming = initiator ? ofResponder : ofInitiator;
    }

    public List<Payload> authPayloads() {
        Identification id = Identities.parse("a.example");
        Octets signed =
                AuthenticatedOctets.of(
                        primitives,
                        SUITE.prf(),
                        initiator ? initRequest : initResponse,
                        peerNonce,
                        initiator ? keys().skPi() : keys().skPr(),
                        id,
                        Octets.EMPTY);
        SecretBytes psk =
                SecretBytes.wrap("correct horse battery staple".getBytes(StandardCharsets.UTF_8));
        List<Payload> payloads = new ArrayList<>();
        payloads.add(
                new IdentificationPayload(initiator ? PayloadType.ID_I : PayloadType.ID_R, id));
        payloads.add(SharedKeyAuthentication.authenticate(primitives, SUITE.prf(), psk, signed));
        payloads.add(
                new SaPayload(
                        Proposals.ofEsp(
                                policy.children().get(0).proposals(), CHILD.toOctets(), true)));
        payloads.addAll(initiator ? selectors() : answeredSelectors());
        return payloads;
    }

    private static List<Payload> answeredSelectors() {
        return List.of(
                new TrafficSelectorPayload(
                        PayloadType.TS_I, List.of(TrafficSelector.parse("10.2.0.0/16"))),
                new TrafficSelectorPayload(
                        PayloadType.TS_R, List.of(TrafficSelector.parse("10.1.0.0/16"))));
    }

    public static List<Payload> selectors() {
        return List.of(
                new TrafficSelectorPayload(
                        PayloadType.TS_I, List.of(TrafficSelector.parse("10.1.0.0/16"))),
                new TrafficSelectorPayload(
                        PayloadType.TS_R, List.of(TrafficSelector.parse("10.2.0.0/16"))));
    }

    /** IKE_SA_INIT and IKE_AUTH. */
    public ScriptedPeer connect() {
        init();
        IkeMessage answer = request(ExchangeType.IKE_AUTH, 1, authPayloads()).orElseThrow();
        if (answer.error().isPresent()) {
            throw new AssertionError(answer.outline());
        }
        return this;
    }

    // Protected messages.

    /** The answer to a request of ours. */
    public Optional<IkeMessage> request(ExchangeType type, long id, List<Payload> payloads) {
        return send(seal(type, false, id, payloads)).map(this::open);
    }

    public Octets seal(ExchangeType type, boolean response, long id, List<Payload> payloads) {
        return outgoing().seal(headerOf(type, response, id), payloads);
    }

    public IkeHeader headerOf(ExchangeType type, boolean response, long id) {
        return initiator
                ? IkeHeader.of(SPI, peerSpi, type, true, response, id)
                : IkeHeader.of(peerSpi, SPI, type, false, response, id);
    }

    /** One fragment of a message, with whatever number and content. */
    public Octets sealFragment(
            IkeHeader header, PayloadType first, FragmentNumber fragment, Octets piece) {
        return outgoing().sealFragment(header, first, fragment, piece);
    }

    public IkeMessage open(Octets datagram) {
        IkeHeader header = header(datagram);
        MessageProtection.Opened opened = incoming().open(header, datagram).orElseThrow();
        return decoded(MessageCodec.decodePayloads(header, opened.first(), opened.chain()));
    }

    /** The request that B has put on the wire by itself. */
    public IkeMessage heard() {
        return open(net.dropOne().datagram());
    }

    public IkeSpi peerSpi() {
        return peerSpi;
    }

    public boolean hasKeys() {
        return keys != null;
    }

    private IkeKeys keys() {
        return Objects.requireNonNull(keys, "init() first");
    }

    private MessageProtection outgoing() {
        return Objects.requireNonNull(outgoing, "init() first");
    }

    private MessageProtection incoming() {
        return Objects.requireNonNull(incoming, "init() first");
    }
}
