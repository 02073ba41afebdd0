package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Lets a simulated kernel compare keys, as two real ones do with every packet. */
public final class KeyReader {
    private KeyReader() {}

    /** The keys and the algorithms of an SA, so that two that are equal can talk to each other. */
    public static String cryptography(SaInstall request) {
        return request.transform()
                + " "
                + hex(request.encryptionKey())
                + "/"
                + hex(request.integrityKey())
                + (request.options().esn() ? " esn" : "");
    }

    private static String hex(KeyMaterial key) {
        ByteBuffer buffer = ByteBuffer.allocate(key.length() + Integer.BYTES);
        key.writeTo(new NetlinkWriter(buffer));
        return HexFormat.of().formatHex(Arrays.copyOf(buffer.array(), key.length()));
    }
}
