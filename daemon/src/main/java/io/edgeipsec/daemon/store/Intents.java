package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.port.SessionSecrets;
import io.edgeipsec.api.resource.AuthenticationMode;
import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.Crl;
import io.edgeipsec.api.resource.IPSecMultiPathGroup;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNLocalEndpoint;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Puts together what the reconciler reads. Store thread only, inside a transaction. */
final class Intents {

    private final ResourceTable resources;
    private final KernelNumbers numbers;
    private final Secrets secrets;
    private final Changes changes;
    private final ServiceTable service;

    Intents(
            ResourceTable resources,
            KernelNumbers numbers,
            Secrets secrets,
            Changes changes,
            ServiceTable service) {
        this.resources = resources;
        this.numbers = numbers;
        this.secrets = secrets;
        this.changes = changes;
        this.service = service;
    }

    Optional<SessionIntent> one(String sessionId) throws SQLException {
        Optional<ResourceTable.Stored<IPSecVPNSession>> found =
                resources.find(ResourceKind.SESSION, sessionId);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        IPSecVPNSession session = found.get().resource();
        SessionSettings settings = session.settings();
        return Optional.of(
                new SessionIntent(
                        session,
                        profile(ResourceKind.IKE_PROFILE, settings.ikeProfileId()),
                        profile(ResourceKind.TUNNEL_PROFILE, settings.ipsecTunnelProfileId()),
                        profile(ResourceKind.DPD_PROFILE, settings.dpdProfileId()),
                        numbers.of(found.get().key()),
                        byKey(session)
                                ? secrets.get(SessionSecret.PSK, found.get().key(), sessionId)
                                        .orElse(null)
                                : null,
                        settings.ppk() != null
                                ? secrets.get(SessionSecret.PPK, found.get().key(), sessionId)
                                        .orElse(null)
                                : null,
                        byCertificate(session) ? certificates(settings.localEndpoint()) : null));
    }

    Optional<MultiPathGroupIntent> group(String groupId) throws SQLException {
        Optional<ResourceTable.Stored<IPSecMultiPathGroup>> found =
                resources.find(ResourceKind.MULTI_PATH_GROUP, groupId);
        return found.isEmpty() ? Optional.empty() : Optional.of(group(found.get()));
    }

    private MultiPathGroupIntent group(ResourceTable.Stored<IPSecMultiPathGroup> stored)
            throws SQLException {
        return new MultiPathGroupIntent(stored.resource(), numbers.ofGroup(stored.key()));
    }

    private List<MultiPathGroupIntent> groups() throws SQLException {
        List<MultiPathGroupIntent> groups = new ArrayList<>();
        for (ResourceTable.Stored<IPSecMultiPathGroup> stored :
                resources.all(ResourceKind.MULTI_PATH_GROUP)) {
            groups.add(group(stored));
        }
        return groups;
    }

    /** The keys that the session uses, none of one that is not stored. */
    SessionSecrets.Keys keysOf(String sessionId) throws SQLException {
        Optional<SessionIntent> intent = one(sessionId);
        return intent.map(
                        found ->
                                new SessionSecrets.Keys(
                                        found.presharedKey(), found.postQuantumKey()))
                .orElseGet(() -> new SessionSecrets.Keys(null, null));
    }

    ServiceIntent service() throws SQLException {
        return service.intent();
    }

    IntentSnapshot snapshot() throws SQLException {
        Map<String, IPSecVPNIKEProfile> ikeProfiles = byId(ResourceKind.IKE_PROFILE);
        Map<String, IPSecVPNTunnelProfile> tunnelProfiles = byId(ResourceKind.TUNNEL_PROFILE);
        Map<String, IPSecVPNDPDProfile> dpdProfiles = byId(ResourceKind.DPD_PROFILE);
        Map<Long, Integer> tunnels = numbers.allTunnels();
        Map<Long, Map<SelectorPair, Integer>> pairs = numbers.allPairs();
        Map<Long, SealingKey.Sealed> keys = secrets.all(SessionSecret.PSK);
        Map<Long, SealingKey.Sealed> ppks = secrets.all(SessionSecret.PPK);
        List<SessionIntent> sessions = new ArrayList<>();
        boolean complete = false;
        try {
            for (ResourceTable.Stored<IPSecVPNSession> stored :
                    resources.all(ResourceKind.SESSION)) {
                IPSecVPNSession session = stored.resource();
                SessionSettings settings = session.settings();
                Integer tunnel = tunnels.get(stored.key());
                sessions.add(
                        new SessionIntent(
                                session,
                                resolved(ikeProfiles, settings.ikeProfileId()),
                                resolved(tunnelProfiles, settings.ipsecTunnelProfileId()),
                                resolved(dpdProfiles, settings.dpdProfileId()),
                                new KernelIds(
                                        tunnel == null
                                                ? OptionalInt.empty()
                                                : OptionalInt.of(tunnel),
                                        pairs.getOrDefault(stored.key(), Map.of())),
                                byKey(session)
                                        ? open(SessionSecret.PSK, session, keys.get(stored.key()))
                                        : null,
                                open(SessionSecret.PPK, session, ppks.get(stored.key())),
                                byCertificate(session)
                                        ? certificates(settings.localEndpoint())
                                        : null));
            }
            IntentSnapshot snapshot =
                    new IntentSnapshot(
                            changes.changeNumber(), service.intent(), sessions, groups());
            complete = true;
            return snapshot;
        } finally {
            if (!complete) {
                sessions.forEach(SessionIntent::close);
            }
        }
    }

    private @Nullable PresharedKey open(
            SessionSecret kind, IPSecVPNSession session, SealingKey.@Nullable Sealed key) {
        return key != null ? secrets.open(kind, session.id(), key) : null;
    }

    private static boolean byKey(IPSecVPNSession session) {
        return session.settings().authenticationMode() == AuthenticationMode.PSK;
    }

    private static boolean byCertificate(IPSecVPNSession session) {
        return session.settings().authenticationMode() == AuthenticationMode.CERTIFICATE;
    }

    private CertificateIntent certificates(IPSecVPNLocalEndpoint local) throws SQLException {
        List<Certificate> authorities = new ArrayList<>();
        for (String id : local.trustCaIds()) {
            authorities.add(profile(ResourceKind.CERTIFICATE, id));
        }
        List<Crl> lists = new ArrayList<>();
        for (String id : local.trustCrlIds()) {
            lists.add(profile(ResourceKind.CRL, id));
        }
        return new CertificateIntent(
                profile(
                        ResourceKind.CERTIFICATE,
                        Objects.requireNonNull(local.certificateId(), "checked when stored")),
                authorities,
                lists);
    }

    private <R extends ManagedResource> R profile(ResourceKind<R> kind, String id)
            throws SQLException {
        return resources
                .find(kind, id)
                .map(ResourceTable.Stored::resource)
                .orElseThrow(() -> new SQLException("a session refers to no " + kind.noun()));
    }

    private <R extends ManagedResource> Map<String, R> byId(ResourceKind<R> kind)
            throws SQLException {
        Map<String, R> byId = new HashMap<>();
        resources.all(kind).forEach(stored -> byId.put(stored.resource().id(), stored.resource()));
        return byId;
    }

    private static <R> R resolved(Map<String, R> profiles, String id) throws SQLException {
        R profile = profiles.get(id);
        if (profile == null) {
            throw new SQLException("a session refers to profile " + id + ", which is not stored");
        }
        return profile;
    }
}
