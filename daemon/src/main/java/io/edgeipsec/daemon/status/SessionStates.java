package io.edgeipsec.daemon.status;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.IPSecVPNSessionState;
import io.edgeipsec.api.resource.IPSecVPNSessionState.State;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.resource.SessionSettings;
import io.edgeipsec.api.resource.SessionStatus;
import io.edgeipsec.daemon.store.IntentReader;
import io.edgeipsec.daemon.store.RequestedChange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether sessions are in force as they are stored. Any thread. */
final class SessionStates {
    private final StatusBoard board;
    private final IntentReader intents;

    SessionStates(StatusBoard board, IntentReader intents) {
        this.board = board;
        this.intents = intents;
    }

    CompletionStage<IPSecVPNSessionState> state(
            IPSecVPNSession session, Optional<String> requestId) {
        return requestId
                .map(id -> intents.changeOf(id).thenApply(change -> behind(session, id, change)))
                .orElseGet(() -> CompletableFuture.completedStage(behind(session, 0)));
    }

    private IPSecVPNSessionState behind(
            IPSecVPNSession session, String requestId, Optional<RequestedChange> change) {
        if (change.isEmpty()) {
            return new IPSecVPNSessionState(
                    State.UNKNOWN,
                    "request "
                            + requestId
                            + " is not known to have changed anything: it was refused, or there"
                            + " have been more than 10000 changes since; without request_id the"
                            + " answer is about the last change");
        }
        if (!concerns(change.get(), session)) {
            throw ApiException.invalid(
                    List.of(
                            new FieldError(
                                    "request_id",
                                    "a change of "
                                            + change.get().kind().noun()
                                            + " "
                                            + change.get().id(),
                                    "a change of session "
                                            + session.id()
                                            + ", of a profile or CRL that it uses, or of the service")));
        }
        return behind(session, change.get().number());
    }

    private static boolean concerns(RequestedChange change, IPSecVPNSession session) {
        SessionSettings settings = session.settings();
        ResourceKind<?> kind = change.kind();
        if (kind == ResourceKind.SERVICE) {
            return true;
        }
        if (kind == ResourceKind.CRL) {
            return settings.localEndpoint().trustCrlIds().contains(change.id());
        }
        String id =
                kind == ResourceKind.SESSION
                        ? session.id()
                        : kind == ResourceKind.IKE_PROFILE
                                ? settings.ikeProfileId()
                                : kind == ResourceKind.TUNNEL_PROFILE
                                        ? settings.ipsecTunnelProfileId()
                                        : kind == ResourceKind.DPD_PROFILE
                                                ? settings.dpdProfileId()
                                                : "";
        return id.equals(change.id());
    }

    private IPSecVPNSessionState behind(IPSecVPNSession session, long change) {
        Optional<StatusBoard.Progress> progress = board.progress(session.id());
        if (progress.isEmpty()) {
            return new IPSecVPNSessionState(State.PENDING, "");
        }
        if (progress.get().carriedOut() < change) {
            return new IPSecVPNSessionState(State.IN_PROGRESS, "");
        }
        if (!progress.get().obstacle().isEmpty()) {
            return new IPSecVPNSessionState(State.ERROR, progress.get().obstacle());
        }
        boolean up =
                board.view(session.id()).filter(v -> v.status() == SessionStatus.UP).isPresent();
        return new IPSecVPNSessionState(up ? State.SUCCESS : State.IN_SYNC, "");
    }
}
