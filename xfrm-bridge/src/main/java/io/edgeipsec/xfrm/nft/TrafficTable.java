package io.edgeipsec.xfrm.nft;

import io.edgeipsec.xfrm.libc.NftContext;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Our nftables table and the transactions that change it; of each, all takes effect or nothing. The
 * table is there while a session has rules. Other tables are not touched. Kernel request thread
 * only.
 */
public final class TrafficTable implements AutoCloseable {
    private final NftContext nft;
    private TableState state = new TableState();
    private boolean made;

    public TrafficTable(NftContext nft) {
        this.nft = nft;
    }

    /** Fails where this kernel has no nftables, or where we may not use it. */
    public void probe() throws NftException {
        run(TableText.listTables());
    }

    /** Makes these the rules of all sessions, in a table made anew, or in none. */
    public void replaceAll(Collection<TrafficRules> all) throws NftException {
        TableState next = new TableState();
        Set<String> sessions = new HashSet<>();
        StringBuilder text = new StringBuilder(TableText.recreate());
        for (TrafficRules rules : all) {
            if (!sessions.add(rules.session())) {
                throw new IllegalArgumentException(rules + " are there twice");
            }
            SessionElements elements = next.elements(rules);
            text.append(next.plan(elements));
            next.commit(elements);
        }
        if (next.isEmpty()) {
            removeAll();
        } else {
            run(text.toString());
            state = next;
            made = true;
        }
    }

    /** Makes these the rules of their session. */
    public void put(TrafficRules rules) throws NftException {
        change(state.elements(rules));
    }

    /** Removes a session's rules, if it has any. */
    public void remove(String session) throws NftException {
        change(SessionElements.none(session));
    }

    private void change(SessionElements elements) throws NftException {
        String text = state.plan(elements);
        if (text.isEmpty()) {
            return;
        }
        run(made ? text : TableText.recreate() + text);
        made = true;
        state.commit(elements);
        if (state.isEmpty()) {
            removeAll();
        }
    }

    /** The differences between what the kernel has and what it should have, in words. */
    public List<String> verify() throws NftException {
        NftContext.Result listing = nft.list(TableText.list());
        if (!made) {
            return listing.status() == 0
                    ? List.of("table " + TableText.TABLE + " is there, and no session has rules")
                    : List.of();
        }
        if (listing.status() != 0) {
            // Also when it may not be read; the repair will say so.
            return List.of("table " + TableText.TABLE + ": " + firstLine(listing.error()));
        }
        return TableListing.parse(listing.output()).differencesFrom(state);
    }

    /** Removes the table. */
    public void removeAll() throws NftException {
        run("add table " + TableText.TABLE + "\n" + TableText.remove());
        state = new TableState();
        made = false;
    }

    private void run(String text) throws NftException {
        NftContext.Result result = nft.run(text);
        if (result.status() != 0) {
            throw new NftException(firstLine(result.error()));
        }
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    @Override
    public void close() {
        nft.close();
    }
}
