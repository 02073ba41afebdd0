package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class KernelThreadTest {
    private final KernelThread thread = new KernelThread();

    @AfterEach
    void close() {
        thread.close();
    }

    @Test
    void workIsDoneInOrderOnOneThread() {
        List<Integer> done = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            thread.execute(
                    () -> {
                        done.add(number);
                        names.add(Thread.currentThread().getName());
                    });
        }
        thread.close();
        assertEquals(java.util.stream.IntStream.range(0, 1000).boxed().toList(), done);
        assertEquals(Set.of("kernel"), names);
    }

    @Test
    void defectDoesNotEndTheThread() throws InterruptedException {
        CountDownLatch later = new CountDownLatch(2);
        thread.execute(
                () -> {
                    throw new IllegalStateException("the test's");
                });
        thread.execute(later::countDown);
        thread.executeLater(Duration.ofMillis(1), later::countDown);
        later.await();
    }

    @Test
    void workThatWaitsIsBounded() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        thread.execute(
                () -> {
                    started.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        started.await();
        try {
            RejectedExecutionException refusal =
                    assertThrows(
                            RejectedExecutionException.class,
                            () -> {
                                for (int i = 0; i <= 200_001; i++) {
                                    thread.execute(() -> {});
                                }
                            });
            assertEquals("200000 kernel requests wait already", refusal.getMessage());
        } finally {
            release.countDown();
        }
    }

    @Test
    void afterTheEndNothingIsTakenAndNothingLateIsDone() {
        List<String> done = new ArrayList<>();
        thread.executeLater(Duration.ofDays(1), () -> done.add("late"));
        thread.execute(() -> done.add("soon"));
        thread.close();
        assertEquals(List.of("soon"), done);
        assertThrows(RejectedExecutionException.class, () -> thread.execute(() -> {}));
        thread.executeLater(Duration.ZERO, () -> done.add("too late"));
        assertEquals(List.of("soon"), done);
    }
}
