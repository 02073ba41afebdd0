package io.edgeipsec.api.port;

import io.edgeipsec.api.auth.Accounts;
import io.edgeipsec.api.auth.CallContext;
import io.edgeipsec.api.auth.Role;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The stored users and principals. Any thread may call; no call blocks. Stages complete on the
 * store's thread, exceptionally as those of {@link ConfigurationStore} do. A name belongs to one
 * user or principal. Every change is in the audit record with it.
 */
public interface AccountStore extends Accounts {

    /**
     * A user as it is to be.
     *
     * @param passwordHash null to keep what is there
     */
    record UserChange(
            String name, @Nullable String fullName, Role role, @Nullable String passwordHash) {
        @Override
        public String toString() {
            return "UserChange[" + name + "]";
        }
    }

    /** What became of a change of accounts. */
    enum Outcome {
        DONE,
        NOT_FOUND,
        /** Another user or principal has the name, or the certificate. */
        TAKEN,
        FULL
    }

    /** In the order of names. */
    CompletionStage<List<User>> users();

    CompletionStage<Outcome> createUser(UserChange user, CallContext context);

    /** Replaces the user of that name. */
    CompletionStage<Outcome> updateUser(UserChange user, CallContext context);

    CompletionStage<Outcome> deleteUser(String name, CallContext context);

    /** In the order of names. */
    CompletionStage<List<Principal>> principals();

    CompletionStage<Outcome> createPrincipal(Principal principal, CallContext context);

    CompletionStage<Outcome> deletePrincipal(String id, CallContext context);
}
