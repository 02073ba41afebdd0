package io.edgeipsec.ike.sa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IkeSuite;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.MessageProtection;
import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.OpaquePayload;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.FragmentationPolicy;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** RFC 7383 §2.5: how messages are cut. */
class FragmenterTest {
    private static final Path IPV4 = path("192.0.2.1", "198.51.100.1", 500);
    private static final Path IPV4_NAT = path("192.0.2.1", "198.51.100.1", 4500);
    private static final Path IPV6 = path("2001:db8::1", "2001:db8::2", 500);
    private static final Path IPV6_NAT = path("2001:db8::1", "2001:db8::2", 4500);

    private record Case(IkeSuite suite, Path path, int headers) {}

    static final List<Case> CASES = cases();

    private final SeededRandom random = new SeededRandom(3);

    private static Path path(String local, String remote, int port) {
        return new Path(
                new Endpoint(IpAddress.parse(local), port),
                new Endpoint(IpAddress.parse(remote), port));
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (IkeSuite suite :
                List.of(
                        suite(EncryptionAlgorithm.AES_GCM_16, 256, Optional.empty()),
                        suite(EncryptionAlgorithm.CHACHA20_POLY1305, 0, Optional.empty()),
                        suite(
                                EncryptionAlgorithm.AES_CBC,
                                128,
                                Optional.of(IntegrityAlgorithm.HMAC_SHA1_96)),
                        suite(
                                EncryptionAlgorithm.AES_CBC,
                                256,
                                Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256)))) {
            cases.add(new Case(suite, IPV4, 28));
            cases.add(new Case(suite, IPV4_NAT, 32));
            cases.add(new Case(suite, IPV6, 48));
            cases.add(new Case(suite, IPV6_NAT, 52));
        }
        return cases;
    }

    private static IkeSuite suite(
            EncryptionAlgorithm encryption, int bits, Optional<IntegrityAlgorithm> integrity) {
        return new IkeSuite(
                new Encryption(encryption, bits),
                integrity,
                Prf.HMAC_SHA2_256,
                KeyExchangeMethod.CURVE25519);
    }

    private MessageProtection protection(IkeSuite suite) {
        int integrity = suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0);
        return new MessageProtection(
                new Primitives(),
                random,
                suite,
                SecretBytes.wrap(random.bytes(suite.encryption().keyMaterialLength())),
                SecretBytes.wrap(random.bytes(integrity)),
                1);
    }

    private static Fragmenter fragmenter(Integer... datagramOctets) {
        FragmentationPolicy policy = new FragmentationPolicy(List.of(datagramOctets), 3);
        Fragmenter fragmenter = new Fragmenter(IkeSettings.defaults().withFragmentation(policy));
        fragmenter.adopt(Fragmentation.of(true, policy));
        return fragmenter;
    }

    private IkeMessage message(int octets) {
        IkeHeader header =
                IkeHeader.of(new IkeSpi(1), new IkeSpi(2), ExchangeType.IKE_AUTH, true, false, 1);
        Octets content = random.octets(octets - 4);
        return new IkeMessage(
                header, List.of(new OpaquePayload(PayloadType.VENDOR_ID, false, content)));
    }

    private static List<Octets> datagrams(SentMessage sent) {
        List<Octets> datagrams = new ArrayList<>(List.of(sent.datagram()));
        datagrams.addAll(sent.furtherFragments());
        return datagrams;
    }

    /** What a receiver makes of a message in fragments. */
    private static List<Payload> reassemble(SentMessage sent, MessageProtection protection)
            throws MalformedMessageException {
        FragmentReassembler reassembler = new FragmentReassembler();
        int number = 0;
        for (Octets datagram : datagrams(sent)) {
            IkeHeader header = IkeHeader.decode(datagram.reader());
            EncryptedPayload found = EncryptedPayload.locate(header, datagram).orElseThrow();
            FragmentNumber fragment = found.fragment().orElseThrow();
            assertEquals(new FragmentNumber(++number, sent.total()), fragment);
            Opened opened = protection.open(found, datagram).orElseThrow();
            assertTrue(opened.chain().length() > 0, fragment + " is empty");
            reassembler.store(header, fragment, opened, datagram, new MonotonicTime(0));
        }
        Opened whole = reassembler.takeComplete().orElseThrow().opened();
        return PayloadChain.decode(whole.first(), whole.chain().reader());
    }

    @ParameterizedTest
    @FieldSource("CASES")
    @DisplayName("RFC 7383 §2.5.1: no IP datagram is larger than it may be, headers and all")
    void fragmentsFitAndAreTheFewestThatDo(Case it) throws MalformedMessageException {
        MessageProtection protection = protection(it.suite());
        for (int limit : new int[] {FragmentationPolicy.MIN_DATAGRAM_OCTETS, 576, 1280}) {
            int capacity = protection.fragmentCapacity(limit - it.headers());
            for (int octets : new int[] {limit, 2 * limit, 5 * capacity, 5 * capacity + 1}) {
                IkeMessage message = message(octets);
                SentMessage sent = fragmenter(limit).seal(message, protection, it.path());
                for (Octets datagram : datagrams(sent)) {
                    assertTrue(datagram.length() + it.headers() <= limit, limit + " octets");
                    assertTrue(datagram.length() <= sent.datagram().length(), "the first");
                }
                assertEquals((octets + capacity - 1) / capacity, sent.total());
                assertEquals(message.payloads(), reassemble(sent, protection));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("CASES")
    @DisplayName("RFC 7383 §2.5: what fits stays whole")
    void theLastOctetDecides(Case it) {
        MessageProtection protection = protection(it.suite());
        Fragmenter fragmenter = fragmenter(400);
        int largestWhole = 0;
        for (int octets = 100; octets < 400; octets++) {
            IkeMessage message = message(octets);
            int whole = protection.seal(message.header(), message.payloads()).length();
            boolean fits = whole + it.headers() <= 400;
            SentMessage sent = fragmenter.seal(message, protection, it.path());
            assertEquals(fits ? 1 : 2, sent.total(), octets + " octets");
            largestWhole = fits ? octets : largestWhole;
        }
        assertTrue(largestWhole > 200 && largestWhole < 399);
    }

    @Test
    void nothingIsCutThatWasNotAgreed() {
        FragmentationPolicy policy = new FragmentationPolicy(List.of(160), 3);
        Fragmenter fragmenter = new Fragmenter(IkeSettings.defaults().withFragmentation(policy));
        MessageProtection protection = protection(CASES.get(0).suite());
        SentMessage sent = fragmenter.seal(message(5000), protection, IPV4);
        assertEquals(1, sent.total());
        assertTrue(fragmenter.shrink(sent, protection, IPV4).isEmpty());
    }

    @ParameterizedTest
    @FieldSource("CASES")
    @DisplayName("RFC 7383 §2.5.2: cut again, a message has more fragments than before")
    void totalsGrowWithEverySize(Case it) throws MalformedMessageException {
        MessageProtection protection = protection(it.suite());
        for (int octets = 200; octets < 2500; octets += 37) {
            IkeMessage message = message(octets);
            // Sizes so close that without being told to, there would often be as many fragments.
            Fragmenter fragmenter = fragmenter(500, 480, 460, 300);
            SentMessage sent = fragmenter.seal(message, protection, it.path());
            Optional<SentMessage> next = fragmenter.shrink(sent, protection, it.path());
            while (next.isPresent()) {
                assertTrue(next.get().total() > sent.total());
                assertTrue(next.get().datagram().length() < sent.datagram().length());
                sent = next.get();
                assertEquals(message.payloads(), reassemble(sent, protection));
                next = fragmenter.shrink(sent, protection, it.path());
            }
            for (Octets datagram : datagrams(sent)) {
                assertTrue(datagram.length() + it.headers() <= 300);
            }
        }
    }

    @Test
    void aSizeThatWouldNotHelpIsSteppedOver() {
        Fragmenter fragmenter = fragmenter(1000, 900, 800, 300);
        MessageProtection protection = protection(CASES.get(0).suite());
        SentMessage sent = fragmenter.seal(message(600), protection, IPV4);
        assertEquals(1, sent.total());
        SentMessage again = fragmenter.shrink(sent, protection, IPV4).orElseThrow();
        assertEquals(300, again.datagramOctets());
        assertEquals(new Fragmentation(true, 300), fragmenter.fragmentation());
        assertTrue(fragmenter.shrink(again, protection, IPV4).isEmpty(), "the smallest size");
    }

    @Test
    void whatFitsTheSmallestSizeIsNotCut() {
        Fragmenter fragmenter = fragmenter(1000, 300);
        MessageProtection protection = protection(CASES.get(0).suite());
        SentMessage sent = fragmenter.seal(message(100), protection, IPV4);
        assertTrue(sent.content().isEmpty(), "nothing is kept for it");
        assertTrue(fragmenter.shrink(sent, protection, IPV4).isEmpty());
        assertEquals(new Fragmentation(true, 1000), fragmenter.fragmentation());
    }

    @Test
    void aSizeOnceFoundIsUsedFromThenOn() {
        Fragmenter fragmenter = fragmenter(1000, 300);
        MessageProtection protection = protection(CASES.get(0).suite());
        IkeMessage message = message(600);
        SentMessage sent = fragmenter.seal(message, protection, IPV4);
        SentMessage again = fragmenter.shrink(sent, protection, IPV4).orElseThrow();
        SentMessage next = fragmenter.seal(message, protection, IPV4);
        assertEquals(again.total(), next.total());
        assertEquals(300, next.datagramOctets());
    }

    @Test
    void anAnswerIsCutForWhatItsRequestWasCutFor() {
        Fragmenter fragmenter = fragmenter(1280, 900, 576);
        MessageProtection protection = protection(CASES.get(0).suite());
        IkeMessage message = message(1100);
        int[][] expected = {{1252, 1280}, {1251, 900}, {872, 900}, {871, 576}, {100, 576}};
        for (int[] pair : expected) {
            SentMessage sent =
                    fragmenter.sealLike(random.octets(pair[0]), message, protection, IPV4);
            assertEquals(pair[1], sent.datagramOctets(), "a request of " + pair[0] + " octets");
        }
        assertEquals(new Fragmentation(true, 1280), fragmenter.fragmentation());
    }

    @Test
    void anAnswerShrinksWhenItsRequestDid() {
        Fragmenter fragmenter = fragmenter(1280, 900, 576);
        MessageProtection protection = protection(CASES.get(0).suite());
        SentMessage sent = fragmenter.seal(message(1100), protection, IPV4);
        assertTrue(fragmenter.shrinkLike(random.octets(1252), sent, protection, IPV4).isEmpty());
        SentMessage again =
                fragmenter.shrinkLike(random.octets(500), sent, protection, IPV4).orElseThrow();
        assertEquals(576, again.datagramOctets());
        assertTrue(fragmenter.shrinkLike(random.octets(100), again, protection, IPV4).isEmpty());
    }

    @Test
    void moreFragmentsThanWeWouldTakeAreNotSent() {
        Fragmenter fragmenter = fragmenter(200, 160);
        MessageProtection protection = protection(CASES.get(0).suite());
        SentMessage sent = fragmenter.seal(message(60_000), protection, IPV4);
        assertEquals(FragmentReassembler.MAX_FRAGMENTS, sent.total());
        assertTrue(fragmenter.shrink(sent, protection, IPV4).isEmpty());
    }
}
