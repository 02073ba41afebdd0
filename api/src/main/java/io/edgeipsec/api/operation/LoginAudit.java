package io.edgeipsec.api.operation;

import io.edgeipsec.api.auth.Authentication;
import io.edgeipsec.api.auth.Login;
import io.edgeipsec.api.auth.LoginRecord;
import io.edgeipsec.api.auth.Source;
import io.edgeipsec.api.port.AuditLog;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts logins in audit record and log. Refused ones come from anybody, so of these only so many a
 * minute are told, and the next one says how many were not. Any thread.
 */
public final class LoginAudit implements LoginRecord {

    private static final Logger LOG = LoggerFactory.getLogger(LoginAudit.class);

    /** Enough to see an attack, few enough that it does not push everything else out. */
    static final int MAX_REFUSALS_PER_MINUTE = 20;

    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final String KIND = "login";

    private final AuditLog audit;
    private final LongSupplier nanoClock;
    private long minuteBegan;
    private int told;
    private long untold;

    public LoginAudit(AuditLog audit, LongSupplier nanoClock) {
        this.audit = audit;
        this.nanoClock = nanoClock;
        this.minuteBegan = nanoClock.getAsLong();
    }

    @Override
    public void arrived(Login login, Source source) {
        LOG.info("event=api.login user=\"{}\" source={}", login.name(), source);
        record(
                new AuditLog.Act(
                        login.name(),
                        login.role(),
                        Authentication.PASSWORD,
                        source.text(),
                        null,
                        "Login",
                        KIND,
                        login.name(),
                        null));
    }

    @Override
    public void refused(String user, Source source, String why) {
        long omitted = admit();
        if (omitted < 0) {
            return;
        }
        String detail = why + (omitted > 0 ? "; " + omitted + " more were not recorded" : "");
        LOG.warn(
                "event=api.login_refused user=\"{}\" source={} reason=\"{}\"",
                user,
                source,
                detail);
        record(
                new AuditLog.Act(
                        user,
                        null,
                        Authentication.NONE,
                        source.text(),
                        null,
                        "RefusedLogin",
                        KIND,
                        user,
                        detail));
    }

    /** How many were left out before this one; negative if this one is left out too. */
    private synchronized long admit() {
        long now = nanoClock.getAsLong();
        if (now - minuteBegan > MINUTE_NANOS) {
            minuteBegan = now;
            told = 0;
        }
        if (told >= MAX_REFUSALS_PER_MINUTE) {
            untold++;
            return -1;
        }
        told++;
        long omitted = untold;
        untold = 0;
        return omitted;
    }

    private void record(AuditLog.Act act) {
        audit.record(act)
                .exceptionally(
                        failure -> {
                            LOG.error(
                                    "event=audit.not_recorded operation={}",
                                    act.operation(),
                                    failure);
                            return null;
                        });
    }
}
