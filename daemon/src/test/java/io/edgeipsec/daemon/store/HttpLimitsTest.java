package io.edgeipsec.daemon.store;

import static io.edgeipsec.daemon.store.ApiFixture.object;
import static io.edgeipsec.daemon.store.Samples.SESSIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.port.SessionRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller may not do, and that everyone else goes on. */
class HttpLimitsTest {

    private final CountDownLatch storeMayGoOn = new CountDownLatch(1);
    private ApiFixture api;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        SessionRule slow =
                (candidate, others) -> {
                    if (candidate.id().equals("slow")) {
                        await(storeMayGoOn);
                    }
                    return List.of();
                };
        api = new ApiFixture(directory, slow);
    }

    @AfterEach
    void stop() throws IOException {
        storeMayGoOn.countDown();
        api.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertRefused(RawHttp.Answer answer, int status, int code) {
        assertEquals(status, answer.status(), answer::body);
        api.check("GET", "/limits", answer);
        assertEquals(code, object(answer).path("error_code").asInt(), answer::body);
    }

    private static byte[] megabytes(int count) {
        byte[] body = new byte[count << 20];
        Arrays.fill(body, (byte) ' ');
        return body;
    }

    @Test
    void tenMegabytesAreRefusedAndTheCallerReadsTheAnswer() throws IOException {
        try (RawHttp http = RawHttp.tcp(api.port())) {
            RawHttp.Answer answer =
                    http.request(
                            "PUT",
                            SESSIONS + "/big",
                            List.of("Content-Type: application/json"),
                            megabytes(10));
            assertRefused(answer, 413, 41301);
            assertTrue(answer.body().contains("10485760 octets; at most 1048576"), answer::body);
            assertTrue(http.isClosedByServer());
        }
        assertEquals(200, api.get(SESSIONS).status());
    }

    @Test
    void aCallerThatAsksFirstNeedNotSendTheBody() throws IOException {
        try (RawHttp http = RawHttp.unix(api.socket())) {
            http.send(
                    "PUT "
                            + SESSIONS
                            + "/big HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            + "Content-Length: 10485760\r\n\r\n");
            assertRefused(http.receive(), 413, 41301);
        }
        try (RawHttp http = RawHttp.unix(api.socket())) {
            byte[] body = Samples.routeBased().toString().getBytes(StandardCharsets.UTF_8);
            http.send(
                    "PUT "
                            + SESSIONS
                            + "/asked HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            + "Content-Length: "
                            + body.length
                            + "\r\n\r\n");
            http.expectContinue();
            http.send(body);
            assertEquals(200, http.receive().status());
        }
    }

    @Test
    void aBodyOfUnknownLengthIsRefusedWhenItHasGrownTooLarge() throws IOException {
        try (RawHttp http = RawHttp.unix(api.socket())) {
            http.send(
                    "PUT "
                            + SESSIONS
                            + "/big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                http.send("100000\r\n");
                http.send(megabytes(1));
                http.send("\r\n");
            }
            http.send("0\r\n\r\n");
            assertRefused(http.receive(), 413, 41301);
        }
    }

    @Test
    void aBodyOfExactlyTheLimitIsRead() throws IOException {
        byte[] body = Samples.routeBased().toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = megabytes(1);
        System.arraycopy(body, 0, padded, 0, body.length);
        try (RawHttp http = RawHttp.unix(api.socket())) {
            RawHttp.Answer answer = http.request("PUT", SESSIONS + "/full", List.of(), padded);
            assertEquals(200, answer.status(), answer::body);
        }
    }

    @Test
    void otherContentIsRefused() throws IOException {
        RawHttp.Answer answer =
                api.call("PUT", SESSIONS + "/a", List.of("Content-Type: text/plain"), "{}");
        assertRefused(answer, 415, 41501);
        assertRefused(
                api.call(
                        "PUT",
                        SESSIONS + "/a",
                        List.of("Content-Type: application/x-www-form-urlencoded"),
                        "a=b"),
                415,
                41501);
    }

    @Test
    void malformedJsonIsRefusedWithItsPlace() throws IOException {
        RawHttp.Answer answer =
                api.call("PUT", SESSIONS + "/a", List.of(), "{\n \"a\": 1\n \"b\": 2 }");
        assertRefused(answer, 400, 40001);
        assertTrue(answer.body().contains("line 3, column 2"), answer::body);
        assertRefused(api.call("PUT", SESSIONS + "/a", List.of(), ""), 400, 40001);
        assertRefused(api.call("PUT", SESSIONS + "/a", List.of(), "[".repeat(5000)), 400, 40001);
        assertRefused(
                api.call("PUT", SESSIONS + "/a", List.of(), "[" + "1,".repeat(100_000) + "1]"),
                400,
                40001);
    }

    @Test
    void pathsAndMethodsThatAreNotThereAreRefused() throws IOException {
        assertRefused(api.get("/nothing"), 404, 269);
        assertRefused(api.get("/api/v1/vpn/ipsec/sessions/a/b"), 404, 269);
        RawHttp.Answer answer = api.call("PATCH", SESSIONS + "/a", List.of(), "{}");
        assertRefused(answer, 405, 269);
        assertEquals(
                "DELETE, GET, HEAD, OPTIONS, POST, PUT", answer.header("allow").orElse("none"));
        assertRefused(api.get(SESSIONS + "/%"), 400, 40002);
    }

    @Test
    void longLinesAndHeadersAreRefused() throws IOException {
        try (RawHttp http = RawHttp.unix(api.socket())) {
            assertRefused(
                    http.request("GET", "/" + "a".repeat(5000), List.of(), new byte[0]),
                    414,
                    41401);
            assertTrue(http.isClosedByServer());
        }
        try (RawHttp http = RawHttp.unix(api.socket())) {
            List<String> headers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                headers.add("X-" + i + ": " + "a".repeat(1000));
            }
            assertRefused(http.request("GET", SESSIONS, headers, new byte[0]), 431, 43101);
        }
        try (RawHttp http = RawHttp.unix(api.socket())) {
            http.send("this is no HTTP\r\n\r\n");
            assertRefused(http.receive(), 400, 40002);
        }
        try (RawHttp http = RawHttp.unix(api.socket())) {
            http.send("PUT " + SESSIONS + "/a HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n");
            assertRefused(http.receive(), 400, 40002);
        }
    }

    @Test
    void aConnectionServesManyRequests() throws IOException {
        try (RawHttp http = RawHttp.tcp(api.port())) {
            byte[] body = Samples.routeBased().toString().getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 5; i++) {
                assertEquals(
                        200, http.request("PUT", SESSIONS + "/n" + i, List.of(), body).status());
                assertEquals(404, http.request("GET", "/nothing", List.of(), new byte[0]).status());
            }
        }
    }

    @Test
    void aCallerThatIsRefusedEarlyStillHasItsSmallBodyRead() throws IOException {
        try (RawHttp http = RawHttp.tcp(api.port())) {
            byte[] body = new byte[100_000];
            for (int i = 0; i < 3; i++) {
                assertEquals(404, http.request("PUT", "/nothing", List.of(), body).status());
            }
            assertEquals(200, http.request("GET", SESSIONS, List.of(), new byte[0]).status());
        }
    }

    @Test
    void webPagesAndOtherNamesDoNotReachTheDevelopmentListener() throws IOException {
        try (RawHttp http = RawHttp.tcp(api.port())) {
            assertRefused(
                    http.request(
                            "GET", SESSIONS, List.of("Origin: http://evil.example"), new byte[0]),
                    400,
                    40002);
        }
        try (RawHttp http = RawHttp.tcp(api.port())) {
            http.send("GET " + SESSIONS + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
            assertRefused(http.receive(), 400, 40002);
        }
    }

    /** One more than are taken at once; which of them comes last is the server's to say. */
    @Test
    void moreRequestsThanAreTakenAtOnceAreToldToComeBack() throws Exception {
        ExecutorService readers = Executors.newCachedThreadPool();
        List<RawHttp> connections = new ArrayList<>();
        CompletableFuture<RawHttp.Answer> first = new CompletableFuture<>();
        List<Future<RawHttp.Answer>> answers = new ArrayList<>();
        byte[] body = Samples.routeBased().toString().getBytes(StandardCharsets.UTF_8);
        try {
            for (int i = 0; i < 257; i++) {
                RawHttp http = RawHttp.unix(api.socket());
                connections.add(http);
                http.send(
                        "PUT "
                                + SESSIONS
                                + "/slow HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n");
                http.send(body);
                answers.add(
                        readers.submit(
                                () -> {
                                    RawHttp.Answer answer = http.receive();
                                    first.complete(answer);
                                    return answer;
                                }));
            }
            // The store stands still, so this is the only answer that there can be.
            RawHttp.Answer refused = first.get(30, TimeUnit.SECONDS);
            assertRefused(refused, 503, 50301);
            assertEquals("1", refused.header("retry-after").orElse("none"));
            storeMayGoOn.countDown();
            Map<Integer, Integer> statuses = new HashMap<>();
            for (Future<RawHttp.Answer> answer : answers) {
                statuses.merge(answer.get().status(), 1, Integer::sum);
            }
            assertEquals(Map.of(200, 1, 412, 255, 503, 1), statuses);
        } finally {
            storeMayGoOn.countDown();
            for (RawHttp http : connections) {
                http.close();
            }
            readers.shutdownNow();
        }
        assertEquals(200, api.get(SESSIONS).status());
    }

    @Test
    void aCallerThatGoesAwayLeavesNothingBehind() throws IOException {
        // More often than there may be requests or connections at once.
        for (int i = 0; i < 600; i++) {
            try (RawHttp http = RawHttp.unix(api.socket())) {
                http.send(
                        "PUT " + SESSIONS + "/a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
            }
            assertEquals(404, api.get("/nothing").status());
        }
    }
}
