package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * ALLOCSPI: the larval SA and the range to choose its SPI from, in host order (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_userspi_info {
 *     struct xfrm_usersa_info info;
 *     __u32                   min;
 *     __u32                   max;
 * };                                 // 232 octets
 * </pre>
 */
public record UserSpiInfo(UserSaInfo info, int min, int max) {
    public static final int OCTETS = 232;

    public void write(NetlinkWriter w) {
        info.write(w);
        w.u32(min).u32(max);
    }
}
