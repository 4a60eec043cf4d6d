// The TLS configuration of a listener, as an immutable snapshot.

/// The TLS configuration of a listener: made once, shared by all reactors.
@safe
package final class ServerTLSContext: Sendable {
    package init(_ settings: ServerTLSSettings) throws(TLSError) {}
}
