package io.edgeipsec.api.port;

/** More operations wait for the store than it takes; trying again later makes sense. */
public final class StoreBusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreBusyException(int waiting) {
        super(waiting + " operations wait for the store already");
    }
}
