package io.edgeipsec.daemon.control;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.SessionAction;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.daemon.status.StatusBoard;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeInput.PeerCommanded.Command;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.PeerPolicy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Has IKE do what the operator orders. Any thread; the work is done on the kernel thread. */
final class SessionCommands {
    private final KernelWork thread;
    private final SessionTable table;
    private final Sessions sessions;
    private final StatusBoard board;

    SessionCommands(KernelWork thread, SessionTable table, Sessions sessions, StatusBoard board) {
        this.thread = thread;
        this.table = table;
        this.sessions = sessions;
        this.board = board;
    }

    /**
     * Begins it; how it goes on, the session's status tells.
     *
     * @return what was begun, in a sentence
     */
    CompletionStage<String> act(IPSecVPNSession session, SessionAction action) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        thread.execute(
                () -> {
                    try {
                        answer.complete(begin(session, action));
                    } catch (RuntimeException refused) {
                        answer.completeExceptionally(refused);
                    }
                });
        return answer;
    }

    private String begin(IPSecVPNSession session, SessionAction action) {
        String name = "session " + session.displayName() + " (" + session.id() + ")";
        SessionTable.Entry entry = table.find(session.id());
        if (!session.settings().enabled()) {
            throw refused(name + " is disabled; PUT it with enabled true, which also starts it");
        }
        if (entry == null || entry.blueprint.peer().isEmpty()) {
            throw refused(name + " is not in force yet or has no enabled rule; see its status");
        }
        StatusBoard.View view = board.view(session.id()).orElseThrow();
        if (entry.suspended) {
            throw refused(name + " cannot work: " + view.reason());
        }
        if (action == SessionAction.REKEY && !view.ikeUp()) {
            throw refused(name + " has no IKE SA to be rekeyed; initiate or reset it");
        }
        sessions.tell(entry, new IkeInput.PeerCommanded(session.id(), command(action)));
        return begun(action, entry.blueprint.peer().get(), view);
    }

    private static ApiException refused(String why) {
        return new ApiException(ErrorCode.NOT_POSSIBLE_NOW, why);
    }

    private static Command command(SessionAction action) {
        return switch (action) {
            case RESET -> Command.RESET;
            case REKEY -> Command.REKEY;
            case INITIATE -> Command.INITIATE;
        };
    }

    private static String begun(SessionAction action, PeerPolicy policy, StatusBoard.View view) {
        String tunnels = view.up() + " of " + view.total() + " tunnels";
        return switch (action) {
            case RESET ->
                    "the IKE SA and "
                            + tunnels
                            + " end, the peer is told; "
                            + (policy.mode() == InitiationMode.RESPOND_ONLY
                                    ? "the peer is to set them up again, since the session is"
                                            + " RESPOND_ONLY"
                                    : policy.mode() == InitiationMode.ON_DEMAND
                                            ? "those that stood are set up again"
                                            : "all are set up again");
            case REKEY -> "the IKE SA gets new keys, then " + tunnels + " do, without a gap";
            case INITIATE ->
                    view.ikeUp() && view.up() == view.total()
                            ? "nothing: the IKE SA and " + tunnels + " stand"
                            : "what is missing is set up with "
                                    + policy.remoteAddress()
                                    + "; "
                                    + tunnels
                                    + " stand"
                                    + (policy.mode() == InitiationMode.INITIATOR
                                            ? ""
                                            : ", and if this fails it is not tried again, since"
                                                    + " the session is "
                                                    + policy.mode());
        };
    }
}
