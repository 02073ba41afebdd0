package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.SystemCallException;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.nft.NftException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static Outcome.Refused<String> refused(Errno errno) {
        return Refusals.of("put of out policy", new NetlinkException(errno, "kernel's words"));
    }

    @Test
    void errorNumbersHaveMeanings() {
        assertEquals(Kind.NO_PERMISSION, refused(Errno.EPERM).kind());
        assertEquals(Kind.EXISTS, refused(Errno.EEXIST).kind());
        assertEquals(Kind.GONE, refused(Errno.ESRCH).kind());
        assertEquals(Kind.GONE, refused(Errno.ENODEV).kind());
        assertEquals(Kind.NOT_SUPPORTED, refused(Errno.EOPNOTSUPP).kind());
        assertEquals(Kind.INVALID, refused(Errno.EINVAL).kind());
        assertEquals(Kind.OTHER, refused(new Errno(71)).kind());
        assertTrue(refused(Errno.ENOMEM).retryable());
        assertTrue(refused(Errno.ETIMEDOUT).retryable());
        assertFalse(refused(Errno.EPERM).retryable());
    }

    @Test
    void ofAnSaMissingNamesMeanMissingAlgorithms() {
        for (Errno errno : List.of(Errno.ENOSYS, Errno.ENOENT)) {
            assertEquals(
                    Kind.MISSING_ALGORITHM,
                    Refusals.ofSaInstall("x", new NetlinkException(errno, "")).kind());
        }
        assertEquals(
                Kind.NOT_SUPPORTED,
                Refusals.ofSaInstall("x", new NetlinkException(Errno.EPROTONOSUPPORT, "")).kind());
        assertEquals(
                Kind.GONE, Refusals.ofSaInstall("x", new NetlinkException(Errno.ESRCH, "")).kind());
    }

    @Test
    void messageSaysWhatWhyAndWhatToDo() {
        assertEquals(
                "put of out policy was refused: EPERM (kernel's words). The daemon needs"
                        + " CAP_NET_ADMIN.",
                refused(Errno.EPERM).message());
        assertEquals(
                "x was refused: EEXIST",
                Refusals.of("x", new NetlinkException(Errno.EEXIST, "")).message());
    }

    @Test
    void otherFailuresAreRefusalsToo() {
        Outcome.Refused<String> denied =
                Refusals.of("x", new SystemCallException("write", "/proc/sys/x", Errno.EACCES));
        assertEquals(Kind.NO_PERMISSION, denied.kind());
        assertTrue(denied.detail().contains("/proc/sys/x"));
        assertEquals(
                Kind.NO_PERMISSION,
                Refusals.of("x", new NftException("Error: Operation not permitted")).kind());
        assertEquals(Kind.OTHER, Refusals.of("x", new NftException("Error: syntax")).kind());
    }

    @Test
    void outcomesAreMappedAndHandled() {
        Outcome<Integer> done = Outcome.done(7);
        Outcome<Integer> refused = refused(Errno.EPERM).as();
        assertTrue(done.isDone());
        assertFalse(refused.isDone());
        assertEquals(Optional.of(7), done.toOptional());
        assertEquals(Optional.empty(), refused.toOptional());
        assertEquals(Outcome.done("7"), done.map(String::valueOf));
        assertEquals(refused, refused.map(String::valueOf));
        assertTrue(refused.isRefused(Kind.NO_PERMISSION));
        assertFalse(refused.isRefused(Kind.GONE));
        assertFalse(done.isRefused(Kind.GONE));
        assertEquals("EPERM", refused.fold(v -> "done", Outcome.Refused::errno));
        List<String> heard = new ArrayList<>();
        done.handle(v -> heard.add("done " + v), r -> heard.add(r.errno()));
        refused.handle(v -> heard.add("done " + v), r -> heard.add(r.errno()));
        assertEquals(List.of("done 7", "EPERM"), heard);
    }
}
