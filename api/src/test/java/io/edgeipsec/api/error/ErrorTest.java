package io.edgeipsec.api.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorTest {

    @Test
    void aMisspeltNameFindsTheNearestKnownOne() {
        List<String> known = List.of("peer_address", "peer_id", "psk", "enabled");
        assertEquals(Optional.of("peer_address"), Suggestion.nearest("peer_adress", known));
        assertEquals(Optional.of("enabled"), Suggestion.nearest("Enabled", known));
        assertEquals(Optional.empty(), Suggestion.nearest("completely_different", known));
        assertEquals(Optional.empty(), Suggestion.nearest("x".repeat(65), known));
    }

    @Test
    void onlySoManyWrongFieldsAreListed() {
        ObjectNode body =
                ApiException.invalid(Collections.nCopies(250, new FieldError("/a", "b", "c")))
                        .toJson();
        assertEquals(ApiException.MAX_FIELD_ERRORS, body.path("related_errors").size());
        assertEquals("the first 100 of 250 wrong fields are listed", body.path("details").asText());
    }
}
