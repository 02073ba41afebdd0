package io.edgeipsec.xfrm.nft;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Our table in the nft language. Chains are fixed; sessions are elements:
 *
 * <pre>
 * hook prerouting                          hook postrouting
 *   SYN set? jump from_tunnel                SYN set? jump to_tunnel
 *   reqid of the SA it came by               reqid of the SA it will take
 *     in map logged? jump its chain            in map logged? jump its chain
 *
 * from_tunnel                              to_tunnel
 *   SYN:      iifname in link_inbound        SYN:      oifname in link_outbound
 *   SYN-ACK:  iifname in link_outbound       SYN-ACK:  oifname in link_inbound
 *   jump reqids_in                           jump reqids_out
 *
 * reqids_in, for each MSS value V          reqids_out, for each MSS value V
 *   SYN:      reqid in inbound_V             SYN:      reqid in outbound_V
 *   SYN-ACK:  reqid in outbound_V            SYN-ACK:  reqid in inbound_V
 * </pre>
 *
 * <p>Every packet meets prerouting and postrouting once, be it forwarded or this host's own, so two
 * hooks do for all. {@code tcp option maxseg size set} never raises the value (nft_exthdr.c). The
 * language cannot set the MSS from a map keyed by reqid as it can from one keyed by interface,
 * hence a pair of sets for each value in use: there are few values. Verdict maps would do too, but
 * the kernel walks all of their elements at every change.
 */
final class TableText {
    static final String TABLE = "inet edge_ipsec";
    static final String LINK_INBOUND = "link_inbound";
    static final String LINK_OUTBOUND = "link_outbound";
    static final String LOGGED = "logged";
    static final String REQIDS_IN = "reqids_in";
    static final String REQIDS_OUT = "reqids_out";

    private static final String SYN = "tcp flags & ack == 0 ";
    private static final String SYN_ACK = "tcp flags & ack == ack ";
    private static final String SET_MSS = "tcp option maxseg size set ";

    /**
     * Chains that are always there, with the number of their rules (of the last two: per value).
     */
    static final Map<String, Integer> FIXED_CHAINS =
            Map.of("prerouting", 2, "postrouting", 2, "from_tunnel", 3, "to_tunnel", 3);

    private static final String FIXED =
            """
            add map inet edge_ipsec link_inbound { typeof iifname : tcp option maxseg size; }
            add map inet edge_ipsec link_outbound { typeof iifname : tcp option maxseg size; }
            add map inet edge_ipsec logged { typeof ipsec in reqid : verdict; }
            add chain inet edge_ipsec reqids_in
            add chain inet edge_ipsec reqids_out
            add chain inet edge_ipsec from_tunnel
            add chain inet edge_ipsec to_tunnel
            add rule inet edge_ipsec from_tunnel %1$s %3$s iifname map @link_inbound
            add rule inet edge_ipsec from_tunnel %2$s %3$s iifname map @link_outbound
            add rule inet edge_ipsec from_tunnel jump reqids_in
            add rule inet edge_ipsec to_tunnel %1$s %3$s oifname map @link_outbound
            add rule inet edge_ipsec to_tunnel %2$s %3$s oifname map @link_inbound
            add rule inet edge_ipsec to_tunnel jump reqids_out
            add chain inet edge_ipsec prerouting { type filter hook prerouting priority mangle; policy accept; }
            add chain inet edge_ipsec postrouting { type filter hook postrouting priority mangle; policy accept; }
            add rule inet edge_ipsec prerouting tcp flags & syn == syn jump from_tunnel
            add rule inet edge_ipsec prerouting ipsec in reqid vmap @logged
            add rule inet edge_ipsec postrouting tcp flags & syn == syn jump to_tunnel
            add rule inet edge_ipsec postrouting ipsec out reqid vmap @logged
            """
                    .formatted(SYN, SYN_ACK, SET_MSS);

    private TableText() {}

    static String reqid(int reqid) {
        return Integer.toUnsignedString(reqid);
    }

    static String reqidsInbound(int mss) {
        return "inbound_" + mss;
    }

    static String reqidsOutbound(int mss) {
        return "outbound_" + mss;
    }

    /** Removes the table if it is there, and makes it anew without sessions. */
    static String recreate() {
        return "add table " + TABLE + "\n" + remove() + "add table " + TABLE + "\n" + FIXED;
    }

    static String remove() {
        return "delete table " + TABLE + "\n";
    }

    static String addReqidSets(int mss) {
        return addReqidSet(reqidsInbound(mss)) + addReqidSet(reqidsOutbound(mss));
    }

    private static String addReqidSet(String name) {
        return "add set " + TABLE + " " + name + " { typeof ipsec in reqid; }\n";
    }

    static String deleteReqidSets(int mss) {
        return "delete set %1$s %2$s\ndelete set %1$s %3$s\n"
                .formatted(TABLE, reqidsInbound(mss), reqidsOutbound(mss));
    }

    /** Makes the two chains serve these values. */
    static String reqidChains(Collection<Integer> values) {
        StringBuilder text = new StringBuilder();
        text.append("flush chain ").append(TABLE).append(" " + REQIDS_IN + "\n");
        text.append("flush chain ").append(TABLE).append(" " + REQIDS_OUT + "\n");
        for (int mss : values) {
            String in = reqidsInbound(mss);
            String out = reqidsOutbound(mss);
            text.append(reqidRule(REQIDS_IN, SYN, "in", in, mss));
            text.append(reqidRule(REQIDS_IN, SYN_ACK, "in", out, mss));
            text.append(reqidRule(REQIDS_OUT, SYN, "out", out, mss));
            text.append(reqidRule(REQIDS_OUT, SYN_ACK, "out", in, mss));
        }
        return text.toString();
    }

    private static String reqidRule(
            String chain, String flags, String direction, String set, int mss) {
        return "add rule "
                + TABLE
                + " "
                + chain
                + " "
                + flags
                + "ipsec "
                + direction
                + " reqid @"
                + set
                + " "
                + SET_MSS
                + mss
                + "\n";
    }

    static String addChain(String chain, String rule) {
        return "add chain %1$s %2$s\nadd rule %1$s %2$s %3$s\n".formatted(TABLE, chain, rule);
    }

    static String deleteChain(String chain) {
        return "flush chain %1$s %2$s\ndelete chain %1$s %2$s\n".formatted(TABLE, chain);
    }

    static String addElements(String set, Map<String, String> elements) {
        return elements.isEmpty()
                ? ""
                : elements.entrySet().stream()
                        .map(e -> e.getKey() + (e.getValue().isEmpty() ? "" : " : " + e.getValue()))
                        .collect(
                                Collectors.joining(
                                        ", ", "add element " + TABLE + " " + set + " { ", " }\n"));
    }

    static String deleteElements(String set, Collection<String> keys) {
        return keys.isEmpty()
                ? ""
                : keys.stream()
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "delete element " + TABLE + " " + set + " { ",
                                        " }\n"));
    }

    static String list() {
        return "list table " + TABLE;
    }

    static String listTables() {
        return "list tables";
    }
}
