package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One algorithm of an SA with its key, as an attribute. Three structs share the shape
 * (linux/xfrm.h); key lengths are in bits, the key follows.
 *
 * <pre>
 * struct xfrm_algo {                  // XFRMA_ALG_CRYPT, 68 octets + key
 *     char         alg_name[64];
 *     unsigned int alg_key_len;
 *     char         alg_key[];
 * };
 * struct xfrm_algo_auth {             // XFRMA_ALG_AUTH_TRUNC, 72 octets + key
 *     char         alg_name[64];
 *     unsigned int alg_key_len;
 *     unsigned int alg_trunc_len;     // of the ICV, in bits
 *     char         alg_key[];
 * };
 * struct xfrm_algo_aead {             // XFRMA_ALG_AEAD, 72 octets + key
 *     char         alg_name[64];
 *     unsigned int alg_key_len;       // with the salt
 *     unsigned int alg_icv_len;       // in bits
 *     char         alg_key[];
 * };
 * </pre>
 *
 * <p>Plain XFRMA_ALG_AUTH is never written: it would cut HMAC-SHA2-256 to 96 bits.
 */
record EspAlgorithm(Kind kind, String name, int icvBits, KeyMaterial key) {
    private static final int NAME_OCTETS = 64;

    enum Kind {
        CIPHER(XfrmAttribute.ALG_CRYPT, 68),
        INTEGRITY(XfrmAttribute.ALG_AUTH_TRUNC, 72),
        AEAD(XfrmAttribute.ALG_AEAD, 72);

        final int attribute;
        final int headerOctets;

        Kind(int attribute, int headerOctets) {
            this.attribute = attribute;
            this.headerOctets = headerOctets;
        }
    }

    void writeAttribute(NetlinkWriter w) {
        int at = w.begin(kind.attribute);
        w.string(name, NAME_OCTETS).u32(key.length() * 8);
        if (kind != Kind.CIPHER) {
            w.u32(icvBits);
        }
        key.writeTo(w);
        w.end(at);
    }

    /** False if it should have a key and all of it is zero. */
    boolean hasKey() {
        return key.length() == 0 || !key.isZero();
    }

    /** The kernel's algorithms of an SA, keys included: the caller closes them. */
    static List<EspAlgorithm> readAll(NetlinkAttributes attributes)
            throws MalformedNetlinkException {
        List<EspAlgorithm> result = new ArrayList<>(2);
        for (Kind kind : Kind.values()) {
            if (attributes.has(kind.attribute)) {
                NetlinkReader r = attributes.required(kind.attribute);
                String name = r.string(NAME_OCTETS);
                int keyBits = r.u32();
                int icvBits = kind == Kind.CIPHER ? 0 : r.u32();
                if (keyBits < 0 || keyBits > r.remaining() * 8L) {
                    throw new MalformedNetlinkException("key of " + keyBits + " bits");
                }
                result.add(
                        new EspAlgorithm(
                                kind,
                                name,
                                icvBits,
                                KeyMaterial.owning(r.bytes((keyBits + 7) / 8))));
            }
        }
        return result;
    }
}
