// Compresses a stream of bytes, and says when the reader has all of them.
package import Bytes
import CZlib

/// The sending end of COMPRESS=DEFLATE (RFC 4978): about 53 KiB of memory.
@safe
package struct Deflater: ~Copyable {
    /// Twice as fast as zlib's default, and a tenth larger.
    private static let level: Int32 = 3

    /// 8 KiB back instead of 32: a third of the memory, and mail is some percent larger.
    private static let windowBits: Int32 = -13
    private static let memoryLevel: Int32 = 5

    /// What one call of zlib writes at most.
    private static let roomBytes = 16 * 1024

    /// zlib's state points back to it: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Bytes went in since the last flush.
    private var needsFlush = false

    package init() throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe deflateInit2_(
            stream,
            Self.level,
            Z_DEFLATED,
            Self.windowBits,
            Self.memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            unsafe Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else {
            unsafe stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes all of `input`; appends to `output` what is ready, which may be nothing yet.
    package mutating func deflate(_ input: Span<UInt8>, into output: inout Buffer) {
        guard !input.isEmpty else { return }
        needsFlush = true
        unsafe input.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
            run(Z_NO_FLUSH, into: &output)
        }
    }

    /// Appends the rest of what was taken, so that the reader can read all of it.
    package mutating func flush(into output: inout Buffer) {
        guard needsFlush else { return }
        needsFlush = false
        unsafe stream.pointee.next_in = nil
        unsafe stream.pointee.avail_in = 0
        run(Z_SYNC_FLUSH, into: &output)
    }

    /// Lets zlib write until it leaves room: then it has no more to say.
    private func run(_ flush: Int32, into output: inout Buffer) {
        var isFull = true
        while isFull {
            output.append(capacity: Self.roomBytes) { room in
                unsafe room.withUnsafeMutableBufferPointer { bytes, count in
                    unsafe stream.pointee.next_out = bytes.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(bytes.count)
                    _ = unsafe CZlib.deflate(stream, flush)
                    isFull = unsafe stream.pointee.avail_out == 0
                    count = unsafe bytes.count - Int(stream.pointee.avail_out)
                }
            }
        }
    }
}
