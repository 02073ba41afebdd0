package io.edgeipsec.api.resource;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What is seen of running sessions, with the contract's names. */
public final class MonitoringJson {

    private MonitoringJson() {}

    /** The Autonomous Edge's form: the status with the statistics in it. */
    public static ObjectNode write(IPSecVPNSessionStatistics statistics) {
        ObjectNode node = ResourceJson.write(statistics.status());
        node.put("partial_stats", false);
        ArrayNode policies = node.putArray("policy_statistics");
        statistics.policies().forEach(policy -> write(policy, policies.addObject()));
        return node;
    }

    private static void write(IPSecVPNPolicyTrafficStatistics policy, ObjectNode node) {
        node.put(policy.tunnelPort() ? "tunnel_port_id" : "policy_id", policy.id());
        node.set(
                "aggregate_traffic_counters",
                counters(
                        policy.tunnels().stream()
                                .map(IPSecVPNTunnelTrafficStatistics::traffic)
                                .reduce(TunnelTraffic.NONE, TunnelTraffic::plus)));
        ArrayNode tunnels = node.putArray("tunnel_statistics");
        for (IPSecVPNTunnelTrafficStatistics tunnel : policy.tunnels()) {
            ObjectNode one = tunnels.addObject();
            if (!policy.tunnelPort()) {
                one.put("policy_id", policy.id());
            }
            one.put("local_subnet", tunnel.localSubnet());
            one.put("peer_subnet", tunnel.peerSubnet());
            one.put("tunnel_status", tunnel.status().name());
            one.put("tunnel_down_reason", tunnel.downReason());
            one.setAll(counters(tunnel.traffic()));
            one.put("integrity_failures", tunnel.traffic().integrityFailures());
            one.put("replay_errors", tunnel.traffic().replays());
        }
    }

    public static ObjectNode write(MultiPathGroupStatus status) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("multi_path_group_id", status.groupId())
                .put("display_name", status.displayName())
                .put("enabled", status.enabled())
                .put("group_status", status.status().name())
                .put("nexthop_group_id", Integer.toUnsignedLong(status.nexthopGroupId()))
                .put("installed", status.installed())
                .put("total_members", status.members().size())
                .put("usable_members", status.usableMembers())
                .put("fail_reason", status.failReason())
                .put("last_update_timestamp", status.lastUpdate().toEpochMilli());
        ArrayNode members = node.putArray("members");
        for (MultiPathGroupStatus.Member member : status.members()) {
            members.addObject()
                    .put("ipsec_vpn_session_id", member.sessionId())
                    .put("tunnel_interface", member.tunnelInterface())
                    .put("usable", member.usable());
        }
        return node;
    }

    /** One node realizes what is stored, and its state is the whole state. */
    public static ObjectNode write(IPSecVPNSessionState state) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        describe(node, state);
        ObjectNode detail = node.putArray("details").addObject();
        detail.put("sub_system_type", "EdgeNode").put("sub_system_id", "edge-ipsecd");
        describe(detail, state);
        return node;
    }

    private static void describe(ObjectNode node, IPSecVPNSessionState state) {
        node.put("state", state.state().word());
        if (!state.failureMessage().isEmpty()) {
            node.put("failure_message", state.failureMessage());
        }
    }

    /** The overview, with these sessions' shares of the traffic. */
    public static ObjectNode write(SessionsOverview overview, List<IPSecVPNSession> sessions) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("last_update_timestamp", overview.lastUpdate().toEpochMilli());
        node.putObject("session_summary")
                .put("established_sessions", overview.established())
                .put("failed_sessions", overview.failed())
                .put("degraded_sessions", overview.degraded());
        node.set("aggregate_traffic_counters", counters(overview.total()));
        ArrayNode shares = node.putArray("traffic_summary_per_session");
        for (IPSecVPNSession session : sessions) {
            ObjectNode share = shares.addObject();
            share.putObject("ipsec_vpn_session")
                    .put("target_id", session.id())
                    .put("target_display_name", session.displayName())
                    .put("target_type", session.resourceType())
                    .put("is_valid", true);
            share.set(
                    "traffic_counters",
                    counters(overview.traffic().getOrDefault(session.id(), TunnelTraffic.NONE)));
        }
        return node;
    }

    private static ObjectNode counters(TunnelTraffic traffic) {
        return ResourceJson.write(IPSecVPNTrafficCounters.of(traffic));
    }
}
