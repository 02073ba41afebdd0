package io.edgeipsec.daemon;

import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.config.ConfigException;
import io.edgeipsec.daemon.control.DataPlane;
import io.edgeipsec.xfrm.kernel.FlushReport;
import io.edgeipsec.xfrm.kernel.IpsecKernel;
import io.edgeipsec.xfrm.kernel.LinuxIpsecKernel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code edge-ipsecd}. */
@Command(
        name = "edge-ipsecd",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "IKEv2/IPsec control plane of an edge appliance.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0: stopped as asked, or the check or flush succeeded",
            "1: could not start, or broke",
            "2: the command line or the configuration is wrong"
        })
public final class Main implements Callable<Integer> {
    private static final int BROKEN = 1;
    private static final Path DEFAULT_CONFIG = Path.of("/etc/edge-ipsec/edge-ipsecd.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration (default: /etc/edge-ipsec/edge-ipsecd.yaml).")
    private Path config = DEFAULT_CONFIG;

    @Option(names = "--check", description = "Validate the configuration and exit.")
    private boolean check;

    @Option(
            names = "--flush",
            description =
                    "Remove every kernel object of ours (states, policies, links, rules) and exit.")
    private boolean flush;

    @Option(
            names = "--block",
            description =
                    "Block the traffic of all sessions in the kernel and exit; for early boot, before"
                            + " any interface is up.")
    private boolean block;

    @Option(
            names = "--self-test",
            description =
                    "Negotiate a tunnel between two instances on loopback, without privileges and"
                            + " without the kernel's data plane, and exit.")
    private boolean selfTest;

    private final PrintStream out;
    private final PrintStream err;

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        System.exit(run(out, err, arguments));
    }

    /** Does what the command line says; the exit status. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new Main(out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() {
        try {
            if (selfTest) {
                return new SelfTest(out).run();
            }
            if (flush) {
                return flush();
            }
            Config read = read();
            if (check) {
                out.println(config + ": valid");
                return CommandLine.ExitCode.OK;
            }
            Daemon daemon = new Daemon(read);
            return block ? daemon.block() : daemon.run();
        } catch (ConfigException wrong) {
            err.println(wrong.getMessage());
            return CommandLine.ExitCode.USAGE;
        } catch (IOException failure) {
            err.println("edge-ipsecd: " + failure.getMessage());
            return BROKEN;
        }
    }

    /**
     * Every key has a default, so the default file may be missing; a file that was named may not.
     */
    private Config read() throws IOException, ConfigException {
        return config.equals(DEFAULT_CONFIG) && !Files.exists(config)
                ? Config.defaults()
                : Config.load(config);
    }

    private int flush() throws IOException {
        try (IpsecKernel kernel = LinuxIpsecKernel.open()) {
            FlushReport report = DataPlane.flush(kernel);
            out.printf(
                    "removed %d SAs, %d policies, %d tunnel interfaces, %d routes,"
                            + " %d nexthop groups%n",
                    report.securityAssociations(),
                    report.policies(),
                    report.links(),
                    report.routes(),
                    report.nexthopGroups());
            report.failures().forEach(failure -> err.println("edge-ipsecd: " + failure));
            return report.failures().isEmpty() ? CommandLine.ExitCode.OK : BROKEN;
        }
    }
}
