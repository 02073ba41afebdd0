package io.edgeipsec.daemon.store;

import java.io.IOException;

/** The store cannot be opened; the message tells the operator why and what to do. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
