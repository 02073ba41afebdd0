package io.edgeipsec.ike.message;

import java.util.Map;

/** IANA names of transform ids, for logs and reasons; what a suite may use is decided elsewhere. */
final class TransformNames {
    private static final Map<Integer, String> ENCR =
            Map.ofEntries(
                    Map.entry(2, "DES"),
                    Map.entry(3, "3DES"),
                    Map.entry(11, "NULL"),
                    Map.entry(12, "AES_CBC"),
                    Map.entry(13, "AES_CTR"),
                    Map.entry(14, "AES_CCM_8"),
                    Map.entry(15, "AES_CCM_12"),
                    Map.entry(16, "AES_CCM_16"),
                    Map.entry(18, "AES_GCM_8"),
                    Map.entry(19, "AES_GCM_12"),
                    Map.entry(20, "AES_GCM_16"),
                    Map.entry(21, "NULL_AUTH_AES_GMAC"),
                    Map.entry(23, "CAMELLIA_CBC"),
                    Map.entry(28, "CHACHA20_POLY1305"));
    private static final Map<Integer, String> PRF =
            Map.of(
                    1, "PRF_HMAC_MD5",
                    2, "PRF_HMAC_SHA1",
                    4, "PRF_AES128_XCBC",
                    5, "PRF_HMAC_SHA2_256",
                    6, "PRF_HMAC_SHA2_384",
                    7, "PRF_HMAC_SHA2_512",
                    8, "PRF_AES128_CMAC");
    private static final Map<Integer, String> INTEG =
            Map.of(
                    0, "NONE",
                    1, "HMAC_MD5_96",
                    2, "HMAC_SHA1_96",
                    5, "AES_XCBC_96",
                    8, "AES_CMAC_96",
                    12, "HMAC_SHA2_256_128",
                    13, "HMAC_SHA2_384_192",
                    14, "HMAC_SHA2_512_256");
    private static final Map<Integer, String> KE =
            Map.ofEntries(
                    Map.entry(0, "NONE"),
                    Map.entry(1, "MODP768"),
                    Map.entry(2, "MODP1024"),
                    Map.entry(5, "MODP1536"),
                    Map.entry(14, "MODP2048"),
                    Map.entry(15, "MODP3072"),
                    Map.entry(16, "MODP4096"),
                    Map.entry(17, "MODP6144"),
                    Map.entry(18, "MODP8192"),
                    Map.entry(19, "ECP256"),
                    Map.entry(20, "ECP384"),
                    Map.entry(21, "ECP521"),
                    Map.entry(22, "MODP1024_160"),
                    Map.entry(23, "MODP2048_224"),
                    Map.entry(24, "MODP2048_256"),
                    Map.entry(25, "ECP192"),
                    Map.entry(26, "ECP224"),
                    Map.entry(27, "BRAINPOOL224"),
                    Map.entry(28, "BRAINPOOL256"),
                    Map.entry(29, "BRAINPOOL384"),
                    Map.entry(30, "BRAINPOOL512"),
                    Map.entry(31, "CURVE25519"),
                    Map.entry(32, "CURVE448"),
                    Map.entry(35, "ML_KEM_512"),
                    Map.entry(36, "ML_KEM_768"),
                    Map.entry(37, "ML_KEM_1024"));
    private static final Map<Integer, String> ESN = Map.of(0, "NO_ESN", 1, "ESN");

    private TransformNames() {}

    static String name(TransformType type, int id) {
        Map<Integer, String> names =
                switch (type.value()) {
                    case 1 -> ENCR;
                    case 2 -> PRF;
                    case 3 -> INTEG;
                    case 4, 6, 7, 8, 9, 10, 11, 12 -> KE;
                    case 5 -> ESN;
                    default -> Map.of();
                };
        String name = names.get(id);
        return name != null ? name : type + "_" + id;
    }
}
