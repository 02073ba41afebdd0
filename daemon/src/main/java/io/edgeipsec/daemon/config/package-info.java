/** The daemon's configuration file, read strictly: what is not understood is refused. */
@NullMarked
package io.edgeipsec.daemon.config;

import org.jspecify.annotations.NullMarked;
