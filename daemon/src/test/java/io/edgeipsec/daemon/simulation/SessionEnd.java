package io.edgeipsec.daemon.simulation;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.DfPolicy;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.IkeVersion;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.PostQuantumPresharedKey;
import io.edgeipsec.api.resource.ResourceHeader;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.Stamp;
import io.edgeipsec.api.resource.TcpMssClamping;
import io.edgeipsec.api.resource.TunnelPort;
import io.edgeipsec.daemon.store.KernelIds;
import io.edgeipsec.daemon.store.SessionIntent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator of one gateway wants of a session.
 *
 * @param pairs of a policy-based session; empty for a route-based one
 * @param tunnelAddress of a route-based session
 * @param secret another one at the two ends is a mismatch
 * @param cipher of Child SAs; another one likewise
 */
record SessionEnd(
        String id,
        boolean enabled,
        ConnectionInitiationMode mode,
        String local,
        String localId,
        String peer,
        String peerId,
        List<SelectorPair> pairs,
        String tunnelAddress,
        String secret,
        EncryptionAlgorithm cipher,
        boolean additional,
        boolean postQuantum,
        boolean perfectForwardSecrecy,
        Duration ikeLife,
        Duration childLife,
        DpdProbeMode dpdMode,
        Duration dpdInterval) {

    SessionEnd {
        pairs = List.copyOf(pairs);
    }

    boolean routeBased() {
        return pairs.isEmpty();
    }

    SessionEnd enabled(boolean value) {
        return with(value, mode, pairs, secret, cipher);
    }

    SessionEnd mode(ConnectionInitiationMode value) {
        return with(enabled, value, pairs, secret, cipher);
    }

    SessionEnd pairs(List<SelectorPair> value) {
        return with(enabled, mode, value, secret, cipher);
    }

    SessionEnd secret(String value) {
        return with(enabled, mode, pairs, value, cipher);
    }

    SessionEnd cipher(EncryptionAlgorithm value) {
        return with(enabled, mode, pairs, secret, value);
    }

    private SessionEnd with(
            boolean newEnabled,
            ConnectionInitiationMode newMode,
            List<SelectorPair> newPairs,
            String newSecret,
            EncryptionAlgorithm newCipher) {
        return new SessionEnd(
                id,
                newEnabled,
                newMode,
                local,
                localId,
                peer,
                peerId,
                newPairs,
                tunnelAddress,
                newSecret,
                newCipher,
                additional,
                postQuantum,
                perfectForwardSecrecy,
                ikeLife,
                childLife,
                dpdMode,
                dpdInterval);
    }

    private ResourceHeader header(String name) {
        return new ResourceHeader(name, name, null, List.of(), false, Stamp.NONE);
    }

    IPSecVPNSession session() {
        SessionSettings settings =
                new SessionSettings(
                        enabled,
                        AuthenticationMode.PSK,
                        mode,
                        new IPSecVPNLocalEndpoint(
                                Ipv4Address.parse(local), localId, null, List.of(), List.of()),
                        Ipv4Address.parse(peer),
                        peerId,
                        id + "-ike",
                        id + "-tunnel",
                        id + "-dpd",
                        new TcpMssClamping(MssClampingDirection.BOTH, null),
                        postQuantum ? new PostQuantumPresharedKey("ppk", true) : null);
        return routeBased()
                ? new RouteBasedIPSecVPNSession(
                        header(id),
                        settings,
                        new TunnelPort("port", Ipv4Subnet.parse(tunnelAddress)),
                        null)
                : new PolicyBasedIPSecVPNSession(
                        header(id), settings, pairs.stream().map(this::rule).toList());
    }

    private IPSecVPNPolicyRule rule(SelectorPair pair) {
        return new IPSecVPNPolicyRule(
                "rule-" + pair,
                "rule-" + pair,
                null,
                List.of(pair.source()),
                List.of(pair.destination()),
                true,
                false);
    }

    /** Whoever receives it closes its keys. */
    SessionIntent intent(KernelIds numbers) {
        @Nullable PresharedKey ppk =
                postQuantum ? PresharedKey.of("a post-quantum key of 32 octets.") : null;
        return new SessionIntent(
                session(),
                new IPSecVPNIKEProfile(
                        header(id + "-ike"),
                        IkeVersion.IKE_V2,
                        List.of(EncryptionAlgorithm.AES_GCM_128),
                        List.of(),
                        List.of(DhGroup.GROUP31),
                        ikeLife,
                        additional ? List.of(AdditionalKeyExchange.ML_KEM_768) : List.of()),
                new IPSecVPNTunnelProfile(
                        header(id + "-tunnel"),
                        List.of(cipher),
                        List.of(),
                        perfectForwardSecrecy,
                        perfectForwardSecrecy ? List.of(DhGroup.GROUP31) : List.of(),
                        DfPolicy.COPY,
                        childLife,
                        true,
                        1024,
                        additional && perfectForwardSecrecy
                                ? List.of(AdditionalKeyExchange.ML_KEM_768)
                                : List.of()),
                new IPSecVPNDPDProfile(header(id + "-dpd"), true, dpdMode, dpdInterval, 5),
                numbers,
                PresharedKey.of(secret),
                ppk,
                null);
    }
}
