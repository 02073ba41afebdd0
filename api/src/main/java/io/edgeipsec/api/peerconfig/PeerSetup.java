package io.edgeipsec.api.peerconfig;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.AdditionalKeyExchange;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.EncryptionAlgorithm;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.RouteBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session with all that it refers to. What is called own here is the other side's, for which the
 * configuration is.
 *
 * @param key the session's pre-shared key, which stays the caller's; null with certificates
 * @param postQuantumKey likewise
 */
public record PeerSetup(
        IPSecVPNSession session,
        IPSecVPNIKEProfile ike,
        IPSecVPNTunnelProfile tunnel,
        IPSecVPNDPDProfile dpd,
        @Nullable PresharedKey key,
        @Nullable PresharedKey postQuantumKey) {

    private static final int NUMBERS = 0xffff;

    private SessionSettings settings() {
        return session.settings();
    }

    Ipv4Address ownAddress() {
        return settings().peerAddress();
    }

    Ipv4Address remoteAddress() {
        return settings().localEndpoint().localAddress();
    }

    PeerIdentity ownId() {
        return PeerIdentity.of(settings().peerId());
    }

    PeerIdentity remoteId() {
        return PeerIdentity.of(settings().localEndpoint().localId());
    }

    boolean byCertificate() {
        return settings().authenticationMode() == AuthenticationMode.CERTIFICATE;
    }

    boolean isRouteBased() {
        return session instanceof RouteBasedIPSecVPNSession;
    }

    /** Whether the other side has to start, as ours never does. */
    boolean starts() {
        return settings().connectionInitiationMode() == ConnectionInitiationMode.RESPOND_ONLY;
    }

    /** The other side's subnets come first. */
    List<SelectorPair> pairs() {
        if (session instanceof PolicyBasedIPSecVPNSession policyBased) {
            List<SelectorPair> pairs =
                    policyBased.policyRules().stream()
                            .filter(IPSecVPNPolicyRule::enabled)
                            .flatMap(rule -> rule.pairs().stream())
                            .map(SelectorPair::reversed)
                            .toList();
            if (pairs.isEmpty()) {
                throw notExpressible(
                        "no rule of it is enabled, so that there is nothing to set up");
            }
            return pairs;
        }
        Ipv4Subnet any = Ipv4Subnet.parse("0.0.0.0/0");
        return List.of(new SelectorPair(any, any));
    }

    /** Of a route-based session: the address of our tunnel interface. */
    Optional<Ipv4Subnet> remoteTunnelAddress() {
        return session instanceof RouteBasedIPSecVPNSession routeBased
                ? Optional.of(routeBased.tunnelPort().address())
                : Optional.empty();
    }

    /** The only other address that the tunnel's subnet has, if there is just one. */
    Optional<Ipv4Subnet> ownTunnelAddress() {
        return remoteTunnelAddress()
                .filter(ours -> ours.prefixLength() == 30 || ours.prefixLength() == 31)
                .map(
                        ours ->
                                new Ipv4Subnet(
                                        new Ipv4Address(
                                                ours.address().bits()
                                                        ^ (ours.prefixLength() == 30 ? 3 : 1)),
                                        ours.prefixLength()));
    }

    /** A number for an interface or a mark, the same each time, of 1 to 65535. */
    int number() {
        return Math.floorMod(session.id().hashCode(), NUMBERS) + 1;
    }

    /** The session's id in letters, digits, underscores and hyphens. */
    String name() {
        return "edge-" + session.id().replaceAll("[^A-Za-z0-9_-]", "_");
    }

    List<EncryptionAlgorithm> ikeCiphers(boolean withDigest) {
        return ike.encryptionAlgorithms().stream()
                .filter(cipher -> cipher.needsDigest() == withDigest)
                .toList();
    }

    List<EncryptionAlgorithm> espCiphers(boolean withDigest) {
        return tunnel.encryptionAlgorithms().stream()
                .filter(cipher -> cipher.needsDigest() == withDigest)
                .toList();
    }

    /** Those of the IKE SA of which the peer must do one; empty if it may do without. */
    List<AdditionalKeyExchange> ikeKeyExchangesDemanded() {
        return demanded(ike.additionalKeyExchanges());
    }

    /** Likewise of Child SAs. */
    List<AdditionalKeyExchange> espKeyExchangesDemanded() {
        return demanded(tunnel.additionalKeyExchanges());
    }

    private static List<AdditionalKeyExchange> demanded(List<AdditionalKeyExchange> allowed) {
        return allowed.contains(AdditionalKeyExchange.NONE) ? List.of() : allowed;
    }

    /** Whether ML-KEM is allowed, in IKE SAs or Child SAs. */
    boolean allowsAdditionalKeyExchange() {
        return !ike.additionalKeyExchanges().isEmpty()
                || !tunnel.additionalKeyExchanges().isEmpty();
    }

    /** Whether a peer without ML-KEM is refused. */
    boolean requiresAdditionalKeyExchange() {
        return !ikeKeyExchangesDemanded().isEmpty() || !espKeyExchangesDemanded().isEmpty();
    }

    boolean requiresPostQuantumKey() {
        return settings().ppk() != null && settings().ppk().required();
    }

    /** Refuses what only strongSwan can be told. */
    void refusePostQuantum(String format) {
        if (requiresAdditionalKeyExchange()) {
            throw notExpressible(
                    format
                            + " has no additional key exchanges (RFC 9370), which "
                            + (ikeKeyExchangesDemanded().isEmpty()
                                    ? "tunnel-profile " + tunnel.displayName()
                                    : "ike-profile " + ike.displayName())
                            + " demands; allow NONE there");
        }
        if (requiresPostQuantumKey()) {
            throw notExpressible(
                    format
                            + " cannot be told the post-quantum pre-shared key (RFC 8784) here,"
                            + " which the session demands; make it optional there");
        }
    }

    ApiException notExpressible(String why) {
        return new ApiException(
                ErrorCode.NOT_EXPRESSIBLE,
                "session " + Words.comment(session.displayName()) + " cannot be written: " + why);
    }

    /** The octets of a key in hexadecimal digits, which no format can take for anything else. */
    static String hex(PresharedKey key) {
        byte[] octets = key.copyOctets();
        try {
            return HexFormat.of().formatHex(octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
