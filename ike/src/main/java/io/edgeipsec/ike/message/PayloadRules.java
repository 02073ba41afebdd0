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
            Map.of(
                    new Message(ExchangeType.IKE_SA_INIT, false),
                    List.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE),
                    new Message(ExchangeType.IKE_SA_INIT, true),
                    List.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE),
                    new Message(ExchangeType.IKE_AUTH, false),
                    List.of(PayloadType.ID_I),
                    new Message(ExchangeType.IKE_AUTH, true),
                    List.of(PayloadType.ID_R, PayloadType.AUTH),
                    new Message(ExchangeType.CREATE_CHILD_SA, false),
                    List.of(PayloadType.SA, PayloadType.NONCE),
                    new Message(ExchangeType.CREATE_CHILD_SA, true),
                    List.of(PayloadType.SA, PayloadType.NONCE),
                    new Message(ExchangeType.INFORMATIONAL, false),
                    List.of(),
                    new Message(ExchangeType.INFORMATIONAL, true),
                    List.of());

    private PayloadRules() {}

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
