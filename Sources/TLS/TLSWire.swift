// The one BIO of a thread: OpenSSL reads from and writes to the buffers of the call under way.

/// What all connections of one reactor read and write through; one a thread.
@safe
package final class TLSWire {
    package init() throws(TLSError) {}
}
