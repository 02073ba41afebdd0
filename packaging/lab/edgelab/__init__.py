"""The lab: two sites in network namespaces, one of them edge-ipsecd's, and what happens between them."""
