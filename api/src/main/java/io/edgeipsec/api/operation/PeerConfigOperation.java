package io.edgeipsec.api.operation;

import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.peerconfig.PeerConfigFormat;
import io.edgeipsec.api.peerconfig.PeerSetup;
import io.edgeipsec.api.port.ConfigurationStore;
import io.edgeipsec.api.port.SessionSecrets;
import io.edgeipsec.api.resource.IPSecVPNDPDProfile;
import io.edgeipsec.api.resource.IPSecVPNIKEProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNTunnelProfile;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SessionSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration for a session's other side. It contains the session's keys, so each reading is
 * logged.
 */
final class PeerConfigOperation {

    private static final Logger LOG = LoggerFactory.getLogger(PeerConfigOperation.class);

    private final Supplier<RequestReader> reader;
    private final ConfigurationStore store;
    private final SessionSecrets secrets;
    private final Executor executor;

    PeerConfigOperation(
            Supplier<RequestReader> reader,
            ConfigurationStore store,
            SessionSecrets secrets,
            Executor executor) {
        this.reader = reader;
        this.store = store;
        this.secrets = secrets;
        this.executor = executor;
    }

    void registerIn(Map<String, ApiService.Handler> handlers) {
        handlers.put("GetIPSecVPNSessionPeerConfig", this::peerConfig);
    }

    private CompletionStage<ApiResponse> peerConfig(ApiRequest request) {
        String word =
                Objects.requireNonNull(
                                reader.get()
                                        .query(request.route().operation(), request.query())
                                        .get("format"))
                        .asText();
        String id = request.route().id().orElseThrow();
        return store.get(ResourceKind.SESSION, id)
                .thenCompose(
                        found ->
                                profilesOf(
                                        found.orElseThrow(
                                                () -> Refusals.notFound(ResourceKind.SESSION, id))))
                .thenCompose(
                        setup ->
                                secrets.keysOf(id, request.context())
                                        .thenApplyAsync(
                                                keys -> {
                                                    try (keys) {
                                                        return write(request, word, setup, keys);
                                                    }
                                                },
                                                executor));
    }

    private static ApiResponse write(
            ApiRequest request, String word, PeerSetup setup, SessionSecrets.Keys keys) {
        LOG.info(
                "event=session.secrets_read session={} format={} user=\"{}\" request={}",
                setup.session().id(),
                word,
                request.context().user(),
                request.requestId());
        String text =
                PeerConfigFormat.of(word)
                        .write(
                                new PeerSetup(
                                        setup.session(),
                                        setup.ike(),
                                        setup.tunnel(),
                                        setup.dpd(),
                                        keys.presharedKey(),
                                        keys.postQuantumKey()));
        return new ApiResponse(
                200,
                List.of(Map.entry("Content-Type", "text/plain; charset=utf-8")),
                text.getBytes(StandardCharsets.UTF_8));
    }

    private CompletionStage<PeerSetup> profilesOf(IPSecVPNSession session) {
        SessionSettings settings = session.settings();
        CompletableFuture<IPSecVPNIKEProfile> ike =
                profile(ResourceKind.IKE_PROFILE, settings.ikeProfileId());
        CompletableFuture<IPSecVPNTunnelProfile> tunnel =
                profile(ResourceKind.TUNNEL_PROFILE, settings.ipsecTunnelProfileId());
        CompletableFuture<IPSecVPNDPDProfile> dpd =
                profile(ResourceKind.DPD_PROFILE, settings.dpdProfileId());
        return CompletableFuture.allOf(ike, tunnel, dpd)
                .thenApply(
                        done ->
                                new PeerSetup(
                                        session,
                                        ike.join(),
                                        tunnel.join(),
                                        dpd.join(),
                                        null,
                                        null));
    }

    private <R extends ManagedResource> CompletableFuture<R> profile(
            ResourceKind<R> kind, String id) {
        return store.get(kind, id)
                .thenApply(found -> found.orElseThrow(() -> Refusals.notFound(kind, id)))
                .toCompletableFuture();
    }
}
