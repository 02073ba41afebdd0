package io.edgeipsec.ike.message;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which payloads a message must and may carry (RFC 7296 §1.2, §1.3, §1.4, appendix C). Notify,
 * Vendor ID, Delete, CERT and CERTREQ may repeat; every other payload that we interpret is a
 * singleton. A response that carries an error, and an IKE_SA_INIT response that asks for a repeat,
 * may lack the rest.
 */
final class PayloadRules {
    private static final List<PayloadType> SINGLETONS =
            List.of(
                    PayloadType.SA,
                    PayloadType.KE,
                    PayloadType.ID_I,
                    PayloadType.ID_R,
                    PayloadType.AUTH,
                    PayloadType.NONCE,
                    PayloadType.TS_I,
                    PayloadType.TS_R,
                    PayloadType.CP,
                    PayloadType.EAP);

    private record Message(ExchangeType exchange, boolean response) {}

    /** What must be there. CREATE_CHILD_SA's selectors are absent when the IKE SA is rekeyed. */
    private static final Map<Message, List<PayloadType>> REQUIRED =
            Map.ofEntries(
                    request(
                            ExchangeType.IKE_SA_INIT,
                            PayloadType.SA,
                            PayloadType.KE,
                            PayloadType.NONCE),
                    response(
                            ExchangeType.IKE_SA_INIT,
                            PayloadType.SA,
                            PayloadType.KE,
                            PayloadType.NONCE),
                    request(ExchangeType.IKE_INTERMEDIATE),
                    response(ExchangeType.IKE_INTERMEDIATE),
                    request(ExchangeType.IKE_AUTH, PayloadType.ID_I),
                    response(ExchangeType.IKE_AUTH, PayloadType.ID_R, PayloadType.AUTH),
                    request(ExchangeType.CREATE_CHILD_SA, PayloadType.SA, PayloadType.NONCE),
                    response(ExchangeType.CREATE_CHILD_SA, PayloadType.SA, PayloadType.NONCE),
                    request(ExchangeType.IKE_FOLLOWUP_KE),
                    response(ExchangeType.IKE_FOLLOWUP_KE),
                    request(ExchangeType.INFORMATIONAL),
                    response(ExchangeType.INFORMATIONAL));

    private PayloadRules() {}

    private static Map.Entry<Message, List<PayloadType>> request(
            ExchangeType exchange, PayloadType... required) {
        return Map.entry(new Message(exchange, false), List.of(required));
    }

    private static Map.Entry<Message, List<PayloadType>> response(
            ExchangeType exchange, PayloadType... required) {
        return Map.entry(new Message(exchange, true), List.of(required));
    }

    /** Why the payloads do not fit the message; empty if they do. */
    static Optional<String> violation(IkeHeader header, List<Payload> payloads) {
        Map<PayloadType, Integer> counts = new HashMap<>();
        payloads.forEach(payload -> counts.merge(payload.type(), 1, Integer::sum));
        for (PayloadType singleton : SINGLETONS) {
            if (counts.getOrDefault(singleton, 0) > 1) {
                return Optional.of("more than one " + singleton + " payload");
            }
        }
        List<PayloadType> required =
                REQUIRED.get(new Message(header.exchange(), header.response()));
        if (required == null) {
            return Optional.of("unknown exchange " + header.exchange());
        }
        if (header.response() && excused(header.exchange(), payloads)) {
            return Optional.empty();
        }
        return required.stream()
                .filter(type -> !counts.containsKey(type))
                .findFirst()
                .map(type -> "no " + type + " payload");
    }

    private static boolean excused(ExchangeType exchange, List<Payload> payloads) {
        boolean mayAskForCookie = exchange.equals(ExchangeType.IKE_SA_INIT);
        for (Payload payload : payloads) {
            if (payload instanceof NotifyPayload notify
                    && (notify.notifyType().isError()
                            || (mayAskForCookie
                                    && notify.notifyType().equals(NotifyType.COOKIE)))) {
                return true;
            }
        }
        return false;
    }
}
