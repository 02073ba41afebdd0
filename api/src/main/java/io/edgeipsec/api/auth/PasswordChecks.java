package io.edgeipsec.api.auth;

import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Checks passwords on workers of their own. Nothing of a right password is kept: a client that asks
 * much logs in once instead. Any thread.
 */
final class PasswordChecks implements AutoCloseable {

    /** Each check takes 19 MiB for a tenth of a second. */
    private static final int WORKERS = 2;

    /** Some seconds of work; more would be answered too late. */
    private static final int MAX_WAITING = 64;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");

    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final LockOuts lockOuts;
    private final LoginRecord record;
    private final Map<String, String> challenge;
    private final ThreadPoolExecutor workers;

    /**
     * What an unknown user's password is checked against, so that it takes as long as another's.
     */
    private final CompletableFuture<String> nobodysHash = new CompletableFuture<>();

    PasswordChecks(
            Accounts accounts,
            PasswordHasher hasher,
            LockOuts lockOuts,
            LoginRecord record,
            Map<String, String> challenge) {
        this.accounts = accounts;
        this.hasher = hasher;
        this.lockOuts = lockOuts;
        this.record = record;
        this.challenge = challenge;
        AtomicInteger count = new AtomicInteger();
        this.workers =
                new ThreadPoolExecutor(
                        WORKERS,
                        WORKERS,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MAX_WAITING),
                        work -> {
                            Thread thread =
                                    new Thread(work, "api-password-" + count.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Whose password it is; takes over the claim and zeroes it. */
    CompletionStage<Login> check(Claims.Password claimed, Source source) {
        String name = NAME.matcher(claimed.user()).matches() ? claimed.user() : "(no user's name)";
        try {
            refuseLocked(name, source);
        } catch (ApiException locked) {
            Arrays.fill(claimed.octets(), (byte) 0);
            throw locked;
        }
        return accounts.login(name)
                .thenCompose(
                        found ->
                                found.isPresent()
                                        ? CompletableFuture.completedStage(found)
                                        : accounts.anyPassword()
                                                .thenApply(any -> orNobody(found, any)))
                .thenCompose(found -> onWorker(() -> verify(name, found, claimed, source)))
                .whenComplete((login, failure) -> Arrays.fill(claimed.octets(), (byte) 0));
    }

    private static Optional<Login> orNobody(Optional<Login> found, boolean anyPassword) {
        if (!anyPassword) {
            throw nobody();
        }
        return found;
    }

    /** The answer while there is no user with a password. */
    static ApiException nobody() {
        return new ApiException(
                ErrorCode.NOBODY_CAN_LOG_IN,
                "no user has a password yet; make one on this machine, as root, with 'edge-ipsec"
                        + " user add NAME --role admin'");
    }

    private Login verify(
            String name, Optional<Login> found, Claims.Password claimed, Source source) {
        // Asked again here: others may have failed while this one waited.
        refuseLocked(name, source);
        String stored = found.map(Login::passwordHash).orElse(null);
        boolean right =
                hasher.matches(claimed.octets(), stored == null ? nobodysHash() : stored)
                        && stored != null;
        if (!right) {
            lockOuts.failed(name, source);
            record.refused(name, source, "wrong user or password");
            throw new ApiException(
                    ErrorCode.UNAUTHENTICATED, "the user or the password is wrong", challenge);
        }
        Login login = found.orElseThrow();
        if (lockOuts.succeeded(name, source)) {
            record.arrived(login, source);
        }
        return login;
    }

    private String nobodysHash() {
        if (!nobodysHash.isDone()) {
            nobodysHash.complete(hasher.hash(new byte[1]));
        }
        return nobodysHash.join();
    }

    private void refuseLocked(String name, Source source) {
        Optional<Duration> wait = lockOuts.lockedFor(name, source);
        if (wait.isPresent()) {
            record.refused(name, source, "locked out");
            throw new ApiException(
                    ErrorCode.LOCKED_OUT,
                    "too many failed logins of this user or from "
                            + source
                            + "; try again later, or use the unix socket on the machine itself",
                    Map.of("Retry-After", String.valueOf(wait.get().toSeconds() + 1)));
        }
    }

    /** Hashes a new password; takes it over and zeroes it. */
    CompletionStage<String> hash(byte[] password) {
        return onWorker(() -> hasher.hash(password))
                .whenComplete((hash, failure) -> Arrays.fill(password, (byte) 0));
    }

    private <T> CompletionStage<T> onWorker(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, workers);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedStage(
                    new ApiException(
                            ErrorCode.BUSY,
                            MAX_WAITING + " passwords wait to be checked already; try again later",
                            Map.of("Retry-After", "2")));
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
