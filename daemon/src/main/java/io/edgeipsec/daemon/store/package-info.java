/**
 * The daemon's intent on disk: sessions and profiles with revisions, sealed secrets, and the small
 * numbers that name a session's kernel objects; one SQLite file, one thread.
 */
@NullMarked
package io.edgeipsec.daemon.store;

import org.jspecify.annotations.NullMarked;
