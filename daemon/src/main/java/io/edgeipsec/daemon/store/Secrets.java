package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.PresharedKey;
import io.edgeipsec.api.port.PrivateKeyOctets;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.ike.crypto.SecretBytes;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets of the sessions and the certificates' private keys, sealed. Store thread only, inside
 * a transaction.
 */
final class Secrets {

    private static final String KEY_ID = "sealing_key_id";

    private final Sql sql;
    private final SealingKey sealingKey;

    Secrets(Sql sql, SealingKey sealingKey) {
        this.sql = sql;
        this.sealingKey = sealingKey;
    }

    /** Checks that what is stored was sealed with the key that we have. */
    void checkKey() throws SQLException, StoreException {
        Optional<String> expected =
                sql.one("SELECT value FROM meta WHERE name = ?", row -> row.getString(1), KEY_ID);
        boolean anySealed =
                sql.number("SELECT count(*) FROM sealed_key")
                                + sql.number("SELECT count(*) FROM sealed_ppk")
                                + sql.number("SELECT count(*) FROM sealed_private_key")
                        > 0;
        if (expected.isPresent() && anySealed && !expected.get().equals(sealingKey.id())) {
            throw new StoreException(
                    "the stored keys were sealed with key "
                            + expected.get()
                            + ", and "
                            + sealingKey.origin()
                            + " is key "
                            + sealingKey.id()
                            + "; bring the right key back, or move the database away and put the"
                            + " sessions and certificates again");
        }
        sql.update("INSERT OR REPLACE INTO meta VALUES (?, ?)", KEY_ID, sealingKey.id());
    }

    boolean has(SessionSecret kind, long sessionKey) throws SQLException {
        return sql.number("SELECT count(*) FROM " + kind.table() + " WHERE session = ?", sessionKey)
                > 0;
    }

    void put(SessionSecret kind, long sessionKey, String sessionId, PresharedKey secret)
            throws SQLException {
        SealingKey.Sealed key = sealingKey.seal(kind, sessionId, secret);
        sql.update(
                "INSERT OR REPLACE INTO " + kind.table() + " VALUES (?, ?, ?)",
                sessionKey,
                key.nonce(),
                key.octets());
    }

    /** Whether a secret is another one than the stored one, if there is any. */
    boolean isNew(SessionSecret kind, long sessionKey, String sessionId, PresharedKey secret)
            throws SQLException {
        Optional<PresharedKey> stored = get(kind, sessionKey, sessionId);
        if (stored.isEmpty()) {
            return true;
        }
        byte[] now = secret.copyOctets();
        byte[] before = stored.get().copyOctets();
        try {
            return !MessageDigest.isEqual(before, now);
        } finally {
            stored.get().close();
            Arrays.fill(now, (byte) 0);
            Arrays.fill(before, (byte) 0);
        }
    }

    void remove(SessionSecret kind, long sessionKey) throws SQLException {
        sql.update("DELETE FROM " + kind.table() + " WHERE session = ?", sessionKey);
    }

    /** The caller owns what it gets. */
    Optional<PresharedKey> get(SessionSecret kind, long sessionKey, String sessionId)
            throws SQLException {
        return sql.one(
                        "SELECT nonce, sealed FROM " + kind.table() + " WHERE session = ?",
                        row -> sealed(row, 1),
                        sessionKey)
                .map(found -> sealingKey.open(kind, sessionId, found));
    }

    /** All of them as they lie, by session. */
    Map<Long, SealingKey.Sealed> all(SessionSecret kind) throws SQLException {
        Map<Long, SealingKey.Sealed> all = new HashMap<>();
        sql.all(
                "SELECT session, nonce, sealed FROM " + kind.table(),
                row -> all.put(row.getLong(1), sealed(row, 2)));
        return all;
    }

    PresharedKey open(SessionSecret kind, String sessionId, SealingKey.Sealed key) {
        return sealingKey.open(kind, sessionId, key);
    }

    void putPrivateKey(long certificateKey, String certificateId, PrivateKeyOctets secret)
            throws SQLException {
        SealingKey.Sealed key = sealingKey.seal(certificateId, secret);
        sql.update(
                "INSERT INTO sealed_private_key VALUES (?, ?, ?)",
                certificateKey,
                key.nonce(),
                key.octets());
    }

    /** The caller owns what it gets. */
    Optional<SecretBytes> privateKey(String certificateId) throws SQLException {
        return sql.one(
                        "SELECT nonce, sealed FROM sealed_private_key JOIN resource"
                                + " ON key = certificate WHERE kind = ? AND id = ?",
                        row -> sealed(row, 1),
                        ResourceKind.CERTIFICATE.name(),
                        certificateId)
                .map(found -> sealingKey.openPrivateKey(certificateId, found));
    }

    private static SealingKey.Sealed sealed(ResultSet row, int column) throws SQLException {
        return new SealingKey.Sealed(row.getBytes(column), row.getBytes(column + 1));
    }
}
