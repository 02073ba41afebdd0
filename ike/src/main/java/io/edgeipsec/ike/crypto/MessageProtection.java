package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.OctetReader;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.PayloadChain;
import io.edgeipsec.ike.message.PayloadType;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * Seals and opens the SK payload in one direction of an IKE SA (RFC 7296 §3.14, RFC 5282 §3).
 *
 * <pre>
 *  | Next Payload  |C|  RESERVED   |         Payload Length        |
 *  |                     Initialization Vector                     |
 *  ~                    Encrypted IKE Payloads                     ~
 *  +               +               |     Padding (0-255 octets)    |
 *  +-+-+-+-+-+-+-+-+               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |                                               |  Pad Length   |
 *  ~                    Integrity Checksum Data                    ~
 * </pre>
 *
 * The keys stay the IKE SA's. Not thread-safe.
 */
public final class MessageProtection {
    private static final int GENERIC_HEADER_LENGTH = 4;
    private static final int CBC_BLOCK = 16;

    private final Ciphers ciphers;
    private final RandomSource random;
    private final Encryption encryption;
    private final Optional<IntegrityAlgorithm> integrity;
    private final SecretBytes skE;
    private final SecretBytes skA;
    private long nextIv;

    /**
     * @param nextIv the IV of the next AEAD message sealed here; never one that was used under
     *     {@code skE} before
     */
    public MessageProtection(
            Primitives primitives,
            RandomSource random,
            IkeSuite suite,
            SecretBytes skE,
            SecretBytes skA,
            long nextIv) {
        this.ciphers = primitives.ciphers();
        this.random = random;
        this.encryption = suite.encryption();
        this.integrity = suite.integrity();
        this.skE = skE;
        this.skA = skA;
        this.nextIv = nextIv;
    }

    /** What an SK payload held: the chain of inner payloads and the type of the first of them. */
    public record Opened(PayloadType first, Octets chain) {}

    /** The IV that the next sealed message will use; to be handed over with the IKE SA. */
    public long nextIv() {
        return nextIv;
    }

    /** A whole datagram: header, SK. */
    public Octets seal(IkeHeader header, List<Payload> payloads) {
        OctetWriter inner = new OctetWriter();
        PayloadChain.encode(payloads, inner);
        byte[] iv = iv();
        int padding = encryption.algorithm().isAead() ? 0 : cbcPadding(inner.length());
        inner.zeros(padding).u8(padding);

        int skLength = GENERIC_HEADER_LENGTH + iv.length + inner.length() + icvLength();
        OctetWriter writer = new OctetWriter(IkeHeader.LENGTH_OCTETS + skLength);
        header.encodeTo(writer, PayloadType.SK);
        writer.u8(PayloadChain.firstType(payloads).value()).u8(0).u16(skLength);
        writer.patchU32(IkeHeader.LENGTH_OCTETS - 4, IkeHeader.LENGTH_OCTETS + skLength);

        byte[] plaintext = inner.toByteArray();
        byte[] associated = writer.toByteArray();
        writer.octets(iv);
        if (encryption.algorithm().isAead()) {
            writer.octets(aead(Cipher.ENCRYPT_MODE, iv, associated, plaintext, 0).orElseThrow());
        } else {
            int mode = Cipher.ENCRYPT_MODE;
            writer.octets(ciphers.cbc(mode, skE, iv, plaintext, 0, plaintext.length));
            byte[] icv = ciphers.integrity(hmac(), skA, writer.toByteArray(), writer.length());
            writer.octets(Arrays.copyOf(icv, hmac().icvLength()));
        }
        return writer.toOctets();
    }

    /**
     * Authenticates and decrypts. What stands outside SK is not authenticated and is not looked at
     * beyond finding SK.
     *
     * @return empty if the header's length is not the datagram's, there is no SK payload, its ICV
     *     is wrong, or its padding runs out of it
     */
    public Optional<Opened> open(IkeHeader header, Octets datagram) {
        Optional<Located> found = locate(header, datagram);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Located sk = found.get();
        byte[] bytes = datagram.toByteArray();
        int ivStart = sk.offset() + GENERIC_HEADER_LENGTH;
        int dataStart = ivStart + encryption.algorithm().ivLength();
        int dataLength = bytes.length - dataStart - icvLength();
        if (dataLength < 1) {
            return Optional.empty();
        }
        byte[] iv = Arrays.copyOfRange(bytes, ivStart, dataStart);
        Optional<byte[]> plaintext =
                encryption.algorithm().isAead()
                        ? aead(
                                Cipher.DECRYPT_MODE,
                                iv,
                                Arrays.copyOf(bytes, ivStart),
                                bytes,
                                dataStart)
                        : openCbc(iv, bytes, dataStart, dataLength);
        return plaintext.flatMap(p -> stripPadding(sk.first(), p));
    }

    private Optional<byte[]> openCbc(byte[] iv, byte[] bytes, int dataStart, int dataLength) {
        if (dataLength % CBC_BLOCK != 0) {
            return Optional.empty();
        }
        int icvStart = bytes.length - icvLength();
        byte[] computed =
                Arrays.copyOf(ciphers.integrity(hmac(), skA, bytes, icvStart), icvLength());
        byte[] received = Arrays.copyOfRange(bytes, icvStart, bytes.length);
        return MessageDigest.isEqual(computed, received)
                ? Optional.of(
                        ciphers.cbc(Cipher.DECRYPT_MODE, skE, iv, bytes, dataStart, dataLength))
                : Optional.empty();
    }

    private static Optional<Opened> stripPadding(PayloadType first, byte[] plaintext) {
        int padding = plaintext[plaintext.length - 1] & 0xff;
        int length = plaintext.length - 1 - padding;
        return length < 0
                ? Optional.empty()
                : Optional.of(new Opened(first, Octets.copyOf(plaintext, 0, length)));
    }

    private Optional<byte[]> aead(int mode, byte[] iv, byte[] aad, byte[] input, int offset) {
        int length = input.length - offset;
        return ciphers.aead(mode, encryption, skE, iv, aad, aad.length, input, offset, length);
    }

    private byte[] iv() {
        if (!encryption.algorithm().isAead()) {
            return random.bytes(encryption.algorithm().ivLength());
        }
        return new OctetWriter(Long.BYTES).u64(nextIv++).toByteArray();
    }

    private int icvLength() {
        return integrity
                .map(IntegrityAlgorithm::icvLength)
                .orElse(encryption.algorithm().icvLength());
    }

    private IntegrityAlgorithm hmac() {
        return integrity.orElseThrow();
    }

    /** Octets of padding that make data, padding and the pad length octet fill blocks. */
    private static int cbcPadding(int length) {
        return (CBC_BLOCK - (length + 1) % CBC_BLOCK) % CBC_BLOCK;
    }

    private record Located(int offset, PayloadType first) {}

    /** Finds SK, which must be the last payload and end with the datagram. */
    private static Optional<Located> locate(IkeHeader header, Octets datagram) {
        if (header.length() != datagram.length()) {
            return Optional.empty();
        }
        OctetReader reader = datagram.reader();
        try {
            reader.skip(IkeHeader.LENGTH_OCTETS);
            PayloadType type = header.nextPayload();
            while (!type.equals(PayloadType.NONE)) {
                int offset = datagram.length() - reader.remaining();
                PayloadType next = new PayloadType(reader.u8());
                reader.skip(1);
                int length = reader.u16();
                reader.skip(length - GENERIC_HEADER_LENGTH);
                if (type.equals(PayloadType.SK)) {
                    return reader.hasRemaining()
                            ? Optional.empty()
                            : Optional.of(new Located(offset, next));
                }
                type = next;
            }
            return Optional.empty();
        } catch (MalformedMessageException malformed) {
            return Optional.empty();
        }
    }
}
