package io.edgeipsec.ike.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.ike.message.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A session between other implementations: its datagrams and, where they are known, its secrets by
 * name, in hex (see {@code captures/README.md}).
 */
public record CapturedSession(
        List<Datagram> datagrams,
        List<Map<String, Octets>> ikeSas,
        List<Map<String, Octets>> childSas) {
    public static final List<String> SUITES =
            List.of(
                    "gcm128",
                    "gcm192",
                    "gcm256",
                    "cbc128",
                    "cbc192",
                    "cbc256",
                    "cbc128-sha1",
                    "chacha20",
                    "default");

    public record Datagram(boolean fromOriginalInitiator, Octets octets) {}

    /** One of {@link #SUITES}. */
    public static CapturedSession strongSwan(String suite) {
        return read("strongswan-" + suite);
    }

    public static CapturedSession read(String name) {
        JsonNode session = TestVectors.read("captures/" + name + ".json");
        List<Datagram> datagrams = new ArrayList<>();
        for (JsonNode message : session.required("messages")) {
            datagrams.add(
                    new Datagram(
                            TestVectors.text(message, "from").equals("initiator"),
                            TestVectors.octets(message, "hex")));
        }
        return new CapturedSession(
                datagrams, secrets(session.path("ikeSas")), secrets(session.path("childSas")));
    }

    private static List<Map<String, Octets>> secrets(JsonNode sas) {
        List<Map<String, Octets>> result = new ArrayList<>();
        for (JsonNode sa : sas) {
            Map<String, Octets> named = new HashMap<>();
            sa.fieldNames().forEachRemaining(name -> named.put(name, TestVectors.octets(sa, name)));
            result.add(named);
        }
        return result;
    }
}
