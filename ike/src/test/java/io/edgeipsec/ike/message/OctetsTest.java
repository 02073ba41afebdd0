package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetsTest {
    private static Octets hex(String hex) {
        return Octets.ofHex(hex);
    }

    @Test
    @DisplayName("RFC 7296 §2.8.1: nonces are compared octet by octet, and a prefix is the lower")
    void orderIsUnsignedAndAPrefixIsLower() {
        List<Octets> ascending =
                Stream.of("", "00", "0000", "0001", "01", "7f", "7fff", "80", "8000", "ff", "ff00")
                        .map(OctetsTest::hex)
                        .toList();
        List<Octets> shuffled = new ArrayList<>(ascending);
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);
        assertEquals(ascending, shuffled);
        for (int i = 0; i < ascending.size(); i++) {
            for (int j = 0; j < ascending.size(); j++) {
                int order = ascending.get(i).compareTo(ascending.get(j));
                assertEquals(Integer.signum(i - j), Integer.signum(order), i + " against " + j);
            }
        }
    }

    @Test
    void equalityAndHashAreOfTheContentWhereverItIsStored() {
        Octets whole = hex("aa01020304bb");
        Octets slice = whole.slice(1, 5);
        Octets alone = hex("01 02 03 04");
        assertEquals(alone, slice);
        assertEquals(alone.hashCode(), slice.hashCode());
        assertEquals(0, alone.compareTo(slice));
        assertNotEquals(alone, whole);
        assertNotEquals(alone, hex("01020305"));
        assertNotEquals(alone, hex("010203"));
        assertNotEquals(alone, new Object());
        assertEquals("01020304", slice.toString());
    }

    @Test
    void aSliceSeesOnlyItsPart() {
        Octets slice = hex("aa01020304bb").slice(1, 5);
        assertEquals(4, slice.length());
        assertEquals(1, slice.at(0));
        assertEquals(4, slice.at(3));
        assertEquals(hex("0203"), slice.slice(1, 3));
        assertEquals(hex("01020304"), Octets.wrap(slice.toByteArray()));
        byte[] target = new byte[6];
        slice.copyTo(target, 1);
        assertEquals(hex("000102030400"), Octets.wrap(target));
        slice.feed((array, offset, length) -> assertEquals(slice, of(array, offset, length)));
        assertTrue(slice.slice(4, 4).isEmpty());
    }

    private static Octets of(byte[] array, int offset, int length) {
        return Octets.copyOf(array, offset, length);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void anIndexOutsideIsRefused(int index) {
        Octets slice = hex("aa01020304bb").slice(1, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> slice.at(index));
    }

    @Test
    void aSliceThatReachesOutsideIsRefused() {
        Octets slice = hex("aa01020304bb").slice(1, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(-1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(0, 5));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(5, 5));
    }

    @Test
    void octetsAreUnsigned() {
        assertEquals(0xff, hex("ff").at(0));
        assertEquals(0x80, hex("80").at(0));
    }

    @Test
    void copiesDoNotFollowTheirSource() {
        byte[] source = {1, 2, 3};
        Octets copy = Octets.copyOf(source);
        source[0] = 9;
        assertEquals(hex("010203"), copy);
        copy.toByteArray()[0] = 9;
        assertEquals(hex("010203"), copy);
    }

    @Test
    void concatenationKeepsTheOrder() {
        assertEquals(hex("0102030405"), Octets.concat(hex("01"), Octets.EMPTY, hex("02030405")));
        assertTrue(Octets.concat().isEmpty());
        assertSame(Octets.EMPTY, Octets.copyOf(new byte[0]));
    }

    @Test
    void constantTimeEqualityIsEquality() {
        Octets a = hex("aa0102").slice(1, 3);
        assertTrue(a.constantTimeEquals(hex("0102")));
        assertFalse(a.constantTimeEquals(hex("0103")));
        assertFalse(a.constantTimeEquals(hex("8102")));
        assertFalse(a.constantTimeEquals(hex("01")));
        assertFalse(a.constantTimeEquals(hex("010200")));
        assertTrue(Octets.EMPTY.constantTimeEquals(hex("")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0g", "0x01", "012"})
    void whatIsNotHexIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Octets.ofHex(text));
    }
}
