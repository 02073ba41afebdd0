package io.edgeipsec.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.store.RawHttp;
import io.edgeipsec.daemon.testing.NotificationReceiver;
import io.edgeipsec.daemon.testing.NotificationReceiver.Arrival;
import io.edgeipsec.daemon.testing.NotificationReceiver.Reaction;
import io.edgeipsec.daemon.testing.RunningDaemon;
import io.edgeipsec.daemon.testing.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon is killed while it tells of changes: what it has answered is told, in its order. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NotificationKillTest {
    private static final int KILLS = 3;
    private static final int CHANGES_BEFORE_KILL = 20;
    private static final String PROFILES = "/api/v1/vpn/ipsec/dpd-profiles";

    @Test
    void whatWasAnsweredIsToldAfterKill9(@TempDir Path directory) throws Exception {
        ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Site site = new Site(directory, 1, Site.freePort());
        site.write("notify: { url: \"http://127.0.0.1:" + socket.getLocalPort() + "/\" }");
        Set<String> answered = new HashSet<>();
        try (NotificationReceiver receiver = NotificationReceiver.tcp(socket)) {
            for (int kill = 0; kill < KILLS; kill++) {
                // One is taken and the next is not, so that some wait when the daemon dies.
                receiver.react(Reaction.TAKE, Reaction.RESET, Reaction.REFUSE);
                try (RunningDaemon run = new RunningDaemon(site)) {
                    run.await("event=daemon.ready");
                    for (int change = 0; change < CHANGES_BEFORE_KILL; change++) {
                        answered.add(change(site));
                    }
                    run.kill();
                    run.end();
                }
            }
            try (RunningDaemon run = new RunningDaemon(site)) {
                run.await("event=daemon.ready");
                String last = change(site);
                answered.add(last);
                answered.removeAll(toldUntil(receiver, last));
            }
        }
        assertEquals(Set.of(), answered, "answered and never told");
    }

    /** The requests that were told, none before one that was made earlier. */
    private static Set<String> toldUntil(NotificationReceiver receiver, String last)
            throws InterruptedException {
        Set<String> told = new HashSet<>();
        long before = 0;
        while (!told.contains(last)) {
            Arrival arrival = receiver.next();
            long number = arrival.body().path("event_id").asLong();
            assertTrue(number >= before, number + " after " + before);
            before = number;
            if (arrival.reaction() == Reaction.TAKE) {
                told.add(arrival.body().path("request_id").asText());
            }
        }
        return told;
    }

    /** Makes a change; the id of its request. */
    private static String change(Site site) throws IOException {
        try (RawHttp http = RawHttp.unix(site.socket())) {
            RawHttp.Answer answer =
                    http.request(
                            "POST",
                            PROFILES,
                            List.of("Content-Type: application/json"),
                            "{\"notify_mpa\": true}".getBytes(StandardCharsets.UTF_8));
            assertEquals(201, answer.status(), answer.body());
            return answer.headers().stream()
                    .filter(header -> header.getKey().equals("x-nsx-requestid"))
                    .findFirst()
                    .orElseThrow()
                    .getValue();
        }
    }
}
