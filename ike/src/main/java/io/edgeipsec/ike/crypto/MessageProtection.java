package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
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
 * Seals and opens SK and SKF payloads in one direction of an IKE SA (RFC 7296 §3.14, RFC 5282 §3,
 * RFC 7383 §2.5). Each fragment is protected on its own, so that it can be checked before it is
 * kept; what stands before its IV, its number included, is authenticated with it.
 *
 * <pre>
 *  ~     {@link EncryptedPayload}: generic header, with SKF also the number of the fragment    ~
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
    private static final int CBC_BLOCK = 16;
    private static final int PAD_LENGTH_OCTETS = 1;

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

    /**
     * What an SK payload held: the chain of inner payloads and the type of the first of them. Of an
     * SKF payload, a piece of the chain; the type counts in fragment 1 only.
     */
    public record Opened(PayloadType first, Octets chain) {}

    /** The IV that the next sealed message will use; to be handed over with the IKE SA. */
    public long nextIv() {
        return nextIv;
    }

    /** A whole datagram: header, SK. */
    public Octets seal(IkeHeader header, List<Payload> payloads) {
        OctetWriter inner = new OctetWriter();
        PayloadChain.encode(payloads, inner);
        return seal(header, PayloadChain.firstType(payloads), Optional.empty(), inner);
    }

    /**
     * A whole datagram: header, SKF.
     *
     * @param first the type of the message's first inner payload
     * @param piece of the chain of inner payloads
     */
    public Octets sealFragment(
            IkeHeader header, PayloadType first, FragmentNumber fragment, Octets piece) {
        OctetWriter inner = new OctetWriter(piece.length() + CBC_BLOCK).octets(piece);
        PayloadType announced = fragment.isFirst() ? first : PayloadType.NONE;
        return seal(header, announced, Optional.of(fragment), inner);
    }

    /**
     * How many octets of the chain of inner payloads a datagram with SKF has room for.
     *
     * @param length of the datagram, without the non-ESP marker
     */
    public int fragmentCapacity(int length) {
        int data =
                length
                        - IkeHeader.LENGTH_OCTETS
                        - EncryptedPayload.beginningLength(true)
                        - encryption.algorithm().ivLength()
                        - icvLength();
        int padded = encryption.algorithm().isAead() ? data : data - Math.floorMod(data, CBC_BLOCK);
        return Math.max(0, padded - PAD_LENGTH_OCTETS);
    }

    private Octets seal(
            IkeHeader header,
            PayloadType first,
            Optional<FragmentNumber> fragment,
            OctetWriter inner) {
        byte[] iv = iv();
        int padding = encryption.algorithm().isAead() ? 0 : cbcPadding(inner.length());
        inner.zeros(padding).u8(padding);

        int sealed = iv.length + inner.length() + icvLength();
        OctetWriter writer =
                new OctetWriter(
                        IkeHeader.LENGTH_OCTETS
                                + EncryptedPayload.beginningLength(fragment.isPresent())
                                + sealed);
        EncryptedPayload.encodeBeginning(header, first, fragment, sealed, writer);

        byte[] plaintext = inner.toByteArray();
        byte[] associated = writer.toByteArray();
        int mode = Cipher.ENCRYPT_MODE;
        writer.octets(iv);
        if (encryption.algorithm().isAead()) {
            writer.octets(
                    aead(mode, iv, associated, associated.length, plaintext, 0).orElseThrow());
        } else {
            writer.octets(ciphers.cbc(mode, skE, iv, plaintext, 0, plaintext.length));
            byte[] icv = ciphers.integrity(hmac(), skA, writer.toByteArray(), writer.length());
            writer.octets(Arrays.copyOf(icv, hmac().icvLength()));
        }
        return writer.toOctets();
    }

    /**
     * Authenticates and decrypts a message that came whole. What stands outside SK is not
     * authenticated and is not looked at beyond finding SK.
     *
     * @return empty if the header's length is not the datagram's, there is no SK payload, its ICV
     *     is wrong, or its padding runs out of it
     */
    public Optional<Opened> open(IkeHeader header, Octets datagram) {
        Optional<EncryptedPayload> found = EncryptedPayload.locate(header, datagram);
        return found.isPresent() && found.get().fragment().isEmpty()
                ? open(found.get(), datagram)
                : Optional.empty();
    }

    /**
     * Authenticates and decrypts, be it a whole message or a fragment.
     *
     * @param payload as it was located in {@code datagram}
     * @return empty if the ICV is wrong, or the padding runs out of the payload
     */
    public Optional<Opened> open(EncryptedPayload payload, Octets datagram) {
        byte[] bytes = datagram.toByteArray();
        int ivStart = payload.start();
        int dataStart = ivStart + encryption.algorithm().ivLength();
        int dataLength = bytes.length - dataStart - icvLength();
        if (dataLength < PAD_LENGTH_OCTETS) {
            return Optional.empty();
        }
        byte[] iv = Arrays.copyOfRange(bytes, ivStart, dataStart);
        Optional<byte[]> plaintext =
                encryption.algorithm().isAead()
                        ? aead(Cipher.DECRYPT_MODE, iv, bytes, ivStart, bytes, dataStart)
                        : openCbc(iv, bytes, dataStart, dataLength);
        return plaintext.flatMap(p -> stripPadding(payload.first(), p));
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

    private Optional<byte[]> aead(
            int mode, byte[] iv, byte[] aad, int aadLength, byte[] input, int offset) {
        int length = input.length - offset;
        return ciphers.aead(mode, encryption, skE, iv, aad, aadLength, input, offset, length);
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
}
