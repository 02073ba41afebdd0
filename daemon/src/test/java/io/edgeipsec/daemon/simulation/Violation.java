package io.edgeipsec.daemon.simulation;

/** Something happened, or failed to happen, that must not, or must. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    Violation(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    Violation(String invariant, String what, Throwable cause) {
        super(invariant + ": " + what, cause);
        this.invariant = invariant;
    }

    /** Which one, in a word. */
    String invariant() {
        return invariant;
    }
}
