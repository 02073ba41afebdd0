package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.policy.PolicyAction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A kernel that refuses some of it must not leave what is to be protected in clear. */
class FailClosedTest {
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";
    private static final Duration LONG = Duration.ofMinutes(6);

    private static SessionBuilder narrow() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    /** Protects what {@link #narrow} does, and more. */
    private static SessionBuilder wide() {
        return SessionBuilder.policyBased("branch").pairsFrom(2).rule("10.1.0.0/16", "10.7.0.0/16");
    }

    @Test
    void oldPoliciesStayUntilTheNewOnesAreAccepted() {
        Appliance box = new Appliance().start(narrow()).mustNeverLeaveInClear(PACKET);
        box.refuse(request -> request.startsWith("putPolicy"));
        box.put(wide());
        assertTrue(box.reason("branch").startsWith("Configuration failed: putPolicy"));
        assertTrue(box.reason("branch").contains("EIO"));
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
        box.refuseNothing();
        box.pass(LONG);
        assertEquals("", box.reason("branch"));
        assertEquals(3, box.policies().size());
        box.mustNeverLeaveInClear("10.1.200.5 > 10.7.0.5");
    }

    @Test
    void leftOversStayWhileASessionMissesPolicies() {
        Appliance before = new Appliance().start(narrow()).mustNeverLeaveInClear(PACKET);
        before.store.put(wide());
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET);
        box.refuse(request -> request.startsWith("putPolicy"));
        box.start();
        assertEquals(3, box.policies().size());
        box.refuseNothing();
        box.pass(LONG);
        box.mustNeverLeaveInClear("10.1.200.5 > 10.7.0.5");
        box.pass(Duration.ofMinutes(10));
        assertEquals(3, box.policies().size(), "the next audit removes them");
    }

    @Test
    void halfOfARefusedPlanIsCompletedLater() {
        Appliance box = new Appliance().start();
        box.fake.refuseNext("createLink", Outcome.Kind.OTHER, "ENOBUFS", true);
        box.put(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        assertTrue(box.reason("hq").contains("createLink"));
        assertEquals(3, box.policies(PolicyAction.PROTECT).size(), "what could be done is done");
        box.pass(Duration.ofSeconds(5));
        assertEquals("", box.reason("hq"));
        assertEquals("vpn3", box.link("vpn3").name());
        assertTrue(box.fake.requests().stream().anyMatch(r -> r.startsWith("setLinkAddresses")));
    }

    @Test
    void failureOfOneSessionDoesNotStopAnother() {
        Appliance box = new Appliance();
        box.refuse(request -> request.contains("10.1.0.0/24"));
        box.start(
                narrow(),
                SessionBuilder.policyBased("other")
                        .pairsFrom(9)
                        .rule("10.2.0.0/24", "10.8.0.0/16")
                        .addresses(SessionBuilder.LOCAL, "203.0.113.77"));
        assertFalse(box.reason("branch").isEmpty());
        assertEquals("", box.reason("other"));
        assertTrue(box.policyOf("10.2.0.1 > 10.8.0.1").isPresent());
        box.establish("other", "p9");
        box.refuseNothing();
        box.pass(LONG);
        assertEquals(6, box.policies().size());
        assertEquals("", box.reason("branch"));
    }

    @Test
    void retriesOfOneSessionDoNotPileUp() {
        Appliance box = new Appliance().start();
        box.refuse(request -> request.startsWith("putPolicy"));
        for (int i = 0; i < 20; i++) {
            box.put(narrow());
        }
        assertEquals(1, box.work.dueWithin(LONG));
        box.pass(Duration.ofMinutes(11));
        assertEquals(1, box.work.dueWithin(LONG));
    }

    @Test
    void retryOfAVanishedSessionDoesNothing() {
        Appliance box = new Appliance().start();
        box.refuse(request -> request.startsWith("putPolicy"));
        box.put(narrow());
        box.delete("branch");
        box.fake.forgetRequests();
        box.pass(LONG);
        assertEquals(List.of(), box.fake.requests());
        assertEquals(List.of(), box.policies());
    }

    @Test
    void removalThatIsRefusedIsTriedAgain() {
        Appliance box = new Appliance().start(narrow());
        box.fake.refuseNext("removePolicy", Outcome.Kind.OTHER, "EAGAIN", true);
        box.put(narrow().disabled());
        assertEquals(1, box.policies().size());
        box.pass(LONG);
        assertEquals(List.of(), box.policies());
    }
}
