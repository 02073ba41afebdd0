package io.edgeipsec.ike.sa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.MessageProtection.Opened;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.MonotonicTime;
import io.edgeipsec.ike.sa.FragmentReassembler.Reassembled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of RFC 7383 §2.6, one by one. */
class FragmentReassemblerTest {
    private static final MonotonicTime NOW = new MonotonicTime(5);
    private static final Optional<DropReason> NONE = Optional.empty();

    private final FragmentReassembler reassembler = new FragmentReassembler();

    private static IkeHeader header(long messageId, ExchangeType exchange) {
        return IkeHeader.of(new IkeSpi(1), new IkeSpi(2), exchange, true, false, messageId);
    }

    private static IkeHeader header() {
        return header(1, ExchangeType.CREATE_CHILD_SA);
    }

    private Optional<DropReason> objection(int number, int total) {
        return reassembler.objection(header(), new FragmentNumber(number, total));
    }

    /** Stores an authentic fragment that nothing speaks against. */
    private Optional<DropReason> store(int number, int total, Octets piece) {
        assertEquals(NONE, objection(number, total), number + "/" + total);
        PayloadType first = number == 1 ? PayloadType.ID_I : PayloadType.NONE;
        return store(header(), number, total, first, piece);
    }

    private Optional<DropReason> store(
            IkeHeader header, int number, int total, PayloadType first, Octets piece) {
        return reassembler.store(
                header,
                new FragmentNumber(number, total),
                new Opened(first, piece),
                datagram(number, total),
                NOW);
    }

    private void store(int number, int total, String hex) {
        assertEquals(NONE, store(number, total, Octets.ofHex(hex)));
    }

    private static Octets datagram(int number, int total) {
        return Octets.copyOf(new byte[] {(byte) number, (byte) total});
    }

    private void assertIncomplete() {
        assertTrue(reassembler.takeComplete().isEmpty());
    }

    private void assertComplete(String hex) {
        assertEquals(Octets.ofHex(hex), reassembler.takeComplete().orElseThrow().opened().chain());
    }

    @Test
    void piecesComeTogetherInTheOrderOfTheirNumbers() {
        store(1, 3, "aa");
        assertIncomplete();
        store(2, 3, "bbcc");
        assertIncomplete();
        store(3, 3, "dd");
        Reassembled done = reassembler.takeComplete().orElseThrow();
        assertEquals(new Opened(PayloadType.ID_I, Octets.ofHex("aabbccdd")), done.opened());
        assertEquals(datagram(1, 3), done.datagram());
    }

    @Test
    void theOrderInWhichTheyComeDoesNotMatter() {
        List<Integer> numbers = new ArrayList<>();
        StringBuilder whole = new StringBuilder();
        for (int number = 1; number <= 20; number++) {
            numbers.add(number);
            whole.append("%02x".formatted(number));
        }
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(numbers, new Random(seed));
            for (int number : numbers) {
                assertIncomplete();
                store(number, 20, "%02x".formatted(number));
            }
            Reassembled done = reassembler.takeComplete().orElseThrow();
            assertEquals(Octets.ofHex(whole.toString()), done.opened().chain());
            assertEquals(PayloadType.ID_I, done.opened().first());
            assertEquals(datagram(1, 20), done.datagram());
        }
    }

    @Test
    @DisplayName("RFC 7383 §2.5: only fragment 1 tells the type of the first payload")
    void nextPayloadOfOtherFragmentsIsIgnored() {
        store(header(), 1, 2, PayloadType.ID_R, Octets.ofHex("aa"));
        store(header(), 2, 2, PayloadType.SA, Octets.ofHex("bb"));
        assertEquals(PayloadType.ID_R, reassembler.takeComplete().orElseThrow().opened().first());
    }

    @Test
    void oneFragmentCanBeAll() {
        store(1, 1, "aa");
        assertComplete("aa");
    }

    @Test
    void aMessageIsGivenOutOnce() {
        store(1, 1, "aa");
        assertComplete("aa");
        assertIncomplete();
    }

    @Test
    void impossibleNumbersAreRefused() {
        for (int[] bad : new int[][] {{0, 0}, {0, 1}, {2, 1}, {1, 0}, {0xffff, 1}, {0, 0xffff}}) {
            assertEquals(Optional.of(DropReason.FRAGMENT), objection(bad[0], bad[1]));
        }
    }

    @Test
    void moreFragmentsThanTheLimitAreRefused() {
        int limit = FragmentReassembler.MAX_FRAGMENTS;
        assertEquals(NONE, objection(limit, limit));
        assertEquals(Optional.of(DropReason.FRAGMENT_LIMIT), objection(1, limit + 1));
        assertEquals(Optional.of(DropReason.FRAGMENT_LIMIT), objection(1, 0xffff));
    }

    @Test
    void asManyFragmentsAsTheLimitComeTogether() {
        int limit = FragmentReassembler.MAX_FRAGMENTS;
        for (int number = 1; number < limit; number++) {
            store(number, limit, "aa");
            assertIncomplete();
        }
        store(limit, limit, "bb");
        assertComplete("aa".repeat(limit - 1) + "bb");
    }

    @Test
    @DisplayName("RFC 7383 §2.6: what is there already is not stored again")
    void aDuplicateIsRefusedAndChangesNothing() {
        store(1, 2, "aa");
        assertEquals(Optional.of(DropReason.DUPLICATE_FRAGMENT), objection(1, 2));
        store(2, 2, "bb");
        assertComplete("aabb");
    }

    @Test
    @DisplayName("RFC 7383 §2.6: with more fragments than before, it starts from the beginning")
    void aLargerTotalRestarts() {
        store(1, 2, "aa");
        store(3, 3, "dd");
        store(2, 3, "cc");
        assertIncomplete();
        store(1, 3, "bb");
        assertComplete("bbccdd");
    }

    @Test
    @DisplayName("RFC 7383 §2.6: fragments of a smaller total are outdated")
    void aSmallerTotalIsRefusedAndChangesNothing() {
        store(1, 3, "aa");
        assertEquals(Optional.of(DropReason.FRAGMENT), objection(2, 2));
        assertEquals(Optional.of(DropReason.FRAGMENT), objection(1, 1));
        store(2, 3, "bb");
        store(3, 3, "cc");
        assertComplete("aabbcc");
    }

    @Test
    @DisplayName("RFC 7383 §2.6: a larger total does nothing before its fragment is authentic")
    void objectionsChangeNothing() {
        store(1, 2, "aa");
        assertEquals(NONE, objection(1, 5));
        assertEquals(
                NONE,
                reassembler.objection(
                        header(2, ExchangeType.CREATE_CHILD_SA), new FragmentNumber(1, 2)));
        store(2, 2, "bb");
        assertComplete("aabb");
    }

    @Test
    void anotherExchangeUnderTheSameIdIsRefused() {
        store(1, 2, "aa");
        IkeHeader other = header(1, ExchangeType.INFORMATIONAL);
        for (int total = 2; total <= 3; total++) {
            assertEquals(
                    Optional.of(DropReason.FRAGMENT),
                    reassembler.objection(other, new FragmentNumber(2, total)));
        }
    }

    @Test
    void theNextMessageReplacesWhatWasLeftIncomplete() {
        store(1, 5, "aa");
        IkeHeader next = header(2, ExchangeType.CREATE_CHILD_SA);
        for (int number = 1; number <= 2; number++) {
            assertEquals(NONE, reassembler.objection(next, new FragmentNumber(number, 2)));
            store(next, number, 2, PayloadType.SA, Octets.ofHex("bb"));
        }
        assertComplete("bbbb");
    }

    @Test
    void moreOctetsThanTheLimitAreThrownAway() {
        int half = FragmentReassembler.MAX_OCTETS / 2;
        assertEquals(NONE, store(1, 3, Octets.wrap(new byte[half])));
        assertEquals(NONE, store(2, 3, Octets.wrap(new byte[half + 1])));
        assertEquals(Optional.of(DropReason.FRAGMENT_LIMIT), store(3, 3, Octets.wrap(new byte[1])));
        assertIncomplete();
        assertEquals(NONE, objection(1, 2), "nothing of it is left");
        store(1, 2, "aa");
        store(2, 2, "bb");
        assertComplete("aabb");
    }

    @Test
    void asManyOctetsAsTheLimitComeTogether() {
        int half = FragmentReassembler.MAX_OCTETS / 2;
        assertEquals(NONE, store(1, 2, Octets.wrap(new byte[half])));
        assertEquals(NONE, store(2, 2, Octets.wrap(new byte[half + 1])));
        assertEquals(
                FragmentReassembler.MAX_OCTETS,
                reassembler.takeComplete().orElseThrow().opened().chain().length());
    }

    @ParameterizedTest
    @ValueSource(ints = {35, 43})
    void aStrangerMayNotMakeUsKeepAsMuch(int exchange) {
        IkeHeader stranger = header(1, new ExchangeType(exchange));
        Octets most = Octets.wrap(new byte[FragmentReassembler.MAX_OCTETS_OF_STRANGER]);
        assertEquals(NONE, store(stranger, 1, 2, PayloadType.ID_I, most));
        assertEquals(
                Optional.of(DropReason.FRAGMENT_LIMIT),
                store(stranger, 2, 2, PayloadType.NONE, Octets.ofHex("aa")));
        assertIncomplete();
    }

    /** The peer that we have asked is nobody's guess: its certificates may be as large as any. */
    @Test
    void theResponseToIkeAuthMayBeLarger() {
        IkeHeader response =
                IkeHeader.of(new IkeSpi(1), new IkeSpi(2), ExchangeType.IKE_AUTH, false, true, 1);
        Octets most = Octets.wrap(new byte[FragmentReassembler.MAX_OCTETS]);
        assertEquals(NONE, store(response, 1, 2, PayloadType.ID_R, most));
    }

    @Test
    void whatIsHalfDoneExpiresWithItsFirstFragment() {
        assertEquals(Optional.empty(), reassembler.expiry());
        store(1, 2, "aa");
        MonotonicTime expiry = NOW.plus(FragmentReassembler.PATIENCE);
        assertEquals(Optional.of(expiry), reassembler.expiry());

        reassembler.expire(expiry.plus(Duration.ofNanos(-1)));
        assertEquals(Optional.of(DropReason.DUPLICATE_FRAGMENT), objection(1, 2));
        reassembler.expire(expiry);
        assertEquals(Optional.empty(), reassembler.expiry());
        store(2, 2, "bb");
        assertIncomplete();
    }

    /** Octets are counted per message: a restart does not inherit those thrown away. */
    @Test
    void aRestartBeginsToCountAnew() {
        Octets big = Octets.wrap(new byte[FragmentReassembler.MAX_OCTETS]);
        for (int total = 2; total < 10; total++) {
            assertEquals(NONE, store(1, total, big));
        }
    }

    @Test
    void whatIsClearedIsGone() {
        store(1, 2, "aa");
        reassembler.clear();
        assertEquals(NONE, objection(1, 1), "no total to be smaller than");
        store(2, 2, "bb");
        assertIncomplete();
    }
}
