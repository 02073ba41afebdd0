package io.edgeipsec.ike.message;

import java.util.Map;

/** IANA "IKEv2 Exchange Types" (RFC 7296 §3.1). Unknown values are kept. */
public record ExchangeType(int value) {
    public static final ExchangeType IKE_SA_INIT = new ExchangeType(34);
    public static final ExchangeType IKE_AUTH = new ExchangeType(35);
    public static final ExchangeType CREATE_CHILD_SA = new ExchangeType(36);
    public static final ExchangeType INFORMATIONAL = new ExchangeType(37);
    public static final ExchangeType IKE_INTERMEDIATE = new ExchangeType(43);
    public static final ExchangeType IKE_FOLLOWUP_KE = new ExchangeType(44);

    private static final Map<Integer, String> NAMES =
            Map.of(
                    34, "IKE_SA_INIT",
                    35, "IKE_AUTH",
                    36, "CREATE_CHILD_SA",
                    37, "INFORMATIONAL",
                    43, "IKE_INTERMEDIATE",
                    44, "IKE_FOLLOWUP_KE");

    @Override
    public String toString() {
        return NAMES.getOrDefault(value, "EXCHANGE_" + value);
    }
}
