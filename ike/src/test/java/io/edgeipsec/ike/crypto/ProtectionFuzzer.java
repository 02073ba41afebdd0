package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.fuzz.FuzzInput;
import io.edgeipsec.ike.message.EncryptedPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.FragmentNumber;
import io.edgeipsec.ike.message.IkeHeader;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.MalformedMessageException;
import io.edgeipsec.ike.message.MessageCodec;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.PayloadType;
import java.util.Arrays;
import java.util.Optional;

/**
 * SK and SKF payloads: what the fuzzer makes up is never taken for authentic, and what it seals
 * with the right keys, plaintext and padding of its choice, is opened as it was or refused.
 */
public final class ProtectionFuzzer {
    private static final IkeHeader HEADER =
            IkeHeader.of(new IkeSpi(1), new IkeSpi(2), ExchangeType.INFORMATIONAL, true, false, 7);
    private static final IkeSuite[] SUITES = {
        suite(EncryptionAlgorithm.AES_GCM_16, 256, Optional.empty()),
        suite(EncryptionAlgorithm.AES_CBC, 128, Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128)),
        suite(EncryptionAlgorithm.CHACHA20_POLY1305, 0, Optional.empty()),
    };

    private ProtectionFuzzer() {}

    private static IkeSuite suite(
            EncryptionAlgorithm algorithm, int bits, Optional<IntegrityAlgorithm> integrity) {
        return new IkeSuite(
                new Encryption(algorithm, bits),
                integrity,
                Prf.HMAC_SHA2_256,
                KeyExchangeMethod.CURVE25519);
    }

    public static void fuzzerTestOneInput(byte[] data) throws MalformedMessageException {
        FuzzInput input = new FuzzInput(data);
        IkeSuite suite = SUITES[input.below(SUITES.length)];
        SecretBytes skE = SecretBytes.wrap(filled(suite.encryption().keyMaterialLength(), 3));
        SecretBytes skA =
                SecretBytes.wrap(
                        filled(suite.integrity().map(IntegrityAlgorithm::keyLength).orElse(0), 5));
        MessageProtection protection =
                new MessageProtection(new Primitives(), TestRandom.seeded(1), suite, skE, skA, 0);
        if (input.below(4) == 0) {
            openForged(protection, input.rest());
        } else {
            openSealed(protection, new ReferenceProtection(suite, skE, skA), suite, input);
        }
    }

    private static byte[] filled(int length, int value) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) value);
        return octets;
    }

    private static void openForged(MessageProtection protection, Octets datagram)
            throws MalformedMessageException {
        if (datagram.length() < IkeHeader.LENGTH_OCTETS) {
            return;
        }
        OctetWriter writer = new OctetWriter().octets(datagram);
        IkeHeader.patchLength(writer);
        Octets patched = writer.toOctets();
        IkeHeader header = IkeHeader.decode(patched.reader());
        if (EncryptedPayload.locate(header, patched)
                .flatMap(payload -> protection.open(payload, patched))
                .isPresent()) {
            throw new AssertionError("forged: " + patched);
        }
    }

    private static void openSealed(
            MessageProtection protection,
            ReferenceProtection sealer,
            IkeSuite suite,
            FuzzInput input)
            throws MalformedMessageException {
        Optional<FragmentNumber> fragment =
                (input.u8() & 1) == 0
                        ? Optional.empty()
                        : Optional.of(new FragmentNumber(input.u16(), input.u16()));
        PayloadType first = new PayloadType(input.u8());
        byte[] plaintext = input.rest().toByteArray();
        if (suite.encryption().algorithm() == EncryptionAlgorithm.AES_CBC) {
            plaintext = Arrays.copyOf(plaintext, plaintext.length / 16 * 16);
        }
        OctetWriter beginning = new OctetWriter();
        EncryptedPayload.encodeBeginning(
                HEADER, first, fragment, sealer.sealedLength(plaintext.length), beginning);
        Octets datagram = sealer.seal(beginning.toOctets(), new byte[sealer.ivLength()], plaintext);
        IkeHeader header = IkeHeader.decode(datagram.reader());
        EncryptedPayload located = EncryptedPayload.locate(header, datagram).orElseThrow();
        if (!located.fragment().equals(fragment) || !located.first().equals(first)) {
            throw new AssertionError("located " + located);
        }
        Optional<MessageProtection.Opened> opened = protection.open(located, datagram);
        int padded = plaintext.length == 0 ? 0 : 1 + (plaintext[plaintext.length - 1] & 0xff);
        boolean isWhole = padded > 0 && padded <= plaintext.length;
        if (isWhole != opened.isPresent()) {
            throw new AssertionError("padding of " + padded + " in " + plaintext.length);
        }
        if (isWhole) {
            Octets chain = opened.orElseThrow().chain();
            if (!chain.equals(Octets.copyOf(plaintext, 0, plaintext.length - padded))) {
                throw new AssertionError("opened to " + chain);
            }
            MessageCodec.decodePayloads(header, first, chain);
        }
    }
}
