package io.edgeipsec.daemon.store;

import io.edgeipsec.daemon.config.FileFailures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.sqlite.SQLiteConfig;

/**
 * The files of the state directory: a lock that keeps a second daemon out for as long as this one
 * lives, however it dies, and the database, readable by its owner only.
 */
final class StoreFiles implements AutoCloseable {

    private static final String DATABASE = "edge-ipsec.db";
    private static final String LOCK = "lock";

    /** Nobody else should be writing; this covers a backup tool's short lock. */
    private static final int BUSY_TIMEOUT_MILLIS = 5000;

    private final Path database;
    private final FileChannel lockFile;

    private StoreFiles(Path database, FileChannel lockFile) {
        this.database = database;
        this.lockFile = lockFile;
    }

    /** Makes the directory if need be, and takes the lock. */
    static StoreFiles open(Path stateDir) throws IOException {
        FileAttribute<Set<PosixFilePermission>> ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        FileChannel lockFile;
        try {
            if (Files.notExists(stateDir)) {
                Files.createDirectory(
                        stateDir,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            Path database = stateDir.resolve(DATABASE);
            if (Files.notExists(database)) {
                // SQLite gives its -wal and -shm files the mode of this one.
                Files.createFile(database, ownerOnly);
            }
            lockFile =
                    FileChannel.open(
                            stateDir.resolve(LOCK),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            ownerOnly);
        } catch (IOException e) {
            throw new StoreException(
                    "state_dir " + stateDir + " cannot be used: " + FileFailures.describe(e), e);
        }
        if (!lock(lockFile)) {
            lockFile.close();
            throw new StoreException(
                    "state_dir "
                            + stateDir
                            + " is in use by another edge-ipsecd; stop that one, or set another"
                            + " state_dir");
        }
        return new StoreFiles(stateDir.resolve(DATABASE), lockFile);
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path database() {
        return database;
    }

    /** A connection on which every commit is on the disk when it returns. */
    Connection connect() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        return config.createConnection("jdbc:sqlite:" + database.toAbsolutePath());
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
