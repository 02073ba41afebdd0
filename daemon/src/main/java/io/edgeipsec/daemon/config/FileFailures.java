package io.edgeipsec.daemon.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file cannot be used, in words: the message of most such exceptions is the bare path. */
public final class FileFailures {
    private FileFailures() {}

    /** As in {@code /etc/x.yaml: no such file or directory}. */
    public static String describe(IOException failure) {
        return failure instanceof FileSystemException file
                ? file.getFile() + ": " + reason(file)
                : String.valueOf(failure.getMessage());
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NotDirectoryException) {
            return "not a directory";
        }
        String reason = failure.getReason();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
