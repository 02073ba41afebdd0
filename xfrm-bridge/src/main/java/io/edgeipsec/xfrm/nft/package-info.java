/** Our one nftables table: TCP MSS clamping and the log of rules, through libnftables. */
@NullMarked
package io.edgeipsec.xfrm.nft;

import org.jspecify.annotations.NullMarked;
