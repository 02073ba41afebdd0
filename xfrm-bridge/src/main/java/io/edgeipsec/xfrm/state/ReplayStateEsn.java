package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequence numbers of an SA with a window above 32 or with extended sequence numbers (RFC 4304),
 * XFRMA_REPLAY_ESN_VAL (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_replay_state_esn {
 *     unsigned int bmp_len;      // in words of 32 bits, at most XFRMA_REPLAY_ESN_MAX / 32 = 128
 *     __u32        oseq;
 *     __u32        seq;
 *     __u32        oseq_hi;
 *     __u32        seq_hi;
 *     __u32        replay_window;
 *     __u32        bmp[];
 * };                             // 24 octets + bitmap
 * </pre>
 */
public record ReplayStateEsn(
        long outboundSequence, long inboundSequence, int window, List<Integer> bitmap) {
    public static final int HEADER_OCTETS = 24;
    public static final int MAX_WINDOW = 4096;

    public ReplayStateEsn {
        bitmap = List.copyOf(bitmap);
        if (window < 0 || window > bitmap.size() * 32 || window > MAX_WINDOW) {
            throw new IllegalArgumentException(
                    "replay window of " + window + " with " + bitmap.size() + " words of bitmap");
        }
    }

    /** A new SA's: nothing sent, nothing received. */
    public static ReplayStateEsn fresh(int window) {
        return new ReplayStateEsn(
                0, 0, window, IntStream.range(0, (window + 31) / 32).mapToObj(i -> 0).toList());
    }

    public static ReplayStateEsn read(NetlinkReader r) throws MalformedNetlinkException {
        int words = r.u32();
        if (words < 0 || words > MAX_WINDOW / 32) {
            throw new MalformedNetlinkException("replay bitmap of " + words + " words");
        }
        long oseq = Integer.toUnsignedLong(r.u32());
        long seq = Integer.toUnsignedLong(r.u32());
        oseq |= (long) r.u32() << 32;
        seq |= (long) r.u32() << 32;
        int window = r.u32();
        if (window < 0 || window > words * 32) {
            throw new MalformedNetlinkException(
                    "replay window of " + window + " with " + words + " words of bitmap");
        }
        Integer[] bitmap = new Integer[words];
        for (int i = 0; i < words; i++) {
            bitmap[i] = r.u32();
        }
        return new ReplayStateEsn(oseq, seq, window, List.of(bitmap));
    }

    public void write(NetlinkWriter w) {
        w.u32(bitmap.size()).u32((int) outboundSequence).u32((int) inboundSequence);
        w.u32((int) (outboundSequence >>> 32)).u32((int) (inboundSequence >>> 32)).u32(window);
        bitmap.forEach(w::u32);
    }
}
