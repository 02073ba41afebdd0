package io.edgeipsec.xfrm.kernel;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What became of a request to the kernel: done, with its answer, or refused, with the reason. */
public sealed interface Outcome<T> {
    /** The answer of requests that have none. */
    enum Nothing {
        NOTHING
    }

    /** The kernel did it. */
    record Done<T>(T value) implements Outcome<T> {
        public Done {
            Objects.requireNonNull(value);
        }
    }

    /**
     * The kernel did not do it.
     *
     * @param errno its name, as ENOSYS
     * @param request the request in words, with its object
     * @param detail what the kernel or the library said beyond the number; may be empty
     * @param retryable true if the same request may succeed later without anything being changed
     */
    record Refused<T>(Kind kind, String errno, String request, String detail, boolean retryable)
            implements Outcome<T> {
        public Refused {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(errno);
            Objects.requireNonNull(request);
            Objects.requireNonNull(detail);
        }

        /** One line for an operator: what failed, on what, why, and what to do about it. */
        public String message() {
            return request
                    + " was refused: "
                    + errno
                    + (detail.isEmpty() ? "" : " (" + detail + ")")
                    + (kind.advice().isEmpty() ? "" : ". " + kind.advice());
        }

        /** The same refusal, as the outcome of another type of request. */
        public <R> Refused<R> as() {
            return new Refused<>(kind, errno, request, detail, retryable);
        }
    }

    /** The reasons that a caller acts upon. */
    enum Kind {
        MISSING_ALGORITHM(
                "This kernel has no such algorithm: load its module or choose another in the"
                        + " tunnel profile."),
        NO_PERMISSION("The daemon needs CAP_NET_ADMIN."),
        NOT_SUPPORTED("This kernel (or a library) lacks the function."),
        /** It is there already. */
        EXISTS(""),
        /** It is not there (any more). */
        GONE(""),
        /** An object of that name is there, but is not ours. */
        NOT_OURS("Rename or remove it."),
        /** Others refer to it, and what they want would come out otherwise without it. */
        IN_USE("Remove what refers to it."),
        /** The request contradicts itself or the kernel's rules: a defect of ours. */
        INVALID(""),
        OTHER("");

        private final String advice;

        Kind(String advice) {
            this.advice = advice;
        }

        String advice() {
            return advice;
        }
    }

    static <T> Outcome<T> done(T value) {
        return new Done<>(value);
    }

    static Outcome<Nothing> done() {
        return new Done<>(Nothing.NOTHING);
    }

    default boolean isDone() {
        return this instanceof Done;
    }

    /** True if it was refused for this reason. */
    default boolean isRefused(Kind kind) {
        return this instanceof Refused<T> r && r.kind() == kind;
    }

    default Optional<T> toOptional() {
        return this instanceof Done<T> d ? Optional.of(d.value()) : Optional.empty();
    }

    default Optional<Refused<T>> refusal() {
        return this instanceof Refused<T> r ? Optional.of(r) : Optional.empty();
    }

    default <R> Outcome<R> map(Function<? super T, ? extends R> function) {
        return fold(value -> new Done<>(function.apply(value)), Refused::as);
    }

    /** Exactly one of the two is called. */
    default <R> R fold(Function<? super T, R> done, Function<? super Refused<T>, R> refused) {
        return this instanceof Done<T> d ? done.apply(d.value()) : refused.apply((Refused<T>) this);
    }

    /** Exactly one of the two is called. */
    default void handle(Consumer<? super T> done, Consumer<? super Refused<T>> refused) {
        if (this instanceof Done<T> d) {
            done.accept(d.value());
        } else {
            refused.accept((Refused<T>) this);
        }
    }
}
