package io.edgeipsec.xfrm.nft;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What nftables does for one session: its MSS clamp, applied to its interface (route-based) or to
 * the traffic of its reqids (policy-based), and its logged rules.
 */
public record TrafficRules(
        String session,
        @Nullable String interfaceName,
        Set<Integer> reqids,
        @Nullable MssClamp clamp,
        List<LoggedRule> logged) {
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    public TrafficRules {
        Objects.requireNonNull(session);
        reqids = Set.copyOf(reqids);
        logged = List.copyOf(logged);
        if (interfaceName != null && !INTERFACE.matcher(interfaceName).matches()) {
            throw new IllegalArgumentException("'" + interfaceName + "' is not an interface name");
        }
    }

    public static TrafficRules ofInterface(
            String session, String interfaceName, MssClamp clamp, List<LoggedRule> logged) {
        return new TrafficRules(session, interfaceName, Set.of(), clamp, logged);
    }

    public static TrafficRules ofReqids(
            String session, Set<Integer> reqids, MssClamp clamp, List<LoggedRule> logged) {
        return new TrafficRules(session, null, reqids, clamp, logged);
    }

    Optional<MssClamp> activeClamp() {
        return Optional.ofNullable(clamp).filter(c -> c.direction() != MssClamp.Direction.NONE);
    }

    Optional<String> link() {
        return Optional.ofNullable(interfaceName);
    }

    @Override
    public String toString() {
        return "traffic rules of session " + session;
    }
}
