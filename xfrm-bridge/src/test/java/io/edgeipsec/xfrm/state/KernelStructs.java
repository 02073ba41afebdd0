package io.edgeipsec.xfrm.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Sizes and offsets of the structs of linux/xfrm.h (Linux 6.1; x86-64 and aarch64 alike). */
final class KernelStructs {
    static final String SIZE = "sizeof";

    /** Size, and offset by field. */
    static final Map<String, Map<String, Integer>> LAYOUTS = new LinkedHashMap<>();

    static {
        struct("xfrm_selector 56", "daddr 0 saddr 16 dport 32 dport_mask 34 sport 36");
        more("xfrm_selector", "sport_mask 38 family 40 prefixlen_d 42 prefixlen_s 43 proto 44");
        more("xfrm_selector", "ifindex 48 user 52");
        struct("xfrm_id 24", "daddr 0 spi 16 proto 20");
        struct("xfrm_lifetime_cfg 64", "soft_byte_limit 0 hard_byte_limit 8");
        more("xfrm_lifetime_cfg", "soft_packet_limit 16 hard_packet_limit 24");
        more("xfrm_lifetime_cfg", "soft_add_expires_seconds 32 hard_add_expires_seconds 40");
        more("xfrm_lifetime_cfg", "soft_use_expires_seconds 48 hard_use_expires_seconds 56");
        struct("xfrm_lifetime_cur 32", "bytes 0 packets 8 add_time 16 use_time 24");
        struct("xfrm_stats 12", "replay_window 0 replay 4 integrity_failed 8");
        struct("xfrm_usersa_info 224", "sel 0 id 56 saddr 80 lft 96 curlft 160 stats 192");
        more("xfrm_usersa_info", "seq 204 reqid 208 family 212 mode 214 replay_window 215");
        more("xfrm_usersa_info", "flags 216");
        struct("xfrm_usersa_id 24", "daddr 0 spi 16 family 20 proto 22");
        struct("xfrm_userspi_info 232", "info 0 min 224 max 228");
        struct("xfrm_userpolicy_info 168", "sel 0 lft 56 curlft 120 priority 152 index 156");
        more("xfrm_userpolicy_info", "dir 160 action 161 flags 162 share 163");
        struct("xfrm_userpolicy_id 64", "sel 0 index 56 dir 60");
        struct("xfrm_user_tmpl 64", "id 0 family 24 saddr 28 reqid 44 mode 48 share 49");
        more("xfrm_user_tmpl", "optional 50 aalgos 52 ealgos 56 calgos 60");
        struct("xfrm_user_acquire 280", "id 0 saddr 24 sel 40 policy 96 aalgos 264 ealgos 268");
        more("xfrm_user_acquire", "calgos 272 seq 276");
        struct("xfrm_user_expire 232", "state 0 hard 224");
        struct("xfrm_user_mapping 64", "id 0 reqid 24 old_saddr 28 new_saddr 44 old_sport 60");
        more("xfrm_user_mapping", "new_sport 62");
        struct("xfrm_algo 68", "alg_name 0 alg_key_len 64 alg_key 68");
        struct("xfrm_algo_auth 72", "alg_name 0 alg_key_len 64 alg_trunc_len 68 alg_key 72");
        struct("xfrm_algo_aead 72", "alg_name 0 alg_key_len 64 alg_icv_len 68 alg_key 72");
        struct("xfrm_encap_tmpl 24", "encap_type 0 encap_sport 2 encap_dport 4 encap_oa 8");
        struct("xfrm_mark 8", "v 0 m 4");
        struct("xfrm_replay_state 12", "oseq 0 seq 4 bitmap 8");
        struct("xfrm_replay_state_esn 24", "bmp_len 0 oseq 4 seq 8 oseq_hi 12 seq_hi 16");
        more("xfrm_replay_state_esn", "replay_window 20 bmp 24");
    }

    private KernelStructs() {}

    private static void struct(String nameAndSize, String fields) {
        String[] words = nameAndSize.split(" ", -1);
        LAYOUTS.put(words[0], new LinkedHashMap<>(Map.of(SIZE, Integer.parseInt(words[1]))));
        more(words[0], fields);
    }

    private static void more(String name, String fields) {
        String[] words = fields.split(" ", -1);
        for (int i = 0; i < words.length; i += 2) {
            layout(name).put(words[i], Integer.parseInt(words[i + 1]));
        }
    }

    static Map<String, Integer> layout(String struct) {
        Map<String, Integer> layout = LAYOUTS.get(struct);
        if (layout == null) {
            throw new AssertionError("no struct " + struct);
        }
        return layout;
    }

    static int offset(String struct, String field) {
        Integer offset = layout(struct).get(field);
        if (offset == null) {
            throw new AssertionError("no field " + field + " in " + struct);
        }
        return offset;
    }

    /** A struct as the kernel would see it: what we wrote, or what we shall read. */
    static final class Image {
        private final String struct;
        private final ByteBuffer octets;

        private Image(String struct, ByteBuffer octets) {
            this.struct = struct;
            this.octets = octets.order(ByteOrder.nativeOrder());
        }

        static Image empty(String struct) {
            return new Image(struct, ByteBuffer.allocate(offset(struct, SIZE)));
        }

        /** What a class writes; its size must be the struct's. */
        static Image written(String struct, Consumer<NetlinkWriter> write) {
            ByteBuffer buffer = ByteBuffer.allocate(1024);
            write.accept(new NetlinkWriter(buffer));
            assertEquals(offset(struct, SIZE), buffer.position(), "size of " + struct);
            return new Image(struct, buffer.flip().slice());
        }

        NetlinkReader reader() {
            return NetlinkReader.of(octets);
        }

        Image u8(String field, int value) {
            assertEquals(value, octets.get(at(field)) & 0xff, field + " in " + struct);
            return this;
        }

        Image u16(String field, int value) {
            assertEquals(value, octets.getShort(at(field)) & 0xffff, field + " in " + struct);
            return this;
        }

        Image u16be(String field, int value) {
            int seen = ((octets.get(at(field)) & 0xff) << 8) | (octets.get(at(field) + 1) & 0xff);
            assertEquals(value, seen, field + " in " + struct);
            return this;
        }

        Image u32(String field, int value) {
            assertEquals(value, octets.getInt(at(field)), field + " in " + struct);
            return this;
        }

        Image u32be(String field, int value) {
            int seen = ByteBuffer.wrap(bytes(field, 4)).getInt();
            assertEquals(value, seen, field + " in " + struct);
            return this;
        }

        Image u64(String field, long value) {
            assertEquals(value, octets.getLong(at(field)), field + " in " + struct);
            return this;
        }

        Image address(String field, XfrmAddress value) {
            ByteBuffer seen = ByteBuffer.wrap(bytes(field, XfrmAddress.OCTETS));
            assertEquals(
                    value,
                    new XfrmAddress(seen.getLong(0), seen.getLong(8)),
                    field + " in " + struct);
            return this;
        }

        /** A struct within: its octets are those that its own class writes. */
        Image inner(String field, Image value) {
            assertEquals(
                    value.octets,
                    ByteBuffer.wrap(bytes(field, value.octets.limit())),
                    field + " in " + struct);
            return this;
        }

        private byte[] bytes(String field, int count) {
            byte[] b = new byte[count];
            octets.get(at(field), b);
            return b;
        }

        Image putU8(String field, int value) {
            octets.put(at(field), (byte) value);
            return this;
        }

        Image putU16be(String field, int value) {
            octets.put(at(field), (byte) (value >> 8)).put(at(field) + 1, (byte) value);
            return this;
        }

        Image putU32(String field, int value) {
            octets.putInt(at(field), value);
            return this;
        }

        Image putAddress(String field, XfrmAddress value) {
            byte[] b = ByteBuffer.allocate(16).putLong(value.high()).putLong(value.low()).array();
            octets.put(at(field), b);
            return this;
        }

        Image put(String field, Image value) {
            octets.put(at(field), value.octets, 0, value.octets.limit());
            return this;
        }

        private int at(String field) {
            return offset(struct, field);
        }
    }
}
