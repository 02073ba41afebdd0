package io.edgeipsec.bench;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.PeerPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** X25519, PSK, AES-256-GCM: the suite that figures are quoted for. */
final class BenchPolicies {
    static final Encryption AES_256_GCM = new Encryption(EncryptionAlgorithm.AES_GCM_16, 256);

    private BenchPolicies() {}

    /** Hub 10.0.0.1 and spoke number n, as the hub or the spoke has it. */
    static PeerPolicy of(int spoke, boolean hub) {
        IpAddress center = IpAddress.parse("10.0.0.1");
        IpAddress edge = spokeAddress(spoke);
        TrafficSelector centerNet = TrafficSelector.parse("10.1.0.0/16");
        TrafficSelector edgeNet = TrafficSelector.parse("172.16.0.0/12");
        EspProposalPolicy esp =
                new EspProposalPolicy(List.of(AES_256_GCM), List.of(), List.of(), true);
        return new PeerPolicy(
                "spoke-" + spoke,
                hub ? center : edge,
                hub ? edge : center,
                Identities.parse(hub ? "hub.example" : "spoke" + spoke + ".example"),
                Identities.parse(hub ? "spoke" + spoke + ".example" : "hub.example"),
                SecretBytes.wrap("benchmark only".getBytes(StandardCharsets.US_ASCII)),
                new IkeProposalPolicy(
                        List.of(AES_256_GCM),
                        List.of(),
                        List.of(Prf.HMAC_SHA2_256),
                        List.of(KeyExchangeMethod.CURVE25519)),
                Duration.ofDays(1),
                new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofSeconds(60), 4),
                hub ? InitiationMode.RESPOND_ONLY : InitiationMode.INITIATOR,
                List.of(
                        new ChildPolicy(
                                "tunnel",
                                hub ? centerNet : edgeNet,
                                hub ? edgeNet : centerNet,
                                esp,
                                Duration.ofHours(1))));
    }

    static IpAddress spokeAddress(int spoke) {
        return IpAddress.parse("10.2." + (spoke >> 8) + "." + (spoke & 255));
    }
}
