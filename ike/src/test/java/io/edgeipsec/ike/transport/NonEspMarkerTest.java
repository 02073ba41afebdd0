package io.edgeipsec.ike.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.ike.message.Octets;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NonEspMarkerTest {
    @Test
    void fourZeroOctetsGoInFront() {
        ByteBuffer datagram = NonEspMarker.wrap(Octets.ofHex("a1b2c3"));
        assertEquals(Octets.ofHex("00000000a1b2c3"), NonEspMarker.copy(datagram.duplicate()));
        assertEquals(Optional.of(Octets.ofHex("a1b2c3")), NonEspMarker.unwrap(datagram));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ff", "000000", "c0ffee0100000001", "0000000101"})
    void whatHasNoMarkerIsNotIke(String datagram) {
        ByteBuffer buffer = ByteBuffer.wrap(Octets.ofHex(datagram).toByteArray());
        assertEquals(Optional.empty(), NonEspMarker.unwrap(buffer));
    }

    @Test
    void aMessageMayBeginAnywhereInItsBuffer() {
        ByteBuffer buffer = ByteBuffer.wrap(Octets.ofHex("eeee00000000a1b2").toByteArray());
        buffer.position(2);
        assertEquals(Optional.of(Octets.ofHex("a1b2")), NonEspMarker.unwrap(buffer));
    }

    @Test
    void aKeepaliveIsOneOctet() {
        assertEquals(Octets.ofHex("ff"), NonEspMarker.copy(NonEspMarker.keepalive()));
    }
}
