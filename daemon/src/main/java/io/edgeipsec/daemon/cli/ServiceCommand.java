package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.daemon.config.ConfigException;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** {@code edge-ipsec service}: the service as a whole. */
@Command(
        name = "service",
        mixinStandardHelpOptions = true,
        description = "The service as a whole: whether it runs, and how much it logs.",
        synopsisSubcommandLabel = "(status | start | stop | restart | log-level)")
final class ServiceCommand {
    private static final String SERVICE = "/node/services/ipsecvpn";
    private static final int NOT_RUNNING = 1;

    private final Cli cli;

    ServiceCommand(Cli cli) {
        this.cli = cli;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows whether sessions are negotiated; exit status 1 if not.")
    int status() throws IOException, ConfigException {
        JsonNode status = cli.api().get(SERVICE + "/status");
        print(status);
        return status.path("runtime_state").asText().equals("running") ? ExitCode.OK : NOT_RUNNING;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Lets sessions be negotiated again.")
    void start() throws IOException, ConfigException {
        act("start");
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description =
                    "Ends all tunnels and negotiates nothing until start, also over restarts. What"
                            + " the tunnels protected is held back.")
    void stop() throws IOException, ConfigException {
        act("stop");
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Ends all tunnels and sets them up again.")
    void restart() throws IOException, ConfigException {
        act("restart");
    }

    @Command(
            name = "log-level",
            mixinStandardHelpOptions = true,
            description = "Sets how much is logged, now and at every start.")
    void logLevel(
            @Parameters(
                            paramLabel = "LEVEL",
                            description = "DEBUG, INFO, WARN, ERROR or EMERGENCY.")
                    String level)
            throws IOException, ConfigException {
        ApiClient api = cli.api();
        var body = api.object().put("service_name", "ipsecvpn");
        body.putObject("service_properties").put("logging_level", level);
        api.put(SERVICE, body);
        cli.out().println("logs " + level);
    }

    private void act(String action) throws IOException, ConfigException {
        print(cli.api().post(SERVICE + "?action=" + action));
    }

    private void print(JsonNode status) {
        cli.out()
                .printf(
                        "%s, process %d, %s%n",
                        status.path("runtime_state").asText(),
                        status.path("pids").path(0).asLong(),
                        status.path("health").asText());
    }
}
