package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.AuthSettings;
import io.edgeipsec.api.auth.PasswordHasher;
import io.edgeipsec.api.port.AccountStore;
import io.edgeipsec.api.port.AuditLog;

/** What decides who may call, and records who did. */
public record Access(
        AuthSettings settings, AccountStore accounts, AuditLog audit, PasswordHasher hasher) {}
