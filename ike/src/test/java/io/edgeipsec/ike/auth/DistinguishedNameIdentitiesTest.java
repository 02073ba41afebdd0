package io.edgeipsec.ike.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Distinguished names among the identities. */
class DistinguishedNameIdentitiesTest {
    /** C=CH, O=strongSwan, CN=b, with PrintableStrings. */
    private static final Identification RECEIVED =
            new Identification(
                    Identification.DER_ASN1_DN,
                    Octets.ofHex(
                            "302e310b3009060355040613024348"
                                    + "31133011060355040a130a7374726f6e675377616e"
                                    + "310a30080603550403130162"));

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 1, c0000201",
        "2001:db8::1, 5, 20010db8000000000000000000000001",
        "a.example, 2, 612e6578616d706c65",
        "me@a.example, 3, 6d6540612e6578616d706c65",
        "@a.example, 2, 612e6578616d706c65",
        "fqdn:192.0.2.1, 2, 3139322e302e322e31",
        "keyid:a=b, 11, 613d62",
        "'CN=b', 9, 300c310a300806035504030c0162",
        "'dn:CN=b', 9, 300c310a300806035504030c0162",
        "'dn:b', 2, 646e3a62",
        "'=b', 2, 3d62",
    })
    void textsAndTypes(String text, int type, String data) {
        assertEquals(new Identification(type, Octets.ofHex(data)), Identities.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "C=CH, O=strongSwan, CN=b",
                "CN=b,O=strongSwan,C=CH",
                "c=ch, o=STRONGSWAN, cn=B",
                "dn:CN=b, O=strongSwan , C=CH",
                "2.5.4.6=CH,2.5.4.10=strongSwan,2.5.4.3=b",
            })
    @DisplayName("RFC 5280 §7.1: case, spaces and the type of string do not matter")
    void namesThatAreTheSame(String text) {
        Identification configured = Identities.parse(text);
        assertEquals(Identification.DER_ASN1_DN, configured.type());
        assertTrue(Identities.matches(configured, RECEIVED), configured.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "C=CH, O=strongSwan, CN=c",
                "C=CH, O=strongSwan",
                "C=CH, O=strongSwan, OU=x, CN=b",
                "O=strongSwan, C=CH, CN=b",
                "CN=b",
                "b",
            })
    void namesThatAreOthers(String text) {
        assertFalse(Identities.matches(Identities.parse(text), RECEIVED));
    }

    /** {@code #} in front of a value means DER in hexadecimal digits (RFC 4514 §2.4). */
    @ParameterizedTest
    @ValueSource(strings = {"1.2.3=#050u", "CN=#zz", "CN=#0c05", "CN=#"})
    void valuesThatAreNoDerMakeNoName(String text) {
        assertEquals(Identification.FQDN, Identities.parse(text).type());
    }

    @Test
    void namesAreShownAsText() {
        assertEquals("CN=b,O=strongSwan,C=CH", RECEIVED.toString());
        assertEquals(
                "dn:3001",
                new Identification(Identification.DER_ASN1_DN, Octets.ofHex("3001")).toString());
        Identification rude = Identities.parse("CN=b\u0007\u202e");
        assertFalse(rude.toString().chars().anyMatch(c -> c < 0x20 || c > 0x7e), rude.toString());
    }

    @Test
    void octetsThatAreNoNameMatchOnlyThemselves() {
        Identification none = new Identification(Identification.DER_ASN1_DN, Octets.ofHex("3001"));
        assertFalse(Identities.matches(none, RECEIVED));
        assertFalse(Identities.matches(RECEIVED, none));
        assertTrue(Identities.matches(none, none));
    }
}
