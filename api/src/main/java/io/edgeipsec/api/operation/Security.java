package io.edgeipsec.api.operation;

import io.edgeipsec.api.auth.Authenticator;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.AuditLog;

/** What the operations on accounts, logins and the audit record work with. */
public record Security(Authenticator authenticator, AccountStore accounts, AuditLog audit) {}
