package io.edgeipsec.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    private static String refusal(byte[] body) {
        ApiException refused = assertThrows(ApiException.class, () -> JsonText.parse(body));
        assertEquals(ErrorCode.MALFORMED_JSON, refused.code());
        return String.valueOf(refused.getMessage());
    }

    private static String refusal(String body) {
        return refusal(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theContractsOwnBrokenExampleIsToldWhereItsCommaIsMissing() {
        String message = refusal("{\n  \"tunnel_ports\": [ ]\n  \"local_endpoint\": { } }");
        assertEquals(
                "the body is not JSON at line 3, column 3: was expecting comma to separate Object"
                        + " entries",
                message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"psk\": SECRET}",
                "{\"psk\": 'SECRET'}",
                "{\"psk\": SECRET SECRET}",
                "{SECRET: 1}",
                "{\"psk\": \"SECRET",
                "{\"psk\": \"SECRET\u0001\"}",
                "{\"psk\": \"\\qSECRET\"}",
                "{\"psk\": SECRETwas expecting SECRET}",
                "{\"psk\": 12SECRET}",
                "{\"psk\": \"a\", \"psk\": \"SECRET\"}",
                "{} SECRET",
                "SECRET",
                "{\"psk\": \"\\uSECRET\"}",
            })
    void whatIsNoJsonIsPlacedButNeverRepeated(String body) {
        String message = refusal(body);
        assertTrue(message.startsWith("the body is not JSON at line 1, column "), message);
        assertFalse(message.contains("SECRET"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1,\"a\":2} | a field is there twice in one object",
                "{\"a\": | it ends too early",
                "{} x | was expecting",
                "{} {} | something follows the end of the object",
                "\"\\ud800\" | has an unpaired surrogate",
                "{\"a\":{\"b\":[\"\\udc00\"]}} | the string at /a/b/0 has an unpaired surrogate",
                "{\"\\ud800\":1} | a field's name has an unpaired surrogate",
            })
    void theReasonIsSaid(String body, String reason) {
        String message = refusal(body);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void whatWouldCostTooMuchIsRefused() {
        assertTrue(refusal("[".repeat(33)).contains("nested deeper than 32"));
        assertTrue(refusal("[" + "1,".repeat(60_000) + "1]").contains("more than 60000 tokens"));
        assertTrue(refusal("[" + "1".repeat(65) + "]").contains("longer than any that is allowed"));
        assertTrue(
                refusal("{\"" + "n".repeat(257) + "\":1}")
                        .contains("longer than any that is allowed"));
    }

    @Test
    void onlyUtf8IsRead() {
        assertEquals("é", JsonText.parse("\uFEFF\"é\"".getBytes(StandardCharsets.UTF_8)).asText());
        assertTrue(
                refusal("\"é\"".getBytes(StandardCharsets.ISO_8859_1))
                        .contains("not UTF-8: the octet at offset 1"));
        assertTrue(refusal("{}".getBytes(StandardCharsets.UTF_16LE)).contains("not JSON"));
        assertTrue(refusal("\"é".getBytes(StandardCharsets.UTF_8)).contains("ends too early"));
    }

    @Test
    void noBodyIsSaidToBeMissing() {
        assertTrue(refusal(" \n").startsWith("the request has no body"));
    }
}
