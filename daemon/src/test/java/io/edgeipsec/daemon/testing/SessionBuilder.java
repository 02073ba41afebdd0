package io.edgeipsec.daemon.testing;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.SystemProfiles;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.api.resource.TunnelPort;
import io.edgeipsec.daemon.store.KernelIds;
import io.edgeipsec.daemon.store.SessionIntent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A stored session to start from; every setter gives the builder back. */
public final class SessionBuilder {
    /** The pre-shared key of every session; in no output may it be found. */
    public static final String SECRET = "Zq7-the-secret-Zq7";

    public static final String LOCAL = "192.0.2.1";
    public static final String PEER = "203.0.113.9";

    private final String id;
    private final List<IPSecVPNPolicyRule> rules = new ArrayList<>();
    private final Map<SelectorPair, Integer> pairNumbers = new LinkedHashMap<>();
    private @Nullable String tunnelAddress;
    private @Nullable String multiPathGroup;
    private OptionalInt tunnelNumber = OptionalInt.empty();
    private int nextPair = 1;
    private String displayName;
    private String local = LOCAL;
    private String peer = PEER;
    private String peerId = PEER;
    private boolean enabled = true;
    private boolean keyed = true;
    private ConnectionInitiationMode mode = ConnectionInitiationMode.INITIATOR;
    private TcpMssClamping clamping = new TcpMssClamping(MssClampingDirection.NONE, null);
    private IPSecVPNIKEProfile ikeProfile = SystemProfiles.IKE;
    private IPSecVPNTunnelProfile tunnelProfile = SystemProfiles.TUNNEL;
    private IPSecVPNDPDProfile dpdProfile = SystemProfiles.DPD;

    private SessionBuilder(String id) {
        this.id = id;
        this.displayName = id;
    }

    /** One without rules yet. */
    public static SessionBuilder policyBased(String id) {
        return new SessionBuilder(id);
    }

    /** {@code address} of the tunnel interface, as in {@code 192.168.50.1/30}. */
    public static SessionBuilder routeBased(String id, int tunnelNumber, String address) {
        SessionBuilder builder = new SessionBuilder(id);
        builder.tunnelNumber = OptionalInt.of(tunnelNumber);
        builder.tunnelAddress = address;
        return builder;
    }

    /** The number of the next pair that a rule brings. */
    public SessionBuilder pairsFrom(int number) {
        nextPair = number;
        return this;
    }

    /** Sources and destinations as in {@code "10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16"}. */
    public SessionBuilder rule(String sources, String destinations) {
        return rule(sources, destinations, true, false);
    }

    public SessionBuilder rule(
            String sources, String destinations, boolean isEnabled, boolean logged) {
        IPSecVPNPolicyRule rule =
                new IPSecVPNPolicyRule(
                        "rule" + rules.size(),
                        "rule" + rules.size(),
                        null,
                        subnets(sources),
                        subnets(destinations),
                        isEnabled,
                        logged);
        rules.add(rule);
        rule.pairs().forEach(pair -> pairNumbers.put(pair, nextPair++));
        return this;
    }

    private static List<Ipv4Subnet> subnets(String list) {
        return Arrays.stream(list.split(" ", -1)).map(Ipv4Subnet::parse).toList();
    }

    /** As if the store had lost the numbers of the pairs: a defect. */
    public SessionBuilder withoutNumbers() {
        pairNumbers.clear();
        return this;
    }

    public SessionBuilder displayName(String name) {
        displayName = name;
        return this;
    }

    public SessionBuilder addresses(String localAddress, String peerAddress) {
        local = localAddress;
        peer = peerAddress;
        return this;
    }

    /** Of a route-based session. */
    public SessionBuilder multiPathGroup(@Nullable String group) {
        multiPathGroup = group;
        return this;
    }

    public SessionBuilder peerId(String identity) {
        peerId = identity;
        return this;
    }

    public SessionBuilder disabled() {
        enabled = false;
        return this;
    }

    public SessionBuilder withoutKey() {
        keyed = false;
        return this;
    }

    public SessionBuilder mode(ConnectionInitiationMode initiation) {
        mode = initiation;
        return this;
    }

    /** {@code value} null to have it computed. */
    public SessionBuilder clamp(MssClampingDirection direction, @Nullable Integer value) {
        clamping = new TcpMssClamping(direction, value);
        return this;
    }

    public SessionBuilder ikeProfile(IPSecVPNIKEProfile profile) {
        ikeProfile = profile;
        return this;
    }

    public SessionBuilder tunnelProfile(IPSecVPNTunnelProfile profile) {
        tunnelProfile = profile;
        return this;
    }

    public SessionBuilder dpdProfile(IPSecVPNDPDProfile profile) {
        dpdProfile = profile;
        return this;
    }

    public IPSecVPNSession session() {
        ResourceHeader header =
                new ResourceHeader(id, displayName, null, List.of(), false, Stamp.NONE);
        SessionSettings settings =
                new SessionSettings(
                        enabled,
                        AuthenticationMode.PSK,
                        mode,
                        new IPSecVPNLocalEndpoint(
                                Ipv4Address.parse(local), local, null, List.of(), List.of()),
                        Ipv4Address.parse(peer),
                        peerId,
                        ikeProfile.id(),
                        tunnelProfile.id(),
                        dpdProfile.id(),
                        clamping);
        return tunnelAddress == null
                ? new PolicyBasedIPSecVPNSession(header, settings, rules)
                : new RouteBasedIPSecVPNSession(
                        header,
                        settings,
                        new TunnelPort("port", Ipv4Subnet.parse(tunnelAddress)),
                        multiPathGroup);
    }

    /** Each with a key of its own, which the receiver closes. */
    public SessionIntent intent() {
        return new SessionIntent(
                session(),
                ikeProfile,
                tunnelProfile,
                dpdProfile,
                new KernelIds(tunnelNumber, pairNumbers),
                keyed ? PresharedKey.of(SECRET) : null);
    }
}
