package io.edgeipsec.ike.message;

import java.util.HashMap;
import java.util.Map;

/**
 * IANA "IKEv2 Notify Message Error Types" (below 16384) and "Status Types" (RFC 7296 §3.10.1).
 * Unknown values are kept.
 */
public record NotifyType(int value) {
    private static final int FIRST_STATUS = 16384;
    private static final Map<Integer, String> NAMES = new HashMap<>();

    public static final NotifyType UNSUPPORTED_CRITICAL_PAYLOAD =
            named(1, "UNSUPPORTED_CRITICAL_PAYLOAD");
    public static final NotifyType INVALID_IKE_SPI = named(4, "INVALID_IKE_SPI");
    public static final NotifyType INVALID_MAJOR_VERSION = named(5, "INVALID_MAJOR_VERSION");
    public static final NotifyType INVALID_SYNTAX = named(7, "INVALID_SYNTAX");
    public static final NotifyType INVALID_MESSAGE_ID = named(9, "INVALID_MESSAGE_ID");
    public static final NotifyType INVALID_SPI = named(11, "INVALID_SPI");
    public static final NotifyType NO_PROPOSAL_CHOSEN = named(14, "NO_PROPOSAL_CHOSEN");
    public static final NotifyType INVALID_KE_PAYLOAD = named(17, "INVALID_KE_PAYLOAD");
    public static final NotifyType AUTHENTICATION_FAILED = named(24, "AUTHENTICATION_FAILED");
    public static final NotifyType SINGLE_PAIR_REQUIRED = named(34, "SINGLE_PAIR_REQUIRED");
    public static final NotifyType NO_ADDITIONAL_SAS = named(35, "NO_ADDITIONAL_SAS");
    public static final NotifyType INTERNAL_ADDRESS_FAILURE = named(36, "INTERNAL_ADDRESS_FAILURE");
    public static final NotifyType FAILED_CP_REQUIRED = named(37, "FAILED_CP_REQUIRED");
    public static final NotifyType TS_UNACCEPTABLE = named(38, "TS_UNACCEPTABLE");
    public static final NotifyType INVALID_SELECTORS = named(39, "INVALID_SELECTORS");
    public static final NotifyType TEMPORARY_FAILURE = named(43, "TEMPORARY_FAILURE");
    public static final NotifyType CHILD_SA_NOT_FOUND = named(44, "CHILD_SA_NOT_FOUND");
    public static final NotifyType STATE_NOT_FOUND = named(47, "STATE_NOT_FOUND");

    public static final NotifyType INITIAL_CONTACT = named(16384, "INITIAL_CONTACT");
    public static final NotifyType SET_WINDOW_SIZE = named(16385, "SET_WINDOW_SIZE");
    public static final NotifyType ADDITIONAL_TS_POSSIBLE = named(16386, "ADDITIONAL_TS_POSSIBLE");
    public static final NotifyType NAT_DETECTION_SOURCE_IP =
            named(16388, "NAT_DETECTION_SOURCE_IP");
    public static final NotifyType NAT_DETECTION_DESTINATION_IP =
            named(16389, "NAT_DETECTION_DESTINATION_IP");
    public static final NotifyType COOKIE = named(16390, "COOKIE");
    public static final NotifyType USE_TRANSPORT_MODE = named(16391, "USE_TRANSPORT_MODE");
    public static final NotifyType REKEY_SA = named(16393, "REKEY_SA");
    public static final NotifyType ESP_TFC_PADDING_NOT_SUPPORTED =
            named(16394, "ESP_TFC_PADDING_NOT_SUPPORTED");
    public static final NotifyType MOBIKE_SUPPORTED = named(16396, "MOBIKE_SUPPORTED");
    public static final NotifyType MULTIPLE_AUTH_SUPPORTED =
            named(16404, "MULTIPLE_AUTH_SUPPORTED");
    public static final NotifyType REDIRECT_SUPPORTED = named(16406, "REDIRECT_SUPPORTED");
    public static final NotifyType CHILDLESS_IKEV2_SUPPORTED =
            named(16418, "CHILDLESS_IKEV2_SUPPORTED");
    public static final NotifyType IKEV2_FRAGMENTATION_SUPPORTED =
            named(16430, "IKEV2_FRAGMENTATION_SUPPORTED");
    public static final NotifyType SIGNATURE_HASH_ALGORITHMS =
            named(16431, "SIGNATURE_HASH_ALGORITHMS");
    public static final NotifyType USE_PPK = named(16435, "USE_PPK");
    public static final NotifyType PPK_IDENTITY = named(16436, "PPK_IDENTITY");
    public static final NotifyType NO_PPK_AUTH = named(16437, "NO_PPK_AUTH");
    public static final NotifyType INTERMEDIATE_EXCHANGE_SUPPORTED =
            named(16438, "INTERMEDIATE_EXCHANGE_SUPPORTED");
    public static final NotifyType ADDITIONAL_KEY_EXCHANGE =
            named(16441, "ADDITIONAL_KEY_EXCHANGE");

    public NotifyType {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException("notify type " + value);
        }
    }

    private static NotifyType named(int value, String name) {
        NAMES.put(value, name);
        return new NotifyType(value);
    }

    /** Whether it reports an error, known to us or not (RFC 7296 §3.10.1). */
    public boolean isError() {
        return value < FIRST_STATUS;
    }

    @Override
    public String toString() {
        String name = NAMES.get(value);
        return name != null ? name : "NOTIFY_" + value;
    }
}
