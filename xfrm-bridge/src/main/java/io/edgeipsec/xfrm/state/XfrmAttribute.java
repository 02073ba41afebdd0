package io.edgeipsec.xfrm.state;

/** Attribute types, {@code enum xfrm_attr_type_t} in linux/xfrm.h. */
public final class XfrmAttribute {
    public static final int ALG_AUTH = 1;
    public static final int ALG_CRYPT = 2;
    public static final int ENCAP = 4;
    public static final int TMPL = 5;
    public static final int LTIME_VAL = 9;
    public static final int REPLAY_VAL = 10;
    public static final int LASTUSED = 15;
    public static final int ALG_AEAD = 18;
    public static final int ALG_AUTH_TRUNC = 20;
    public static final int MARK = 21;
    public static final int REPLAY_ESN_VAL = 23;
    public static final int SET_MARK = 29;
    public static final int IF_ID = 31;

    private XfrmAttribute() {}
}
