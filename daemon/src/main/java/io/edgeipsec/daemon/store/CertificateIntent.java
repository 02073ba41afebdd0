package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.Certificate;
import io.edgeipsec.api.resource.Crl;
import java.util.List;

/** What a session names to authenticate by certificate; the private key stays in the store. */
public record CertificateIntent(Certificate own, List<Certificate> authorities, List<Crl> lists) {
    public CertificateIntent {
        authorities = List.copyOf(authorities);
        lists = List.copyOf(lists);
    }
}
