package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.message.Octets;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** Texts of RFC 7468. */
public final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String CRL = "X509 CRL";

    private static final int LINE = 64;

    /**
     * One object of a text.
     *
     * @param hasHeaders whether lines such as {@code Proc-Type} stand before the content
     */
    @SuppressWarnings("ArrayRecordComponent") // May be a private key, which its reader zeroes.
    record Block(String label, boolean hasHeaders, byte[] content) {}

    private Pem() {}

    /** All objects of a text; what stands around them is skipped. */
    static List<Block> blocks(String text) throws IOException {
        List<Block> blocks = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text))) {
            PemObject next = reader.readPemObject();
            while (next != null) {
                blocks.add(
                        new Block(next.getType(), !next.getHeaders().isEmpty(), next.getContent()));
                next = reader.readPemObject();
            }
        } catch (IllegalArgumentException | IllegalStateException notBase64) {
            throw new IOException("not PEM", notBase64);
        }
        return blocks;
    }

    /**
     * What a text that we have written ourselves holds, in DER.
     *
     * @throws IllegalStateException if it does not
     */
    public static List<Octets> read(String text) {
        try {
            return blocks(text).stream().map(block -> Octets.wrap(block.content())).toList();
        } catch (IOException damaged) {
            throw new IllegalStateException("the stored PEM is damaged", damaged);
        }
    }

    static String write(String label, List<Octets> contents) {
        Base64.Encoder encoder = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        StringBuilder text = new StringBuilder();
        for (Octets content : contents) {
            text.append("-----BEGIN ").append(label).append("-----\n");
            text.append(encoder.encodeToString(content.toByteArray()));
            text.append("\n-----END ").append(label).append("-----\n");
        }
        return text.toString();
    }
}
