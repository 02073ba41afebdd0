package io.edgeipsec.api.validation;

import io.edgeipsec.api.error.FieldError;
import io.edgeipsec.api.port.SessionRule;
import io.edgeipsec.api.resource.IPSecVPNPolicyRule;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.PolicyBasedIPSecVPNSession;
import io.edgeipsec.api.resource.SelectorPair;
import io.edgeipsec.api.resource.SessionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * That two sessions can be told apart: by addresses and identities where a peer authenticates, and
 * by selectors in the kernel, whose policies are those of all policy-based sessions together,
 * whatever their peers. Overlapping selectors are refused even where one contains the other and the
 * kernel would take the narrower: then disabling one session would quietly send its traffic to
 * another peer. Only enabled sessions and rules count, so that a successor can be prepared
 * disabled. Any thread.
 */
public final class SessionConflicts implements SessionRule {

    /** Of thousands of pairs that are wrong, these many rules are named. */
    private static final int MAX_NAMED_RULES = 10;

    @Override
    public List<FieldError> check(IPSecVPNSession candidate, Others others) {
        List<FieldError> errors = new ArrayList<>();
        if (!candidate.settings().enabled()) {
            return errors;
        }
        others.withPeersOf(candidate).ifPresent(other -> errors.add(repeated(candidate, other)));
        if (candidate instanceof PolicyBasedIPSecVPNSession policyBased) {
            List<IPSecVPNPolicyRule> rules = policyBased.policyRules();
            for (int i = 0; i < rules.size() && errors.size() < MAX_NAMED_RULES; i++) {
                if (rules.get(i).enabled()) {
                    overlap("/policy_rules/" + i, rules.get(i), others).ifPresent(errors::add);
                }
            }
        }
        return errors;
    }

    private static FieldError repeated(IPSecVPNSession candidate, IPSecVPNSession other) {
        SessionSettings settings = candidate.settings();
        return new FieldError(
                "/peer_id",
                settings.peerId()
                        + " with peer_address "
                        + settings.peerAddress()
                        + ", local_address "
                        + settings.localEndpoint().localAddress()
                        + " and local_id "
                        + settings.localEndpoint().localId()
                        + ", all as "
                        + named(other)
                        + " has them",
                "another peer_id, local_id, peer_address or local_address, since nothing would tell"
                        + " the two apart; or disable or delete that session first");
    }

    private static Optional<FieldError> overlap(
            String pointer, IPSecVPNPolicyRule rule, Others others) {
        for (SelectorPair pair : rule.pairs()) {
            Optional<Overlap> found = others.overlapping(pair);
            if (found.isPresent()) {
                return found.map(
                        overlap ->
                                new FieldError(
                                        pointer,
                                        "sources and destinations with "
                                                + pair
                                                + ", which overlaps "
                                                + overlap.pair()
                                                + " of "
                                                + named(overlap.session()),
                                        "networks whose traffic no other enabled session protects;"
                                                + " or change, disable or delete that session"
                                                + " first"));
            }
        }
        return Optional.empty();
    }

    private static String named(IPSecVPNSession session) {
        return "session " + session.id() + " (" + session.displayName() + ")";
    }
}
