package io.edgeipsec.xfrm.nft;

import java.io.IOException;

/** nftables did not take a transaction; nothing of it took effect. The text is libnftables' own. */
public final class NftException extends IOException {
    private static final long serialVersionUID = 1L;

    public NftException(String text) {
        super(text);
    }
}
