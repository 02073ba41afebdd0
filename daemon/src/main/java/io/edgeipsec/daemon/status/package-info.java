/** What happens, for people: status of sessions, the event log. */
@NullMarked
package io.edgeipsec.daemon.status;

import org.jspecify.annotations.NullMarked;
