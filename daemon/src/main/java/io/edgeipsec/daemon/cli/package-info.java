/** {@code edge-ipsec}: what an operator asks a running daemon, through its unix socket. */
@NullMarked
package io.edgeipsec.daemon.cli;

import org.jspecify.annotations.NullMarked;
