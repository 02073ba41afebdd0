package io.edgeipsec.api.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PresharedKeyTest {

    @Test
    void itIsTheUtf8OctetsOfTheText() {
        String longest = "\uD83D\uDD11".repeat(128);
        for (String text : new String[] {"a", "ключ", longest}) {
            try (PresharedKey key = PresharedKey.of(text)) {
                assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), key.copyOctets());
            }
        }
    }

    @Test
    void closingZeroesTheArrayThatItTookOver() {
        byte[] octets = {1, 2, 3};
        PresharedKey key = new PresharedKey(octets);
        key.close();
        assertArrayEquals(new byte[3], octets);
        assertThrows(IllegalStateException.class, key::copyOctets);
    }

    @Test
    void itSaysNothingOfItself() {
        assertEquals("PresharedKey[redacted]", PresharedKey.of("secret").toString());
    }

    @Test
    void noTextThatHasNoOctetsIsTaken() {
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.of("a\uD800"));
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.of(""));
        assertThrows(IllegalArgumentException.class, () -> PresharedKey.of("a".repeat(513)));
    }
}
