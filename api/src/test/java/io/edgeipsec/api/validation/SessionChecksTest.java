package io.edgeipsec.api.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.api.resource.TunnelPort;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionChecksTest {

    private static SessionSettings settings(
            AuthenticationMode mode, String local, String peer, List<String> trustCaIds) {
        return new SessionSettings(
                true,
                mode,
                ConnectionInitiationMode.INITIATOR,
                new IPSecVPNLocalEndpoint(
                        Ipv4Address.parse(local), local, null, trustCaIds, List.of()),
                Ipv4Address.parse(peer),
                peer,
                SystemProfiles.IKE.id(),
                SystemProfiles.TUNNEL.id(),
                SystemProfiles.DPD.id(),
                new TcpMssClamping(MssClampingDirection.NONE, null));
    }

    private static ResourceHeader header() {
        return new ResourceHeader("s", "s", null, List.of(), false, Stamp.NONE);
    }

    private static IPSecVPNSession routeBased(String local, String peer, String tunnel) {
        return new RouteBasedIPSecVPNSession(
                header(),
                settings(AuthenticationMode.PSK, local, peer, List.of()),
                new TunnelPort("port", Ipv4Subnet.parse(tunnel)),
                null);
    }

    private static IPSecVPNSession policyBased(IPSecVPNPolicyRule... rules) {
        return new PolicyBasedIPSecVPNSession(
                header(),
                settings(AuthenticationMode.PSK, "192.0.2.1", "203.0.113.9", List.of()),
                List.of(rules));
    }

    private static IPSecVPNPolicyRule rule(
            String id, List<String> sources, List<String> destinations) {
        return new IPSecVPNPolicyRule(
                id,
                id,
                null,
                sources.stream().map(Ipv4Subnet::parse).toList(),
                destinations.stream().map(Ipv4Subnet::parse).toList(),
                true,
                false);
    }

    private static List<String> pointers(IPSecVPNSession session) {
        return SessionChecks.check(session).stream().map(FieldError::pointer).toList();
    }

    @Test
    void whatIsRightIsLeftAlone() {
        assertEquals(List.of(), pointers(routeBased("2.2.2.2", "4.4.4.1", "192.168.50.1/24")));
        assertEquals(List.of(), pointers(routeBased("2.2.2.2", "4.4.4.1", "10.0.0.0/31")));
        assertEquals(List.of(), pointers(routeBased("2.2.2.2", "4.4.4.1", "10.0.0.1/32")));
        assertEquals(
                List.of(),
                pointers(
                        policyBased(
                                rule("a", List.of("0.0.0.0/0"), List.of("10.7.0.0/16")),
                                rule("b", List.of("10.0.0.0/8"), List.of("10.7.0.0/16")))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "224.0.0.5", "255.255.255.255"})
    void addressesThatNoMachineHasAreRefused(String address) {
        assertEquals(
                List.of("/local_endpoint/local_address"),
                pointers(routeBased(address, "4.4.4.1", "192.168.50.1/24")));
        assertEquals(
                List.of("/peer_address"),
                pointers(routeBased("2.2.2.2", address, "192.168.50.1/24")));
        assertEquals(
                List.of("/tunnel_ports/0/ip_subnets/0/ip_addresses/0"),
                pointers(routeBased("2.2.2.2", "4.4.4.1", address + "/32")));
    }

    @Test
    void thePeerIsAnotherMachine() {
        assertEquals(
                List.of("/peer_address"),
                pointers(routeBased("2.2.2.2", "2.2.2.2", "10.0.0.1/24")));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/24, /tunnel_ports/0/ip_subnets/0/ip_addresses/0",
        "10.0.0.255/24, /tunnel_ports/0/ip_subnets/0/ip_addresses/0",
        "4.4.4.9/24, /peer_address"
    })
    void aTunnelAddressIsAHostsAndNotOnThePeersNetwork(String tunnel, String pointer) {
        assertEquals(List.of(pointer), pointers(routeBased("2.2.2.2", "4.4.4.1", tunnel)));
    }

    @Test
    void certificatesNeedOneOfOursAndAnAuthority() {
        List<FieldError> errors =
                SessionChecks.check(
                        new RouteBasedIPSecVPNSession(
                                header(),
                                settings(
                                        AuthenticationMode.CERTIFICATE,
                                        "2.2.2.2",
                                        "4.4.4.1",
                                        List.of()),
                                new TunnelPort("port", Ipv4Subnet.parse("10.0.0.1/24")),
                                null));
        assertEquals(
                List.of("/local_endpoint/certificate_id", "/local_endpoint/trust_ca_ids"),
                errors.stream().map(FieldError::pointer).toList());
    }

    @Test
    void hostBitsAreRefusedWithBothReadings() {
        List<FieldError> errors =
                SessionChecks.check(
                        policyBased(
                                rule(
                                        "a",
                                        List.of("10.1.0.0/24", "10.1.1.5/24"),
                                        List.of("10.7.0.0/16"))));
        assertEquals(1, errors.size());
        assertEquals("/policy_rules/0/sources/1/subnet", errors.get(0).pointer());
        assertEquals(
                "10.1.1.0/24 for the network or 10.1.1.5/32 for the host",
                errors.get(0).expected());
    }

    @Test
    void aPairIsThereOnceAndHasTwoSides() {
        List<FieldError> errors =
                SessionChecks.check(
                        policyBased(
                                rule("a", List.of("10.1.0.0/24"), List.of("10.7.0.0/16")),
                                rule("b", List.of("10.2.0.0/24"), List.of("10.2.0.0/24")),
                                rule(
                                        "c",
                                        List.of("10.3.0.0/24", "10.3.0.0/24"),
                                        List.of("10.8.0.0/16")),
                                rule("d", List.of("10.1.0.0/24"), List.of("10.7.0.0/16"))));
        assertEquals(
                List.of("/policy_rules/1", "/policy_rules/2", "/policy_rules/3"),
                errors.stream().map(FieldError::pointer).toList());
        assertTrue(errors.get(2).seen().contains("which rule 0 has already"), errors::toString);
        assertTrue(errors.get(1).seen().contains("twice"), errors::toString);
    }

    @Test
    void ruleIdsAreUnique() {
        assertEquals(
                List.of("/policy_rules/1/id"),
                pointers(
                        policyBased(
                                rule("a", List.of("10.1.0.0/24"), List.of("10.7.0.0/16")),
                                rule("a", List.of("10.2.0.0/24"), List.of("10.7.0.0/16")))));
    }

    @Test
    void thereIsALimitOfPairs() {
        List<String> sources =
                IntStream.range(0, 128).mapToObj(i -> "10.1." + i + ".0/24").toList();
        List<String> destinations =
                IntStream.range(0, 32).mapToObj(i -> "10.2." + i + ".0/24").toList();
        IPSecVPNPolicyRule full = rule("full", sources, destinations);
        assertEquals(SessionChecks.MAX_PAIRS, full.pairs().size());
        assertEquals(List.of(), pointers(policyBased(full)));
        assertEquals(
                List.of("/policy_rules"),
                pointers(
                        policyBased(
                                full,
                                rule("more", List.of("10.3.0.0/24"), List.of("10.4.0.0/24")))));
    }

    @Test
    void aKeyIsNeededWhereKeysAuthenticate() {
        IPSecVPNSession session = routeBased("2.2.2.2", "4.4.4.1", "10.0.0.1/24");
        assertEquals(Optional.empty(), SessionChecks.checkKey(session, true));
        assertEquals(
                Optional.of("/psk"),
                SessionChecks.checkKey(session, false).map(FieldError::pointer));
    }

    @Test
    void whatHasNoEffectIsWarnedAbout() {
        IPSecVPNSession session =
                new RouteBasedIPSecVPNSession(
                        header(),
                        settings(AuthenticationMode.PSK, "2.2.2.2", "4.4.4.1", List.of("ca")),
                        new TunnelPort("port", Ipv4Subnet.parse("10.0.0.1/24")),
                        "group");
        assertEquals(
                List.of("local_endpoint"),
                Stream.of(Warnings.of(session))
                        .flatMap(List::stream)
                        .map(warning -> warning.substring(0, warning.indexOf(':')))
                        .toList());
    }
}
