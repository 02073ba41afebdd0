package io.edgeipsec.api.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceJsonTest {

    private static final Stamp STAMP =
            new Stamp(
                    7,
                    Instant.ofEpochMilli(1000),
                    "alice",
                    Instant.ofEpochMilli(2000),
                    "bob",
                    true);

    private static ResourceHeader header(String id) {
        return new ResourceHeader(
                id, "név", "what \"it\" is\n", List.of(new Tag("scope", "tag")), false, STAMP);
    }

    private static SessionSettings settings() {
        return new SessionSettings(
                false,
                AuthenticationMode.PSK,
                ConnectionInitiationMode.ON_DEMAND,
                new IPSecVPNLocalEndpoint(
                        Ipv4Address.parse("192.0.2.1"),
                        "left.example.net",
                        "6f2d8f1c-58a4-4a3e-9d57-0b6d1b0f9f10",
                        List.of("ca-1", "ca-2"),
                        List.of("crl-1")),
                Ipv4Address.parse("203.0.113.9"),
                "C=HU, CN=right",
                SystemProfiles.IKE.id(),
                SystemProfiles.TUNNEL.id(),
                SystemProfiles.DPD.id(),
                new TcpMssClamping(MssClampingDirection.BOTH, 1360));
    }

    private static <R extends ManagedResource> void assertRoundTrip(
            ResourceKind<R> kind, R resource) throws IOException {
        byte[] written = JsonTree.write(ResourceJson.write(resource));
        assertEquals(resource, ResourceJson.read(kind, (ObjectNode) JsonTree.read(written)));
    }

    @Test
    void everyKindSurvivesBeingWrittenAndRead() throws IOException {
        assertRoundTrip(
                ResourceKind.SESSION,
                new PolicyBasedIPSecVPNSession(
                        header("p"),
                        settings(),
                        List.of(
                                new IPSecVPNPolicyRule(
                                        "rule-1",
                                        "first",
                                        "described",
                                        List.of(
                                                Ipv4Subnet.parse("10.0.0.0/8"),
                                                Ipv4Subnet.parse("0.0.0.0/0")),
                                        List.of(Ipv4Subnet.parse("10.7.0.1/32")),
                                        false,
                                        true))));
        assertRoundTrip(
                ResourceKind.SESSION,
                new RouteBasedIPSecVPNSession(
                        header("r"),
                        settings(),
                        new TunnelPort("port", Ipv4Subnet.parse("192.168.50.1/24")),
                        "group"));
        assertRoundTrip(ResourceKind.IKE_PROFILE, SystemProfiles.IKE.withStamp(STAMP));
        assertRoundTrip(ResourceKind.TUNNEL_PROFILE, SystemProfiles.TUNNEL.withStamp(STAMP));
        assertRoundTrip(ResourceKind.DPD_PROFILE, SystemProfiles.DPD.withStamp(STAMP));
        assertRoundTrip(
                ResourceKind.MULTI_PATH_GROUP,
                new IPSecMultiPathGroup(
                        header("g"), false, MultiPathScheme.THRESHOLD_BASED, 81, 6));
    }

    @Test
    void numbersAndTextKeepTheirFormThroughATree() throws IOException {
        String json =
                "{\"a\":9223372036854775807,\"b\":-1,\"c\":1.5,\"d\":[true,false,null],\"e\":\"é\\u0001\"}";
        assertEquals(json, new String(JsonTree.write(JsonTree.read(json)), StandardCharsets.UTF_8));
    }

    @Test
    void whatFollowsTheValueIsRefused() {
        assertThrows(IOException.class, () -> JsonTree.read("{} {}"));
        assertThrows(IOException.class, () -> JsonTree.read(""));
    }

    @Test
    void anIncompleteTreeIsADefect() {
        ObjectNode node = ResourceJson.write(SystemProfiles.DPD);
        node.remove("retry_count");
        assertThrows(
                IllegalArgumentException.class,
                () -> ResourceJson.read(ResourceKind.DPD_PROFILE, node));
    }
}
