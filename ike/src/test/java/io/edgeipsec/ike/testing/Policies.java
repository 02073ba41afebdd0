package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.AdditionalKeyExchange;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.ChildPolicy;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.PostQuantumKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A policy to start from; every setter gives the builder back. */
public final class Policies {
    private boolean isA = true;
    private IpAddress local = TwoGateways.A;
    private IpAddress remote = TwoGateways.B;
    private String session = "session-a";
    private String localId = "a.example";
    private String remoteId = "b.example";
    private String psk = "correct horse battery staple";
    private Optional<Authentication.Certificates> certificates = Optional.empty();
    private Optional<PostQuantumKey> ppk = Optional.empty();
    private InitiationMode mode = InitiationMode.INITIATOR;
    private Duration ikeLifetime = Duration.ofHours(24);
    private Duration childLifetime = Duration.ofHours(1);
    private DpdPolicy dpd = new DpdPolicy(DpdPolicy.Mode.PERIODIC, Duration.ofSeconds(60), 4);
    private IkeProposalPolicy ike =
            new IkeProposalPolicy(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 256)),
                    List.of(),
                    List.of(Prf.HMAC_SHA2_256),
                    List.of(KeyExchangeMethod.CURVE25519));
    private EspProposalPolicy esp =
            new EspProposalPolicy(
                    List.of(new Encryption(EncryptionAlgorithm.AES_GCM_16, 256)),
                    List.of(),
                    List.of(KeyExchangeMethod.CURVE25519),
                    true);
    private final List<Pair> pairs = new ArrayList<>();

    private record Pair(String name, String local, String remote) {}

    private Policies() {}

    public static Policies a() {
        return new Policies();
    }

    public static Policies b() {
        Policies b = new Policies();
        b.isA = false;
        b.session = "session-b";
        b.local = TwoGateways.B;
        b.remote = TwoGateways.A;
        b.localId = "b.example";
        b.remoteId = "a.example";
        b.mode = InitiationMode.RESPOND_ONLY;
        return b;
    }

    public Policies mode(InitiationMode value) {
        mode = value;
        return this;
    }

    public Policies session(String value) {
        session = value;
        return this;
    }

    public Policies psk(String value) {
        psk = value;
        return this;
    }

    public Policies local(IpAddress value) {
        local = value;
        return this;
    }

    public Policies certificates(Authentication.Certificates value) {
        certificates = Optional.of(value);
        return this;
    }

    public Policies ppk(String id, String key, boolean required) {
        ppk =
                Optional.of(
                        new PostQuantumKey(
                                Octets.wrap(id.getBytes(StandardCharsets.UTF_8)),
                                SecretBytes.wrap(key.getBytes(StandardCharsets.UTF_8)),
                                required));
        return this;
    }

    public Policies remote(IpAddress value) {
        remote = value;
        return this;
    }

    public Policies remoteId(String value) {
        remoteId = value;
        return this;
    }

    public Policies localId(String value) {
        localId = value;
        return this;
    }

    public Policies dpd(DpdPolicy value) {
        dpd = value;
        return this;
    }

    public Policies lifetimes(Duration ikeSa, Duration childSa) {
        ikeLifetime = ikeSa;
        childLifetime = childSa;
        return this;
    }

    public Policies ike(IkeProposalPolicy value) {
        ike = value;
        return this;
    }

    public Policies esp(EspProposalPolicy value) {
        esp = value;
        return this;
    }

    public Policies ikeGroups(KeyExchangeMethod... methods) {
        ike =
                new IkeProposalPolicy(
                        ike.encryption(),
                        ike.integrity(),
                        ike.prf(),
                        List.of(methods),
                        ike.additionalKeyExchange());
        return this;
    }

    public Policies additional(boolean required, KeyExchangeMethod... methods) {
        ike =
                new IkeProposalPolicy(
                        ike.encryption(),
                        ike.integrity(),
                        ike.prf(),
                        ike.keyExchange(),
                        new AdditionalKeyExchange(List.of(methods), required));
        return this;
    }

    public Policies espGroups(KeyExchangeMethod... methods) {
        esp =
                new EspProposalPolicy(
                        esp.encryption(),
                        esp.integrity(),
                        List.of(methods),
                        methods.length == 0
                                ? AdditionalKeyExchange.NONE
                                : esp.additionalKeyExchange(),
                        esp.extendedSequenceNumbers());
        return this;
    }

    public Policies espAdditional(boolean required, KeyExchangeMethod... methods) {
        esp =
                new EspProposalPolicy(
                        esp.encryption(),
                        esp.integrity(),
                        esp.keyExchange(),
                        new AdditionalKeyExchange(List.of(methods), required),
                        esp.extendedSequenceNumbers());
        return this;
    }

    /** One more Child policy; without any, 10.1.0.0/16 is connected with 10.2.0.0/16. */
    public Policies pair(String name, String localNet, String remoteNet) {
        pairs.add(new Pair(name, localNet, remoteNet));
        return this;
    }

    /** AES-CBC with HMAC. */
    public static IkeProposalPolicy classicIke() {
        return new IkeProposalPolicy(
                List.of(new Encryption(EncryptionAlgorithm.AES_CBC, 256)),
                List.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
                List.of(Prf.HMAC_SHA2_512),
                List.of(KeyExchangeMethod.ECP256));
    }

    public PeerPolicy build() {
        List<Pair> chosen =
                pairs.isEmpty()
                        ? List.of(
                                isA
                                        ? new Pair("net", "10.1.0.0/16", "10.2.0.0/16")
                                        : new Pair("net", "10.2.0.0/16", "10.1.0.0/16"))
                        : pairs;
        return new PeerPolicy(
                session,
                local,
                remote,
                Identities.parse(localId),
                Identities.parse(remoteId),
                authentication(),
                ike,
                ikeLifetime,
                dpd,
                mode,
                chosen.stream().map(this::child).toList());
    }

    private Authentication authentication() {
        return certificates.isPresent()
                ? new Authentication.Certificates(
                        certificates.get().own(), certificates.get().trust(), ppk)
                : new Authentication.SharedKey(
                        SecretBytes.wrap(psk.getBytes(StandardCharsets.UTF_8)), ppk);
    }

    private ChildPolicy child(Pair pair) {
        return new ChildPolicy(
                pair.name(),
                TrafficSelector.parse(pair.local()),
                TrafficSelector.parse(pair.remote()),
                esp,
                childLifetime);
    }
}
