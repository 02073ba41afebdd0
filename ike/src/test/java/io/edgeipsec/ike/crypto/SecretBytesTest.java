package io.edgeipsec.ike.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Octets;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SecretBytesTest {
    private static final byte[] SECRET = {0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48};

    private static SecretBytes secret() {
        return SecretBytes.copyOf(SECRET);
    }

    @Test
    void closingZeroesTheArrayThatWasTakenOver() {
        byte[] array = SECRET.clone();
        SecretBytes secret = SecretBytes.wrap(array);
        secret.close();
        assertArrayEquals(new byte[8], array);
        assertTrue(secret.isClosed());
        secret.close();
        assertTrue(secret.isClosed());
    }

    @Test
    void aClosedSecretGivesNothing() {
        SecretBytes secret = secret();
        SecretKey key = secret.asKey("AES");
        assertFalse(secret.isClosed());
        secret.close();
        List<Executable> uses =
                List.of(
                        secret::open,
                        secret::copy,
                        secret::toByteArray,
                        () -> secret.slice(0, 1),
                        key::getEncoded,
                        () -> secret.equals(secret()),
                        () -> secret().equals(secret));
        for (Executable use : uses) {
            assertThrows(IllegalStateException.class, use);
        }
        assertEquals("SecretBytes[8]", secret.toString());
        assertEquals(8, secret.length());
    }

    @Test
    void copiesAndSlicesAreOwnedByTheirMaker() {
        byte[] array = SECRET.clone();
        SecretBytes secret = SecretBytes.copyOf(array);
        array[0] = 0;
        SecretBytes copy = secret.copy();
        SecretBytes slice = secret.slice(2, 4);
        byte[] bytes = secret.toByteArray();
        byte[] encoded = secret.asKey("AES").getEncoded();
        secret.close();
        assertArrayEquals(SECRET, copy.open());
        assertArrayEquals(new byte[] {0x43, 0x44}, slice.open());
        assertArrayEquals(SECRET, bytes);
        assertArrayEquals(SECRET, encoded);
        copy.close();
        assertEquals(2, slice.length());
        assertArrayEquals(new byte[] {0x43, 0x44}, slice.open());
    }

    @Test
    void equalityIsOfTheContentAndTheHashSaysOnlyTheLength() {
        SecretBytes other = SecretBytes.wrap(new byte[8]);
        assertEquals(secret(), secret());
        assertNotEquals(secret(), other);
        assertNotEquals(secret(), secret().slice(0, 7));
        assertNotEquals(secret(), new Object());
        assertEquals(secret().hashCode(), other.hashCode());
        assertEquals(SecretBytes.wrap(new byte[0]), SecretBytes.wrap(new byte[0]));
    }

    @Test
    void nothingThatHoldsASecretShowsIt() {
        SecretBytes secret = secret();
        IkeKeys ikeKeys = new IkeKeys(secret, secret, secret, secret, secret, secret, secret);
        ChildKeys childKeys = new ChildKeys(secret, secret, secret, secret);
        KeyExchange.Response response = new KeyExchange.Response(Octets.EMPTY, secret);
        KeyShare share = new KeyShare(KeyExchangeMethod.CURVE25519, Octets.EMPTY, secret);
        List<Object> holders =
                List.of(
                        secret,
                        secret.asKey("AES"),
                        ikeKeys,
                        childKeys,
                        response,
                        share,
                        Map.of("k", secret));
        for (Object holder : holders) {
            String shown = holder.toString();
            assertFalse(shown.contains("4142") || shown.contains("ABC"), shown);
            assertFalse(shown.contains("65, 66"), shown);
        }
    }

    @Test
    void closingTheKeysOfAnSaClosesEachOfThem() {
        List<SecretBytes> ike = List.of(secret(), secret(), secret(), secret(), secret(), secret());
        SecretBytes last = secret();
        new IkeKeys(ike.get(0), ike.get(1), ike.get(2), ike.get(3), ike.get(4), ike.get(5), last)
                .close();
        assertTrue(ike.stream().allMatch(SecretBytes::isClosed) && last.isClosed());
        List<SecretBytes> child = List.of(secret(), secret(), secret(), secret());
        new ChildKeys(child.get(0), child.get(1), child.get(2), child.get(3)).close();
        assertTrue(child.stream().allMatch(SecretBytes::isClosed));
        SecretBytes privateValue = secret();
        new KeyShare(KeyExchangeMethod.CURVE25519, Octets.EMPTY, privateValue).close();
        assertTrue(privateValue.isClosed());
    }

    @Test
    void neitherASecretNorItsKeyCanBeSerialised() throws Exception {
        assertFalse(Serializable.class.isAssignableFrom(SecretBytes.class));
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(written)) {
            SecretKey key = secret().asKey("AES");
            assertThrows(NotSerializableException.class, () -> stream.writeObject(key));
            assertThrows(NotSerializableException.class, () -> stream.writeObject(secret()));
        }
        assertFalse(written.toString(StandardCharsets.ISO_8859_1).contains("ABC"));
    }

    @Test
    void theKeyIsAViewAndNamesItsAlgorithm() {
        SecretBytes secret = secret();
        SecretKey key = secret.asKey("HmacSHA256");
        assertEquals("HmacSHA256", key.getAlgorithm());
        assertEquals("RAW", key.getFormat());
        key.getEncoded()[0] = 0;
        assertArrayEquals(SECRET, secret.open());
    }
}
