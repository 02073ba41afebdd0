/** System calls: the only package that imports JNA. */
@NullMarked
package io.edgeipsec.xfrm.libc;

import org.jspecify.annotations.NullMarked;
