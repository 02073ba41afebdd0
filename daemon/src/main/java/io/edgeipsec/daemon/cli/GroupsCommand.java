package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.daemon.config.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code edge-ipsec groups}: the multiple-path groups, and what routes name them by. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description =
                "Shows the multiple-path groups, or one: the nhid for routes, and which tunnels"
                        + " carry.")
final class GroupsCommand implements Callable<Integer> {
    private static final String GROUPS = "/vpn/ipsec/multi-path-groups";
    private static final int NOT_UP = 1;

    private final Cli cli;

    @Parameters(arity = "0..1", paramLabel = "GROUP", description = "Id or display name.")
    private Optional<String> wanted = Optional.empty();

    GroupsCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() throws IOException, ConfigException {
        ApiClient api = cli.api();
        boolean found = false;
        boolean allUp = true;
        String cursor = "";
        do {
            JsonNode page = api.get(GROUPS + "?page_size=1000" + cursor);
            for (JsonNode group : page.path("results")) {
                if (wanted.isEmpty() || Cli.names(group, wanted.get())) {
                    found = true;
                    JsonNode status = api.get(GROUPS + "/" + group.path("id").asText() + "/status");
                    print(status);
                    allUp &= status.path("group_status").asText().equals("UP");
                }
            }
            cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : "";
        } while (!cursor.isEmpty());
        if (wanted.isPresent() && !found) {
            throw new IOException(
                    "no multiple-path group has the id or display name " + wanted.get());
        }
        return allUp ? CommandLine.ExitCode.OK : NOT_UP;
    }

    private void print(JsonNode status) {
        PrintStream out = cli.out();
        out.printf(
                "%-9s %s (%s): nhid %d, %d of %d tunnels%n",
                status.path("group_status").asText(),
                Cli.shown(status.path("display_name").asText()),
                status.path("multi_path_group_id").asText(),
                status.path("nexthop_group_id").asLong(),
                status.path("usable_members").asInt(),
                status.path("total_members").asInt());
        for (JsonNode member : status.path("members")) {
            out.printf(
                    "  %-7s %s by %s%n",
                    member.path("usable").asBoolean() ? "carries" : "-",
                    Cli.shown(member.path("ipsec_vpn_session_id").asText()),
                    member.path("tunnel_interface").asText());
        }
        String reason = status.path("fail_reason").asText();
        if (!reason.isEmpty()) {
            out.println("          " + Cli.shown(reason));
        }
    }
}
