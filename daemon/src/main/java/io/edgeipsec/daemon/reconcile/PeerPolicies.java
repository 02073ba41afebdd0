package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.DhGroup;
import io.edgeipsec.api.resource.DigestAlgorithm;
import io.edgeipsec.api.resource.DpdProbeMode;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.PostQuantumPresharedKey;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.daemon.adapter.Authentications;
import io.edgeipsec.daemon.store.CertificateIntent;
import io.edgeipsec.daemon.store.SessionIntent;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.Prf;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
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
import java.util.List;
import java.util.Optional;

/** A session and its profiles in the words of IKE. */
final class PeerPolicies {
    /** With AEADs a profile names no digest, and so leaves the PRF to us. */
    private static final List<Prf> ANY_PRF =
            List.of(Prf.HMAC_SHA2_256, Prf.HMAC_SHA2_384, Prf.HMAC_SHA2_512);

    private PeerPolicies() {}

    /**
     * Empty if the intent lacks a secret that the session needs. A key stays the intent's; the
     * policy gets a copy.
     */
    static Optional<PeerPolicy> of(SessionIntent intent, List<ChildPolicy> children) {
        String localId = intent.session().settings().localEndpoint().localId();
        PostQuantumPresharedKey named = intent.session().settings().ppk();
        if (named != null && intent.postQuantumKey() == null) {
            return Optional.empty();
        }
        PresharedKey key = intent.presharedKey();
        if (key != null) {
            return Optional.of(
                    of(
                            intent,
                            Identities.parse(localId),
                            new Authentication.SharedKey(
                                    SecretBytes.wrap(key.copyOctets()), ppk(intent)),
                            children));
        }
        CertificateIntent stored = intent.certificates();
        if (stored == null) {
            return Optional.empty();
        }
        Authentication.Certificates certificates =
                Authentications.of(
                        stored.own().id(),
                        stored.own().pemEncoded(),
                        stored.authorities().stream().map(Certificate::pemEncoded).toList(),
                        stored.lists().stream().map(Crl::pemEncoded).toList(),
                        ppk(intent));
        return Optional.of(
                of(intent, Authentications.localId(localId, certificates), certificates, children));
    }

    private static Optional<PostQuantumKey> ppk(SessionIntent intent) {
        PostQuantumPresharedKey named = intent.session().settings().ppk();
        PresharedKey key = intent.postQuantumKey();
        return named == null || key == null
                ? Optional.empty()
                : Optional.of(
                        new PostQuantumKey(
                                Octets.wrap(named.id().getBytes(StandardCharsets.US_ASCII)),
                                SecretBytes.wrap(key.copyOctets()),
                                named.required()));
    }

    private static PeerPolicy of(
            SessionIntent intent,
            Identification localId,
            Authentication authentication,
            List<ChildPolicy> children) {
        SessionSettings settings = intent.session().settings();
        IPSecVPNIKEProfile ike = intent.ikeProfile();
        return new PeerPolicy(
                intent.session().id(),
                Conversions.toIke(settings.localEndpoint().localAddress()),
                Conversions.toIke(settings.peerAddress()),
                localId,
                Identities.parse(settings.peerId()),
                authentication,
                ike(ike),
                ike.saLifeTime(),
                dpd(intent.dpdProfile()),
                mode(settings.connectionInitiationMode()),
                children);
    }

    private static IkeProposalPolicy ike(IPSecVPNIKEProfile profile) {
        List<DigestAlgorithm> digests = profile.digestAlgorithms();
        return new IkeProposalPolicy(
                profile.encryptionAlgorithms().stream().map(PeerPolicies::encryption).toList(),
                digests.stream().map(PeerPolicies::integrity).toList(),
                digests.isEmpty() ? ANY_PRF : digests.stream().map(PeerPolicies::prf).toList(),
                groups(profile.dhGroups()),
                additional(profile.additionalKeyExchanges()));
    }

    private static AdditionalKeyExchange additional(
            List<io.edgeipsec.api.resource.AdditionalKeyExchange> allowed) {
        List<KeyExchangeMethod> methods =
                allowed.stream()
                        .flatMap(each -> KeyExchangeMethod.of(each.number()).stream())
                        .toList();
        boolean required =
                !methods.isEmpty()
                        && !allowed.contains(io.edgeipsec.api.resource.AdditionalKeyExchange.NONE);
        return new AdditionalKeyExchange(methods, required);
    }

    static EspProposalPolicy esp(IPSecVPNTunnelProfile profile) {
        return new EspProposalPolicy(
                profile.encryptionAlgorithms().stream().map(PeerPolicies::encryption).toList(),
                profile.digestAlgorithms().stream().map(PeerPolicies::integrity).toList(),
                profile.enablePerfectForwardSecrecy() ? groups(profile.dhGroups()) : List.of(),
                additional(profile.additionalKeyExchanges()),
                profile.extendedSequenceNumbers());
    }

    private static Encryption encryption(io.edgeipsec.api.resource.EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case AES_128, AES_256 ->
                    new Encryption(EncryptionAlgorithm.AES_CBC, algorithm.keyBits());
            case AES_GCM_128, AES_GCM_192, AES_GCM_256 ->
                    new Encryption(EncryptionAlgorithm.AES_GCM_16, algorithm.keyBits());
            case CHACHA20_POLY1305 -> Encryption.of(EncryptionAlgorithm.CHACHA20_POLY1305);
            case NO_ENCRYPTION_AUTH_AES_GMAC_128,
                    NO_ENCRYPTION_AUTH_AES_GMAC_192,
                    NO_ENCRYPTION_AUTH_AES_GMAC_256 ->
                    new Encryption(EncryptionAlgorithm.NULL_AUTH_AES_GMAC, algorithm.keyBits());
            case NO_ENCRYPTION -> Encryption.of(EncryptionAlgorithm.NULL);
        };
    }

    private static IntegrityAlgorithm integrity(DigestAlgorithm digest) {
        return switch (digest) {
            case SHA1 -> IntegrityAlgorithm.HMAC_SHA1_96;
            case SHA2_256 -> IntegrityAlgorithm.HMAC_SHA2_256_128;
            case SHA2_384 -> IntegrityAlgorithm.HMAC_SHA2_384_192;
            case SHA2_512 -> IntegrityAlgorithm.HMAC_SHA2_512_256;
        };
    }

    private static Prf prf(DigestAlgorithm digest) {
        return switch (digest) {
            case SHA1 -> Prf.HMAC_SHA1;
            case SHA2_256 -> Prf.HMAC_SHA2_256;
            case SHA2_384 -> Prf.HMAC_SHA2_384;
            case SHA2_512 -> Prf.HMAC_SHA2_512;
        };
    }

    private static List<KeyExchangeMethod> groups(List<DhGroup> groups) {
        return groups.stream()
                .map(group -> KeyExchangeMethod.of(group.number()).orElseThrow())
                .toList();
    }

    private static DpdPolicy dpd(IPSecVPNDPDProfile profile) {
        DpdPolicy.Mode mode =
                profile.dpdProbeMode() == DpdProbeMode.PERIODIC
                        ? DpdPolicy.Mode.PERIODIC
                        : DpdPolicy.Mode.ON_DEMAND;
        return new DpdPolicy(
                profile.enabled() ? mode : DpdPolicy.Mode.DISABLED,
                profile.dpdProbeInterval(),
                profile.retryCount());
    }

    private static InitiationMode mode(ConnectionInitiationMode mode) {
        return switch (mode) {
            case INITIATOR -> InitiationMode.INITIATOR;
            case RESPOND_ONLY -> InitiationMode.RESPOND_ONLY;
            case ON_DEMAND -> InitiationMode.ON_DEMAND;
        };
    }
}
