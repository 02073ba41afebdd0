package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Two sessions that protect the same traffic towards two peers, as when a branch is moved from one
 * gateway to another. The kernel has one policy for a selector.
 */
class SharedSelectorTest {
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";

    private static SessionBuilder first() {
        return SessionBuilder.policyBased("first").pairsFrom(1).rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static SessionBuilder second() {
        return SessionBuilder.policyBased("second")
                .pairsFrom(2)
                .rule("10.1.0.0/24", "10.7.0.0/16")
                .addresses(SessionBuilder.LOCAL, "203.0.113.77");
    }

    private static Set<Integer> reqids(Appliance box) {
        return box.policies(PolicyAction.PROTECT).stream()
                .map(policy -> policy.protection().map(PolicyTemplate::reqid).orElseThrow())
                .collect(Collectors.toSet());
    }

    private static final Set<Integer> FIRST = Set.of(KernelNumbers.reqid(1));
    private static final Set<Integer> SECOND = Set.of(KernelNumbers.reqid(2));

    @Test
    void whoHasThePolicyKeepsItAndTheOtherSaysWhy() {
        Appliance box = new Appliance().start(first());
        box.put(second());
        assertEquals(FIRST, reqids(box));
        assertEquals("", box.reason("first"));
        assertEquals(
                "Configuration failed: out policy 10.1.0.0/24 to 10.7.0.0/16 PROTECT reqid "
                        + KernelNumbers.reqid(2)
                        + " was refused: EEXIST (session first has a policy for it)",
                box.reason("second"));
        box.put(first());
        assertEquals(FIRST, reqids(box), "a change of the first takes nothing from it");
    }

    @Test
    void deletionHandsThePolicyOverInOneStep() {
        Appliance box = new Appliance().start(first(), second()).mustNeverLeaveInClear(PACKET);
        assertEquals(FIRST, reqids(box));
        box.delete("first");
        assertEquals(SECOND, reqids(box));
        assertEquals(3, box.policies().size());
        assertEquals("", box.reason("second"));
    }

    @Test
    void deletionOfTheOtherTouchesNothing() {
        Appliance box = new Appliance().start(first(), second()).mustNeverLeaveInClear(PACKET);
        box.fake.forgetRequests();
        box.delete("second");
        assertEquals(FIRST, reqids(box));
        assertEquals(0, box.requests("putPolicy", "removePolicy").size());
    }

    @Test
    void disablingAndNarrowingHandOverToo() {
        Appliance box = new Appliance().start(first(), second()).mustNeverLeaveInClear(PACKET);
        box.put(first().disabled());
        assertEquals(SECOND, reqids(box));
        box.put(first());
        assertEquals(SECOND, reqids(box), "it comes back as the second");
        box.put(
                SessionBuilder.policyBased("second")
                        .pairsFrom(5)
                        .rule("10.2.0.0/24", "10.7.0.0/16"));
        assertEquals(Set.of(KernelNumbers.reqid(1), KernelNumbers.reqid(5)), reqids(box));
    }

    @Test
    void auditsAndRetriesChangeNothing() {
        Appliance box = new Appliance().start(first(), second()).mustNeverLeaveInClear(PACKET);
        box.pass(Duration.ofMinutes(45));
        assertEquals(FIRST, reqids(box));
        assertTrue(box.reason("second").contains("session first has a policy for it"));
    }

    @Test
    void stopBlocksAndTheNextStartProtectsAgain() {
        Appliance before = new Appliance().start(first(), second()).mustNeverLeaveInClear(PACKET);
        Appliance.value(before.plane.stop(Config.OnStop.BLOCK));
        assertEquals(3, before.policies(PolicyAction.BLOCK).size());
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET).start();
        assertEquals(FIRST, reqids(box));
    }
}
