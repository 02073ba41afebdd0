package io.edgeipsec.ike.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7296 §1.2 to §1.4 and appendix C: what a message must carry, and what only once. */
class PayloadRulesTest {
    private static final RandomPayloads RANDOM = new RandomPayloads(12);
    private static final Identification ID =
            new Identification(Identification.KEY_ID, Octets.ofHex("61"));
    private static final List<TrafficSelector> ANY = List.of(TrafficSelector.parse("0.0.0.0/0"));

    private static final Map<PayloadType, Payload> EXAMPLES =
            Map.ofEntries(
                    Map.entry(PayloadType.SA, RANDOM.sa()),
                    Map.entry(PayloadType.KE, RANDOM.keyExchange()),
                    Map.entry(PayloadType.NONCE, RANDOM.nonce()),
                    Map.entry(PayloadType.ID_I, new IdentificationPayload(PayloadType.ID_I, ID)),
                    Map.entry(PayloadType.ID_R, new IdentificationPayload(PayloadType.ID_R, ID)),
                    Map.entry(PayloadType.AUTH, new AuthenticationPayload(2, Octets.ofHex("61"))),
                    Map.entry(PayloadType.TS_I, new TrafficSelectorPayload(PayloadType.TS_I, ANY)),
                    Map.entry(PayloadType.TS_R, new TrafficSelectorPayload(PayloadType.TS_R, ANY)),
                    Map.entry(PayloadType.NOTIFY, NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED)),
                    Map.entry(PayloadType.DELETE, DeletePayload.ofIkeSa()),
                    Map.entry(PayloadType.CERT, CertificatePayload.x509(Octets.ofHex("3000"))),
                    Map.entry(PayloadType.CERTREQ, CertificateRequestPayload.x509(List.of())),
                    Map.entry(PayloadType.VENDOR_ID, opaque(PayloadType.VENDOR_ID)),
                    Map.entry(PayloadType.CP, opaque(PayloadType.CP)),
                    Map.entry(PayloadType.EAP, opaque(PayloadType.EAP)));

    private static final Row IKE_SA_INIT_RESPONSE =
            new Row(34, true, List.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE));
    private static final Row INFORMATIONAL_REQUEST = new Row(37, false, List.of());

    static final List<Row> ROWS =
            List.of(
                    new Row(34, false, List.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE)),
                    IKE_SA_INIT_RESPONSE,
                    new Row(35, false, List.of(PayloadType.ID_I)),
                    new Row(35, true, List.of(PayloadType.ID_R, PayloadType.AUTH)),
                    new Row(36, false, List.of(PayloadType.SA, PayloadType.NONCE)),
                    new Row(36, true, List.of(PayloadType.SA, PayloadType.NONCE)),
                    INFORMATIONAL_REQUEST,
                    new Row(37, true, List.of()));

    /** A row of the table: exchange, direction, what must be there. */
    record Row(int exchange, boolean response, List<PayloadType> required) {
        private Optional<String> violation(List<Payload> payloads) {
            IkeHeader header =
                    IkeHeader.of(
                            IkeSpi.ZERO,
                            IkeSpi.ZERO,
                            new ExchangeType(exchange),
                            true,
                            response,
                            0);
            return PayloadRules.violation(header, payloads);
        }

        private List<Payload> sufficient() {
            return new ArrayList<>(required.stream().map(PayloadRulesTest::example).toList());
        }
    }

    private static Payload opaque(PayloadType type) {
        return new OpaquePayload(type, false, Octets.EMPTY);
    }

    private static Payload example(PayloadType type) {
        Payload example = EXAMPLES.get(type);
        if (example == null) {
            throw new IllegalArgumentException(type.toString());
        }
        return example;
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void whatIsRequiredSufficesInAnyOrder(Row row) {
        List<Payload> payloads = row.sufficient();
        assertEquals(Optional.empty(), row.violation(payloads));
        Collections.reverse(payloads);
        assertEquals(Optional.empty(), row.violation(payloads));
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void nothingThatIsRequiredMayBeMissing(Row row) {
        for (PayloadType missing : row.required) {
            List<Payload> payloads = row.sufficient();
            payloads.removeIf(payload -> payload.type().equals(missing));
            payloads.add(example(PayloadType.NOTIFY));
            payloads.add(example(PayloadType.VENDOR_ID));
            assertEquals(Optional.of("no " + missing + " payload"), row.violation(payloads));
        }
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    @DisplayName("RFC 7296 §2.21: a response that reports an error may lack the rest")
    void aResponseWithAnErrorIsExcused(Row row) {
        for (int error : new int[] {14, 17, 24, 8000, 16383}) {
            Optional<String> violation =
                    row.violation(List.of(NotifyPayload.of(new NotifyType(error))));
            boolean excused = row.response || row.required.isEmpty();
            assertEquals(excused, violation.isEmpty(), row + " with " + error);
        }
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    @DisplayName("RFC 7296 §2.6: only an IKE_SA_INIT response may ask for a cookie instead")
    void onlyAnIkeSaInitResponseIsExcusedByACookie(Row row) {
        Optional<String> violation = row.violation(List.of(NotifyPayload.of(NotifyType.COOKIE)));
        boolean excused = row.equals(IKE_SA_INIT_RESPONSE) || row.required.isEmpty();
        assertEquals(excused, violation.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {16384, 16393, 16430, 65535})
    void noOtherStatusExcusesAResponse(int status) {
        assertEquals(
                Optional.of("no SA payload"),
                IKE_SA_INIT_RESPONSE.violation(List.of(NotifyPayload.of(new NotifyType(status)))));
    }

    @ParameterizedTest
    @CsvSource({
        "33, SA",
        "34, KE",
        "35, IDi",
        "36, IDr",
        "39, AUTH",
        "40, Nonce",
        "44, TSi",
        "45, TSr",
        "47, CP",
        "48, EAP",
    })
    void singletonsOccurOnce(int type, String name) {
        Payload payload = example(new PayloadType(type));
        for (Row row : ROWS) {
            List<Payload> payloads = row.sufficient();
            payloads.removeIf(p -> p.type().equals(payload.type()));
            payloads.add(payload);
            boolean complete = row.violation(payloads).isEmpty();
            assertEquals(
                    row.required.isEmpty()
                            || payloads.stream()
                                    .map(Payload::type)
                                    .toList()
                                    .containsAll(row.required),
                    complete,
                    "one " + name + " in " + row);
            payloads.add(payload);
            assertEquals(
                    Optional.of("more than one " + name + " payload"), row.violation(payloads));
        }
    }

    @Test
    void anErrorDoesNotExcuseADuplicate() {
        Payload sa = example(PayloadType.SA);
        List<Payload> payloads = List.of(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), sa, sa);
        assertEquals(
                Optional.of("more than one SA payload"), IKE_SA_INIT_RESPONSE.violation(payloads));
    }

    @ParameterizedTest
    @ValueSource(ints = {37, 38, 41, 42, 43})
    void theOthersMayRepeat(int type) {
        Payload payload = example(new PayloadType(type));
        for (Row row : ROWS) {
            List<Payload> payloads = row.sufficient();
            payloads.addAll(List.of(payload, payload, payload));
            assertEquals(Optional.empty(), row.violation(payloads), row.toString());
        }
    }

    @Test
    void unknownPayloadsMayRepeat() {
        Payload unknown = opaque(new PayloadType(200));
        assertEquals(Optional.empty(), INFORMATIONAL_REQUEST.violation(List.of(unknown, unknown)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 33, 38, 42, 45, 255})
    void anExchangeThatWeDoNotKnowIsRefused(int exchange) {
        for (boolean response : new boolean[] {false, true}) {
            assertEquals(
                    Optional.of("unknown exchange EXCHANGE_" + exchange),
                    new Row(exchange, response, List.of())
                            .violation(List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX))));
        }
    }
}
