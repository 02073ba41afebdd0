package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetReaderTest {
    private static OctetReader over(String hex) {
        return Octets.ofHex(hex).reader();
    }

    private static void assertMalformed(Executable read) {
        assertThrows(MalformedMessageException.class, read);
    }

    @Test
    void fieldsAreBigEndianAndUnsigned() throws Exception {
        OctetReader reader = over("ff fffe fffffffd fffffffffffffffc 0102030405060708");
        assertEquals(0xff, reader.u8());
        assertEquals(0xfffe, reader.u16());
        assertEquals(0xfffffffdL, reader.u32());
        assertEquals(-4L, reader.u64());
        assertEquals(0x0102030405060708L, reader.u64());
        assertFalse(reader.hasRemaining());
    }

    @Test
    void nothingIsReadPastTheEnd() {
        assertMalformed(() -> over("").u8());
        assertMalformed(() -> over("01").u16());
        assertMalformed(() -> over("010203").u32());
        assertMalformed(() -> over("01020304050607").u64());
        assertMalformed(() -> over("0102").skip(3));
        assertMalformed(() -> over("0102").octets(3));
        assertMalformed(() -> over("0102").slice(3));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aCountThatCannotBeIsMalformed(int count) {
        assertMalformed(() -> over("0102").skip(count));
        assertMalformed(() -> over("0102").octets(count));
        assertMalformed(() -> over("0102").slice(count));
    }

    /** The storage goes on behind the region; the reader must not. */
    @Test
    void aReaderOfASliceEndsWithTheSlice() throws Exception {
        OctetReader reader = Octets.ofHex("aa010203bb").slice(1, 4).reader();
        assertEquals(0x0102, reader.u16());
        assertMalformed(reader::u16);
        assertEquals(3, reader.u8());
        assertMalformed(reader::u8);
    }

    @Test
    void aNestedReaderIsBoundedAndSteppedOver() throws Exception {
        OctetReader reader = over("0102030405");
        OctetReader nested = reader.slice(3);
        assertEquals(2, reader.remaining());
        assertEquals(0x04, reader.u8());
        assertEquals(Octets.ofHex("010203"), nested.rest());
        assertMalformed(nested::u8);
        assertEquals(0x05, reader.u8());
    }

    @Test
    void whatIsLeftOverIsMalformed() throws Exception {
        OctetReader reader = over("0102");
        MalformedMessageException thrown =
                assertThrows(MalformedMessageException.class, () -> reader.expectEnd("the thing"));
        assertTrue(String.valueOf(thrown.getMessage()).contains("2 octets too many in the thing"));
        reader.skip(2);
        reader.expectEnd("the thing");
    }

    @Test
    void octetsAreCopiesOfTheirOwn() throws Exception {
        byte[] storage = {1, 2, 3};
        Octets read = Octets.wrap(storage).reader().octets(2);
        storage[0] = 9;
        assertEquals(Octets.ofHex("0102"), read);
    }
}
