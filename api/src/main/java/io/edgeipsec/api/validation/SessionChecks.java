package io.edgeipsec.api.validation;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules of a session that look at the meaning of its fields, or at several at once. */
public final class SessionChecks {

    /**
     * Pairs of a session: each is three kernel policies and two SAs, and a rekey that comes due.
     */
    public static final int MAX_PAIRS = 4096;

    private final List<FieldError> errors = new ArrayList<>();

    private SessionChecks() {}

    /** All that is wrong with a session by itself. */
    public static List<FieldError> check(IPSecVPNSession session) {
        SessionChecks checks = new SessionChecks();
        checks.checkSettings(session.settings());
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            checks.checkRules(policyBased.policyRules());
        } else if (session instanceof RouteBasedIPSecVPNSession routeBased) {
            checks.checkTunnel(routeBased.tunnelPort().address(), session.settings());
        }
        return checks.errors;
    }

    /** Whether a session has the key it needs, once it is known what is stored already. */
    public static Optional<FieldError> checkKey(IPSecVPNSession session, boolean keySentOrStored) {
        return session.settings().authenticationMode() == AuthenticationMode.PSK && !keySentOrStored
                ? Optional.of(
                        new FieldError(
                                "/psk",
                                "missing, and none is stored for this session",
                                "a pre-shared key, which authentication_mode PSK needs"))
                : Optional.empty();
    }

    /** Whether a session has the post-quantum key that it names, likewise. */
    public static Optional<FieldError> checkPostQuantumKey(
            IPSecVPNSession session, boolean keySentOrStored) {
        return session.settings().ppk() != null && !keySentOrStored
                ? Optional.of(
                        new FieldError(
                                "/ppk/key",
                                "missing, and none is stored for this session",
                                "the post-quantum pre-shared key that ppk names"))
                : Optional.empty();
    }

    private void checkSettings(SessionSettings settings) {
        if (settings.authenticationMode() == AuthenticationMode.CERTIFICATE) {
            checkCertificates(settings.localEndpoint());
        }
        Ipv4Address local = settings.localEndpoint().localAddress();
        checkUnicast("/local_endpoint/local_address", local);
        checkUnicast("/peer_address", settings.peerAddress());
        if (local.equals(settings.peerAddress())) {
            add("/peer_address", "the local address " + local, "the address of another machine");
        }
    }

    private void checkCertificates(IPSecVPNLocalEndpoint local) {
        if (local.certificateId() == null) {
            add(
                    "/local_endpoint/certificate_id",
                    "missing",
                    "the id of a certificate with a private key, which authentication_mode"
                            + " CERTIFICATE needs");
        }
        if (local.trustCaIds().isEmpty()) {
            add(
                    "/local_endpoint/trust_ca_ids",
                    "empty",
                    "the ids of the authorities that may issue the peer's certificate, which"
                            + " authentication_mode CERTIFICATE needs");
        }
    }

    private void checkTunnel(Ipv4Subnet tunnel, SessionSettings settings) {
        String pointer = "/tunnel_ports/0/ip_subnets/0/ip_addresses/0";
        checkUnicast(pointer, tunnel.address());
        if (tunnel.prefixLength() < 31) {
            if (tunnel.isAligned()) {
                add(
                        pointer,
                        tunnel.address() + ", the address of the network itself",
                        "the address of one host in " + tunnel);
            } else if (tunnel.isDirectedBroadcast()) {
                add(
                        pointer,
                        tunnel.address() + ", the broadcast address of the network",
                        "the address of one host in " + tunnel.aligned());
            }
        }
        if (tunnel.contains(settings.peerAddress())) {
            add(
                    "/peer_address",
                    settings.peerAddress()
                            + ", which is in the tunnel's network "
                            + tunnel.aligned(),
                    "an address outside it: the tunnel's own packets would be routed into the"
                            + " tunnel");
        }
    }

    private void checkRules(List<IPSecVPNPolicyRule> rules) {
        Map<String, Integer> ids = new HashMap<>();
        Map<SelectorPair, Integer> pairs = new HashMap<>();
        long count = 0;
        for (int i = 0; i < rules.size(); i++) {
            IPSecVPNPolicyRule rule = rules.get(i);
            count += (long) rule.sources().size() * rule.destinations().size();
            String pointer = "/policy_rules/" + i;
            checkAligned(pointer + "/sources/", rule.sources());
            checkAligned(pointer + "/destinations/", rule.destinations());
            if (count <= MAX_PAIRS) {
                checkPairs(pointer, i, rule, pairs);
            }
            Integer sameId = ids.putIfAbsent(rule.id(), i);
            // Ids that we derived are the same where the selectors are, which is said already.
            if (sameId != null && !rules.get(sameId).pairs().equals(rule.pairs())) {
                add(pointer + "/id", rule.id() + ", the id of rule " + sameId, "an id of its own");
            }
        }
        if (count > MAX_PAIRS) {
            add(
                    "/policy_rules",
                    count + " pairs of a source and a destination",
                    "at most " + MAX_PAIRS + " in a session");
        }
    }

    private void checkPairs(
            String pointer, int index, IPSecVPNPolicyRule rule, Map<SelectorPair, Integer> pairs) {
        for (SelectorPair pair : rule.pairs()) {
            if (pair.source().equals(pair.destination())) {
                add(
                        pointer,
                        pair.source() + " both as source and as destination",
                        "networks that differ on the two sides");
            }
            Integer first = pairs.putIfAbsent(pair, index);
            if (first != null) {
                add(
                        pointer,
                        first == index
                                ? "the pair " + pair + " twice"
                                : "the pair " + pair + ", which rule " + first + " has already",
                        "each pair once in a session");
                return;
            }
        }
    }

    private void checkAligned(String pointer, List<Ipv4Subnet> subnets) {
        for (int i = 0; i < subnets.size(); i++) {
            Ipv4Subnet subnet = subnets.get(i);
            if (!subnet.isAligned()) {
                add(
                        pointer + i + "/subnet",
                        subnet + ", which has bits set past its prefix",
                        subnet.aligned()
                                + " for the network or "
                                + subnet.address()
                                + "/32 for the host");
            }
        }
    }

    private void checkUnicast(String pointer, Ipv4Address address) {
        String what =
                address.isThisNetwork()
                        ? "an address of 0.0.0.0/8"
                        : address.isMulticast()
                                ? "a multicast address"
                                : address.isLimitedBroadcast() ? "the broadcast address" : "";
        if (!what.isEmpty()) {
            add(pointer, address + ", " + what, "the address of one machine");
        }
    }

    private void add(String pointer, String seen, String expected) {
        errors.add(new FieldError(pointer, seen, expected));
    }
}
