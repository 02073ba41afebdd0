package io.edgeipsec.xfrm.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Transforms, keys, lifetimes: what requests are made of. */
class EspValuesTest {
    private static final InetAddress LOCAL = IpPrefix.parse("192.0.2.1").address();
    private static final InetAddress PEER = IpPrefix.parse("192.0.2.2").address();
    private static final EspTransform GCM = EspTransform.aead(EspCipher.AES_GCM_16, 256);
    private static final EspTransform CBC =
            new EspTransform(EspCipher.AES_CBC, 128, EspIntegrity.HMAC_SHA2_256_128);

    @Test
    void transformsMakeSense() {
        assertEquals(36, GCM.encryptionKeyOctets());
        assertEquals(0, GCM.integrityKeyOctets());
        assertEquals(16, CBC.encryptionKeyOctets());
        assertEquals(32, CBC.integrityKeyOctets());
        assertEquals("AES_GCM_16_256", GCM.toString());
        assertEquals("AES_CBC_128/HMAC_SHA2_256_128", CBC.toString());
        assertThrows(
                IllegalArgumentException.class, () -> EspTransform.aead(EspCipher.AES_GCM_16, 160));
        assertThrows(
                IllegalArgumentException.class, () -> EspTransform.aead(EspCipher.AES_CBC, 128));
        assertThrows(
                IllegalArgumentException.class,
                () -> new EspTransform(EspCipher.AES_GCM_16, 128, EspIntegrity.HMAC_SHA1_96));
        List<EspTransform> all = EspTransform.all();
        assertEquals(all.size(), new HashSet<>(all).size());
        assertEquals(22 + 8 * 6, all.size());
        assertTrue(all.contains(GCM));
        assertTrue(all.contains(CBC));
    }

    /** By hand: 1500 - 20 - 8 (ESP) - IV - ICV, whole blocks, less pad length and next header. */
    @Test
    void tunnelMtu() {
        assertEquals(1446, GCM.tunnelMtu(1500, false, false));
        assertEquals(1438, GCM.tunnelMtu(1500, false, true));
        assertEquals(1426, GCM.tunnelMtu(1500, true, false));
        assertEquals(1438, CBC.tunnelMtu(1500, false, false));
        assertEquals(1422, CBC.tunnelMtu(1500, false, true));
    }

    private static SaInstall install(
            int spi, int reqid, EspTransform t, int encryptionOctets, int integrityOctets) {
        return new SaInstall(
                SaDirection.IN,
                LOCAL,
                PEER,
                spi,
                reqid,
                Scope.GLOBAL,
                t,
                KeyMaterial.owning(new byte[encryptionOctets]),
                KeyMaterial.owning(new byte[integrityOctets]),
                null,
                SaOptions.DEFAULT);
    }

    @Test
    void requestsAreChecked() {
        assertEquals(PEER, install(256, 1, GCM, 36, 0).source());
        assertEquals(LOCAL, install(256, 1, GCM, 36, 0).destination());
        assertThrows(IllegalArgumentException.class, () -> install(255, 1, GCM, 36, 0));
        assertThrows(IllegalArgumentException.class, () -> install(256, 0, GCM, 36, 0));
        assertThrows(IllegalArgumentException.class, () -> install(256, 1, GCM, 32, 0));
        assertThrows(IllegalArgumentException.class, () -> install(256, 1, CBC, 16, 20));
        assertEquals(-1, install(-1, 1, GCM, 36, 0).spi(), "SPIs are unsigned");
        assertThrows(
                IllegalArgumentException.class,
                () -> new SpiRequest(LOCAL, IpPrefix.parse("::1").address(), 1, Scope.GLOBAL, 0));
        assertThrows(IllegalArgumentException.class, () -> new Scope(3, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new UdpEncapsulation(0, 4500));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SaOptions(0, true, SaLifetimes.NONE, DfPolicy.COPY, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SaOptions(4097, false, SaLifetimes.NONE, DfPolicy.COPY, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> SaLifetimes.ofSeconds(5, 4));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        Selector.between(
                                IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("2001:db8::/32")));
    }

    @Test
    void keysAreOwnedZeroedAndNeverShown() {
        byte[] octets = {0x11, 0x22, 0x33, 0x44};
        KeyMaterial key = KeyMaterial.owning(octets);
        assertEquals("KeyMaterial[4]", key.toString());
        key.close();
        assertTrue(key.isClosed());
        for (byte b : octets) {
            assertEquals(0, b);
        }
        NetlinkWriter writer = new NetlinkWriter(ByteBuffer.allocate(16));
        assertThrows(IllegalStateException.class, () -> key.writeTo(writer));

        SaInstall sa = install(256, 1, GCM, 36, 0);
        assertFalse(sa.toString().contains("KeyMaterial"), sa.toString());
        sa.close();
        assertTrue(sa.encryptionKey().isClosed());
        assertTrue(sa.integrityKey().isClosed());
    }

    @Test
    void lifetimesEndBeforeSequenceNumbersRepeat() {
        LifetimeConfig plain = SaLifetimes.ofSeconds(10, 20).toStruct(false, SaDirection.OUT, 300);
        assertEquals(10, plain.softAddSeconds());
        assertEquals(20, plain.hardAddSeconds());
        assertEquals(LifetimeConfig.UNLIMITED, plain.hardOctets());
        assertEquals(0xffff_ffffL, plain.hardPackets());
        LifetimeConfig esn = SaLifetimes.NONE.toStruct(true, SaDirection.OUT, 300);
        assertEquals(LifetimeConfig.UNLIMITED, esn.hardPackets());
        assertEquals(LifetimeConfig.UNLIMITED, esn.softPackets());
        LifetimeConfig own =
                new SaLifetimes(0, 0, 1, 2, 3, 4).toStruct(false, SaDirection.OUT, 300);
        assertEquals(new LifetimeConfig(1, 2, 3, 4, 0, 0, 0, 0), own, "stricter ones are kept");
        LifetimeConfig onlyHard =
                new SaLifetimes(0, 0, 0, 0, 0, 100).toStruct(false, SaDirection.OUT, 300);
        assertEquals(100, onlyHard.softPackets(), "soft never after hard");
    }

    /** Neighbouring SPIs, as after a start, are the hardest to spread. */
    @Test
    void softPacketLimitsAreSpreadAndTheSenderComesFirst() {
        long lastOutbound = 0;
        long firstInbound = Long.MAX_VALUE;
        Set<Long> outbound = new HashSet<>();
        long[] inSixteenthOfTheSpan = new long[16];
        long span = 0xffff_ffffL / 16;
        for (int spi = 0xc000_0000; spi < 0xc000_0000 + 1600; spi++) {
            LifetimeConfig out = SaLifetimes.NONE.toStruct(false, SaDirection.OUT, spi);
            LifetimeConfig in = SaLifetimes.NONE.toStruct(false, SaDirection.IN, spi);
            outbound.add(out.softPackets());
            lastOutbound = Math.max(lastOutbound, out.softPackets());
            firstInbound = Math.min(firstInbound, in.softPackets());
            inSixteenthOfTheSpan[(int) ((out.softPackets() - 14 * span) * 16 / span)]++;
            assertTrue(out.softPackets() >= 14 * span, "not needlessly early");
            assertTrue(in.softPackets() < 0xffff_ffffL - span / 4, "in time");
        }
        assertEquals(1600, outbound.size());
        assertTrue(lastOutbound < firstInbound);
        for (long count : inSixteenthOfTheSpan) {
            assertTrue(count > 80 && count < 120, Arrays.toString(inSixteenthOfTheSpan));
        }
    }
}
