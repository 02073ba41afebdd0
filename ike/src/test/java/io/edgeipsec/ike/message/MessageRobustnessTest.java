package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.edgeipsec.ike.vectors.CapturedSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No octets from a peer may throw out of the decoder, loop, or be read past their end. */
class MessageRobustnessTest {
    private static final int LENGTH_FIELD = 24;

    /** Messages in the clear, of others and of ours. */
    private static List<Octets> messages() {
        List<Octets> messages = new ArrayList<>();
        messages.add(MessageCodecTest.BY_HAND);
        messages.add(CapturedSession.read("libreswan-ike-sa-init").datagrams().get(0).octets());
        for (CapturedSession.Datagram datagram :
                CapturedSession.strongSwan("gcm128").datagrams().subList(0, 2)) {
            messages.add(datagram.octets());
        }
        RandomPayloads random = new RandomPayloads(4);
        for (int i = 0; i < 6; i++) {
            messages.add(MessageCodec.encode(random.message()));
        }
        return messages;
    }

    /** Decodes, and uses whatever was decoded as its reader would. */
    private static DecodeResult decode(byte[] bytes) {
        try {
            DecodeResult result = MessageCodecTest.decode(Octets.copyOf(bytes));
            if (result instanceof DecodeResult.Decoded decoded) {
                use(decoded.message());
            }
            return result;
        } catch (RuntimeException escaped) {
            return fail(Octets.copyOf(bytes).toString(), escaped);
        }
    }

    private static void use(IkeMessage message) {
        assertTrue(message.outline().length() > 0);
        assertTrue(message.payloads().size() <= PayloadChain.MAX_PAYLOADS);
        for (DeletePayload delete : message.all(DeletePayload.class)) {
            assertTrue(delete.espSpis().size() <= delete.spis().size());
        }
        MessageCodec.encode(message);
    }

    private static void patchLength(byte[] message) {
        OctetWriter writer = new OctetWriter().octets(message);
        IkeHeader.patchLength(writer);
        System.arraycopy(writer.toByteArray(), LENGTH_FIELD, message, LENGTH_FIELD, 4);
    }

    @Test
    void aMessageCutAtAnyOctetIsMalformed() {
        int cuts = 0;
        for (Octets message : messages()) {
            for (int length = 0; length < message.length(); length++) {
                byte[] cut = message.slice(0, length).toByteArray();
                assertInstanceOf(DecodeResult.Malformed.class, decode(cut));
                if (length >= IkeHeader.LENGTH_OCTETS) {
                    patchLength(cut); // so that the payloads' own lengths are what is wrong
                    assertInstanceOf(DecodeResult.Malformed.class, decode(cut));
                }
                cuts++;
            }
        }
        assertTrue(cuts > 3_000);
    }

    @Test
    void noFlippedBitEscapesTheDecoder() {
        int refused = 0;
        for (Octets message : messages()) {
            byte[] bytes = message.toByteArray();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
                DecodeResult result = decode(bytes);
                if (bit % 64 == 5) {
                    assertTrue(result.toString().length() > 0);
                }
                if (!(result instanceof DecodeResult.Decoded)) {
                    refused++;
                }
                bytes[bit >> 3] ^= (byte) (0x80 >>> (bit & 7));
            }
        }
        assertTrue(refused > 0);
    }

    /** Every pair of octets that could be a length is one, with the values that break readers. */
    @Test
    void noLengthThatLiesEscapesTheDecoder() {
        int[] lies = {0, 3, 4, 7, 8, 0x7fff, 0x8000, 0xffff};
        for (Octets message : messages()) {
            byte[] bytes = message.toByteArray();
            for (int at = IkeHeader.LENGTH_OCTETS; at + 1 < bytes.length; at++) {
                byte high = bytes[at];
                byte low = bytes[at + 1];
                for (int lie : lies) {
                    bytes[at] = (byte) (lie >>> 8);
                    bytes[at + 1] = (byte) lie;
                    decode(bytes);
                }
                bytes[at] = high;
                bytes[at + 1] = low;
            }
        }
    }

    @Test
    void noGarbageEscapesTheDecoder() {
        Random random = new Random(0x1337);
        int decoded = 0;
        for (int i = 0; i < 150_000; i++) {
            byte[] garbage = new byte[random.nextInt(160)];
            random.nextBytes(garbage);
            if (garbage.length >= IkeHeader.LENGTH_OCTETS && i % 4 != 0) {
                patchLength(garbage);
                garbage[16] = (byte) (random.nextInt(16) + 33); // a payload type that we know
                garbage[18] = (byte) (random.nextInt(4) + 34); // and an exchange
            }
            if (decode(garbage) instanceof DecodeResult.Decoded) {
                decoded++;
            }
        }
        assertTrue(decoded < 1000, decoded + " of them were taken for messages");
    }

    /** Pieces of good messages put together badly reach deeper than garbage does. */
    @Test
    void noSplicedMessageEscapesTheDecoder() {
        List<Octets> messages = messages();
        Random random = new Random(0xdead);
        for (int i = 0; i < 50_000; i++) {
            Octets head = messages.get(random.nextInt(messages.size()));
            Octets tail = messages.get(random.nextInt(messages.size()));
            int cut = IkeHeader.LENGTH_OCTETS + random.nextInt(head.length() - 27);
            int from = random.nextInt(tail.length() + 1);
            byte[] spliced =
                    Octets.concat(head.slice(0, cut), tail.slice(from, tail.length()))
                            .toByteArray();
            patchLength(spliced);
            decode(spliced);
        }
    }
}
