package io.edgeipsec.api.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json;charset=UTF-8",
                "application/json; charset=\"utf-8\"; version=1",
                "charset=UTF-8",
                ""
            })
    void jsonInUtf8IsTaken(String contentType) {
        assertDoesNotThrow(() -> MediaType.check(contentType));
    }

    @Test
    void noContentTypeIsTakenForJson() {
        assertDoesNotThrow(() -> MediaType.check(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=iso-8859-1",
                "application/jsonp",
                "application/xml"
            })
    void nothingElseIs(String contentType) {
        assertEquals(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                assertThrows(ApiException.class, () -> MediaType.check(contentType)).code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.9.9.9", "[::1]:8080"})
    void loopbackNamesReachTheDevelopmentListener(String host) {
        assertDoesNotThrow(() -> LoopbackCaller.check(host, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "10.0.0.1"
            })
    void otherNamesDoNot(String host) {
        assertThrows(ApiException.class, () -> LoopbackCaller.check(host, null));
    }

    @Test
    void webPagesDoNot() {
        assertThrows(
                ApiException.class, () -> LoopbackCaller.check("localhost", "http://localhost"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
    void theDevelopmentListenerTakesLoopbackAddressesOnly(String address) {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new Listeners(
                                Path.of("/s"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new InetSocketAddress(address, 8080))));
    }
}
