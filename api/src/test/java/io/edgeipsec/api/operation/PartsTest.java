package io.edgeipsec.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.port.ListQuery;
import io.edgeipsec.api.port.SortField;
import io.edgeipsec.api.resource.Ipv4Subnet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartsTest {

    private static final Routes ROUTES =
            new Routes(ApiDocument.load(OptionalLong.empty()).operations());

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/vpn/ipsec/sessions, ListIPSecVPNSessions,",
        "GET, /vpn/ipsec/sessions, ListIPSecVPNSessions,",
        "PUT, /vpn/ipsec/sessions/branch-7, UpdateIPSecVPNSession, branch-7",
        "PUT, /vpn/ipsec/sessions/branch%2D7, UpdateIPSecVPNSession, branch-7",
        "GET, /vpn/ipsec/sessions/a+b, GetIPSecVPNSession, a+b",
        "GET, /vpn/ipsec/sessions/a/status, GetIPSecVPNSessionStatus, a",
        "DELETE, /api/v1/vpn/ipsec/dpd-profiles/B8D2F6A0-5D0C-4F51-9D2E-1F6A3C7E0003,"
                + " DeleteIPSecVPNDPDProfile, b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e0003",
        "GET, /api/v1/openapi.json, GetOpenApiDocument,",
    })
    void pathsLeadToOperations(String method, String path, String operation, String id)
            throws Exception {
        Route route = ROUTES.find(method, path);
        assertEquals(operation, route.operation().id());
        assertEquals(id, route.id().orElse(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1",
                "/api/v1/",
                "/api/v1/api/v1/vpn/ipsec/sessions",
                "/vpn",
                "*"
            })
    void otherPathsLeadNowhere(String path) {
        assertEquals(
                ErrorCode.NO_SUCH_PATH,
                assertThrows(ApiException.class, () -> ROUTES.find("GET", path)).code());
    }

    @Test
    void aKnownPathSaysWhichMethodsItTakes() {
        assertEquals(
                "DELETE, GET, HEAD, OPTIONS, POST, PUT",
                assertThrows(
                                Routes.MethodNotAllowedException.class,
                                () -> ROUTES.find("PATCH", "/vpn/ipsec/sessions/a"))
                        .allowed());
        assertEquals(
                "GET, HEAD, OPTIONS",
                assertThrows(
                                Routes.MethodNotAllowedException.class,
                                () -> ROUTES.find("PUT", "/vpn/ipsec/sessions/summary"))
                        .allowed(),
                "it is no session");
    }

    @Test
    void aBrokenPercentSignIsMalformed() {
        assertEquals(
                ErrorCode.MALFORMED_REQUEST,
                assertThrows(
                                ApiException.class,
                                () -> ROUTES.find("GET", "/vpn/ipsec/sessions/%zz"))
                        .code());
    }

    @Test
    void cursorsCarryIdsAndNeverLookLikeTheEnd() {
        for (String id : List.of("0000", "a", "b8d2f6a0-5d0c-4f51-9d2e-1f6a3c7e0003", "é")) {
            for (String value : List.of("", "0000", "two\nlines\n", "é".repeat(128))) {
                Cursors.Cursor cursor =
                        new Cursors.Cursor(
                                new ListQuery.Order(SortField.DESCRIPTION, false),
                                new ListQuery.Position(value, id));
                assertEquals(cursor, Cursors.decode(Cursors.encode(cursor)));
                assertFalse(Cursors.encode(cursor).startsWith("0000"));
            }
        }
        for (String other :
                List.of("pA", cursor("id\ntrue\na"), cursor("no\ntrue\na\nb"), cursor(""))) {
            assertThrows(ApiException.class, () -> Cursors.decode(other));
        }
        assertThrows(ApiException.class, () -> Cursors.decode(cursor("_create_time\ntrue\na\nb")));
    }

    private static String cursor(String text) {
        return "p"
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void derivedIdsDependOnSessionAndSelectors() {
        List<Ipv4Subnet> a = List.of(Ipv4Subnet.parse("10.1.0.0/16"));
        List<Ipv4Subnet> b = List.of(Ipv4Subnet.parse("10.2.0.0/16"));
        assertEquals(Ids.ofRule("s", a, b), Ids.ofRule("s", a, b));
        assertFalse(Ids.ofRule("s", a, b).equals(Ids.ofRule("s", b, a)));
        assertFalse(Ids.ofRule("s", a, b).equals(Ids.ofRule("t", a, b)));
        assertFalse(Ids.ofTunnelPort("s").equals(Ids.ofTunnelPort("t")));
    }
}
