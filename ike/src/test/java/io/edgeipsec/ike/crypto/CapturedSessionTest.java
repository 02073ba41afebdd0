package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.DecodeResult;
import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.Proposal;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.Transform;
import io.edgeipsec.ike.message.TransformType;
import io.edgeipsec.ike.vectors.CapturedSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Follows whole sessions of strongSwan: from the shared secrets that it logged to every key it
 * logged and into every message it sent.
 */
class CapturedSessionTest {
    static final List<String> SUITES = CapturedSession.SUITES;

    private final Primitives primitives = new Primitives();
    private final KeyDerivation derivation = new KeyDerivation(primitives);

    /** An IKE SA of the session, and what opens its messages. */
    private record Sa(IkeSuite suite, IkeKeys keys) {
        /** Opens a message, which must encode, and with an AEAD seal, to the same octets again. */
        IkeMessage open(CapturedSession.Datagram captured) throws Exception {
            Octets datagram = captured.octets();
            boolean initiator = captured.fromOriginalInitiator();
            IkeHeader header = IkeHeader.decode(datagram.reader());
            assertEquals(initiator, header.fromOriginalInitiator());
            MessageProtection protection =
                    new MessageProtection(
                            new Primitives(),
                            TestRandom.none(),
                            suite,
                            initiator ? keys.skEi() : keys.skEr(),
                            initiator ? keys.skAi() : keys.skAr(),
                            datagram.slice(32, 40).reader().u64());
            MessageProtection.Opened opened = protection.open(header, datagram).orElseThrow();
            DecodeResult result =
                    MessageCodec.decodePayloads(header, opened.first(), opened.chain());
            IkeMessage message =
                    assertInstanceOf(DecodeResult.Decoded.class, result, result::toString)
                            .message();
            OctetWriter chain = new OctetWriter();
            PayloadChain.encode(message.payloads(), chain);
            assertEquals(opened.chain(), chain.toOctets());
            assertEquals(opened.first(), PayloadChain.firstType(message.payloads()));
            if (suite.integrity().isEmpty()) { // its padding with CBC is not ours
                assertEquals(datagram, protection.seal(header, message.payloads()));
            }
            return message;
        }
    }

    @ParameterizedTest
    @FieldSource("SUITES")
    @DisplayName("RFC 7296 §2.14, §2.17, §2.18, §3.14 as strongSwan reads them")
    void aWholeSessionOpens(String name) throws Exception {
        CapturedSession session = CapturedSession.strongSwan(name);
        List<CapturedSession.Datagram> datagrams = session.datagrams();
        IkeMessage init = decodeInit(datagrams.get(0));
        IkeMessage initAnswer = decodeInit(datagrams.get(1));
        IkeSuite suite = ikeSuite(initAnswer);
        Map<String, Octets> first = session.ikeSas().get(0);
        IkeKeys keys =
                derivation.initial(
                        suite,
                        secret(first, "sharedSecret"),
                        nonce(init),
                        nonce(initAnswer),
                        initAnswer.header().initiatorSpi(),
                        initAnswer.header().responderSpi());
        assertKeys(first, keys);
        Sa sa = new Sa(suite, keys);
        List<IkeMessage> opened = new ArrayList<>();
        for (CapturedSession.Datagram datagram : datagrams.subList(2, 12)) {
            opened.add(sa.open(datagram));
        }
        assertEquals(
                List.of(
                        "IKE_AUTH request 1 IDi N(INITIAL_CONTACT) IDr AUTH SA TSi TSr"
                                + " N(MULTIPLE_AUTH_SUPPORTED) N(NOTIFY_16417) N(NOTIFY_16420)",
                        "IKE_AUTH response 1 IDr AUTH SA TSi TSr"),
                outlines(opened.subList(0, 2)));
        assertChildKeys(session, 0, suite, keys, opened.get(1), nonce(init), nonce(initAnswer));
        assertChildKeys(
                session, 1, suite, keys, opened.get(3), nonce(opened.get(2)), nonce(opened.get(3)));
        for (IkeMessage delete : opened.subList(4, 6)) {
            assertEquals(1, delete.first(DeletePayload.class).orElseThrow().espSpis().size());
        }

        IkeMessage rekey = opened.get(6);
        IkeMessage rekeyAnswer = opened.get(7);
        Map<String, Octets> second = session.ikeSas().get(1);
        IkeSuite newSuite = ikeSuite(rekeyAnswer);
        IkeKeys newKeys =
                derivation.rekeyed(
                        suite.prf(),
                        keys.skD(),
                        newSuite,
                        secret(second, "sharedSecret"),
                        Optional.empty(),
                        nonce(rekey),
                        nonce(rekeyAnswer),
                        spi(rekey),
                        spi(rekeyAnswer));
        assertKeys(second, newKeys);
        Sa rekeyed = new Sa(newSuite, newKeys);
        assertEquals(
                List.of("INFORMATIONAL request 0 D", "INFORMATIONAL response 0"),
                outlines(
                        List.of(rekeyed.open(datagrams.get(12)), rekeyed.open(datagrams.get(13)))));
        assertEquals(14, datagrams.size());
    }

    private static IkeMessage decodeInit(CapturedSession.Datagram datagram) throws Exception {
        DecodeResult result =
                MessageCodec.decode(
                        IkeHeader.decode(datagram.octets().reader()), datagram.octets());
        return assertInstanceOf(DecodeResult.Decoded.class, result).message();
    }

    private static List<String> outlines(List<IkeMessage> messages) {
        return messages.stream().map(IkeMessage::outline).toList();
    }

    private static Octets nonce(IkeMessage message) {
        return message.first(NoncePayload.class).orElseThrow().nonce();
    }

    private static Proposal chosen(IkeMessage message) {
        List<Proposal> proposals = message.first(SaPayload.class).orElseThrow().proposals();
        return proposals.get(0);
    }

    private static IkeSpi spi(IkeMessage message) throws Exception {
        Octets spi = chosen(message).spi();
        assertEquals(IkeSpi.LENGTH_OCTETS, spi.length());
        return new IkeSpi(spi.reader().u64());
    }

    private static Optional<Transform> transform(Proposal proposal, TransformType type) {
        return proposal.transforms(type).stream().findFirst();
    }

    private static IkeSuite ikeSuite(IkeMessage answer) {
        Proposal proposal = chosen(answer);
        return new IkeSuite(
                transform(proposal, TransformType.ENCR).flatMap(Encryption::of).orElseThrow(),
                transform(proposal, TransformType.INTEG).flatMap(IntegrityAlgorithm::of),
                transform(proposal, TransformType.PRF).flatMap(Prf::of).orElseThrow(),
                transform(proposal, TransformType.KE).flatMap(KeyExchangeMethod::of).orElseThrow());
    }

    private static EspSuite espSuite(IkeMessage answer) {
        Proposal proposal = chosen(answer);
        return new EspSuite(
                transform(proposal, TransformType.ENCR).flatMap(Encryption::of).orElseThrow(),
                transform(proposal, TransformType.INTEG).flatMap(IntegrityAlgorithm::of),
                transform(proposal, TransformType.KE).flatMap(KeyExchangeMethod::of),
                transform(proposal, TransformType.ESN).orElseThrow().id() == 1);
    }

    private static SecretBytes secret(Map<String, Octets> logged, String name) {
        return SecretBytes.wrap(Objects.requireNonNull(logged.get(name)).toByteArray());
    }

    private static void assertSecret(Map<String, Octets> logged, String name, SecretBytes ours) {
        Octets expected = logged.getOrDefault(name, Octets.EMPTY); // no SK_a* with an AEAD
        assertEquals(expected, Octets.wrap(ours.open()), name);
    }

    private static void assertKeys(Map<String, Octets> logged, IkeKeys keys) {
        assertSecret(logged, "skD", keys.skD());
        assertSecret(logged, "skAi", keys.skAi());
        assertSecret(logged, "skAr", keys.skAr());
        assertSecret(logged, "skEi", keys.skEi());
        assertSecret(logged, "skEr", keys.skEr());
        assertSecret(logged, "skPi", keys.skPi());
        assertSecret(logged, "skPr", keys.skPr());
    }

    private void assertChildKeys(
            CapturedSession session,
            int index,
            IkeSuite ike,
            IkeKeys ikeKeys,
            IkeMessage answer,
            Octets nonceI,
            Octets nonceR) {
        Map<String, Octets> logged = session.childSas().get(index);
        EspSuite suite = espSuite(answer);
        Optional<SecretBytes> shared =
                Stream.of(secret(logged, "sharedSecret")).filter(s -> s.length() > 0).findFirst();
        assertEquals(suite.keyExchange().isPresent(), shared.isPresent());
        ChildKeys keys =
                derivation.child(
                        ike.prf(),
                        ikeKeys.skD(),
                        suite,
                        new ExchangedSecrets(shared, Optional.empty()),
                        nonceI,
                        nonceR);
        assertSecret(logged, "encryptionInitiator", keys.encryptionInitiator());
        assertSecret(logged, "encryptionResponder", keys.encryptionResponder());
        assertSecret(logged, "integrityInitiator", keys.integrityInitiator());
        assertSecret(logged, "integrityResponder", keys.integrityResponder());
        assertTrue(answer.selectors(PayloadType.TS_I).isPresent());
    }
}
