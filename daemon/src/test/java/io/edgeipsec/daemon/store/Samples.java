package io.edgeipsec.daemon.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Request bodies that are valid. */
final class Samples {

    static final String SESSIONS = "/api/v1/vpn/ipsec/sessions";

    private Samples() {}

    /** The contract's example, its missing comma restored. */
    static ObjectNode routeBased() {
        return ApiFixture.object(
                """
                { "resource_type": "RouteBasedIPSecVPNSession", "display_name": "to-hq",
                  "enabled": true,
                  "local_endpoint": { "local_address": "2.2.2.2", "local_id": "2.2.2.2" },
                  "peer_address": "4.4.4.1", "peer_id": "4.4.4.1",
                  "authentication_mode": "PSK", "psk": "TESTPSK",
                  "connection_initiation_mode": "RESPOND_ONLY",
                  "tunnel_ports": [ { "ip_subnets":
                    [ { "ip_addresses": ["192.168.50.1"], "prefix_length": 24 } ] } ] }
                """);
    }

    static ObjectNode policyBased() {
        return ApiFixture.object(
                """
                { "resource_type": "PolicyBasedIPSecVPNSession",
                  "local_endpoint": { "local_address": "192.0.2.1" },
                  "peer_address": "203.0.113.9", "peer_id": "branch7.example.net",
                  "psk": "TESTPSK",
                  "policy_rules": [
                    { "sources": [ { "subnet": "10.1.0.0/24" }, { "subnet": "10.1.1.0/24" } ],
                      "destinations": [ { "subnet": "10.7.0.0/16" } ] } ] }
                """);
    }
}
