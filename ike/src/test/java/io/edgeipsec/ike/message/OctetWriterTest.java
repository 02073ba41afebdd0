package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetWriterTest {
    @Test
    void fieldsAreBigEndian() {
        OctetWriter writer = new OctetWriter(1);
        writer.u8(0xff).u16(0xfffe).u32(0xfffffffdL).u64(-4);
        writer.octets(Octets.ofHex("0102")).octets(new byte[] {3, 4}).zeros(2);
        Octets expected = Octets.ofHex("ff fffe fffffffd fffffffffffffffc 0102 0304 0000");
        assertEquals(expected, writer.toOctets());
        assertEquals(expected, Octets.wrap(writer.toByteArray()));
        assertEquals(expected.length(), writer.length());
    }

    /** An SPI kept in an int has its sign; the wire has not. */
    @Test
    void aNegativeIntIsWrittenAsItsBits() {
        assertEquals(Octets.ofHex("c0000001"), new OctetWriter().u32(0xc0000001).toOctets());
    }

    @Test
    void theBufferGrowsFromNothing() {
        OctetWriter writer = new OctetWriter(0);
        for (int i = 0; i < 1000; i++) {
            writer.u8(i & 0xff);
        }
        Octets written = writer.toOctets();
        assertEquals(1000, written.length());
        for (int i = 0; i < 1000; i++) {
            assertEquals(i & 0xff, written.at(i));
        }
    }

    @Test
    void patchesOverwriteInPlace() {
        OctetWriter writer = new OctetWriter().zeros(9);
        writer.patchU16(1, 0xffff);
        writer.patchU32(4, 0x80000001L);
        assertEquals(Octets.ofHex("00 ffff 00 80000001 00"), writer.toOctets());
    }

    /** A count or a length that is cut to its field would be a lie on the wire. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0x10000, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aValueThatDoesNotFitIsRefused(int value) {
        OctetWriter writer = new OctetWriter().zeros(4);
        assertThrows(IllegalArgumentException.class, () -> writer.u8(value));
        assertThrows(IllegalArgumentException.class, () -> writer.u8(0x100));
        assertThrows(IllegalArgumentException.class, () -> writer.u16(value));
        assertThrows(IllegalArgumentException.class, () -> writer.patchU16(0, value));
        assertEquals(4, writer.length());
    }
}
