package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.kernel.Outcome.Refused;
import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.SystemCallException;
import io.edgeipsec.xfrm.link.Nexthops.ForeignNexthopException;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.nft.NftException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** What an error number means to the caller. */
final class Refusals {
    private static final Map<Errno, Kind> KINDS =
            Map.ofEntries(
                    Map.entry(Errno.EPERM, Kind.NO_PERMISSION),
                    Map.entry(Errno.EACCES, Kind.NO_PERMISSION),
                    Map.entry(Errno.EEXIST, Kind.EXISTS),
                    Map.entry(Errno.ESRCH, Kind.GONE),
                    Map.entry(Errno.ENOENT, Kind.GONE),
                    Map.entry(Errno.ENODEV, Kind.GONE),
                    Map.entry(Errno.EADDRNOTAVAIL, Kind.GONE),
                    Map.entry(Errno.ENOSYS, Kind.NOT_SUPPORTED),
                    Map.entry(Errno.EOPNOTSUPP, Kind.NOT_SUPPORTED),
                    Map.entry(Errno.EPROTONOSUPPORT, Kind.NOT_SUPPORTED),
                    Map.entry(Errno.EAFNOSUPPORT, Kind.NOT_SUPPORTED),
                    Map.entry(Errno.EINVAL, Kind.INVALID),
                    Map.entry(Errno.ERANGE, Kind.INVALID));

    private static final Set<Errno> RETRYABLE =
            Set.of(
                    Errno.ENOMEM,
                    Errno.ENOBUFS,
                    Errno.EBUSY,
                    Errno.EAGAIN,
                    Errno.EINTR,
                    Errno.ETIMEDOUT);

    private Refusals() {}

    static <T> Refused<T> of(String request, IOException e) {
        if (e instanceof ForeignNexthopException foreign) {
            return notOurs(request, foreign.kernelText());
        }
        if (e instanceof NetlinkException n) {
            return of(request, n.errno(), n.kernelText());
        }
        if (e instanceof SystemCallException s) {
            return of(request, s.errno(), String.valueOf(s.getMessage()));
        }
        String text = String.valueOf(e.getMessage());
        if (e instanceof NftException && text.contains("Operation not permitted")) {
            return of(request, Errno.EPERM, text);
        }
        return of(request, Errno.EIO, text);
    }

    static <T> Refused<T> of(String request, Errno errno, String detail) {
        return new Refused<>(
                KINDS.getOrDefault(errno, Kind.OTHER),
                errno.name(),
                request,
                detail,
                RETRYABLE.contains(errno));
    }

    /**
     * Of an SA: the kernel says ENOSYS for an algorithm it has no name for, and ENOENT for one that
     * the crypto layer cannot instantiate (a missing module such as seqiv).
     */
    static <T> Refused<T> ofSaInstall(String request, NetlinkException e) {
        Refused<T> r = of(request, e);
        boolean algorithm = e.errno().equals(Errno.ENOSYS) || e.errno().equals(Errno.ENOENT);
        return algorithm
                ? new Refused<>(Kind.MISSING_ALGORITHM, r.errno(), request, r.detail(), false)
                : r;
    }

    static <T> Refused<T> inUse(String request, String by) {
        return new Refused<>(Kind.IN_USE, Errno.EBUSY.name(), request, by, true);
    }

    static <T> Refused<T> notOurs(String request, String seen) {
        return new Refused<>(Kind.NOT_OURS, Errno.EEXIST.name(), request, seen, false);
    }
}
