package io.edgeipsec.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmokeTest {
    @TempDir Path directory;

    @Test
    void smoke() throws Exception {
        long t = System.nanoTime();
        try (ApiFixture api = new ApiFixture(directory)) {
            System.err.println("start " + (System.nanoTime() - t) / 1e6);
            RawHttp.Answer answer = api.put(Samples.SESSIONS + "/s1", Samples.routeBased());
            System.err.println(answer);
            assertEquals(200, answer.status());
            System.err.println(api.get(Samples.SESSIONS));
            System.err.println(api.get(Samples.SESSIONS + "/s1/status"));
            System.err.println(
                    api.put(
                            Samples.SESSIONS + "/s1",
                            ApiFixture.object(
                                    "{\"resource_type\":\"RouteBasedIPSecVPNSession\",\"psk\":5,\"enabld\":1}")));
            System.err.println(api.delete(Samples.SESSIONS + "/s1"));
            System.err.println(api.get("/vpn/ipsec/ike-profiles"));
        }
    }
}
