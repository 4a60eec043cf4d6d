// The TLS configuration towards a backend, as an immutable snapshot.

/// The TLS configuration towards a backend: made once, shared by all reactors.
@safe
package final class ClientTLSContext: Sendable {
    package init(_ settings: ClientTLSSettings) throws(TLSError) {}
}
