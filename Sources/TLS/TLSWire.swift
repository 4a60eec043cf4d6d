// The one BIO of a thread: OpenSSL reads from and writes to the buffers of the call under way.
//
// A memory BIO per connection would copy every byte once more and keep its buffers while idle. This
// BIO owns no byte: it lends the caller's ciphertext to OpenSSL and appends what OpenSSL wants sent
// to the caller's buffer.
import Bytes
import COpenSSL

/// What all connections of one reactor read and write through; one a thread.
@safe
package final class TLSWire {
    /// The buffers of the call under way; empty between calls.
    @unsafe
    fileprivate struct Transfer {
        var input: UnsafePointer<UInt8>?
        var remaining = 0
        var output: UnsafeMutablePointer<Buffer>?
    }

    /// Read and write end of every connection; each holds a reference of its own.
    let bio: OpaquePointer

    private let transfer: UnsafeMutablePointer<Transfer>

    package init() throws(TLSError) {
        guard let method = unsafe wireMethod, let bio = unsafe BIO_new(method) else {
            throw .outOfMemory
        }
        unsafe self.bio = bio
        unsafe transfer = .allocate(capacity: 1)
        unsafe transfer.initialize(to: Transfer())
        unsafe BIO_set_data(bio, transfer)
    }

    deinit {
        // A connection keeps its wire alive, so nobody reads the data any more.
        unsafe BIO_free(bio)
        unsafe transfer.deallocate()
    }

    /// Whether the call under way has ciphertext that OpenSSL hasn't taken yet.
    var hasInput: Bool { unsafe transfer.pointee.remaining > 0 }

    /// Lends both buffers to OpenSSL for the duration of `body`.
    func lending<Result>(
        _ input: Span<UInt8>,
        _ output: inout Buffer,
        _ body: () -> Result
    ) -> Result {
        unsafe input.withUnsafeBufferPointer { input in
            unsafe withUnsafeMutablePointer(to: &output) { output in
                unsafe transfer.pointee = Transfer(
                    input: input.baseAddress,
                    remaining: input.count,
                    output: output
                )
                defer { unsafe transfer.pointee = Transfer() }
                return body()
            }
        }
    }
}

/// The BIO's table of functions, made once and never freed.
private nonisolated(unsafe) let wireMethod: OpaquePointer? = {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = unsafe BIO_meth_new(type, "lent buffers") else { return nil }
    unsafe BIO_meth_set_create(method) { bio in
        unsafe BIO_set_init(bio, 1)
        return 1
    }
    unsafe BIO_meth_set_read_ex(method, readLent)
    unsafe BIO_meth_set_write_ex(method, appendLent)
    unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return unsafe method
}()

private func lent(by bio: OpaquePointer?) -> UnsafeMutablePointer<TLSWire.Transfer>? {
    unsafe BIO_get_data(bio)?.assumingMemoryBound(to: TLSWire.Transfer.self)
}

private func readLent(
    bio: OpaquePointer?,
    target: UnsafeMutablePointer<CChar>?,
    wanted: Int,
    count: UnsafeMutablePointer<Int>?
) -> Int32 {
    unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    guard let transfer = unsafe lent(by: bio), let target = unsafe target,
        let input = unsafe transfer.pointee.input, unsafe transfer.pointee.remaining > 0
    else {
        unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        unsafe count?.pointee = 0
        return 0
    }
    let taken = unsafe min(wanted, transfer.pointee.remaining)
    unsafe UnsafeMutableRawPointer(target).copyMemory(from: input, byteCount: taken)
    unsafe transfer.pointee.input = input + taken
    unsafe transfer.pointee.remaining -= taken
    unsafe count?.pointee = taken
    return 1
}

private func appendLent(
    bio: OpaquePointer?,
    source: UnsafePointer<CChar>?,
    size: Int,
    count: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let output = unsafe lent(by: bio)?.pointee.output, let source = unsafe source else {
        return 0
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: source, count: size)
    unsafe output.pointee.append(Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)))
    unsafe count?.pointee = size
    return 1
}
