package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.SelectorPair;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Small numbers that name a session's kernel objects. Each is unique among all sessions of its
 * space, was given out in the transaction that first needed it, and stays until the session, or the
 * pair, is gone; then the lowest free number is given out again.
 *
 * @param tunnelNumber 1 to 65535, of a route-based session
 * @param pairNumbers 1 to 2^24-1, for every pair of a policy-based session's rules, disabled ones
 *     too. A pair belongs to one rule of its session (validation sees to that), and its number does
 *     not change when it moves to another rule.
 */
public record KernelIds(OptionalInt tunnelNumber, Map<SelectorPair, Integer> pairNumbers) {

    public static final int MAX_TUNNEL_NUMBER = 0xFFFF;
    public static final int MAX_PAIR_NUMBER = 0xFF_FFFF;

    public KernelIds {
        pairNumbers = Map.copyOf(pairNumbers);
    }
}
