package io.edgeipsec.api.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file of the unix socket. Java cannot set the umask, so a socket that is bound at its path
 * would for a moment have whatever mode the umask gives. It is therefore bound in a directory that
 * only we can enter, gets its group and mode there, and is then moved to its path in one step,
 * which also replaces what a dead process left behind.
 */
final class UnixSocketFile {

    /** {@code sockaddr_un.sun_path} less its final zero. */
    private static final int MAX_PATH_OCTETS = 107;

    private final Path path;
    private final Path directory;
    private @Nullable Object key;

    private UnixSocketFile(Path path, Path directory) {
        this.path = path;
        this.directory = directory;
    }

    /**
     * Checks that the path is ours to take.
     *
     * @throws IOException with a sentence for the operator if it is not
     */
    static UnixSocketFile prepare(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException(
                    "cannot serve the API at " + path + ": its directory does not exist");
        }
        byte[] random = new byte[4];
        ThreadLocalRandom.current().nextBytes(random);
        Path directory = parent.resolve(".s" + HexFormat.of().formatHex(random));
        for (Path each : new Path[] {absolute, directory.resolve("s")}) {
            int octets = each.toString().getBytes(StandardCharsets.UTF_8).length;
            if (octets > MAX_PATH_OCTETS) {
                throw new IOException(
                        "cannot serve the API at "
                                + path
                                + ": "
                                + each
                                + " has "
                                + octets
                                + " octets, and a unix socket's path at most "
                                + MAX_PATH_OCTETS);
            }
        }
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            checkDead(absolute);
        }
        Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new UnixSocketFile(absolute, directory);
    }

    private static void checkDead(Path path) throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException(
                    "cannot serve the API at " + path + ": it exists and is not a socket");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException e) {
            return;
        } catch (IOException e) {
            throw new IOException(
                    "cannot serve the API at "
                            + path
                            + ": it is there, and whether a process listens on it cannot be found"
                            + " out: "
                            + e.getMessage(),
                    e);
        }
        throw new IOException(
                "cannot serve the API at "
                        + path
                        + ": another process listens on it; stop that one, or set another"
                        + " api.unix_socket");
    }

    /** Where to bind. */
    Path bindPath() {
        return directory.resolve("s");
    }

    /** Gives the bound socket its group and mode and moves it to its path. */
    void publish(Optional<String> group) throws IOException {
        Path bound = bindPath();
        PosixFileAttributeView view =
                Files.getFileAttributeView(bound, PosixFileAttributeView.class);
        if (group.isPresent()) {
            view.setGroup(lookUp(group.get()));
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
        key = view.readAttributes().fileKey();
        Files.move(
                bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(directory);
    }

    private GroupPrincipal lookUp(String group) throws IOException {
        try {
            return path.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException(
                    "api.unix_socket_group: there is no group " + group + " on this machine", e);
        }
    }

    /** Removes what we made, unless another process has put its own in that place. */
    void remove() throws IOException {
        Files.deleteIfExists(bindPath());
        Files.deleteIfExists(directory);
        if (key != null && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Object current =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .fileKey();
            if (key.equals(current)) {
                Files.deleteIfExists(path);
            }
        }
    }
}
