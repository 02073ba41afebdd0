package io.edgeipsec.xfrm.state;

/** Message types, {@code XFRM_MSG_...} in linux/xfrm.h. */
public final class XfrmMessage {
    public static final int NEWSA = 16;
    public static final int DELSA = 17;
    public static final int GETSA = 18;
    public static final int NEWPOLICY = 19;
    public static final int DELPOLICY = 20;
    public static final int GETPOLICY = 21;
    public static final int ALLOCSPI = 22;
    public static final int ACQUIRE = 23;
    public static final int EXPIRE = 24;
    public static final int UPDPOLICY = 25;
    public static final int UPDSA = 26;
    public static final int FLUSHSA = 28;
    public static final int FLUSHPOLICY = 29;
    public static final int MAPPING = 38;

    private XfrmMessage() {}
}
