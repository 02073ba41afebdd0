package io.edgeipsec.xfrm.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.policy.UserAcquire;
import io.edgeipsec.xfrm.policy.UserPolicyId;
import io.edgeipsec.xfrm.policy.UserPolicyInfo;
import io.edgeipsec.xfrm.policy.UserTemplate;
import io.edgeipsec.xfrm.state.KernelStructs.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pins every struct that we write or read to {@link KernelStructs}, and that to what a C compiler
 * says where there is one.
 */
class StructLayoutTest {
    private static final XfrmAddress A = new XfrmAddress(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final XfrmAddress B = XfrmAddress.of(IpPrefix.parse("192.0.2.77").address());
    private static final Selector SELECTOR =
            new Selector(
                    IpPrefix.parse("2001:db8:1::/48"),
                    IpPrefix.parse("2001:db8:2::/56"),
                    17,
                    new PortMatch(0x1234, 0xfff0),
                    new PortMatch(0x4321, 0x0fff),
                    0x11223344);
    private static final LifetimeConfig LIMITS =
            new LifetimeConfig(1L << 40, 2L << 40, 3, 4, 5, 6, 7, 8);
    private static final LifetimeCurrent USED = new LifetimeCurrent(1L << 41, 2, 3, 4);
    private static final XfrmId ID = new XfrmId(A, 0xc1c2c3c4, 50);
    private static final UserSaInfo SA =
            new UserSaInfo(
                    ID,
                    B,
                    LIMITS,
                    USED,
                    new SaStatistics(11, 12, 13),
                    0x21222324,
                    0x45000007,
                    10,
                    1,
                    32,
                    0xa5);
    private static final UserPolicyInfo POLICY =
            new UserPolicyInfo(SELECTOR, LIMITS, USED, 0x450001, 0x789, 2, 1, 4, 3);

    private static Image selector() {
        return Image.written("xfrm_selector", SELECTOR::write);
    }

    private static Image id() {
        return Image.written("xfrm_id", ID::write);
    }

    private static Image limits() {
        return Image.written("xfrm_lifetime_cfg", LIMITS::write);
    }

    private static Image used() {
        return Image.written("xfrm_lifetime_cur", USED::write);
    }

    private static Image sa() {
        return Image.written("xfrm_usersa_info", SA::write);
    }

    private static Image policy() {
        return Image.written("xfrm_userpolicy_info", POLICY::write);
    }

    @Test
    void selectorFields() throws Exception {
        Image image =
                selector()
                        .address("daddr", XfrmAddress.of(SELECTOR.destination().address()))
                        .address("saddr", XfrmAddress.of(SELECTOR.source().address()))
                        .u16be("dport", 0x4321)
                        .u16be("dport_mask", 0x0fff)
                        .u16be("sport", 0x1234)
                        .u16be("sport_mask", 0xfff0)
                        .u16("family", 10)
                        .u8("prefixlen_d", 56)
                        .u8("prefixlen_s", 48)
                        .u8("proto", 17)
                        .u32("ifindex", 0x11223344)
                        .u32("user", 0);
        assertEquals(SELECTOR, Selector.read(image.reader()));
    }

    @Test
    void idFields() throws Exception {
        Image image = id().address("daddr", A).u32be("spi", 0xc1c2c3c4).u8("proto", 50);
        assertEquals(ID, XfrmId.read(image.reader()));
    }

    @Test
    void lifetimeFields() throws Exception {
        Image image =
                limits().u64("soft_byte_limit", 1L << 40)
                        .u64("hard_byte_limit", 2L << 40)
                        .u64("soft_packet_limit", 3)
                        .u64("hard_packet_limit", 4)
                        .u64("soft_add_expires_seconds", 5)
                        .u64("hard_add_expires_seconds", 6)
                        .u64("soft_use_expires_seconds", 7)
                        .u64("hard_use_expires_seconds", 8);
        assertEquals(LIMITS, LifetimeConfig.read(image.reader()));
        Image current =
                used().u64("bytes", 1L << 41)
                        .u64("packets", 2)
                        .u64("add_time", 3)
                        .u64("use_time", 4);
        assertEquals(USED, LifetimeCurrent.read(current.reader()));
    }

    @Test
    void statisticsFields() throws Exception {
        SaStatistics statistics = new SaStatistics(11, 12, 13);
        Image image =
                Image.written("xfrm_stats", statistics::write)
                        .u32("replay_window", 11)
                        .u32("replay", 12)
                        .u32("integrity_failed", 13);
        assertEquals(statistics, SaStatistics.read(image.reader()));
    }

    @Test
    void saFields() throws Exception {
        Image image =
                sa().inner("sel", Image.empty("xfrm_selector"))
                        .inner("id", id())
                        .address("saddr", B)
                        .inner("lft", limits())
                        .inner("curlft", used())
                        .u32("seq", 0x21222324)
                        .u32("reqid", 0x45000007)
                        .u16("family", 10)
                        .u8("mode", 1)
                        .u8("replay_window", 32)
                        .u8("flags", 0xa5);
        assertEquals(SA, UserSaInfo.read(image.reader()));
        // A struct's size is a whole number of its alignment: the reader must skip the padding.
        NetlinkReader padded = image.reader();
        UserSaInfo.read(padded);
        assertEquals(0, padded.remaining());
    }

    @Test
    void saIdFields() throws Exception {
        UserSaId saId = new UserSaId(A, 0xc1c2c3c4, 10, 50);
        Image image =
                Image.written("xfrm_usersa_id", saId::write)
                        .address("daddr", A)
                        .u32be("spi", 0xc1c2c3c4)
                        .u16("family", 10)
                        .u8("proto", 50);
        assertEquals(saId, UserSaId.read(image.reader()));
    }

    @Test
    void spiRequestFields() {
        Image.written("xfrm_userspi_info", new UserSpiInfo(SA, 0xc0000000, 0xcfffffff)::write)
                .inner("info", sa())
                .u32("min", 0xc0000000)
                .u32("max", 0xcfffffff);
    }

    @Test
    void policyFields() throws Exception {
        Image image =
                policy().inner("sel", selector())
                        .inner("lft", limits())
                        .inner("curlft", used())
                        .u32("priority", 0x450001)
                        .u32("index", 0x789)
                        .u8("dir", 2)
                        .u8("action", 1)
                        .u8("flags", 4)
                        .u8("share", 3);
        assertEquals(POLICY, UserPolicyInfo.read(image.reader()));
    }

    @Test
    void policyIdFields() {
        Image.written("xfrm_userpolicy_id", new UserPolicyId(SELECTOR, 0x789, 2)::write)
                .inner("sel", selector())
                .u32("index", 0x789)
                .u8("dir", 2);
    }

    @Test
    void templateFields() throws Exception {
        UserTemplate template = new UserTemplate(ID, 10, B, 0x45000009, 1, 3, 1, 5, 6, 7);
        Image image =
                Image.written("xfrm_user_tmpl", template::write)
                        .inner("id", id())
                        .u16("family", 10)
                        .address("saddr", B)
                        .u32("reqid", 0x45000009)
                        .u8("mode", 1)
                        .u8("share", 3)
                        .u8("optional", 1)
                        .u32("aalgos", 5)
                        .u32("ealgos", 6)
                        .u32("calgos", 7);
        assertEquals(template, UserTemplate.read(image.reader()));
    }

    @Test
    void acquireFields() throws Exception {
        Image image =
                Image.empty("xfrm_user_acquire")
                        .put("id", id())
                        .putAddress("saddr", B)
                        .put("sel", selector())
                        .put("policy", policy())
                        .putU32("seq", 77);
        assertEquals(
                new UserAcquire(ID, B, SELECTOR, POLICY, 77), UserAcquire.read(image.reader()));
    }

    @Test
    void expireFields() throws Exception {
        Image image = Image.empty("xfrm_user_expire").put("state", sa()).putU8("hard", 1);
        assertEquals(new UserExpire(SA, true), UserExpire.read(image.reader()));
    }

    @Test
    void mappingFields() throws Exception {
        UserSaId saId = new UserSaId(A, 0xc1c2c3c4, 10, 50);
        Image image =
                Image.empty("xfrm_user_mapping")
                        .put("id", Image.written("xfrm_usersa_id", saId::write))
                        .putU32("reqid", 7)
                        .putAddress("old_saddr", A)
                        .putAddress("new_saddr", B)
                        .putU16be("old_sport", 4500)
                        .putU16be("new_sport", 65000);
        assertEquals(new UserMapping(saId, 7, A, B, 4500, 65000), UserMapping.read(image.reader()));
    }

    @Test
    void encapFields() throws Exception {
        EncapTemplate encap = new EncapTemplate(2, 4500, 65001);
        Image image =
                Image.written("xfrm_encap_tmpl", encap::write)
                        .u16("encap_type", 2)
                        .u16be("encap_sport", 4500)
                        .u16be("encap_dport", 65001)
                        .address("encap_oa", XfrmAddress.NONE);
        assertEquals(encap, EncapTemplate.read(image.reader()));
    }

    @Test
    void replayFields() throws Exception {
        ReplayState replay = new ReplayState(1, 2, 3);
        Image image =
                Image.written("xfrm_replay_state", replay::write)
                        .u32("oseq", 1)
                        .u32("seq", 2)
                        .u32("bitmap", 3);
        assertEquals(replay, ReplayState.read(image.reader()));
    }

    @Test
    void extendedReplayFields() throws Exception {
        ReplayStateEsn replay = new ReplayStateEsn(0x1_0000_0002L, 0x3_0000_0004L, 0, List.of());
        Image image =
                Image.written("xfrm_replay_state_esn", replay::write)
                        .u32("bmp_len", 0)
                        .u32("oseq", 2)
                        .u32("oseq_hi", 1)
                        .u32("seq", 4)
                        .u32("seq_hi", 3)
                        .u32("replay_window", 0);
        assertEquals(replay, ReplayStateEsn.read(image.reader()));

        ByteBuffer buffer = ByteBuffer.allocate(100);
        ReplayStateEsn window = new ReplayStateEsn(1, 2, 64, List.of(0x0a0b0c0d, 7));
        window.write(new io.edgeipsec.xfrm.netlink.NetlinkWriter(buffer));
        assertEquals(KernelStructs.offset("xfrm_replay_state_esn", "bmp") + 8, buffer.position());
        assertEquals(window, ReplayStateEsn.read(NetlinkReader.of(buffer.flip())));
    }

    @Test
    void algorithmFields() throws Exception {
        for (EspAlgorithm.Kind kind : EspAlgorithm.Kind.values()) {
            String struct =
                    switch (kind) {
                        case CIPHER -> "xfrm_algo";
                        case INTEGRITY -> "xfrm_algo_auth";
                        case AEAD -> "xfrm_algo_aead";
                    };
            byte[] key = {1, 2, 3, 4, 5, 6, 7, 8};
            EspAlgorithm algorithm =
                    new EspAlgorithm(kind, "cbc(aes)", 96, KeyMaterial.owning(key.clone()));
            ByteBuffer buffer = ByteBuffer.allocate(200);
            algorithm.writeAttribute(new io.edgeipsec.xfrm.netlink.NetlinkWriter(buffer));
            ByteBuffer written = buffer.flip();
            int at = KernelStructs.offset(struct, "alg_key");
            assertEquals(4 + at + key.length, written.limit(), struct);
            byte[] name = new byte[9];
            written.get(4, name);
            assertEquals("cbc(aes)\0", new String(name, StandardCharsets.US_ASCII));
            assertEquals(64, written.getInt(4 + KernelStructs.offset(struct, "alg_key_len")));
            if (kind != EspAlgorithm.Kind.CIPHER) {
                String field = kind == EspAlgorithm.Kind.AEAD ? "alg_icv_len" : "alg_trunc_len";
                assertEquals(96, written.getInt(4 + KernelStructs.offset(struct, field)));
            }
            assertEquals(ByteBuffer.wrap(key), written.slice(4 + at, key.length));
            List<EspAlgorithm> read = EspAlgorithm.readAll(NetlinkReader.of(written).attributes());
            assertEquals(1, read.size());
            assertEquals(kind, read.get(0).kind());
            assertEquals("cbc(aes)", read.get(0).name());
            assertEquals(key.length, read.get(0).key().length());
        }
    }

    @Test
    void markFields() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        Scope scope = new Scope(0x45000001, -1, 0x45000002);
        scope.writeAttributes(new io.edgeipsec.xfrm.netlink.NetlinkWriter(buffer));
        buffer.flip();
        assertEquals(4 + KernelStructs.offset("xfrm_mark", "sizeof"), buffer.getShort(0));
        assertEquals(0x45000001, buffer.getInt(4 + KernelStructs.offset("xfrm_mark", "v")));
        assertEquals(-1, buffer.getInt(4 + KernelStructs.offset("xfrm_mark", "m")));
        assertEquals(scope, Scope.read(NetlinkReader.of(buffer).attributes()));
    }

    /** The table itself, against this machine's headers. */
    @Test
    void tableAgreesWithTheCompiler(@TempDir Path directory) throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/include/linux/xfrm.h")),
                "needs linux/xfrm.h (package linux-libc-dev)");
        StringBuilder program =
                new StringBuilder(
                        """
                        #include <stddef.h>
                        #include <stdio.h>
                        #include <linux/xfrm.h>
                        int main(void) {
                        """);
        StringBuilder expected = new StringBuilder();
        KernelStructs.LAYOUTS.forEach(
                (struct, fields) ->
                        fields.forEach(
                                (field, value) -> {
                                    String expression =
                                            field.equals(KernelStructs.SIZE)
                                                    ? "sizeof(struct " + struct + ")"
                                                    : "offsetof(struct %s, %s)"
                                                            .formatted(struct, field);
                                    program.append(
                                            "printf(\"%s %s %%zu\\n\", %s);\n"
                                                    .formatted(struct, field, expression));
                                    expected.append(struct + " " + field + " " + value + "\n");
                                }));
        Path source = directory.resolve("layout.c");
        Path binary = directory.resolve("layout");
        Files.writeString(source, program + "return 0; }\n");
        assumeTrue(hasCompiler(), "needs a C compiler (package gcc)");
        assertEquals("", run("gcc", "-o", binary.toString(), source.toString()));
        assertEquals(expected.toString(), run(binary.toString()));
    }

    private static boolean hasCompiler() throws Exception {
        try {
            run("gcc", "--version");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command[0] + " does not end");
        }
        return output;
    }
}
